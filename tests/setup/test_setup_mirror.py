"""A bundle's Debian packages come from where this machine itself gets Debian."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.setup.debs import own_mirror
from appliance.setup.steps import Exit, Refused

NEWER = "Types: deb\nURIs: {}\nSuites: bookworm\n\n"
SECURITY, NEAR = "http://security.example.org/debian-security", "http://near.example.org/debian"


def test_the_newer_kind_of_list_comes_first_and_security_is_no_mirror(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    said = NEWER.format(SECURITY) + NEWER.format(f"{NEAR}/")
    (tmp_path / "sources.list.d/debian.sources").write_text(said)
    (tmp_path / "sources.list").write_text("deb http://old.example.org/debian bookworm main\n")
    assert own_mirror(tmp_path) == NEAR


def test_the_older_kind_is_read_with_its_options(tmp_path: Path) -> None:
    lines = f"# deb http://not.example.org/debian x main\ndeb {SECURITY} x main\n"
    (tmp_path / "sources.list").write_text(lines + f"deb [arch=arm64] {NEAR} bookworm main\n")
    assert own_mirror(tmp_path) == NEAR


@pytest.mark.parametrize("kind", ["12", "13"])
def test_on_raspberry_pi_os_its_own_archive_is_no_mirror_of_debian(
    tmp_path: Path, kind: str
) -> None:
    """12 has raspi.list beside sources.list, 13 raspi.sources beside debian.sources."""
    lists, theirs = tmp_path / "sources.list.d", "http://archive.raspberrypi.example/debian/"
    lists.mkdir()
    if kind == "12":
        (lists / "raspi.list").write_text(f"deb {theirs} bookworm main\n")
        components = "main contrib non-free non-free-firmware"
        lines = f"deb {NEAR} bookworm {components}\ndeb {SECURITY} bookworm-security main\n"
        (tmp_path / "sources.list").write_text(lines)
    else:
        (lists / "raspi.sources").write_text(NEWER.format(theirs))
        (lists / "debian.sources").write_text(NEWER.format(NEAR) + NEWER.format(SECURITY))
    assert own_mirror(tmp_path) == NEAR


def test_where_there_is_none_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="say --mirror URL") as told:
        own_mirror(tmp_path)
    assert told.value.exit_code is Exit.UNAVAILABLE
