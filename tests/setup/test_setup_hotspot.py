"""The box's own Wi-Fi: what NetworkManager and dnsmasq are given, and what a phone reads."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.config import Config, HotspotSection
from appliance.hotspot import ADDRESS, Joining, joining, local_names
from appliance.setup.firewall import rules
from appliance.setup.hotspot import answers, hotspot_for, keyfile, set_country
from appliance.setup.names import names_for
from appliance.setup.steps import Exit, Refused

DNSMASQ = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin")
NOT_FOUND = 3


def test_as_shipped_there_is_no_hotspot_and_nothing_to_remove():
    assert not Config().hotspot.on
    assert hotspot_for(b"").device == ""
    assert "dport { 53, 67 }" not in rules({}, [22])


def test_a_hotspot_without_networkmanager_is_one_line_that_says_what_to_install():
    if not (lacks := hotspot_for(b"").lacks):
        pytest.skip("NetworkManager and dnsmasq are here")
    with pytest.raises(Refused, match="nothing was changed") as told:
        hotspot_for(b"[hotspot]\non = true\n")
    assert told.value.exit_code is Exit.BAD_CONFIG
    assert f"sudo apt-get install {' '.join(lacks)}" in str(told.value)


def test_phones_may_ask_the_box_for_address_and_names_and_pass_through_it_to_nobody():
    text = rules({}, [22], "wlan1")
    assert 'iifname "wlan1" udp dport { 53, 67 } accept' in text
    assert 'iifname "wlan1" drop' in text.split("type filter hook forward")[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ssid": "a" * 33}, {"ssid": "Điểm hỗ trợ Nhà văn hóa"}, {"ssid": "two\nlines"},
        {"password": "short"}, {"password": "mật khẩu dài"}, {"password": "a" * 64},
        {"channel": 14}, {"band": "5", "channel": 6}, {"country": "vn"}, {"device": "wlan0; drop"},
    ],
)  # fmt: skip
def test_what_no_phone_could_join_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HotspotSection(**wrong)


def test_the_password_that_the_box_made_stays_and_a_configured_one_wins(tmp_path: Path):
    kept = tmp_path / "hotspot.password"
    assert joining("", "", "TH-0001", kept) is None
    kept.write_text("abcdefgh2345\n")
    assert joining("", "", "TH-0001", kept) == Joining("TramHoSo-TH-0001", "abcdefgh2345")
    assert joining("Trạm", "own words", "TH-0001", kept) == Joining("Trạm", "own words")


@pytest.mark.parametrize(
    ("join", "code"),
    [
        (Joining("TramHoSo-TH-0001", "abcdefgh2345"), "S:TramHoSo-TH-0001;P:abcdefgh2345"),
        (Joining('a;b,c:d"e', "x\\y12345"), r"S:a\;b\,c\:d\"e;P:x\\y12345"),
    ],
)
def test_a_phone_reads_name_and_password_whatever_signs_are_in_them(join, code):
    assert join.code == f"WIFI:T:WPA;{code};;"


NASTY = [
    Joining("TramHoSo-TH-0001", "abcdefgh2345"),
    Joining("1;2;", "12;34;56;78;"),
    Joining("a\\tb=c", " ends  "),
]


@pytest.mark.parametrize("join", NASTY)
def test_the_keyfile_holds_each_byte_of_name_and_password(join):
    lines = dict(
        line.split("=", 1)
        for line in keyfile({"device": "wlan1"}, "TH-0001", join).splitlines()
        if "=" in line
    )
    assert bytes(map(int, lines["ssid"].strip(";").split(";"))).decode() == join.ssid
    assert lines["psk"].replace("\\s", " ").replace("\\\\", "\\") == join.password
    assert (lines["interface-name"], lines["mode"], lines["band"]) == ("wlan1", "ap", "bg")


@pytest.mark.skipif(shutil.which("nmcli") is None, reason="no NetworkManager here")
@pytest.mark.parametrize("join", NASTY)
def test_networkmanager_itself_reads_the_keyfile(join):
    words = ["nmcli", "--offline", "connection", "modify", "connection.id", "read"]
    text = keyfile({}, "TH-0001", join)
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "psk=" in done.stdout


def test_each_box_has_a_name_that_no_other_has():
    assert local_names("KV-0007") == ("tramhoso.local", "kv-0007.local")
    assert names_for(b"[point]\ncode = 'KV-0007'\n").decode().splitlines()[1:] == [
        "tramhoso.local", "kv-0007.local",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("refuses", "said"),
    [(0, ["raspi-config nonint do_wifi_country VN"]),
     (1, ["raspi-config nonint do_wifi_country VN", "iw reg set VN"])],
)  # fmt: skip
def test_the_country_is_raspi_configs_to_set_and_where_that_refuses_iws(tmp_path, refuses, said):
    for name, code in (("raspi-config", refuses), ("iw", 0)):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>{tmp_path}/said\nexit {code}\n')
        program.chmod(0o755)
    set_country("VN", str(tmp_path))
    assert (tmp_path / "said").read_text().splitlines() == said


@pytest.fixture
def resolver(tmp_path: Path) -> Iterator[int]:
    """dnsmasq on loopback with what install writes; its port."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "tramhoso.conf").write_text(answers("KV-0007"))
    words = ["--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null"]
    words += [f"--conf-dir={tmp_path}", f"--port={port}", "--listen-address=127.0.0.1"]
    words += ["--bind-interfaces", "--user=root", "--pid-file"]
    running = subprocess.Popen([str(DNSMASQ), *words], stderr=subprocess.PIPE)
    try:
        yield port
    finally:
        running.terminate()
        running.wait(10)


def asked(port: int, name: str) -> tuple[int, str]:
    """The code of the answer, and the IPv4 address in it."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = b"\x07\x07\x01\x00\0\x01\0\0\0\0\0\0" + labels + b"\0\0\x01\0\x01"
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as wire:
        wire.settimeout(0.5)
        deadline = time.monotonic() + 20  # until it has opened its door
        while time.monotonic() < deadline:
            wire.sendto(question, ("127.0.0.1", port))
            try:
                said = wire.recv(512)
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                time.sleep(0.05)
                continue
            there = len(said) > len(question)
            return said[3] & 15, ".".join(map(str, said[-4:])) if there else ""
    raise AssertionError("dnsmasq gives no answer")


@pytest.mark.skipif(DNSMASQ is None, reason="no dnsmasq here")
def test_a_phone_finds_the_page_by_name_its_log_in_page_and_nothing_else(resolver):
    for name in ("tramhoso.local", "kv-0007.local", "captive.apple.com",
                 "connectivitycheck.gstatic.com"):  # fmt: skip
        assert asked(resolver, name) == (0, ADDRESS), name
    assert asked(resolver, "bank.example.com") == (NOT_FOUND, "")
