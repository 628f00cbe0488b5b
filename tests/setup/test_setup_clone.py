"""`update` in a clone takes what is newer there, or says in one line why it cannot."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.setup.clone import bring_further
from appliance.setup.steps import Exit, Refused
from tests.setup.thrown_away import ThrownAway, a_source, cannot_be_made

pytestmark = pytest.mark.timeout(600)  # a box is installed in one of them

WHO = ("-c", "user.name=Mẫu", "-c", "user.email=mau@example.invalid", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *WHO, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def published(folder: Path, there: Path) -> None:
    """Everything in *folder* is what the bare repository *there* has newest."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "newer")
    git(folder, "push", "--quiet", str(there), "HEAD:main")


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """What is followed: a bare repository, and `desk`, from where it is fed."""
    place, desk = tmp_path / "there.git", tmp_path / "desk"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(place))
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(desk))
    (desk / "appliance").mkdir()
    (desk / "appliance/code.py").write_text("first\n")
    (desk / "notes.md").write_text("first\n")
    published(desk, place)
    return place


@pytest.fixture
def clone(tmp_path: Path, there: Path) -> Path:
    """Made before the newest was published."""
    place = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(there), str(place))
    (tmp_path / "desk/appliance/code.py").write_text("second\n")
    published(tmp_path / "desk", there)
    return place


def test_what_is_newer_is_taken_and_a_technicians_own_notes_are_in_nobodys_way(clone):
    (clone / "box.toml").write_text("[point]\n")
    bring_further(clone)
    assert (clone / "appliance/code.py").read_text() == "second\n"
    newest = git(clone, "rev-parse", "HEAD")
    bring_further(clone)
    assert git(clone, "rev-parse", "HEAD") == newest
    assert (clone / "box.toml").exists()


def dirty(clone: Path) -> None:
    (clone / "notes.md").write_text("by hand\n")


def a_file_that_a_release_would_carry(clone: Path) -> None:
    (clone / "appliance/own.py").write_text("by hand\n")


def diverged(clone: Path) -> None:
    dirty(clone)
    git(clone, "commit", "--quiet", "--all", "--message", "own")


def detached(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--detach")


def no_remote(clone: Path) -> None:
    git(clone, "remote", "remove", "origin")


def no_network(clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "https://127.0.0.1:9/there.git")


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (dirty, Exit.CLONE_CHANGED, "notes.md changed by hand"),
        (a_file_that_a_release_would_carry, Exit.CLONE_CHANGED, "appliance/own.py changed by hand"),
        (diverged, Exit.CLONE_CHANGED, "has commits of its own"),
        (detached, Exit.CLONE_CHANGED, "stands on no branch"),
        (no_remote, Exit.CLONE_CHANGED, "follows no other repository"),
        (no_network, Exit.UNAVAILABLE, "is the network there?"),
    ],
)
def test_what_cannot_be_brought_further_is_one_line_and_every_file_is_as_before(
    clone: Path, spoil: Callable[[Path], None], code: Exit, told: str
):
    spoil(clone)
    before = looked_at(clone)
    with pytest.raises(Refused) as refused:
        bring_further(clone)
    assert refused.value.exit_code is code
    assert told in str(refused.value)
    assert "nothing was changed" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert looked_at(clone) == before


def looked_at(clone: Path) -> tuple[str, str, dict[str, bytes]]:
    """Its commit, its branches of its own, and its files."""
    files = {
        str(path): path.read_bytes()
        for path in clone.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }
    return git(clone, "rev-parse", "HEAD"), git(clone, "branch", "--list"), files


# ── and the whole of it, as a technician types it ────────────────────────────


@pytest.fixture
def root(tmp_path: Path) -> Iterator[ThrownAway]:
    if why := cannot_be_made():
        pytest.skip(why)
    made = ThrownAway(tmp_path / "root", tmp_path)
    try:
        yield made
    finally:
        made.close()


def test_a_box_from_a_clone_gets_the_newer_release_by_its_own_network(tmp_path, root):
    desk, there, clone = tmp_path / "desk", tmp_path / "there.git", tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(there))
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(desk))
    published(a_source(desk, "0.1.0"), there)
    git(tmp_path, "clone", "--quiet", str(there), str(clone))
    setup, first = str(clone / "setup_pi.sh"), root.lend_release(clone)
    installed = root.run(setup, "install")
    assert installed.returncode == 0, installed.stderr
    published(a_source(desk, "9.0.0"), there)
    newest = root.lend_release(desk)

    before = root.tree()
    there.rename(tmp_path / "away.git")
    refused = root.run(setup, "update")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (69, 1), refused.stderr
    assert root.tree() == before
    assert root.shell("readlink /opt/tramhoso/venv") == f"releases/{first}\n"

    shutil.move(tmp_path / "away.git", there)
    taken = root.run(setup, "update")
    assert taken.returncode == 0, taken.stderr
    assert root.shell("readlink /opt/tramhoso/venv") == f"releases/{newest}\n"
