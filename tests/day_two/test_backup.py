"""A box on a stick and onto another card: whole or not at all, and nothing counts twice."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from appliance.cli import tramhoso
from appliance.desk.point import open_point
from appliance.keys.age import new_identity, open_stream, recipient_of
from appliance.store.card import backup as kept
from appliance.store.card.backup import NoBackup, Part
from tests.folder.boxes import CarryingBox

NAME = "Lan"  # the volunteer of these boxes: in the database, and readable on no stick


class Home:
    """A box's /etc and /var/lib."""

    def __init__(self, folder: Path, box: CarryingBox, *, escrow: str = "") -> None:
        self.box = box
        self.etc, self.state = folder / "etc", box.config.paths.state
        (self.etc / "tls").mkdir(parents=True)
        (self.etc / "tls/ca.key").write_text("the authority's key")
        (self.etc / "ward-ca.pem").write_text("the ward's authority")
        (self.etc / "ward.token").write_text(box.token)
        (self.etc / "ward.token").chmod(0o600)
        ward = box.config.ward
        self.config = self.etc / "config.toml"
        lines = [
            "[point]", 'code = "KV-0007"', "[paths]", f'state = "{self.state}"',
            f'runtime = "{box.config.paths.runtime}"', "[ward]",
            f'recipient = "{ward.recipient}"', f'verify_key = "{ward.verify_key}"',
            *([f'escrow_recipient = "{escrow}"'] if escrow else []),
        ]  # fmt: skip
        self.config.write_text("\n".join(lines) + "\n")

    def say(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(
            tramhoso, ["--config", str(self.config), *words], input=typed or None
        )


def backed_up(home: Home, usb: Path) -> tuple[Path, str]:
    """The new folder, and the code."""
    usb.mkdir(exist_ok=True)
    done = home.say("backup", str(usb), "--not-a-mount")
    assert done.exit_code == 0, done.output
    [folder] = usb.iterdir()
    return folder, done.output.split("told once: ")[1].strip()


def restored(home: Home, folder: Path, code: str) -> Result:
    return home.say("restore-backup", str(folder), "--code", code)


@pytest.fixture
def other(new_box, office, box, tmp_path) -> Home:
    """The same place with a new card in it: installed, and nothing on it."""
    empty = new_box(box.token)
    # a connection that ends later would take the restored database's log away with it
    empty.point.database.close()
    return Home(tmp_path / "other", empty)


def test_a_new_card_goes_on_where_the_old_one_ended_and_the_ward_counts_once(
    box, other, office, tmp_path
):
    first, second = box.seal(), box.seal()
    home = Home(tmp_path / "first", box)
    folder, code = backed_up(home, tmp_path / "backups")
    box.look()  # both reach the ward after the backup was made
    assert len(office.take_in(box.stick_place)) == 2
    before = office.count()
    box.look()  # and the old card had heard so before it died

    (other.etc / "ward-ca.pem").unlink()  # a new card knows no ward
    done = restored(other, folder, code.upper().replace("-", " "))
    assert done.exit_code == 0, done.output
    assert (other.etc / "ward.token").read_text() == box.token
    assert (other.etc / "ward.token").stat().st_mode & 0o777 == 0o600
    assert (other.etc / "tls/ca.key").read_text() == "the authority's key"
    assert (other.etc / "ward-ca.pem").stat().st_mode & 0o777 == 0o644  # the uploader reads it
    assert kept.waiting_in(other.state / "point.db") == sorted([first.id, second.id])
    for sealed in (first, second):
        names = {path.name for path in (other.state / "outbox" / sealed.id).iterdir()}
        assert len(names) == len(sealed.files)
    assert not (other.state / ".restoring").exists()

    other.box.point = open_point(other.box.config)
    other.box.look()  # the new card knows of no receipt, and brings both once more
    again = office.take_in(box.stick_place)
    assert (len(again), office.count()) == (2, before)
    other.box.look()
    assert kept.waiting_in(other.state / "point.db") == []


def test_what_has_its_receipt_and_what_is_being_filled_stays_out(box, office, tmp_path):
    delivered, waits = box.seal(), None
    box.look()
    office.take_in(box.stick_place)
    box.look()
    waits = box.seal()
    (box.config.paths.state / "pages").mkdir(exist_ok=True)
    (box.config.paths.state / "pages/open.age").write_bytes(b"a page of an open dossier")
    folder, code = backed_up(Home(tmp_path / "first", box), tmp_path / "backups")
    into = tmp_path / "out"
    into.mkdir()
    names = kept.take_out(folder, code, into)
    assert any(waits.id in name for name in names)
    assert not any(delivered.id in name or "pages" in name for name in names)


def test_a_lost_stick_tells_no_name_no_token_and_no_key(box, tmp_path):
    box.seal()
    folder, code = backed_up(Home(tmp_path / "first", box), tmp_path / "backups")
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert {path.name for path in folder.iterdir()} == {"backup.age", "backup.json", "backup.key"}
    for secret in (box.token, "the authority's key", NAME, code, code.replace("-", "")):
        assert secret.encode() not in everything
    assert set(json.loads((folder / "backup.json").read_text())) == {
        "point", "version", "made_at", "bytes", "sha256",
    }  # fmt: skip


def test_the_province_opens_it_with_its_escrow_key_when_the_code_is_lost(box, tmp_path):
    identity = new_identity()
    home = Home(tmp_path / "first", box, escrow=recipient_of(identity))
    folder, _ = backed_up(home, tmp_path / "backups")
    with (folder / "backup.age").open("rb") as sealed, (tmp_path / "b.tar").open("wb") as plain:
        open_stream(sealed, plain, identity)
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert "etc/ward.token" in tar.getnames()


def spoil(folder: Path, how: str) -> None:
    if how == "cut":
        whole = (folder / "backup.age").read_bytes()
        (folder / "backup.age").write_bytes(whole[:-100])
    elif how == "changed":
        whole = bytearray((folder / "backup.age").read_bytes())
        whole[len(whole) // 2] ^= 1
        (folder / "backup.age").write_bytes(whole)
    elif how == "pulled":
        (folder / "backup.json").unlink()
    elif how == "key cut":
        (folder / "backup.key").write_bytes(b"")
    elif how == "newer":
        told = json.loads((folder / "backup.json").read_text()) | {"version": "99.0.0"}
        (folder / "backup.json").write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("how", "number"),
    [("cut", 21), ("changed", 21), ("pulled", 21), ("key cut", 22), ("newer", 24), ("code", 22)],
)
def test_a_backup_that_is_no_good_changes_nothing_and_says_why(box, other, tmp_path, how, number):
    box.seal()
    folder, code = backed_up(Home(tmp_path / "first", box), tmp_path / "backups")
    spoil(folder, how)
    config = other.config.read_bytes()
    answer = restored(other, folder, "abcd-" * 4 + "abcd" if how == "code" else code)
    assert answer.exit_code == number, answer.output
    assert len(answer.stderr.splitlines()) == 1
    assert other.config.read_bytes() == config
    assert kept.waiting_in(other.state / "point.db") == []
    assert not (other.state / ".restoring").exists()


def test_a_box_that_holds_dossiers_is_not_written_over(box, tmp_path):
    box.seal()
    home = Home(tmp_path / "first", box)
    folder, code = backed_up(home, tmp_path / "backups")
    answer = restored(home, folder, code)
    assert (answer.exit_code, "factory-reset first" in answer.stderr) == (23, True)


def test_while_a_service_works_nothing_is_put_in_its_place(box, other, tmp_path):
    box.seal()
    folder, code = backed_up(Home(tmp_path / "first", box), tmp_path / "backups")
    hold = "import sys, time; from pathlib import Path; from appliance.store.card import in_use; "
    hold += "in_use.hold(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(other.state)], stdout=subprocess.PIPE
    ) as service:
        assert service.stdout is not None
        service.stdout.readline()
        answer = restored(other, folder, code)
        service.kill()
    assert (answer.exit_code, "stop the services first" in answer.stderr) == (25, True)


def test_a_folder_that_is_not_there_is_told_as_a_stick_that_is_missing(box, tmp_path):
    done = Home(tmp_path / "first", box).say("backup", str(tmp_path / "no-stick"))
    assert done.exit_code == 20
    assert "mount the stick first" in done.stderr


def test_a_folder_where_no_stick_is_mounted_is_not_filled(box, tmp_path):
    answer = Home(tmp_path / "first", box).say("backup", str(tmp_path))
    assert (answer.exit_code, "mount the stick first" in answer.stderr) == (20, True)


@pytest.mark.parametrize("name", ["../etc/passwd", "state/pages/x.age", "etc/tls/../../x.pem"])
def test_a_name_that_is_not_ours_is_never_written(tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text("x")
    code, folder = kept.new_code(), tmp_path / "b"
    from datetime import UTC, datetime

    kept.write_backup(
        folder, [Part(name, secret)], code, None,
        point="KV-0007", version="0.1.0", now=datetime.now(UTC),
    )  # fmt: skip
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(NoBackup, match="nothing of ours"):
        kept.take_out(folder, code, into)
    assert list(into.rglob("*")) == []


def test_a_file_that_vanishes_while_it_is_read_leaves_no_backup_behind(tmp_path):
    from datetime import UTC, datetime

    with pytest.raises(FileNotFoundError):
        kept.write_backup(
            tmp_path / "b", [Part("etc/ward.token", tmp_path / "none")], kept.new_code(), None,
            point="KV-0007", version="0.1.0", now=datetime.now(UTC),
        )  # fmt: skip
    with pytest.raises(NoBackup):
        kept.about(tmp_path / "b")
