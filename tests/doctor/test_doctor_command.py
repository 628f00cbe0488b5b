"""``tramhoso doctor`` as a technician types it: sentences, JSON, exit codes, nothing changed."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.doctoring.doctor import NEEDS_PERSON, OUT_OF_SERVICE
from tests.technician.conftest import Tramhoso, config, tramhoso  # noqa: F401 - fixtures

HERE = Path(__file__).resolve()


def everything_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_machine_without_a_box_is_looked_at_and_nothing_is_made(
    tramhoso: Tramhoso, tmp_path: Path
) -> None:
    before = everything_below(tmp_path)
    told = tramhoso("doctor", "--json", SANE_CONFIG_DIR=str(tmp_path))
    said = json.loads(told.stdout)
    codes = [one["code"] for one in said["findings"]]
    assert told.returncode == OUT_OF_SERVICE, told.stderr
    assert said["level"] == "out"
    assert codes[0] == "scanner-driver-missing"  # no dll.conf there
    assert {"release-by-hand", "panel-none"} <= set(codes)
    assert all(one["what"] and one["why"] and one["todo"] for one in said["findings"][:2])
    assert everything_below(tmp_path) == before


@pytest.fixture
def nobodys(config: Path) -> Iterator[Path]:
    """A folder for a box of another user's, where that user can come."""
    nobody = pwd.getpwnam("nobody").pw_uid
    if os.geteuid() != 0 or not all(one.stat().st_mode & 0o005 == 0o005 for one in HERE.parents):
        pytest.skip("needs root, and a clone that others can read")
    with tempfile.TemporaryDirectory(prefix="tramhoso-nobody-") as folder:
        Path(folder).chmod(0o755)
        config.write_text(config.read_text().replace(f"{config.parent}/", f"{folder}/"))
        yield Path(folder)
        assert {path.stat().st_uid for path in Path(folder).glob("*/**/*")} == {nobody}


def test_root_looks_with_the_services_own_eyes_and_leaves_no_file_of_roots(
    tramhoso: Tramhoso, nobodys: Path, tmp_path: Path
) -> None:
    assert tramhoso("upkeep").returncode == 0
    for path in (nobodys / "state", *(nobodys / "state").rglob("*")):
        shutil.chown(path, "nobody")
    told = tramhoso("doctor", SANE_CONFIG_DIR=str(tmp_path))
    assert "ok   Cơ sở dữ liệu đọc được" in told.stdout
    assert "→ " in told.stdout
    (nobodys / "state/point.db").chmod(0o000)  # root could read it, the services could not
    shutil.chown(nobodys / "state/point.db", "root")
    told = tramhoso("doctor", "--language", "en", SANE_CONFIG_DIR=str(tmp_path))
    assert "The database can be read" not in told.stdout
    shutil.chown(nobodys / "state/point.db", "nobody")


def test_a_mistake_in_the_configuration_is_a_finding_beside_the_others(
    tramhoso: Tramhoso, config: Path, tmp_path: Path
) -> None:
    config.write_text(config.read_text().replace("resolution_dpi", "resolution_dip", 1))
    told = tramhoso("doctor", "--json", SANE_CONFIG_DIR=str(tmp_path))
    findings = {one["code"]: one for one in json.loads(told.stdout)["findings"]}
    assert "resolution_dip" in findings["config-wrong"]["why"]
    assert len(findings) > 4
    assert told.returncode in (NEEDS_PERSON, OUT_OF_SERVICE)
