"""What `setup_pi.sh install-ward` goes by, and how nginx and the unit find each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.setup.steps import Exit, Refused
from appliance.setup.ward_site import Site, asked_site

UNIT = Path(__file__).parents[2] / "systemd/tramhoso-ward.service"
URL = "https://hoso.phuong.example/intake/v1"


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Where the last words are kept, and where certbot lays its certificates."""
    return tmp_path / "site.json", tmp_path / "live"


def certbot_was_here(live: Path) -> Path:
    folder = live / "hoso.phuong.example"
    folder.mkdir(parents=True)
    for name in ("fullchain.pem", "privkey.pem"):
        (folder / name).touch()
    return folder


def test_certbots_certificate_is_found_by_the_address_only(places):
    assert asked_site(URL, None, None, *places).certificate is None
    folder = certbot_was_here(places[1])
    assert asked_site(URL, None, None, *places) == Site(
        URL, folder / "fullchain.pem", folder / "privkey.pem"
    )
    other = asked_site("https://khac.example/intake/v1", None, None, *places)
    assert other.certificate is None


def test_the_same_without_words_goes_by_what_was_said_before(places, tmp_path):
    chain, key = tmp_path / "chain.pem", tmp_path / "chain.key"
    chain.touch()
    key.touch()
    first = asked_site(URL, chain, key, *places)
    places[0].write_bytes(first.remembered().content)
    assert asked_site(None, None, None, *places) == first
    moved = asked_site("https://khac.example/intake/v1", None, None, *places)
    assert moved.certificate is None  # it bears the other name


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hoso.phuong.example",
        "http://hoso.phuong.example/intake/v1",
        "https://hoso.phuong.example/",
        "https://hoso.phuong.example:8443/intake/v1",
        "https://hoso.phuong.example;return 301 x;/intake/v1",
        "https://192.168.1.2/intake/v1 ",
    ],
)
def test_an_address_that_boxes_would_not_find_is_refused(places, url):
    with pytest.raises(Refused) as told:
        asked_site(url, None, None, *places)
    assert told.value.exit_code is Exit.USAGE


@pytest.mark.parametrize("name", ["none.pem", "with space.pem", "a;b.pem"])
def test_a_certificate_that_is_not_there_or_would_be_nginx_words_is_refused(places, tmp_path, name):
    if name != "none.pem":
        (tmp_path / name).touch()
    with pytest.raises(Refused) as told:
        asked_site(URL, tmp_path / name, tmp_path / name, *places)
    assert told.value.exit_code is Exit.BAD_CONFIG


def test_nginx_knocks_where_the_unit_listens():
    text = Site(URL, Path("/c.pem"), Path("/c.key")).text().decode()
    unit = UNIT.read_text("utf-8")
    assert "proxy_pass http://unix:/run/tramhoso-ward/http.sock;" in text
    assert "--listen unix:/run/tramhoso-ward/http.sock --secure-cookies\n" in unit
    assert {"Group=www-data", "RuntimeDirectoryMode=0750"} <= set(unit.splitlines())
    assert "@" not in text
    assert text.count("server_name hoso.phuong.example;") == 2
