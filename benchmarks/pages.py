"""How long a page takes, and how much memory: cleaning, the PDF, the summary, beside plain peers.

.venv/bin/python -m benchmarks.pages [--rounds 5]

Ours and the peer run in turn within each round, so that a busy machine is unfair to both alike; a
ratio is the median of the ratios of the rounds. Peaks are of fresh processes (VmHWM).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import img2pdf
from PIL import Image

from appliance.core.paper.packed import page_of_jpeg
from appliance.core.paper.plates import PlatedPage
from appliance.core.paper.rendition import PLAIN_WAYS
from appliance.imaging.child.cleaner import Cleaner
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.plain import plain_page
from appliance.imaging.child.wire import CleanOrder
from appliance.jpeg import check_decodes
from appliance.papers.fitting import shrunk_to_fit
from appliance.papers.pdf import BUDGET_BYTES, make_pdf
from appliance.papers.summary import (
    PaperLine,
    Summary,
    SummaryRow,
    SummarySection,
    print_summary,
)
from appliance.pretend.sample_pages import write_sample_pages
from benchmarks.machine import NO_BUDGET, Row, counts, middle, report

PAGES = 10
PACKAGES = ("pillow", "img2pdf", "pikepdf", "typst")


def main() -> None:
    """Measure and print."""
    rounds = counts(__doc__, rounds=5).rounds
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as name:
        folder = Path(name)
        masters = [page.read_bytes() for page in write_sample_pages(folder, 300)]
        rows = [*speed_rows(masters, rounds), size_row(masters)]
        rows += [memory_row(folder, dpi) for dpi in (300, 600)]
    report(rows, PACKAGES)


def speed_rows(masters: list[bytes], rounds: int) -> Iterator[Row]:
    """Ours beside the plainest peer that does part of the same."""
    master = masters[0]
    many = [masters[number % len(masters)] for number in range(PAGES)]
    pages = [plain_page(one, 300, 1, 0)[1] for one in many]
    small = [page.plates[0].content for page in pages]
    cleaner = Cleaner()
    pairs: list[tuple[str, Callable[[], object], Callable[[], object] | None, str]] = [
        (
            "clean a page (copy and preview)",
            lambda: cleaned(master, CleanOrder(300)),
            lambda: resized_only(master),
            "Pillow: open, resize, save",
        ),
        (
            "clean a page in the child",
            lambda: cleaner.clean(master, CleanOrder(300)),
            lambda: cleaned(master, CleanOrder(300)),
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
            lambda: make_pdf(pages, "Giấy tờ"),
            lambda: img2pdf.convert(small),
            "img2pdf alone",
        ),
        (
            f"PDF of {PAGES} masters as scanned into 1 900 000 bytes",
            lambda: fitted_pdf(many),
            lambda: pillow_pdf(many),
            "Pillow save_all, no budget",
        ),
        ("typeset summary of 40 answers", lambda: print_summary(forty_answers()), None, ""),
    ]
    try:
        cleaner.clean(master, CleanOrder(300))
        for what, ours, peer, name in pairs:
            mine, theirs = paired(ours, peer or (lambda: None), rounds)
            how = f"median (and span) of {rounds}"
            if peer:
                ratio = statistics.median(
                    our / their for our, their in zip(mine, theirs, strict=True)
                )
                how += f"; {ratio:.2f} × {name}, {statistics.median(theirs):.3f} s"
            yield Row(what, NO_BUDGET, middle(mine, "s", 3), how)
    finally:
        cleaner.close()


def size_row(masters: list[bytes]) -> Row:
    """What the National Portal takes, with a margin; and how much of the page is left."""
    many = [masters[number % len(masters)] for number in range(PAGES)]
    fitted = fitted_pdf(many)
    return Row(
        f"size of a PDF of {PAGES} pages",
        f"≤ {BUDGET_BYTES:,} bytes",
        f"{len(fitted):,} bytes",
        f"from masters of {sum(map(len, many)):,} bytes, neither cut nor cleaned",
    )


@dataclass
class AsScanned:
    """A page that is neither cut nor cleaned, only smaller."""

    master: bytes
    plated: PlatedPage
    way: int = 0

    def shrink(self) -> bool:
        """The next way."""
        if self.way + 1 == PLAIN_WAYS:
            return False
        self.way += 1
        _, self.plated = plain_page(self.master, 300, self.way, turn=0)
        return True


def fitted_pdf(masters: list[bytes]) -> bytes:
    """All of them in one file within the budget."""
    scans = [AsScanned(master, page_of_jpeg(master, 300)) for master in masters]
    (part,) = shrunk_to_fit(scans, BUDGET_BYTES)
    return make_pdf(part, "Giấy tờ")


def paired(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of both, run in turn."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for run, times in zip((ours, peer), spent, strict=True):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return spent


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


def memory_row(folder: Path, dpi: int) -> Row:
    """Of a fresh process that cleans one sample page."""
    (page,) = write_sample_pages(folder / str(dpi), dpi, count=1)
    script = (
        "import os, pathlib, sys\n"
        "from appliance.imaging.child.main import be_thrifty, cleaned\n"
        "from appliance.imaging.child.wire import CleanOrder\n"
        "from benchmarks.machine import peak_mb\n"
        "be_thrifty()\n"
        "cleaned(pathlib.Path(sys.argv[1]).read_bytes(), CleanOrder(int(sys.argv[2])))\n"
        "print(peak_mb(os.getpid()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(page), str(dpi)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    peak = f"{float(done.stdout):.0f} MB"
    return Row(f"peak memory, cleaning one A4 at {dpi} dpi", NO_BUDGET, peak, "VmHWM")


if __name__ == "__main__":
    main()
