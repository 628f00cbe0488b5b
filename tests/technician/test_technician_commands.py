"""What a technician reads when a command cannot do what was asked: one line, with the fix."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from appliance.cli import COMMANDS
from tests.technician.conftest import Tramhoso, is_one_plain_line

GROUPS = {
    "outbox": ["list", "retry"],
    "procedures": ["check"],
    "volunteer": ["add", "list"],
    "ward": ["init", "serve", "token", "officer"],
}
PATHS = [[name] for name in COMMANDS] + [[g, name] for g, names in GROUPS.items() for name in names]


@pytest.mark.parametrize("words", PATHS, ids=" ".join)
def test_help_needs_no_configuration(tramhoso: Tramhoso, config: Path, words: list[str]):
    config.unlink()
    done = tramhoso(*words, "--help")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("group", [[], *([name] for name in GROUPS)], ids=" ".join)
def test_a_list_of_commands_cuts_no_sentence_off(tramhoso: Tramhoso, group: list[str]):
    done = tramhoso(*group, "--help")
    assert "..." not in done.stdout.partition("Commands:")[2]


def test_an_option_behind_the_command_is_told_its_place(tramhoso: Tramhoso):
    done = tramhoso("web", "--config", "x.toml")
    assert done.returncode == 2
    assert "--config stands before the command: tramhoso --config" in done.stderr


def test_a_missing_file_is_told_with_both_ways_out(tramhoso: Tramhoso, config: Path):
    config.unlink()
    done = tramhoso("station")
    assert done.returncode == 1
    assert is_one_plain_line(done.stderr)
    assert "copy docs/config.example.toml there" in done.stderr
    assert "--config FILE" in done.stderr


@pytest.mark.parametrize("command", ["station", "web", "uploader", "outbox list", "volunteer list"])
def test_a_box_without_tables_says_who_makes_them(tramhoso: Tramhoso, command: str):
    done = tramhoso(*command.split())
    assert done.returncode == 1
    assert is_one_plain_line(done.stderr)
    assert done.stderr.startswith("store-outdated:")
    assert "has no tables yet" in done.stderr
    assert "run `tramhoso upkeep`" in done.stderr


def test_upkeep_makes_the_tables_without_chatter(tramhoso: Tramhoso):
    done = tramhoso("upkeep")
    assert (done.returncode, done.stderr) == (0, "")
    assert "tables migrated: yes" in done.stdout
    assert "tables migrated: no" in tramhoso("upkeep").stdout


@pytest.mark.parametrize(
    ("was", "written", "told"),
    [
        (
            "debounce_s =",
            "debounce_ms =",
            "panel.debounce_ms: unknown key; did you mean debounce_s",
        ),
        ("[web]", "[wbe]", "wbe: unknown key; did you mean web"),
        ('code = "TH-0001"', 'code = "th-1"', "point.code: two capital letters"),
        ('code = "TH-0001"', "code = TH-0001", 'text stands in "quotes"'),
        ("Asia/Ho_Chi_Minh", "Asia/Hanoi", "point.time_zone: 'Asia/Hanoi' is no time zone"),
        ('mode = "color"', 'mode = "colour"', "scanner.mode: should be 'color' or 'gray'"),
        ("127.0.0.1:8080", "8080", "web.listen: '8080' is neither host:port nor unix:/path"),
        ("127.0.0.1:8080", "127.0.0.1:80a", "is neither host:port nor unix:/path"),
        ("127.0.0.1:8080", "127.0.0.1:80800", "is neither host:port nor unix:/path"),
        ("127.0.0.1:8080", "0.0.0.0:8080", "not on loopback; a proxy with TLS"),
        ('recipient = ""', 'recipient = "age1xyz"', "ward.recipient: age1xyz… is not an age1"),
    ],
)
def test_a_wrong_value_is_told_with_its_key(
    tramhoso: Tramhoso, config: Path, was: str, written: str, told: str
):
    config.write_text(config.read_text().replace(was, written, 1))
    done = tramhoso("upkeep")
    assert done.returncode == 1
    assert is_one_plain_line(done.stderr)
    assert told in done.stderr


@pytest.mark.parametrize(
    "listen", ["[::1]:8080", "localhost:0", "127.0.0.2:80", "unix:/run/x.sock"]
)
def test_an_address_of_this_machine_is_accepted(tramhoso: Tramhoso, config: Path, listen: str):
    config.write_text(config.read_text().replace("127.0.0.1:8080", listen))
    assert tramhoso("upkeep").returncode == 0


def test_a_file_of_another_encoding_is_named(tramhoso: Tramhoso, config: Path):
    config.write_bytes("[point]\nname = 'Điểm'".encode("utf-16"))
    done = tramhoso("upkeep")
    assert is_one_plain_line(done.stderr)
    assert "save it as UTF-8" in done.stderr


def test_a_ward_without_a_token_is_told_before_anything_is_sent(tramhoso: Tramhoso, config: Path):
    tramhoso("upkeep")
    text = config.read_text().replace('url = ""', 'url = "https://ward.example/intake/v1"', 1)
    config.write_text(text)
    done = tramhoso("uploader")
    assert is_one_plain_line(done.stderr)
    assert "ward.token_file: is not set" in done.stderr
    config.write_text(text.replace("[ward]", '[ward]\ntoken_file = "/nowhere/ward.token"', 1))
    done = tramhoso("uploader")
    assert is_one_plain_line(done.stderr)
    assert "ward.token_file: /nowhere/ward.token: No such file" in done.stderr


def test_one_name_is_one_person(tramhoso: Tramhoso):
    tramhoso("upkeep")
    assert tramhoso("volunteer", "add", "Lê Thị Mẫu").stdout.strip().isdigit()
    twice = tramhoso("volunteer", "add", " Lê  Thị Mẫu ")
    assert twice.returncode == 1
    assert is_one_plain_line(twice.stderr)
    assert "there is a Lê Thị Mẫu already" in twice.stderr
    assert tramhoso("volunteer", "add", "  ").returncode == 2
    assert len(tramhoso("volunteer", "list").stdout.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may write where another user lives")
def test_root_is_kept_from_leaving_files_that_the_services_cannot_read(
    tramhoso: Tramhoso, tmp_path: Path
):
    (tmp_path / "state").mkdir()
    os.chown(tmp_path / "state", 65534, 65534)
    done = tramhoso("upkeep")
    assert done.returncode == 1
    assert is_one_plain_line(done.stderr)
    assert "belongs to nobody: run this as nobody, not as root" in done.stderr
    assert list((tmp_path / "state").iterdir()) == []


def test_a_damaged_database_is_told_in_a_line_with_its_cure(tramhoso: Tramhoso, tmp_path: Path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "point.db").write_bytes(b"no database at all" * 400)
    done = tramhoso("outbox", "list")
    assert done.returncode == 1
    assert done.stderr.startswith("store-damaged: ")
    assert "file is not a database" in done.stderr
    assert "tramhoso restore" in done.stderr


def test_what_nobody_thought_of_is_told_in_a_line_and_its_trace_only_on_request(
    tramhoso: Tramhoso, tmp_path: Path
):
    (tmp_path / "state" / "point.db").mkdir(parents=True)
    done = tramhoso("outbox", "list")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "unable to open database file" in done.stderr
    assert "Traceback" in tramhoso("-v", "outbox", "list").stderr
    in_the_journal = tramhoso("station", JOURNAL_STREAM="8:1")
    assert "Traceback" in in_the_journal.stderr


def test_an_address_that_is_taken_is_told_with_its_key(tramhoso: Tramhoso, config: Path):
    tramhoso("upkeep")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        config.write_text(config.read_text().replace("127.0.0.1:8080", address))
        done = tramhoso("web")
        assert done.returncode == 1
        assert (
            done.stderr == f"config-wrong: web.listen: {address}: another program listens there\n"
        )


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1:80a", "unix:/no/such/folder/x.sock"])
def test_a_ward_that_cannot_listen_says_where(tramhoso: Tramhoso, tmp_path: Path, listen: str):
    home = str(tmp_path / "ward")
    first = tramhoso("ward", "init", home)
    assert "Token of the first box (hop-1)" in first.stdout
    done = tramhoso("ward", "serve", home, "--listen", listen)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"Error: {listen}: ")
    assert "Traceback" not in done.stderr
