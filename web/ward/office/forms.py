"""The officers' forms. Their words stand in wording_vi.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from appliance.core.wire.manifest import (
    ContentsFile,
    ContentsSection,
    ContentsSlot,
    SupplementItem,
)
from appliance.papers.fitting import whole_title
from web.ward.wording import words

ANSWERS_AT_ONCE = 5  # lines to ask for answers in; more are asked for in words, or next time

_form = words()["form"]
_needed = InputRequired(_form["needed"])


def _at_most(letters: int) -> Length:
    return Length(max=letters, message=_form["too_long"])


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    name = StringField(
        _form["name"], [_needed, _at_most(80)], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        _form["password"], [_needed, _at_most(200)], render_kw={"autocomplete": "current-password"}
    )


class OfficerForm(FlaskForm):  # type: ignore[misc]
    """The name of one more officer."""

    name = StringField(
        _form["new_officer"],
        [_needed, _at_most(80), Regexp(r"^\w[\w .-]*$", message=_form["name_wrong"])],
        filters=[lambda told: " ".join((told or "").split())],
        render_kw={"autocomplete": "off"},
    )


class MoveForm(FlaskForm):  # type: ignore[misc]
    """A button; *seen* is the state the officer looked at."""

    seen = HiddenField()


class CodeForm(MoveForm):
    """The mã hồ sơ of the national system."""

    national_code = StringField(_form["national_code"], [_needed, _at_most(60)])


class SupplementForm(MoveForm):
    """What the citizen must bring or correct; made per dossier by ``supplement_form``."""

    text = TextAreaField(_form["text"], [_at_most(2000)], render_kw={"rows": 3})
    papers: Sequence[AskedField] = ()
    answers: Sequence[AskedAnswer] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Something must be asked for: a paper, an answer, or words."""
        if not super().validate(extra_validators):
            return False
        return bool((self.text.data or "").strip() or self.items())

    def items(self) -> tuple[SupplementItem, ...]:
        """The papers with a problem chosen, one item for each page that is named; the answers."""
        papers = tuple(
            SupplementItem(
                what="paper",
                ref=field.slot,
                problem=self[field.problem].data,
                page=page,
                note_vi=(self[field.note].data or "").strip() or None,
            )
            for field in self.papers
            if self[field.problem].data
            for page in self._pages(field) or (None,)
        )
        return papers + tuple(
            SupplementItem(
                what="field",
                ref=self[line.key].data,
                problem=self[line.problem].data or "other",
                note_vi=(self[line.note].data or "").strip() or None,
            )
            for line in self.answers
            if self[line.key].data
        )

    def _pages(self, field: AskedField) -> list[int]:
        named = re.findall(r"\d+", (field.pages and self[field.pages].data) or "")
        return sorted({int(number) for number in named})


@dataclass(frozen=True, slots=True)
class AskedField:
    """The form's fields about one paper, by name."""

    slot: str
    problem: str
    note: str
    pages: str = ""  # none for a paper that is not there


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """The form's fields of one line in which an answer is asked for again, by name."""

    key: str
    problem: str
    note: str


def supplement_form(
    files: Sequence[ContentsFile],
    slots: Sequence[ContentsSlot],
    sections: Sequence[ContentsSection] = (),
) -> SupplementForm:
    """A form with a problem, pages and a note for each paper of the dossier.

    *slots* are all that the procedure knows: what is not there yet can be asked for, too.
    *sections* are the form as it was answered: some of it may have to be corrected.
    """
    choices = {"": _form["none"], **words()["problem"]}
    not_there = {"": _form["not_needed"], "missing": words()["problem"]["missing"]}

    class OfThisDossier(SupplementForm):
        pass

    here = {file.slot: whole_title(file.title) for file in files}
    others = {one.slot: one.title for one in slots if one.slot not in here}
    papers = []
    for number, (slot, title) in enumerate((here | others).items()):
        names = AskedField(
            slot, f"paper_{number}", f"note_{number}", f"pages_{number}" if slot in here else ""
        )
        offered = choices if slot in here else not_there
        setattr(OfThisDossier, names.problem, SelectField(title, choices=offered, default=""))
        setattr(OfThisDossier, names.note, StringField(_form["note"], [_at_most(300)]))
        if names.pages:
            numbers = Regexp(r"^[\d\s,]*$", message=_form["pages_wrong"])
            pages = StringField(_form["pages"], [_at_most(40), numbers])
            setattr(OfThisDossier, names.pages, pages)
        papers.append(names)
    OfThisDossier.papers = papers
    OfThisDossier.answers = _answer_lines(OfThisDossier, sections)
    return OfThisDossier()


def _answer_lines(
    form: type[SupplementForm], sections: Sequence[ContentsSection]
) -> list[AskedAnswer]:
    by_title = {
        section.title: {row.key: row.label for row in section.rows if row.key}
        for section in sections
    }
    known = {title: rows for title, rows in by_title.items() if rows}
    if not known:  # of a release that did not say which row is which
        return []
    offered = {"": _form["no_answer"], **known}
    problems = {"": _form["answer_why"], **words()["answer_problem"]}
    lines = []
    for number in range(ANSWERS_AT_ONCE):
        line = AskedAnswer(f"field_{number}", f"wrong_{number}", f"said_{number}")
        setattr(form, line.key, SelectField(_form["answer"], choices=offered, default=""))
        setattr(
            form, line.problem, SelectField(_form["answer_wrong"], choices=problems, default="")
        )
        setattr(form, line.note, StringField(_form["answer_note"], [_at_most(300)]))
        lines.append(line)
    return lines
