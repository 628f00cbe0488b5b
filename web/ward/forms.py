"""The officers' forms. Their words stand in wording_vi.toml."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from appliance.core.manifest import ContentsFile, SupplementItem
from appliance.papers.fitting import whole_title
from web.ward.wording import words

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


class MoveForm(FlaskForm):  # type: ignore[misc]
    """A button; *seen* is the state the officer looked at."""

    seen = HiddenField()


class CodeForm(MoveForm):
    """The mã hồ sơ of the national system."""

    national_code = StringField(_form["national_code"], [_needed, _at_most(60)])


class SupplementForm(MoveForm):
    """What the citizen must bring or correct; made per dossier by ``supplement_form``."""

    text = TextAreaField(_form["text"], [_needed, _at_most(2000)], render_kw={"rows": 4})
    papers: Sequence[tuple[str, str]] = ()  # field name, slot

    def items(self) -> tuple[SupplementItem, ...]:
        """The papers with a problem chosen."""
        return tuple(
            SupplementItem(what="paper", ref=slot, problem=self[name].data)
            for name, slot in self.papers
            if self[name].data
        )


def supplement_form(files: Sequence[ContentsFile]) -> SupplementForm:
    """A form with one choice of problem per paper of the dossier."""
    choices = [("", _form["none"]), *words()["problem"].items()]

    class OfThisDossier(SupplementForm):
        pass

    slots = dict.fromkeys(file.slot for file in files)
    titles = {file.slot: whole_title(file.title) for file in files}
    papers = [(f"paper_{number}", slot) for number, slot in enumerate(slots)]
    for name, slot in papers:
        setattr(OfThisDossier, name, SelectField(titles[slot], choices=choices, default=""))
    OfThisDossier.papers = papers
    return OfThisDossier()
