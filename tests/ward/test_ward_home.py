"""`ward init`, the other commands, the keys, the tables, and opening what was sealed."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner, Result
from sqlalchemy import update

from appliance.commands.ward import ward as ward_command
from appliance.config import WardSection
from appliance.keys.age import is_recipient, open_sealed, seal
from appliance.keys.signing import sign, verifies
from tests.ward.box import Box
from tests.ward.conftest import RunningWard
from tests.ward.papers import pdf, sealed_dossier
from web.ward.database import migrate, open_database, reading, writing
from web.ward.home import NotAWardHome, open_home
from web.ward.office.officers import signs_in
from web.ward.office.reader import DossierUnreadable, open_dossier
from web.ward.settings import WardSettings
from web.ward.tables import metadata, revision


def tramhoso(*words: str | Path) -> Result:
    return CliRunner().invoke(ward_command, [str(word) for word in words])


def contents_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "sqlite" not in path.name
    }


def test_init_tells_a_box_all_it_needs(tmp_path: Path) -> None:
    home = tmp_path / "ward"
    told = json.loads(
        tramhoso("init", home, "--url", "https://w.example/intake/v1", "--json").output
    )
    section = WardSection(
        url=told["url"], recipient=told["recipient"], verify_key=told["verify_key"]
    )
    assert is_recipient(section.recipient)
    opened = open_home(home)
    assert open_sealed(seal(b"x", [section.recipient]), opened.identity) == b"x"
    assert verifies(b"y", sign(b"y", opened.signing_key), section.verify_key)
    assert told["token"].startswith("tht_")
    engine = open_database(WardSettings(home).database_url)
    from datetime import UTC, datetime

    assert signs_in(engine, told["officer"], told["password"], datetime.now(UTC))


def test_init_again_changes_nothing_and_tells_no_secret(tmp_path: Path) -> None:
    home = tmp_path / "ward"
    first = json.loads(tramhoso("init", home, "--json").output)
    before = contents_of(home)
    again = json.loads(tramhoso("init", home, "--json").output)
    assert contents_of(home) == before
    assert again == first | {"token": None, "password": None}
    text = tramhoso("init", home).output
    assert first["token"] not in text
    assert first["recipient"] in text


def test_private_keys_are_for_the_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "ward"
    home.mkdir(mode=0o755)
    tramhoso("init", home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    for name in ("age.key", "signing.key", "session.key"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert "SECRET" not in repr(open_home(home))


@pytest.mark.parametrize("words", [("serve",), ("token", "list"), ("officer",)])
def test_a_folder_that_is_no_ward_is_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    last = ["canbo"] if words == ("officer",) else []
    result = tramhoso(*words, tmp_path, *last)
    assert result.exit_code == 1
    assert "run `tramhoso ward init`" in result.output
    assert "Traceback" not in result.output


def test_an_emptied_key_is_noticed_at_the_start(tmp_path: Path) -> None:
    tramhoso("init", tmp_path / "ward")
    (tmp_path / "ward" / "signing.key").write_text("")
    with pytest.raises(NotAWardHome, match="backup"):
        open_home(tmp_path / "ward")


def test_tokens_are_added_listed_and_revoked(tmp_path: Path) -> None:
    home = tmp_path / "ward"
    tramhoso("init", home)
    token = tramhoso("token", "add", home, "nha-van-hoa").output.strip()
    assert token.startswith("tht_")
    assert tramhoso("token", "add", home, "nha-van-hoa").exit_code == 1
    listed = tramhoso("token", "list", home).output
    assert "nha-van-hoa" in listed
    assert "never seen" in listed
    assert token not in listed
    assert tramhoso("token", "revoke", home, "nha-van-hoa").exit_code == 0
    assert tramhoso("token", "revoke", home, "nha-van-hoa").exit_code == 1
    assert "revoked" in tramhoso("token", "list", home).output


def test_an_officer_gets_a_new_password(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    home = tmp_path / "ward"
    tramhoso("init", home)
    first = tramhoso("officer", home, "chi-lan").output.strip()
    second = tramhoso("officer", home, "chi-lan").output.strip()
    engine = open_database(WardSettings(home).database_url)
    assert not signs_in(engine, "chi-lan", first, datetime.now(UTC))
    assert signs_in(engine, "chi-lan", second, datetime.now(UTC))


# ── the tables ───────────────────────────────────────────────────────────────


def test_the_migrations_make_exactly_the_tables_of_the_code(ward: RunningWard) -> None:
    with reading(ward.engine) as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        differences = [
            d for d in compare_metadata(context, metadata) if "sqlite_sequence" not in str(d)
        ]
    assert differences == []


def test_migrating_again_changes_nothing(ward: RunningWard) -> None:
    migrate(ward.engine)
    migrate(ward.engine)


def test_sqlite_is_set_to_survive_a_power_cut(tmp_path: Path) -> None:
    with writing(open_database(WardSettings(tmp_path).database_url)) as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_plain_postgres_address_means_psycopg_3() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        settings = WardSettings(Path("/w"), f"{scheme}://u:p@h/db")
        assert settings.database_url == "postgresql+psycopg://u:p@h/db"


# ── opening what was sealed ──────────────────────────────────────────────────


@pytest.fixture
def delivered(ward: RunningWard, box: Box, recipient: str) -> tuple[str, dict[str, bytes]]:
    papers = {"giay_chung_sinh": pdf("một"), "cccd": pdf("hai", 4000)}
    dossier = sealed_dossier(recipient, papers=papers)
    box.deliver(dossier)
    return dossier.id, papers


def test_the_ward_reads_the_very_bytes_that_were_sealed(
    ward: RunningWard, delivered: tuple[str, dict[str, bytes]]
) -> None:
    dossier_id, papers = delivered
    opened = open_dossier(ward.settings.home, dossier_id, database=ward.settings.database)
    assert opened.by_slot == papers
    assert opened.contents.sections[0].rows[0].label == "Họ, chữ đệm, tên"
    assert opened.manifest.dossier_id == dossier_id


def test_a_changed_byte_in_the_vault_is_never_shown(
    ward: RunningWard, delivered: tuple[str, dict[str, bytes]]
) -> None:
    dossier_id, _ = delivered
    home, database = ward.settings.home, ward.settings.database
    for file in open_dossier(home, dossier_id, database=database).manifest.files:
        kept = home / "sealed" / file.sha256[:2] / file.sha256
        whole = kept.read_bytes()
        kept.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(DossierUnreadable, match="damaged in the vault"):
            open_dossier(home, dossier_id, database=database)
        kept.unlink()
        with pytest.raises(DossierUnreadable, match="not in the vault"):
            open_dossier(home, dossier_id, database=database)
        kept.write_bytes(whole)


def test_a_changed_manifest_is_noticed(
    ward: RunningWard, delivered: tuple[str, dict[str, bytes]]
) -> None:
    dossier_id, _ = delivered
    with writing(ward.engine) as conn:
        conn.execute(
            update(revision).where(revision.c.dossier_id == dossier_id).values(manifest=b"{}")
        )
    with pytest.raises(DossierUnreadable, match="not the one in the receipt"):
        open_dossier(ward.settings.home, dossier_id, database=ward.settings.database)


def test_papers_swapped_inside_the_seal_are_noticed(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    one, two = (sealed_dossier(recipient, papers={"a": pdf(text)}) for text in ("một", "hai"))
    box.upload_all(one)
    box.upload_all(two)
    swapped = sealed_dossier(
        recipient,
        dossier_id=one.id,
        files=(one.manifest.files[0], two.manifest.files[1]),
    )
    assert box.commit(swapped).status_code == 201
    with pytest.raises(DossierUnreadable, match="different files"):
        open_dossier(ward.settings.home, one.id, database=ward.settings.database)


def test_an_unknown_dossier_or_revision_is_said_to_be_unknown(
    ward: RunningWard, delivered: tuple[str, dict[str, bytes]]
) -> None:
    home, database = ward.settings.home, ward.settings.database
    for dossier_id, number in (("nowhere", None), (delivered[0], 7)):
        with pytest.raises(DossierUnreadable, match="no dossier"):
            open_dossier(home, dossier_id, database=database, number=number)


def test_the_ward_runs_without_the_box(tmp_path: Path) -> None:
    """An office installs no scanner library: importing the service pulls in none."""
    import subprocess

    code = (
        "import sys, web.ward.app, web.ward.serve, web.ward.office.reader; "
        "print([m for m in sys.modules if m.split('.')[0] in {'sane', 'gpiozero', 'PIL', 'typst'}"
        " or m.startswith(('appliance.store', 'appliance.devices', 'appliance.desk'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_whoever_is_not_the_owner_is_told_who_is_and_nothing_is_written(tmp_path: Path) -> None:
    """A file of root's beside the database would stop the service at its next start."""
    home = tmp_path / "ward"
    assert tramhoso("init", home).exit_code == 0
    before = sorted(home.iterdir())
    os.chown(home, 1, 1)
    for words in (("init", home), ("token", "list", home), ("enrol-code", home, "hop-2")):
        said = tramhoso(*words)
        assert (said.exit_code, "sudo -u daemon tramhoso ward" in said.output) == (1, True)
    assert sorted(home.iterdir()) == before
