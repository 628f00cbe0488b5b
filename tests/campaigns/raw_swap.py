"""Search the raw bytes of swap for plain papers, while the services are pushed out of memory.

``python -m tests.campaigns.raw_swap [--visits 5] [--cuts 2] [--seed 1]`` (root, a loop device,
control groups). The point's services live in a group of their own that is squeezed twice a second,
so that whatever they hold goes where swap is. Citizens come, now and then everything is killed at
once as by a power cut; then every byte that was ever swapped is searched for names, pieces of
pages and PDFs, and private keys. Three times: a process that holds all these marks plainly, the
control; the services on a machine whose swap lies on its card, which shows what would be lost;
and the services after the installer's own step has switched that swap off, with compressed memory
in its place as Raspberry Pi OS has it. Prints one JSON object; ends with 1 when the control or the
squeezing missed something, or when as shipped anything at all reached the card.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from appliance.demo.visit import PROCEDURE, play_visit
from appliance.desk.point import open_point
from appliance.pretend.sample_answers import sample_answers
from appliance.setup.swap import swap_on_disk, switch_off
from tests.campaigns.parts.card import run_tool
from tests.campaigns.parts.card_house import POINT_SERVICES, CardHouse
from tests.campaigns.parts.coarse_house import CoarseHouse
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.own_swap import Group, compressed_memory, memory_group, swap_in, used
from tests.campaigns.parts.raw_search import Marks, search_image
from tests.campaigns.raw_card import CITIZEN, Collector, change_ones_mind, press_without_a_dossier
from web.ward.office.reader import open_dossier

SWAP_BYTES = 768 << 20  # the services held 400 MB of it with one visit
HEAD_BYTES = 8192  # what mkswap and the kernel write by themselves
SHOWN = {"a word", "a page's picture"}  # what must be found where swap is allowed
_HOLD = """
import sys, time
held = sys.stdin.buffer.read()
print("held", flush=True)
time.sleep(600)
"""


class SqueezedHouse(CoarseHouse, CardHouse):
    """The point's services, with their children, in a group; scanner and ward are elsewhere."""

    def __init__(self, home: Path, group: Group) -> None:
        super().__init__(home)
        self._group = group

    def _command(self, *words: str) -> list[str]:
        command = super()._command(*words)
        return self._group.inside(*command) if words[0] in POINT_SERVICES else command


@dataclass
class Seen:
    """Of one round of visits."""

    found: Counter[str] = field(default_factory=Counter)
    written: int = 0  # bytes of the card's swap that were ever written
    elsewhere: int = 0  # most bytes that lay in compressed memory at one time
    files_read: int = 0
    processes_killed: int = 0


def campaign(home: Path, visits: int, cuts: int, seed: int = 1) -> dict[str, object]:
    """The control, then the visits twice."""
    began, dice = time.monotonic(), random.Random(seed)
    keep_memory_folders_out_of_swap()
    marks = Marks()
    for key in CITIZEN:
        marks.add_word(str(sample_answers(PROCEDURE, date(2026, 11, 22))[key]))
    with on_the_card(home / "allowed.img") as (image, _), group() as squeezed:
        allowed = come(home / "allowed", squeezed, marks, visits, cuts, dice, image)
    with (
        on_the_card(home / "shipped.img") as (image, place),
        switched_off(place),
        compressed_memory(SWAP_BYTES) as instead,
        group() as squeezed,
    ):
        shipped = come(home / "shipped", squeezed, marks, visits, cuts, dice, image, instead)
    return {
        "visits": 2 * visits,
        "cuts": 2 * cuts,
        "files read before they were erased": allowed.files_read + shipped.files_read,
        "marks": len(marks.known),
        "swap on the card: megabytes written": round(allowed.written / 1e6, 1),
        "swap on the card: found": dict(allowed.found),
        "squeezed in vain": sorted(SHOWN - allowed.found.keys()),
        "as shipped: megabytes in compressed memory": round(shipped.elsewhere / 1e6, 1),
        "as shipped: bytes written to the card": shipped.written,
        "as shipped: found": dict(shipped.found),
        "missed on the control": missed_on_the_control(home, marks),
        "seconds": round(time.monotonic() - began),
        "load": round(os.getloadavg()[1], 1),
    }


def keep_memory_folders_out_of_swap() -> None:
    """The runtime folder as the unit mounts it; on kernels that do not know ``noswap``, without."""
    for options in ("noswap,size=40%", "size=40%"):
        try:
            run_tool("mount", "-t", "tmpfs", "-o", options, "tramhoso", "/dev/shm")
        except subprocess.CalledProcessError:
            continue
        return


@contextmanager
def on_the_card(image: Path) -> Iterator[tuple[Path, str]]:
    """Swap whose every byte can be read in *image*."""
    with swap_in(image, SWAP_BYTES) as place:
        yield image, place


@contextmanager
def switched_off(place: str) -> Iterator[None]:
    """By what the installer runs; it must find it by itself."""
    if place not in swap_on_disk():
        raise LookupError(f"the installer does not see the swap on {place}")
    switch_off(place)
    yield


@contextmanager
def group() -> Iterator[Group]:
    """A name of its own, so that two campaigns do not meet."""
    with memory_group(f"tramhoso-raw-swap-{os.getpid()}") as made:
        yield made


def come(
    home: Path,
    squeezed: Group,
    marks: Marks,
    visits: int,
    cuts: int,
    dice: random.Random,
    image: Path,
    instead: str | None = None,
) -> Seen:
    """Visits, some of them ended by everything being killed; then all of *image* is searched."""
    seen, cut_after = Seen(), set(dice.sample(range(visits), min(cuts, visits)))
    with SqueezedHouse(home, squeezed) as house:
        point = open_point(house.config())
        collector = Collector(point, marks).start()
        try:
            with squeezed.squeezed():
                for number in range(visits):
                    played = play_visit(house, dice.randint(1, 3), lambda line: None)
                    for pdf in open_dossier(house.ward_home, played.dossier).papers.values():
                        marks.add_content(pdf, "a sealed PDF")
                    if number % 3 == 0:
                        change_ones_mind(house, point)
                        press_without_a_dossier(house, point)
                    seen.elsewhere = max(seen.elsewhere, used(instead) if instead else 0)
                    if number in cut_after:
                        squeezed.squeeze()
                        house.fall()
                        house.begin_again()
                squeezed.squeeze()
        finally:
            seen.files_read = collector.stop()
            point.database.close()
        house.fall()
    seen.written, seen.found = search_image(image, marks)
    if seen.written <= HEAD_BYTES:
        seen.written = 0
    return seen


def missed_on_the_control(home: Path, marks: Marks) -> list[str]:
    """Kinds of marks that are not found in swap though a process held them plainly in memory."""
    with on_the_card(home / "control.img") as (image, _), group() as squeezed:
        with holding(squeezed, b"\n".join(marks.known)):
            squeezed.squeeze()
        _, found = search_image(image, marks)
    return sorted({*marks.known.values()} - found.keys())


@contextmanager
def holding(squeezed: Group, content: bytes) -> Iterator[None]:
    """A process in that group that has *content* in its memory."""
    command = squeezed.inside(sys.executable, "-c", _HOLD)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            holder.stdin.write(content)
            holder.stdin.close()
            holder.stdout.readline()
            yield
        finally:
            holder.kill()


def main() -> None:
    """The campaign, once."""
    run(
        asks(__doc__, visits=5, cuts=2, seed=1),
        lambda home, asked: campaign(home, asked.visits, asked.cuts, asked.seed),
        bad=(
            "squeezed in vain",
            "as shipped: bytes written to the card",
            "as shipped: found",
            "missed on the control",
        ),
        mounts=True,
    )


if __name__ == "__main__":
    main()
