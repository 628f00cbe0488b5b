"""A seal that is interrupted, by a stop or by a dying child, loses and doubles nothing."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.pretend.sample_answers import sample_answers
from appliance.pretend.scanner import VirtualScanner
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import scan_into
from tests.station.conftest import RunningStation

SLOT = "giay_chung_sinh"
UNIT = Path(__file__).parents[2] / "systemd/tramhoso-station.service"


@pytest.fixture
def complete(point: Point, dossier_id: str) -> str:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT, count=2)
    scan_into(point, dossier_id, "uy_quyen", count=2)
    return dossier_id


def seal_state(point: Point, dossier_id: str) -> tuple[str, str | None]:
    seal = dossiers.look_at(point, dossier_id).seal
    assert seal is not None
    return seal.state, seal.error_code


def child_of_ours(module: str) -> Callable[[], int | None]:
    """Looks for a child process that runs *module*."""

    def look() -> int | None:
        for children in Path("/proc/self/task").glob("*/children"):
            for pid in children.read_text().split():
                try:
                    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                except FileNotFoundError:
                    continue
                if module.encode() in words:
                    return int(pid)
        return None

    return look


@pytest.mark.parametrize("child", ["appliance.papers.pdf_child", "appliance.papers.typst_child"])
def test_a_child_killed_in_mid_seal_is_told_and_the_next_wish_is_granted(
    station: RunningStation, complete: str, helper: Volunteer, child: str
) -> None:
    found: list[int] = []
    look = child_of_ours(child)
    sealing.ask_to_seal(station.point, complete, helper.id, consented=True)
    station.until(lambda: bool((pid := look()) and (found.append(pid) or True)))
    os.kill(found[0], signal.SIGKILL)
    station.until(lambda: seal_state(station.point, complete)[0] in ("failed", "done"))
    view = dossiers.look_at(station.point, complete)
    assert seal_state(station.point, complete) == ("failed", "printing-failed")
    assert (view.dossier.state, len(view.pages)) == (DossierState.OPEN, 4)
    sealing.ask_to_seal(station.point, complete, helper.id, consented=True)
    station.until(
        lambda: (
            dossiers.look_at(station.point, complete).dossier.state is DossierState.SEALED
            and not station.point.pages.names()
        )
    )


def test_a_stop_in_mid_seal_breaks_no_wish_and_the_next_start_grants_it(
    point: Point, scanner: VirtualScanner, complete: str, helper: Volunteer, tmp_path: Path
) -> None:
    first = RunningStation(point, scanner, tmp_path / "sane.d")
    first.start()
    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    first.until(lambda: seal_state(point, complete)[0] == "sealing")
    first.stop()
    assert seal_state(point, complete)[0] in ("sealing", "done")
    second = RunningStation(point, scanner, tmp_path / "sane2.d")
    second.start()
    second.until(lambda: seal_state(point, complete) == ("done", None))
    second.stop()
    assert dossiers.look_at(point, complete).dossier.state is DossierState.SEALED


def test_an_orderly_stop_reaches_the_station_and_not_its_children() -> None:
    # with control-group a child in mid-seal dies of SIGTERM and the wish fails as unprintable
    assert re.search(r"^KillMode=mixed$", UNIT.read_text(), re.MULTILINE)
