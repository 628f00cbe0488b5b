"""How long a page takes, and how much memory: cleaning, the PDF, the summary, beside plain peers.

    python benchmarks/pages.py [--rounds 5] [--json]

Every row is the median of *rounds*, ours and the peer in turn within each round, so that a
busy machine is unfair to both alike. Peaks are of fresh processes (VmHWM).
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import img2pdf
import PIL
from PIL import Image

from appliance.core.rendition import LADDER
from appliance.imaging.clean_child import clean_page
from appliance.imaging.clean_wire import CleanOrder
from appliance.imaging.cleaner import Cleaner
from appliance.imaging.render import render
from appliance.jpeg import check_decodes
from appliance.papers.pdf import PageSource, PdfPage, fit_pdf, make_pdf
from appliance.papers.summary import (
    PaperLine,
    Summary,
    SummaryRow,
    SummarySection,
    print_summary,
)
from appliance.pretend.sample_pages import write_sample_pages

PAGES = 10


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        masters = [page.read_bytes() for page in write_sample_pages(Path(folder), 300)]
        rows = speed_rows(masters, chosen.rounds)
        peaks = {dpi: peak_mb(Path(folder), dpi) for dpi in (300, 600)}
    if chosen.json:
        print(json.dumps({"rows": rows, "clean_peak_mb": peaks}))
        return
    print(f"{platform.machine()}, Python {platform.python_version()}, Pillow {PIL.__version__}")
    print(f"{'what':<52}{'ours s':>9}{'peer s':>9}  peer")
    for what, ours, peer, name in rows:
        print(f"{what:<52}{ours:>9.3f}" + (f"{peer:>9.3f}  {name}" if name else ""))
    for dpi, peak in peaks.items():
        print(f"{f'peak memory, cleaning one A4 at {dpi} dpi':<52}{peak:>6.0f} MB")


def speed_rows(masters: list[bytes], rounds: int) -> list[tuple[str, float, float, str]]:
    """(what, our median, the peer's median, the peer's name); no name, no peer."""
    master = masters[0]
    many = [masters[number % len(masters)] for number in range(PAGES)]
    small = [render(one, LADDER[0]).jpeg for one in many]
    sources = [PageSource(lambda one=one: one, 300) for one in many]  # type: ignore[misc]
    cleaner = Cleaner()
    pairs: list[tuple[str, Callable[[], object], Callable[[], object] | None, str]] = [
        (
            "clean a page (rendition and preview)",
            lambda: clean_page(master, CleanOrder(300)),
            lambda: resized_only(master),
            "Pillow: open, resize, save",
        ),
        (
            "clean a page in the child",
            lambda: cleaner.submit("page", master, 300).result(),
            lambda: clean_page(master, CleanOrder(300)),
            "in this process",
        ),
        (
            "check that a page is whole",
            lambda: check_decodes(master),
            lambda: Image.open(BytesIO(master)).load(),
            "Pillow: decode once",
        ),
        (
            f"PDF of {PAGES} ready pages",
            lambda: make_pdf([PdfPage(jpeg, 200) for jpeg in small], "Giấy tờ"),
            lambda: img2pdf.convert(small),
            "img2pdf alone",
        ),
        (
            f"PDF of {PAGES} masters into 1 900 000 bytes",
            lambda: fit_pdf(sources, "Giấy tờ", render=render),
            lambda: pillow_pdf(many),
            "Pillow save_all, no budget",
        ),
        ("typeset summary of 40 answers", lambda: print_summary(forty_answers()), None, ""),
    ]
    try:
        cleaner.submit("warm up", master, 300).result()
        return [
            (what, *paired(ours, peer or (lambda: None), rounds), name)
            for what, ours, peer, name in pairs
        ]
    finally:
        cleaner.close()


def paired(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Medians of both, run in turn."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for run, times in zip((ours, peer), spent, strict=True):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return statistics.median(spent[0]), statistics.median(spent[1])


def resized_only(master: bytes) -> bytes:
    """The least one can do: no check, no cleaning, no preview."""
    out = BytesIO()
    with Image.open(BytesIO(master)) as image:
        image.resize((1653, 2339), Image.Resampling.LANCZOS).save(out, "JPEG", quality=75)
    return out.getvalue()


def pillow_pdf(masters: list[bytes]) -> bytes:
    """What Pillow alone makes of the masters."""
    out = BytesIO()
    images = [Image.open(BytesIO(one)) for one in masters]
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=300)
    return out.getvalue()


def forty_answers() -> Summary:
    """A long form, all synthetic."""
    rows = [SummaryRow(f"Câu hỏi {n}", "Thôn Mẫu, xã Mẫu, tỉnh Mẫu") for n in range(40)]
    return Summary(
        "Tóm tắt hồ sơ",
        "Điểm mẫu",
        "TH-0001-1",
        "Thủ tục mẫu",
        [SummarySection("Phần một", rows)],
        [PaperLine("Giấy mẫu", 2)],
        datetime(2026, 1, 1, tzinfo=UTC),
    )


def peak_mb(folder: Path, dpi: int) -> float:
    """Most memory a fresh process had while it cleaned one sample page."""
    (page,) = write_sample_pages(folder / str(dpi), dpi, count=1)
    script = (
        "import pathlib, sys\n"
        "from appliance.imaging.clean_child import clean_page\n"
        "from appliance.imaging.clean_wire import CleanOrder\n"
        "clean_page(pathlib.Path(sys.argv[1]).read_bytes(), CleanOrder(int(sys.argv[2])))\n"
        "print(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(page), str(dpi)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return int(done.stdout) / 1024


if __name__ == "__main__":
    main()
