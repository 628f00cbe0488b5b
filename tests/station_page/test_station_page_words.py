"""Every sentence is there, in Vietnamese, for every code that can come up."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import web.station
from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import SubmissionState
from appliance.core.ports import Signal
from appliance.core.wire.manifest import CopyKind, WardState
from tests.station_page.conftest import Browser
from web.station.speech import said, spoken, waited

TEMPLATES = sorted((Path(web.station.__file__).parent / "templates").glob("*.html"))


@pytest.mark.parametrize("signal", list(Signal))
def test_every_signal_of_the_lamp_has_a_name_and_a_hint(signal: Signal) -> None:
    assert said(f"lamp.{signal}.name")
    assert said(f"lamp.{signal}.hint").endswith(".")


def test_every_state_has_a_word() -> None:
    for state in (*DossierState, SubmissionState.NEEDS_PERSON, SubmissionState.WAITING):
        assert said(f"state.{state}")
    for state in WardState:
        assert said(f"ward.{state}")
    for kind in CopyKind:
        assert said(f"copy_kind.{kind}")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 giây"), (90, "1 phút 30 giây"), (900, "15 phút"), (3700, "1 giờ 1 phút"),
     (7200, "2 giờ"), (200000, "2 ngày"), (-5, "0 giây")],
)  # fmt: skip
def test_a_duration_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == words


def test_a_wait_is_told_in_whole_minutes() -> None:
    assert waited(timedelta(seconds=59)) == "chưa đến 1 phút"
    assert waited(timedelta(seconds=119)) == "1 phút"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_sentence_of_a_template_can_be_translated(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"\{% block width %\}\w+", " ", text)
    # macros that draw attributes
    text = re.sub(r'(form="act" )?formaction="[^"]*"( data-act)?', " ", text)
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", text, flags=re.DOTALL)
    left = re.findall(r"[^\W\d_]{2,}", bare)
    assert left == [], f"words outside _(…): {left[:5]}"


def test_no_page_speaks_english(browser: Browser, dossier: str) -> None:
    browser.send(f"{dossier}/answers", child_birth_date="x", copies="-1", relation="nobody")
    for path in ("/", "/dossiers/new", f"{dossier}?all=1", f"{dossier}/check", "/no"):
        text = re.sub(r"<[^>]*>", " ", browser.get(path).text)
        found = re.findall(
            r"(?i)\b(the|please|error|not|invalid|required|choice|submit|of)\b", text
        )
        assert found == [], path


def test_the_tone_stands_where_laws_write_it_in_every_sentence() -> None:
    """Luật Cư trú writes xóa: an open oa, oe or uy bears its mark on the first vowel."""
    marked = "o[àáảãạèéẻẽẹ]|(?<![qQ])u[ỳýỷỹỵ]"
    elsewhere = re.compile(rf"({marked})(?![a-zA-ZÀ-ỹđ])", re.IGNORECASE)
    root = Path(web.station.__file__).parents[2]
    said_to_people = [
        path
        for room in ("appliance", "web")
        for kind in ("*_vi.toml", "*.html", "*.yaml", "*.typ")
        for path in (root / room).rglob(kind)
    ]
    assert len(said_to_people) > 80
    for path in said_to_people:
        found = elsewhere.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name}: {found}"
