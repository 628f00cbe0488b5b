"""``tramhoso doctor`` as a technician types it: sentences, JSON, exit codes, nothing changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

from appliance.doctor import NEEDS_PERSON, OUT_OF_SERVICE
from tests.technician.conftest import Tramhoso, config, tramhoso  # noqa: F401 - fixtures


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


def test_a_box_that_was_made_is_looked_at_whole_and_in_either_language(
    tramhoso: Tramhoso, tmp_path: Path
) -> None:
    assert tramhoso("upkeep").returncode == 0
    vietnamese = tramhoso("doctor", SANE_CONFIG_DIR=str(tmp_path))
    assert "ok   Cơ sở dữ liệu đọc được" in vietnamese.stdout
    assert "→ " in vietnamese.stdout
    english = tramhoso("doctor", "--language", "en", SANE_CONFIG_DIR=str(tmp_path))
    assert "ok   The database can be read" in english.stdout
    owners = {path.stat().st_uid for path in (tmp_path / "state").rglob("*")}
    assert owners == {os.geteuid()}


def test_a_mistake_in_the_configuration_is_a_finding_beside_the_others(
    tramhoso: Tramhoso, config: Path, tmp_path: Path
) -> None:
    config.write_text(config.read_text().replace("resolution_dpi", "resolution_dip", 1))
    told = tramhoso("doctor", "--json", SANE_CONFIG_DIR=str(tmp_path))
    findings = {one["code"]: one for one in json.loads(told.stdout)["findings"]}
    assert "resolution_dip" in findings["config-wrong"]["why"]
    assert len(findings) > 4
    assert told.returncode in (NEEDS_PERSON, OUT_OF_SERVICE)
