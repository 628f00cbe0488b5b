"""The sentence a volunteer reads about a problem in the answers."""

from __future__ import annotations

from functools import cache

from appliance.catalogues import read_catalogue
from appliance.core.forms.problem import Problem
from appliance.core.forms.procedure import Procedure
from appliance.procedures.english import EnglishProcedure


@cache
def sentences(language: str = "vi") -> dict[str, str]:
    """All sentences by problem code, with their blanks; *language* is ``vi`` or ``en``."""
    return dict(read_catalogue("appliance.procedures", f"wording_{language}")["problems"])


def sentence(problem: Problem, procedure: Procedure) -> str:
    """One sentence in the procedure's own language, naming the field as the form does.

    Raises:
        KeyError: the catalogue has no such code, or the problem does not fill its blanks.
    """
    label = procedure.fields[problem.field_key].label
    blanks = {"label": label, "inside": _inside(label), **problem.params}
    language = "en" if isinstance(procedure, EnglishProcedure) else "vi"
    told = sentences(language)[problem.code].format_map(blanks)
    return told[:1].upper() + told[1:]


def _inside(label: str) -> str:
    """A label within a sentence begins small, unless it begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
