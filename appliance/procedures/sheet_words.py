"""What an officer is told about a workbook: where, what, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from appliance.catalogues import read_catalogue
from appliance.core.forms.normalise import unmarked

_COLUMNS = "ABCDEF"
_FACTS = "thu tuc"


@dataclass(frozen=True, slots=True)
class Complaint:
    """*where* is a file's or a sheet's name; with a row also the cell, its column from 0."""

    code: str
    where: str
    row: int = 0
    column: int = 0
    said: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        words = _words()
        what = words["mistakes"][self.code].format(sheet=self.where, **self.said)
        return f"{self._place(words['place'])}: {what}"

    def _place(self, place: Mapping[str, str]) -> str:
        if self.row:
            heads = heads_of(self.where)
            head = heads[self.column] if self.column < len(heads) else ""
            return place["cell"].format(
                sheet=self.where, row=self.row, column=_COLUMNS[self.column], head=head
            )
        return place["book" if "." in self.where else "sheet"].format(
            book=self.where, sheet=self.where
        )


def heads_of(sheet: str) -> tuple[str, ...]:
    """What stands above each column of that sheet."""
    return tuple(_words()["heads"]["facts" if unmarked(sheet) == _FACTS else "questions"])


def near_or_known(written: str, known: Iterable[str], sentence: str) -> str:
    """*Có phải là …?* where something is close, else all there is, by that sentence's code."""
    names, words = list(known), _words()["mistakes"]
    by_mark = {unmarked(name): name for name in names}
    close = difflib.get_close_matches(unmarked(written), by_mark, n=1)
    if close:
        return str(words["near"].format(near=by_mark[close[0]]))
    return str(words[sentence].format(known=", ".join(names)))


@cache
def _words() -> dict[str, Any]:
    return read_catalogue("appliance.procedures", "sheet_vi")
