"""A procedure's questions as WTForms controls, and what was typed back as answers.

The controls carry text as it was typed and check nothing: the one check is ``core.forms.check``,
the same for the page, the seal and the tests. So no sentence of WTForms itself is ever shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.widgets import html_params

from appliance.core.forms.answers import Answers, VisibleSection, counted_answers, is_required
from appliance.core.forms.check_value import LONGEST_DETAIL
from appliance.core.forms.condition import as_word, is_empty
from appliance.core.forms.fields import (
    ADDRESS_PARTS,
    HOME_COUNTRY,
    AddressField,
    ChoiceField,
    CodeList,
    FormField,
    TextField,
    YesNoField,
)
from appliance.core.forms.places import Places
from appliance.core.forms.problem import Problem
from appliance.core.forms.procedure import Procedure
from web.station.speech import said

LONGEST_NUMBER = 40  # signs in a box for a date or a number, spaces and a stray word included
FEW_CHOICES = 4  # up to here all choices are seen at once, as big buttons


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form as the template draws it."""

    field: FormField
    required: bool
    controls: Mapping[str, Any]  # WTForms fields by part; "" for a field of one part
    problems: tuple[Problem, ...]

    @property
    def key(self) -> str:
        """The field's key, also its name in the form."""
        return self.field.key

    @property
    def control(self) -> Any:
        """The control of a field of one part."""
        return self.controls[""]

    @property
    def is_group(self) -> bool:
        """Whether several controls stand under one label."""
        return len(self.controls) > 1 or isinstance(self.control, RadioField)

    @property
    def is_wrong(self) -> bool:
        """Whether something keeps this field from being accepted."""
        return any(problem.is_error for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the form with how far it is."""

    number: int
    title: str
    help: str | None
    questions: tuple[Question, ...]
    required: int
    answered: int

    @property
    def is_done(self) -> bool:
        """Every required question has an answer and none is wrong."""
        return self.answered == self.required and not any(q.is_wrong for q in self.questions)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the controls are made from."""

    procedure: Procedure
    answers: Answers
    today: date
    places: Places
    point_province: str | None


def chapters(
    drawing: Drawing, sections: tuple[VisibleSection, ...], problems: list[Problem]
) -> tuple[Chapter, ...]:
    """The whole form, section by section."""
    return tuple(
        chapter_of(
            drawing, visible.fields, problems, number, visible.section.title, visible.section.help
        )
        for number, visible in enumerate(sections, 1)
    )


def chapter_of(
    drawing: Drawing,
    fields: tuple[FormField, ...],
    problems: list[Problem],
    number: int,
    title: str,
    help_: str | None,
) -> Chapter:
    """These fields under one heading, with the controls that hold their answers."""
    counted = counted_answers(drawing.procedure, drawing.answers)
    questions = tuple(
        Question(
            field,
            is_required(field, counted),
            controls_of(drawing, field),
            tuple(p for p in problems if p.field_key == field.key),
        )
        for field in fields
    )
    needed = [q for q in questions if q.required]
    done = sum(1 for q in needed if q.key in counted)
    return Chapter(number, title, help_, questions, len(needed), done)


def controls_of(drawing: Drawing, field: FormField) -> dict[str, Any]:
    """The bound WTForms controls of one field, holding the stored answer."""
    value = drawing.answers.get(field.key)
    if isinstance(field, AddressField):
        return _address(drawing, field, value if isinstance(value, dict) else {"detail": value})
    text = "" if value is None or isinstance(value, dict) else as_word(value)
    longest = field.max_length if isinstance(field, TextField) else LONGEST_NUMBER
    unbound: Any = StringField(render_kw={"maxlength": longest})
    if isinstance(field, ChoiceField):
        unbound = _choice(field.codes, drawing.today, text, radio=field.required is not False)
    elif isinstance(field, YesNoField):
        unbound = _choice(field.codes, drawing.today, text, radio=True)
    return {"": _bound({field.key: unbound}, {field.key: text})[field.key]}


def _choice(codes: CodeList, today: date, text: str, *, radio: bool) -> Any:
    choices = [(code.code, code.label) for code in codes.offered(today)]
    if text and text not in dict(choices):  # withdrawn, or wrong: what was typed stays visible
        choices.append((text, codes.label_of(text) or text))
    if radio and len(choices) <= FEW_CHOICES:
        return RadioField(choices=_options(choices), validate_choice=False)
    return _select(choices, text)


def _address(drawing: Drawing, field: AddressField, stored: Mapping[str, Any]) -> dict[str, Any]:
    country = str(stored.get("country") or HOME_COUNTRY)
    province = str(stored.get("province") or "")
    commune = str(stored.get("commune") or "")
    provinces = [(place.code, place.name) for place in drawing.places.provinces()]
    own = drawing.point_province
    provinces.sort(key=lambda place: place[0] != own)  # the point's own first, the rest in order
    communes = [(place.code, place.name) for place in drawing.places.communes_of(province)]
    parts: dict[str, Any] = {}
    if field.abroad:
        parts["country"] = _select(_offered(field.countries, drawing.today), country, blank=False)
    parts["province"] = _select(provinces, province)
    parts["commune"] = _select(communes, commune)
    parts["detail"] = StringField(render_kw={"maxlength": LONGEST_DETAIL})
    texts = {
        "country": country,
        "province": province,
        "commune": commune,
        "detail": str(stored.get("detail") or ""),
    }
    bound = _bound(
        {f"{field.key}-{part}": unbound for part, unbound in parts.items()},
        {f"{field.key}-{part}": text for part, text in texts.items()},
    )
    return {part: bound[f"{field.key}-{part}"] for part in parts}


def _offered(codes: CodeList, today: date) -> list[tuple[str, str]]:
    home = [(HOME_COUNTRY, codes.label_of(HOME_COUNTRY) or said("form.home_country"))]
    return home + [(c.code, c.label) for c in codes.offered(today) if c.code != HOME_COUNTRY]


def _select(choices: list[tuple[str, str]], text: str, *, blank: bool = True) -> Any:
    if text and text not in dict(choices):
        choices = [*choices, (text, text)]
    first = [("", said("form.choose"))] if blank else []
    return SelectField(choices=[], widget=_QuickSelect(first + choices), validate_choice=False)


class _QuickSelect:
    """A select whose options are drawn once for all pages.

    The form of a birth offers 2 600 countries, provinces and peoples; drawn anew one by one they
    took most of a page's time.
    """

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        self._choices = tuple(choices)

    def __call__(self, field: Any, **attributes: object) -> Markup:
        head = html_params(name=field.name, **{"id": field.id, **attributes})
        options = "".join(
            drawn.replace("<option", "<option selected", 1) if code == field.data else drawn
            for code, drawn in _drawn(self._choices)
        )
        return Markup(f"<select {head}>{options}</select>")  # noqa: S704 - escaped piece by piece


@lru_cache(maxsize=64)
def _drawn(choices: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (code, f'<option value="{escape(code)}">{escape(label)}</option>')
        for code, label in choices
    )


def _options(choices: list[tuple[str, str]]) -> list[Any]:
    return [SelectChoice(code, label) for code, label in choices]


def _bound(unbound: dict[str, Any], texts: dict[str, str]) -> Any:
    form = BaseForm(unbound)
    form.process(data=texts)
    return form


def typed_answers(
    procedure: Procedure, typed: MultiDict[str, str], places: Places
) -> dict[str, object]:
    """What a form, or a part of one, says about the procedure's fields; other names are ignored."""
    found: dict[str, object] = {}
    for key, field in procedure.fields.items():
        if isinstance(field, AddressField):
            parts = {p: typed[f"{key}-{p}"] for p in ADDRESS_PARTS if f"{key}-{p}" in typed}
            if parts:
                found[key] = _typed_address(parts, places)
        elif key in typed:
            found[key] = typed[key]
    return found


def _typed_address(parts: dict[str, str], places: Places) -> dict[str, str] | str:
    """Vietnam alone is only what the box showed first; a commune of another province goes."""
    parts.setdefault("country", HOME_COUNTRY)
    if places.commune_name(parts.get("commune", ""), parts.get("province", "")) is None:
        parts.pop("commune", None)
    rest = {name: text for name, text in parts.items() if name != "country"}
    return "" if parts["country"] == HOME_COUNTRY and is_empty(rest) else parts
