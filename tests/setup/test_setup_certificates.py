"""The box's own authority, judged by OpenSSL and by Python's own TLS."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from appliance.setup import certificates
from appliance.setup.certificates import fingerprint, publish, renewed

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = ["tramhoso.local", "box7.local", "localhost"]
ADDRESSES = ["127.0.0.1", "192.168.1.20"]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    assert renewed(tmp_path, NAMES, ADDRESSES, NOW)
    return tmp_path


def leaf(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "page.pem").read_bytes())


def verdict(folder: Path, *words: str) -> str:
    """What OpenSSL says of the page's certificate, on the day of this test."""
    day = str(int(NOW.timestamp()))
    authority = ["-CAfile", str(folder / "ca.crt"), "-attime", day]
    done = subprocess.run(
        ["openssl", "verify", *authority, *words, str(folder / "page.pem")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "asked", [("-verify_hostname", "tramhoso.local"), ("-verify_ip", "192.168.1.20")]
)
def test_a_browser_on_this_network_may_trust_the_page(box, asked):
    assert verdict(box, *asked).endswith(": OK\n")


def test_the_authority_can_vouch_for_no_bank(tmp_path):
    renewed(tmp_path, ["bank.example.com"], [], NOW)
    assert "permitted subtree violation" in verdict(tmp_path)


def test_nor_for_an_address_of_the_wide_net(tmp_path):
    renewed(tmp_path, ["tramhoso.local"], ["203.0.113.9"], NOW)
    assert "permitted subtree violation" in verdict(tmp_path)


def test_it_holds_for_a_board_whose_clock_stands_a_year_ago_and_phones_take_it(box):
    certificate = leaf(box)
    assert certificate.not_valid_before_utc < NOW - timedelta(days=365)
    lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lasts <= timedelta(days=825)


def test_nothing_is_made_anew_while_it_is_good(box):
    before = (box / "page.pem").read_bytes()
    assert not renewed(box, NAMES, ADDRESSES, NOW + timedelta(days=200))
    assert (box / "page.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("addresses", "days"), [([*ADDRESSES, "10.1.2.3"], 0), (ADDRESSES, 300), (ADDRESSES, -401)]
)
def test_another_address_the_end_of_the_year_or_a_clock_set_right_make_a_new_one(
    box, addresses, days
):
    authority = fingerprint(box)
    assert renewed(box, NAMES, addresses, NOW + timedelta(days=days))
    assert fingerprint(box) == authority  # the one people trust on their phones


def test_a_certificate_that_the_card_lost_is_made_anew_with_its_authority(box):
    (box / "ca.crt").write_bytes(b"")
    assert renewed(box, NAMES, ADDRESSES, NOW)
    assert verdict(box, "-verify_hostname", "tramhoso.local").endswith(": OK\n")


def test_a_key_that_the_card_lost_is_no_loss_until_the_page_needs_a_new_certificate(box):
    trusted = fingerprint(box)
    (box / "ca.key").write_bytes(b"")
    assert not renewed(box, NAMES, ADDRESSES, NOW)
    assert fingerprint(box) == trusted
    assert renewed(box, NAMES, [*ADDRESSES, "10.1.2.3"], NOW)
    assert verdict(box, "-verify_ip", "10.1.2.3").endswith(": OK\n")


def test_the_keys_are_for_root_alone(box):
    modes = {path.name: path.stat().st_mode & 0o777 for path in box.iterdir()}
    assert modes == {"ca.key": 0o600, "ca.crt": 0o644, "page.pem": 0o600}


def test_the_page_of_trust_shows_the_fingerprint_and_gives_no_key_away(box, tmp_path):
    public = tmp_path / "public"
    public.mkdir()
    publish(box, public, "kv-0007.local")
    assert fingerprint(box) in (public / "trust.html").read_text()
    assert "https://kv-0007.local/" in (public / "trust.html").read_text()
    assert sorted(path.name for path in public.iterdir()) == ["tramhoso.crt", "trust.html"]
    assert b"PRIVATE" not in (public / "tramhoso.crt").read_bytes()


def test_addresses_of_this_machine_are_private_ones_and_loopback():
    assert "127.0.0.1" in certificates.our_addresses()
