"""The few settings that a ward may send down: for all boxes, and for one point by its code.

Nothing about network, keys, folders or devices: what is not named here is a mistake.

::

    [hours]
    closed = [2027-02-05]
    [at."TH-0001".hours]
    monday = ["08:00-11:00"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from appliance.config import Config, FiguresSection, TrackingSection
from appliance.core.point.hours_section import HoursSection, Section
from appliance.published.toml import TomlWrong, line_of, read_toml

SECTIONS: Mapping[str, type[Section]] = {
    "figures": FiguresSection,
    "hours": HoursSection,
    "tracking": TrackingSection,
}
AT = "at"


@dataclass(frozen=True)
class Settings:
    """What a publication sets, by section and key; *at* holds the same by point code."""

    everywhere: dict[str, dict[str, Any]] = field(default_factory=dict)
    at: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def over(self, config: Config) -> Config:
        """*config* with each key that is set here, this point's own last."""
        for told in (self.everywhere, self.at.get(config.point.code, {})):
            for name, values in told.items():
                section: BaseModel = getattr(config, name)
                laid = section.model_copy(update=values)
                config = config.model_copy(update={name: laid})
        return config


def read_settings(content: bytes) -> tuple[Settings, list[str]]:
    """The settings, and every mistake in them; with a mistake they are not to be used."""
    try:
        told = read_toml(content)
    except TomlWrong as error:
        return Settings(), [f"{error.line}: {error}"]
    mistakes: list[str] = []
    lines = content.decode("utf-8").splitlines()
    here = {name: values for name, values in told.items() if name != AT}
    everywhere = _sections(here, (), lines, mistakes)
    at: dict[str, dict[str, dict[str, Any]]] = {}
    by_code = told.get(AT, {})
    if not isinstance(by_code, dict):
        mistakes.append(f'{line_of(lines, AT)}: write [{AT}."TH-0001".hours]')
        by_code = {}
    for code, sections in by_code.items():
        if not isinstance(sections, dict):
            mistakes.append(f'{line_of(lines, code)}: write [{AT}."{code}".hours]')
            continue
        at[code] = _sections(sections, (AT, code), lines, mistakes)
    return Settings(everywhere, at), mistakes


def _sections(
    told: dict[str, Any], above: tuple[str, ...], lines: list[str], mistakes: list[str]
) -> dict[str, dict[str, Any]]:
    found = {}
    for name, values in told.items():
        kind = SECTIONS.get(name)
        if kind is None or not isinstance(values, dict):
            allowed = ", ".join(SECTIONS)
            mistakes.append(f"{line_of(lines, name)}: [{name}] cannot be sent down; only {allowed}")
            continue
        try:
            section = kind.model_validate(values)
        except ValidationError as error:
            mistakes += [
                f"{line_of(lines, str(fault['loc'][0]))}: {'.'.join((*above, name))}."
                f"{'.'.join(map(str, fault['loc']))}: {_said(fault)}"
                for fault in error.errors()
            ]
            continue
        found[name] = {key: getattr(section, key) for key in section.model_fields_set}
    return found


def _said(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key (a typo?)"
    return str(fault["msg"]).removeprefix("Value error, ")
