"""A box given back, and what support is sent."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.cli import tramhoso
from appliance.commands.logs import without_persons
from tests.day_two.test_backup import Home


def test_a_reset_box_holds_nothing_of_anybody_and_keeps_its_folders(box, tmp_path):
    home = Home(tmp_path / "first", box)
    box.seal()
    runtime = box.config.paths.runtime
    (runtime / "desk.key").write_text("a key in memory")
    (home.etc / "hotspot.password").write_text("of the Wi-Fi")
    answer = home.say("factory-reset", "--yes", "--lose-undelivered")
    assert answer.exit_code == 0, answer.output
    assert sorted(path.name for path in home.etc.iterdir()) == []
    assert list(home.state.iterdir()) == list(runtime.iterdir()) == []
    again = home.say("backup", str(tmp_path))
    assert (again.exit_code, "tramhoso-setup install" in again.stderr) == (78, True)


def test_what_the_ward_has_no_receipt_for_is_not_erased_by_accident(box, tmp_path):
    home = Home(tmp_path / "first", box)
    box.seal()
    before = sorted(home.state.rglob("*"))
    answer = home.say("factory-reset", "--yes")
    assert (answer.exit_code, "1 sealed dossiers have no receipt" in answer.stderr) == (26, True)
    assert "nothing was erased" in answer.stderr
    assert sorted(path for path in home.state.rglob("*") if "point.db-" not in path.name) == [
        path for path in before if "point.db-" not in path.name
    ]


def test_nothing_is_erased_before_somebody_said_yes(box, tmp_path):
    home = Home(tmp_path / "first", box)
    assert home.say("factory-reset", typed="n\n").exit_code == 1
    assert home.config.exists()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("INFO desk: Lê Thị Mẫu signed in", "INFO desk: <person> signed in"),
        ("số 001 099 012 345 ở đây", "số <number> ở đây"),
        ("gọi 0912345678", "gọi <number>"),
        ("from 10.20.30.40 port 22", "from <address> port 22"),
        ("lan@example.org wrote", "<mail> wrote"),
        ("token tht_" + "A" * 43, "token <secret>"),
        ("2026-11-22T08:00:01+0000 box[77]: 3 pages", "2026-11-22T08:00:01+0000 box[77]: 3 pages"),
        ("01a20119-7c4e-7000-8000-0123456789ab delivered",) * 2,
        ("free disk: 12345 MiB",) * 2,
    ],
)
def test_persons_and_secrets_leave_marks_and_the_rest_stays_readable(line, kept):
    assert without_persons(line, ["Lê Thị Mẫu"]) == kept


def test_the_bundle_holds_what_helps_and_no_name_of_a_volunteer(box, tmp_path, monkeypatch):
    """The journal is one that a program of that name prints."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "journalctl").write_text(
        "#!/bin/sh\necho 2026-11-22T08:00:01+0000 web: Lan 001099012345 came\n"
    )
    (programs / "journalctl").chmod(0o755)
    import os

    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    home, usb = Home(tmp_path / "first", box), tmp_path / "for-support"
    usb.mkdir()
    answer = home.say("logs", str(usb))
    assert answer.exit_code == 0, answer.output
    [packed] = usb.iterdir()
    with tarfile.open(packed) as tar:
        texts = {one.name: tar.extractfile(one).read().decode() for one in tar}  # type: ignore[union-attr]
    assert set(texts) == {
        "version.txt", "journal.txt", "units.txt", "kernel.txt", "disk.txt", "doctor.json",
    }  # fmt: skip
    assert texts["journal.txt"] == "2026-11-22T08:00:01+0000 web: <person> <number> came\n"
    assert "Lan" not in "".join(texts.values())


def test_without_a_configuration_there_is_still_a_bundle(tmp_path: Path):
    words = ["--config", str(tmp_path / "none.toml"), "logs", str(tmp_path)]
    assert CliRunner().invoke(tramhoso, words).exit_code == 0
    assert list(tmp_path.glob("tramhoso-logs-unknown-*.tar.gz"))
