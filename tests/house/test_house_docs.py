"""The documents lead to what is there, and whoever starts at the README finds them all."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:appliance|web|tests|docs|systemd|benchmarks)/[\w./-]+)`")
MODULE = re.compile(r"python -m ((?:tests|benchmarks|appliance|web)\.[\w.]+)")
TEST = re.compile(r"`(test_\w+)`")


def called(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)


def headings(page: Path) -> set[str]:
    """As the links of a code host name them."""
    lines = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", line.lower()) for line in lines]
    return {re.sub(r"[^\w\- ]", "", line.strip()).replace(" ", "-") for line in plain}


def targets(page: Path) -> list[tuple[str, Path, str]]:
    """Every link to a file of ours: as written, the file, and the heading in it."""
    links = [link for link in LINK.findall(prose(page)) if not re.match(r"https?:|mailto:", link)]
    parted = [(link, *unquote(link).partition("#")[::2]) for link in links]
    return [
        (link, (page.parent / path).resolve() if path else page, heading)
        for link, path, heading in parted
    ]


@pytest.mark.parametrize("page", PAGES, ids=called)
def test_every_link_leads_somewhere(page: Path) -> None:
    found = targets(page)
    assert [link for link, file, _ in found if not file.exists()] == []
    assert [
        link
        for link, file, heading in found
        if heading and file.suffix == ".md" and heading not in headings(file)
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=called)
def test_every_file_and_module_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    gone = [name for name in NAMED.findall(text) if not any(ROOT.glob(f"{name.rstrip('./')}*"))]
    for name in MODULE.findall(text):
        path = ROOT / name.replace(".", "/")
        if not path.with_suffix(".py").exists() and not (path / "__main__.py").exists():
            gone.append(name)
    assert gone == []


def test_every_test_that_a_page_names_is_there() -> None:
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    tests += "\n".join(str(path) for path in (ROOT / "tests").rglob("*"))
    named = {(called(page), name) for page in PAGES for name in TEST.findall(page.read_text())}
    assert sorted((page, name) for page, name in named if name not in tests) == []


def test_whoever_starts_at_the_readme_finds_every_page() -> None:
    found: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in found:
            found.add(page)
            ahead += [
                file for _, file, _ in targets(page) if file.suffix == ".md" and file.exists()
            ]
    assert [called(page) for page in PAGES if page not in found] == []
