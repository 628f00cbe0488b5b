"""The one named step that people cannot bring about: a seal that fails, and dies of something else.

The kill matrix passes all others.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_edits
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.failpoints import DIE_AT, PASSINGS
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Volunteer
from tests.campaigns.parts.kill_steps import ROOT
from tests.point.conftest import *
from tests.point.conftest import scan_into

STEP, SLOT = "seal-failed-before-files-gone", "giay_chung_sinh"
STATION = """
import pickle, sys
from appliance.desk.sending import sealing
from appliance.desk.point import open_point
from appliance.imaging.child.main import cleaned
sealing.grant_next(open_point(pickle.load(sys.stdin.buffer)), cleaned)
"""


def test_a_station_that_dies_while_a_seal_fails_leaves_nothing_that_is_sent(
    point: Point, dossier_id: str, helper: Volunteer, config: Config, tmp_path: Path
) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT)
    [spoilt] = scan_into(point, dossier_id, "uy_quyen")  # sealed behind the other
    [page] = dossiers.look_at(point, dossier_id).pages_in("uy_quyen")
    point.pages.remove(page.master)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    dead = subprocess.run(
        [sys.executable, "-c", STATION],
        input=pickle.dumps(config),
        env=os.environ | {DIE_AT: STEP, PASSINGS: str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()
    assert (tmp_path / f"{STEP}.passed").exists()
    view = dossiers.look_at(point, dossier_id)
    assert view.dossier.state is DossierState.OPEN
    assert view.seal is not None
    assert view.seal.error_code == "page-damaged"
    half_made = point.sealed_files(dossier_id).names()
    assert half_made

    page_edits.remove_page(point, spoilt)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == dossier_id
    sent = dossiers.look_at(point, dossier_id).submission
    assert sent is not None
    assert point.sealed_files(dossier_id).names() == {file.sha256 for file in sent.files}
