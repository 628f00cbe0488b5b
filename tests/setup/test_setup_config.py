"""docs/config.example.toml: what a technician copies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.config import Config, Section, read_config
from appliance.core.errors import ConfigWrong
from appliance.setup.settings import Settings
from appliance.setup.steps import Refused

EXAMPLE = Path(__file__).parents[2] / "docs" / "config.example.toml"
SECTIONS: dict[str, type[Section]] = {
    name: field.annotation  # type: ignore[misc]
    for name, field in Config.model_fields.items()
}


def keys_in(text: str) -> dict[str, list[str]]:
    """Every key by section, also those with a # before them."""
    found: dict[str, list[str]] = {}
    section: str | None = ""
    for line in text.splitlines():
        if header := re.match(r"\[(\w+)\]", line):
            section = header[1]
            found[section] = []
        elif table := re.match(r"# \[(\w+)\.(\w+)\.", line):  # one of many, by a name
            found[table[1]].append(table[2])
            section = None
        elif section is None:
            continue
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            found[section].append(key[1])
    return found


def test_it_is_a_configuration_and_the_very_one_used_without_a_file():
    assert read_config(EXAMPLE) == Config()


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_it_shows_every_key_of_a_section(name):
    assert set(keys_in(EXAMPLE.read_text())[name]) == set(SECTIONS[name].model_fields)


def test_it_shows_no_section_that_is_not_there():
    assert set(keys_in(EXAMPLE.read_text())) == set(SECTIONS)


def test_every_key_has_a_word_of_explanation_beside_or_above_it():
    lines = EXAMPLE.read_text().splitlines()
    pins = ("red_pin", "green_pin", "blue_pin", "button_pin")
    silent = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if re.match(r"\w+ = ", line)
        and " # " not in line
        and not above.startswith("#")
        and not line.startswith((*pins, "time_zone"))
    ]
    assert silent == []


def test_the_values_behind_a_hash_would_be_accepted_too(tmp_path):
    text = re.sub(r"^# (\w+ = |\[)", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    text = text.replace('listen = "127.0.0.1:8080"\n', "")
    (tmp_path / "config.toml").write_text(text)
    config = read_config(tmp_path / "config.toml")
    assert config.web.listen == "unix:/run/tramhoso-web/page.sock"


def test_a_section_written_as_a_key_is_told_before_anything_is_installed(tmp_path):
    (tmp_path / "box.toml").write_text('point = "KV-0001"\n')
    with pytest.raises(Refused, match=r"write \[point\] in a line of its own; nothing was changed"):
        Settings(tmp_path / "box.toml")


def test_a_typo_in_it_would_be_loud(tmp_path):
    wrong = EXAMPLE.read_text().replace("debounce_s", "debounce_ms")
    (tmp_path / "config.toml").write_text(wrong)
    with pytest.raises(ConfigWrong, match=r"panel\.debounce_ms"):
        read_config(tmp_path / "config.toml")
