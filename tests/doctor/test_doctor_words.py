"""Every finding has its sentences in both languages; none is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from appliance.core.diagnosis import Finding, Level, gravest_first, note, out, person, well, worst
from appliance.core.errors import concrete_errors
from appliance.services.self_exam import TOLD_AS
from appliance.wording import notices
from appliance.wording.diagnosed import LANGUAGES, sentences, told

ROOT = Path(__file__).resolve().parents[2]
LEVELS = ("well", "note", "person", "out")
BY_CODE = {type_.__name__: type_.code for type_ in concrete_errors()}


def made_in_code() -> dict[str, set[str]]:
    """Each code that some check makes, with the levels it is made at."""
    made: dict[str, set[str]] = {}
    for path in [*(ROOT / "appliance").glob("doctoring/*.py"), *ROOT.glob("appliance/*/doctor.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in LEVELS:
                continue
            for code in codes_of(call.args[0]):
                made.setdefault(code, set()).add(call.func.id)
    return made


def codes_of(said: ast.expr) -> list[str]:
    """Written out, one of two, or the code of an error class; ``error.code`` can be any."""
    match said:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.IfExp(body=one, orelse=other):
            return codes_of(one) + codes_of(other)
        case ast.Attribute(value=ast.Name(id=name)) if name in BY_CODE:
            return [BY_CODE[name]]
    return []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_that_is_made_has_its_sentences(language: str) -> None:
    words = sentences(language)
    made = made_in_code()
    assert len(made) > 50
    for code, levels in made.items():
        assert code in words, code
        if levels - {"well"}:
            assert set(words[code]) == {"what", "why", "todo"}, code
    for code, said in words.items():
        for sentence in said.values():
            assert sentence.endswith((".", "}", "…", "»")), (code, sentence)


def test_whatever_puts_the_point_out_of_service_is_told_by_a_lamp_code_with_sentences() -> None:
    made = {code for code, levels in made_in_code().items() if "out" in levels}
    assert len(made) > 10
    assert {TOLD_AS.get(code, code) for code in made} <= set(notices())
    assert set(TOLD_AS) <= made


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    vi, en = sentences("vi"), sentences("en")
    assert list(vi) == list(en)
    for code, said in vi.items():
        assert set(said) == set(en[code]), code
        for part, sentence in said.items():
            blanks = set(re.findall(r"{(\w+)}", sentence))
            assert blanks == set(re.findall(r"{(\w+)}", en[code][part])), (code, part)


def test_a_code_of_a_newer_release_and_a_lost_blank_are_still_told() -> None:
    assert "from-the-future" in told(Finding("from-the-future", Level.PERSON)).what
    assert "…" in told(Finding("too-hot", Level.PERSON)).what


def test_a_finding_survives_the_store_and_the_gravest_comes_first() -> None:
    all_of_them = [well("power-well"), person("too-hot", celsius=84), out("disk-full"), note("x")]
    assert [Finding.from_json(one.as_json()) for one in all_of_them] == all_of_them
    assert [one.code for one in gravest_first(all_of_them)][:2] == ["disk-full", "too-hot"]
    assert worst(all_of_them) is Level.OUT
    assert worst([]) is Level.WELL
