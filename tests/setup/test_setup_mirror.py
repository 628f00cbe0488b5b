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


def test_where_there_is_none_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="say --mirror URL") as told:
        own_mirror(tmp_path)
    assert told.value.exit_code is Exit.UNAVAILABLE
