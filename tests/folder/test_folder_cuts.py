"""The stick is pulled, the box is killed: nothing half counts, and the next look goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from appliance.core.dossiers.submission import SubmissionState
from appliance.core.errors.folder import FolderError
from appliance.destinations import folder
from appliance.stick import marker_of, prepare
from tests.folder.boxes import CarryingBox
from tests.folder.media import Stick
from tests.folder.office import Office

ROOT = Path(__file__).resolve().parents[2]
# Where the hand pulls: at which step of the copying, the how many-th of its kind, on which side.
STEPS: dict[str, tuple[str, int, str]] = {
    "before-the-folder": ("make_folder", 2, "before"),
    "in-the-middle-of-a-file": ("_pieces", 1, "within"),
    "between-two-files": ("write_pieces", 1, "after"),
    "before-the-manifest": ("write_whole", 1, "before"),
    "before-the-proof": ("write_whole", 2, "before"),
    "whole-but-not-noted": ("write_whole", 2, "after"),
}


@contextmanager
def a_hand_at(step: tuple[str, int, str], stick: Stick) -> Iterator[list[str]]:
    """The real steps run, and the stick is pulled at one of them; yields what was reached."""
    name, wanted, side = step
    real: Callable[..., Any] = getattr(folder, name)
    reached: list[str] = []

    def pulled(*words: Any) -> Any:
        reached.append(name)
        now = len(reached) == wanted
        if now and side == "before":
            stick.pull()
        if now and side == "within":
            return half_of(real(*words))
        answer = real(*words)
        if now and side == "after":
            stick.pull()
        return answer

    def half_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield next(pieces)
        stick.pull()
        yield from pieces

    setattr(folder, name, pulled)
    try:
        yield reached
    finally:
        setattr(folder, name, real)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("kind", ["ext4", "vfat", "exfat"])
def test_a_stick_that_is_pulled_leaves_nothing_half_that_the_ward_would_take(
    kind: str,
    step: tuple[str, int, str],
    box: CarryingBox,
    office: Office,
    place: Path,
    real_stick: Callable[[str], Stick],
) -> None:
    stick = real_stick(kind)
    stick.plug_in()
    marker = marker_of(place)
    assert marker is not None
    prepare(stick.place, marker)
    stick.take_out()
    stick.plug_in()
    box.stick_place = stick.place
    made = box.seal(700_000)
    with a_hand_at(step, stick) as reached, suppress(FolderError):
        box.look()
    assert len(reached) >= step[1], "the hand was too late"
    stick.take_out()
    promised = box.submission(made).copied_at is not None
    assert box.has_sealed_bytes(made)
    assert box.state_of(made) is SubmissionState.WAITING

    stick.mend()
    stick.plug_in()
    brought = office.take_in(stick.place)
    if promised:
        assert [b.trouble for b in brought] == [None], "it was said to be whole"
    for one in brought:
        assert one.trouble in {None, "unfinished", "damaged", "tampered"}
    assert office.count()[1] == sum(b.receipt is not None for b in brought)
    # whatever came of it, plugging in again brings it to its end, once
    for _ in range(2):
        box.look()
        office.take_in(stick.place)
    box.look()
    assert box.state_of(made) is SubmissionState.DELIVERED
    assert office.papers(made.id) == made.plain
    assert office.count() == (1, 1, 0)


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.06])
def test_a_box_that_is_killed_while_it_copies_copies_again(
    after_s: float, box: CarryingBox, office: Office, place: Path
) -> None:
    dossiers = [box.seal(400_000) for _ in range(6)]
    child = subprocess.Popen(
        [sys.executable, "-c", COPYING, str(box.config.paths.state.parent), str(place), box.token,
         office.made.verify_key, office.made.recipient],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == b"copying\n"
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    copied = [box.submission(made).copied_at is not None for made in dossiers]
    for one in office.take_in(place):
        assert one.trouble in {None, "unfinished"}
    box.look()
    office.take_in(place)
    box.look()
    assert [box.state_of(made) for made in dossiers] == [SubmissionState.DELIVERED] * 6, copied
    assert office.count() == (6, 6, 0)


COPYING = """
import sys
from pathlib import Path
from appliance.config import *
from appliance.desk.sending.carrying import tend_stick
from appliance.desk.point import open_point
from appliance.destinations.folder import find_stick
from appliance.keys.signing import device_key_of
home, stick, token, verify_key, recipient = sys.argv[1:]
point = open_point(Config(
    paths=PathsSection(state=Path(home) / "state", runtime=Path(home) / "run"),
    ward=WardSection(recipient=recipient, verify_key=verify_key),
))
print("copying", flush=True)
tend_stick(point, lambda: find_stick(Path(stick), verify_key, device_key_of(token)))
"""


def test_a_ward_that_is_killed_while_it_imports_takes_all_in_the_next_time(
    box: CarryingBox, office: Office, place: Path
) -> None:
    dossiers = [box.seal(400_000) for _ in range(6)]
    box.look()
    command = [sys.executable, "-m", "appliance.commands.ward", "import"]
    command += [str(office.settings.home), str(place)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()  # the first one is in
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    assert {b.trouble for b in office.take_in(place)} <= {None, "unfinished"}
    for _ in range(2):
        box.look()
        office.take_in(place)
    box.look()
    assert [box.state_of(made) for made in dossiers] == [SubmissionState.DELIVERED] * 6
    assert office.count()[:2] == (6, 6)
