"""How long ten pages take to become a clean PDF, beside the programs that people use for it.

.venv/bin/python -m benchmarks.clean [--rounds 1] [--ocrmypdf 1]

The feeder set: eight forms and two blank sides, A4, 300 dpi, colour, generated (seed 1000). All
take turns within each round; a ratio is the median of the ratios of the pairs. Every program runs
as it is typed: ImageMagick and OCRmyPDF take all cores by themselves, ours two where memory
allows, the floor and unpaper one. Beside that stands ours on one thread. The floor does nothing
but cjpeg and img2pdf. Needs Debian's imagemagick, unpaper, tesseract-ocr, time
and libjpeg-turbo-progs; OCRmyPDF 17 is put into a virtual environment of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from appliance.commands.clean_threads import threads_here
from benchmarks.machine import NO_BUDGET, Row, counts, middle, report
from tests import pages

SEED, DPI = 1000, 300
FORMS, BLANKS = 8, 2
PATIENCE_S = 1800
OCRMYPDF = "ocrmypdf==17.*"
TRAMHOSO = (sys.executable, "-m", "appliance.cli")
IMG2PDF = (sys.executable, "-m", "img2pdf")
TYPED, ONE = "tramhoso clean", "tramhoso clean --threads 1"


class Cost(NamedTuple):
    """What one run of one program took."""

    wall_s: float
    cpu_s: float
    peak_mb: float  # of its largest process


class Program(NamedTuple):
    """One way to clean the set: *run* takes a folder for what it writes."""

    name: str
    run: Callable[[Path], Cost]


def main() -> None:
    """Measure and print."""
    asked = counts(__doc__, rounds=1, ocrmypdf=1)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody compiles a program at every start
    with tempfile.TemporaryDirectory(prefix="bench-clean-") as name:
        home = Path(name)
        jpegs, ppms = draw_set(home)
        ours, peers = programs(home, jpegs, ppms)
        run_in(home / "out", ours[0])  # the first start compiles, and fills the page cache
        found: dict[str, list[Cost]] = {program.name: [] for program in (*ours, *peers)}
        for turn in range(asked.rounds):
            print(f"round {turn + 1}: load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
            for program in (*ours, *peers):
                if program.name.startswith("ocrmypdf") and turn >= asked.ocrmypdf:
                    continue
                found[program.name].append(run_in(home / "out", program))
        rows = [*own_rows(home, found), *peer_rows(found), *memory_rows(home)]
        report(rows, ("pillow", "numpy", "img2pdf"))


def draw_set(home: Path) -> tuple[list[Path], list[Path]]:
    """The ten pages as JPEG and as PPM, in the order of the feeder."""
    jpegs, ppms = [], []
    for number in range(1, FORMS + BLANKS + 1):
        if number % 5:
            page = pages.paper("form", SEED + number, DPI, margin_mm=0.0)
        else:
            how = "bleed" if number == 5 else "all"
            page = pages.true_blank(how, SEED + number, DPI)
        jpegs.append(home / f"page-{number:02}.jpg")
        jpegs[-1].write_bytes(page.jpeg(quality=85))
        ppms.append(home / f"page-{number:02}.ppm")
        page.image.save(ppms[-1], dpi=(DPI, DPI))
    return jpegs, ppms


def programs(
    home: Path, jpegs: Sequence[Path], ppms: Sequence[Path]
) -> tuple[list[Program], list[Program]]:
    """Ours in its variants, and the peers."""
    seven_five = home / "scanned.pdf"
    _floor(ppms, seven_five, home)
    return (
        [
            Program(TYPED, lambda out: _ours(jpegs, out)),
            Program(ONE, lambda out: _ours(jpegs, out, "--threads", "1")),
        ],
        [
            Program("floor: cjpeg, img2pdf", lambda out: _floor(ppms, out / "o.pdf", out)),
            Program("ImageMagick -deskew 40%", lambda out: _imagemagick(ppms, out)),
            Program("unpaper", lambda out: _unpaper(ppms, out)),
            Program("ocrmypdf --deskew --clean", lambda out: _ocrmypdf(seven_five, out)),
        ],
    )


def run_in(folder: Path, program: Program) -> Cost:
    """One run with an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return program.run(folder)


def own_rows(home: Path, found: dict[str, list[Cost]]) -> list[Row]:
    """Our own figures against their budgets, and what the report said of the set."""
    rows = []
    at_once = threads_here()
    for name, typed, budget in ((TYPED, at_once, 3.0 if at_once > 1 else 5.0), (ONE, 1, 5.0)):
        wall = middle([cost.wall_s for cost in found[name]], "s", 2)
        what = f"ten pages, `{name}`: {typed} at once"
        rows.append(Row(what, f"≤ {budget:g} s", wall, _spent(found[name])))
    told = json.loads((home / "report.json").read_text(encoding="utf-8"))
    blank = [page for page in told["pages"] if page["blank"]]
    size = sum(page["bytes"] or 0 for page in told["pages"]) / 1000
    return [*rows, Row("found blank", f"{BLANKS}", f"{len(blank)}", f"{size:.0f} KB in all")]


def peer_rows(found: dict[str, list[Cost]]) -> list[Row]:
    """How many times as fast as each peer, pair by pair: as typed, and on one thread.

    Beside both the same by CPU time, which says more on a machine that has other work.
    """
    rows = []
    budgets = {"ImageMagick": 7.0, "unpaper": 11.0, "ocrmypdf": 20.0}
    for name, costs in found.items():
        if name.startswith("tramhoso"):
            continue
        if not costs:
            continue
        is_floor = name.startswith("floor")
        budget = "≤ 8" if is_floor else f"≥ {budgets[name.split()[0]]:g}"
        for ours, threads in ((TYPED, "as typed"), (ONE, "one thread")):
            wall, cpu = (_ratio(costs, found[ours], of) for of in ("wall_s", "cpu_s"))
            if is_floor:
                wall, cpu = 1 / wall, 1 / cpu
            what = f"{'beside the' if is_floor else 'faster than'} {name}, {threads}"
            how = f"{cpu:.1f} × by CPU time; {_spent(costs)}"
            rows.append(Row(what, f"{budget} ×", f"{wall:.1f} ×", how))
    return rows


def memory_rows(home: Path) -> list[Row]:
    """The peak over one page at 300 and at 600 dpi."""
    rows = []
    for dpi, budget in ((300, 130), (600, 250)):
        page = home / f"one-{dpi}.jpg"
        page.write_bytes(pages.paper("form", SEED, dpi, margin_mm=0.0).jpeg())
        cost = run_in(home / "out", Program("one", partial(_one, page)))
        rows.append(
            Row(f"peak, one page of {dpi} dpi", f"≤ {budget} MB", f"{cost.peak_mb:.0f} MB",
                f"{cost.wall_s:.2f} s")
        )  # fmt: skip
    return rows


def _ours(sources: Sequence[Path], out: Path, *options: str) -> Cost:
    return _measured([
        [*TRAMHOSO, "clean", *map(str, sources), "-o", str(out / "o.pdf"), *options,
         "--report", str(out.parent / "report.json")]
    ])  # fmt: skip


def _one(page: Path, out: Path) -> Cost:
    return _ours([page], out)


def _floor(ppms: Sequence[Path], pdf: Path, folder: Path) -> Cost:
    jpegs = [folder / f"{path.stem}-q75.jpg" for path in ppms]
    steps = [
        ["cjpeg", "-quality", "75", "-outfile", str(jpeg), str(ppm)]
        for jpeg, ppm in zip(jpegs, ppms, strict=True)
    ]
    return _measured([*steps, _bound(jpegs, pdf)])


def _imagemagick(ppms: Sequence[Path], out: Path) -> Cost:
    jpegs = [out / f"{path.stem}.jpg" for path in ppms]
    steps = [
        ["convert", str(ppm), "-deskew", "40%", "-quality", "75", str(jpeg)]
        for jpeg, ppm in zip(jpegs, ppms, strict=True)
    ]
    return _measured([*steps, _bound(jpegs, out / "o.pdf")])


def _unpaper(ppms: Sequence[Path], out: Path) -> Cost:
    steps, jpegs = [], []
    for ppm in ppms:
        clean, jpeg = out / ppm.name, out / f"{ppm.stem}.jpg"
        jpegs.append(jpeg)
        steps.append(["unpaper", "--quiet", "--dpi", str(DPI), str(ppm), str(clean)])
        steps.append(["cjpeg", "-quality", "75", "-outfile", str(jpeg), str(clean)])
    return _measured([*steps, _bound(jpegs, out / "o.pdf")])


def _ocrmypdf(scanned: Path, out: Path) -> Cost:
    return _measured([
        [str(_peers_home() / "bin" / "ocrmypdf"), "--deskew", "--clean", "--output-type", "pdf",
         "--tesseract-timeout", "0", "--jobs", "2", "--quiet", str(scanned), str(out / "o.pdf")]
    ])  # fmt: skip


def _bound(jpegs: Sequence[Path], pdf: Path) -> list[str]:
    return [*IMG2PDF, "--imgsize", f"{DPI}dpix{DPI}dpi", *map(str, jpegs), "-o", str(pdf)]


def _peers_home() -> Path:
    """OCRmyPDF's virtual environment, made once."""
    home = Path(tempfile.gettempdir()) / f"bench-clean-peers-{os.getuid()}"
    if not (home / "bin" / "ocrmypdf").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(home / "bin" / "pip"), "install", "--quiet", OCRMYPDF]
        subprocess.run(pip, check=True, timeout=PATIENCE_S)
    return home


def _measured(steps: Sequence[Sequence[str]]) -> Cost:
    """Run *steps* one after another; a step that fails ends the bench.

    Through GNU time: a child forked by this large process would be billed for its memory.
    """
    began, cpu_s, peak_mb = time.monotonic(), 0.0, 0.0
    for step in steps:
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as used:
            timed = ["time", "--quiet", "-f", "%U %S %M", "-o", used.name, *step]
            ended = subprocess.run(timed, capture_output=True, timeout=PATIENCE_S, check=False)
            if ended.returncode != 0:
                said = ended.stderr.decode(errors="replace")[-2000:]
                raise SystemExit(f"{' '.join(step)}\nended with {ended.returncode}: {said}")
            user, system, kilobytes = used.read().split()[-3:]
        cpu_s += float(user) + float(system)
        peak_mb = max(peak_mb, int(kilobytes) * 1.024e-3)
    return Cost(time.monotonic() - began, cpu_s, peak_mb)


def _ratio(peers: Sequence[Cost], ours: Sequence[Cost], of: str) -> float:
    pairs = zip(peers, ours, strict=False)
    return statistics.median(float(getattr(peer, of) / getattr(own, of)) for peer, own in pairs)


def _spent(costs: Sequence[Cost]) -> str:
    if not costs:
        return NO_BUDGET
    wall = statistics.median(cost.wall_s for cost in costs)
    cpu = statistics.median(cost.cpu_s for cost in costs)
    return f"{wall:.2f} s, CPU {cpu:.2f} s, peak {max(c.peak_mb for c in costs):.0f} MB"


if __name__ == "__main__":
    main()
