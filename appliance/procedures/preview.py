"""A procedure file as one page to read and print, for the officer who looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined

from appliance.catalogues import read_catalogue
from appliance.core.forms.condition import ANSWERED, EMPTY, Clause, Condition
from appliance.core.forms.fields import (
    AddressField,
    ChoiceField,
    Code,
    DateField,
    FormField,
    IntegerField,
    TextField,
    YesNoField,
)
from appliance.core.forms.procedure import Procedure

_LONGEST_LIST = 15  # codes; longer lists are known to everybody: countries, peoples


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says about one condition or field, from ``preview_vi.toml``."""

    procedure: Procedure

    def condition(self, condition: Condition | bool | None) -> str:
        """In words: ``Loại khai sinh là "Trẻ bị bỏ rơi"``; nothing for none."""
        if not isinstance(condition, Condition):
            return ""
        said = _sayings()
        parts = [self._clause(clause) for clause in condition.clauses]
        if condition.none_of is not None:
            parts.append(said["not"].format(condition=self.condition(condition.none_of)))
        if condition.any_of:
            either = said["or"].join(self.condition(choice) for choice in condition.any_of)
            parts.append(f"({either})" if parts else either)
        return said["and"].join(parts)

    def kind(self, field: FormField) -> str:
        """What is to be answered: text of how many signs, which date, which choices."""
        said = _sayings()
        match field:
            case TextField():
                return said["text"].format(longest=field.max_length)
            case DateField():
                return said["partial_date"] if field.partial else said["date"]
            case IntegerField():
                return said["integer"].format(smallest=field.minimum, biggest=field.maximum)
            case AddressField():
                return said["address"] if field.abroad else said["address_at_home"]
            case ChoiceField():
                return said["choice"].format(title=field.codes.title, source=field.codes.source)
            case _:
                return said[field.type]

    def choices(self, field: FormField) -> tuple[Code, ...]:
        """The codes of a short list, to be compared with the form."""
        if isinstance(field, ChoiceField) and len(field.codes.codes) <= _LONGEST_LIST:
            return field.codes.codes
        return ()

    def starts_with(self, field: FormField) -> str:
        """What a new dossier already has there, in words."""
        default = getattr(field, "default", None)
        if default is None:
            return ""
        if isinstance(field, ChoiceField | YesNoField):
            code = {True: "yes", False: "no"}.get(default, default)
            return field.codes.label_of(code) or str(code)
        return str(default)

    def _clause(self, clause: Clause) -> str:
        said = _sayings()
        field = self.procedure.fields[clause.field]
        values = []
        for value in clause.values:
            if value in (ANSWERED, EMPTY):
                return said[value].format(label=field.label)
            codes = field.codes if isinstance(field, ChoiceField | YesNoField) else None
            values.append(f"“{(codes.label_of(value) if codes else None) or value}”")
        return said["is"].format(label=field.label, values=said["or"].join(values))


def preview(procedure: Procedure) -> str:
    """One HTML page without scripts or outside files; every text of the file is escaped."""
    # a page for one reader, not the station's: no Flask application stands behind it
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    page = environment.from_string(_resource("preview.html"))
    return page.render(procedure=procedure, said=Words(procedure), texts=_sayings())


@cache
def _sayings() -> dict[str, str]:
    return dict(read_catalogue("appliance.procedures", "preview_vi")["words"])


def _resource(name: str) -> str:
    return resources.files("appliance.procedures").joinpath(name).read_text("utf-8")
