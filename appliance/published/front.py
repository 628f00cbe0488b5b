"""A guide's or notice's own head, in TOML between two lines ``+++``, and the text below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from appliance.published.toml import TomlWrong, line_of, read_toml

FENCE = "+++"

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class Front(BaseModel):
    """What the head may say. Days are days of the wall calendar, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    title: Short
    lead: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    first_day: date | None = Field(default=None, alias="from")
    last_day: date | None = Field(default=None, alias="until")

    def holds_on(self, day: date) -> bool:
        """Whether it is shown on *day*."""
        begun = self.first_day is None or self.first_day <= day
        return begun and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Text:
    """A whole file. *begins* is the line of the file on which the Markdown begins."""

    front: Front
    body: str
    begins: int


def read_text(content: bytes) -> Text:
    """Take head and text apart.

    Raises:
        TomlWrong: there is no head, or it says what no head says.
    """
    try:
        lines = content.decode("utf-8").lstrip("\ufeff").splitlines()
    except UnicodeDecodeError as error:
        raise TomlWrong(1, f"is not UTF-8 text (byte {error.start})") from error
    ends = [number for number, line in enumerate(lines) if line.rstrip() == FENCE][:2]
    if len(ends) < 2 or ends[0] != 0:
        raise TomlWrong(1, f'begins with a head between two lines {FENCE}: title = "…"')
    head = lines[1 : ends[1]]
    try:
        front = Front.model_validate(read_toml("".join(f"{line}\n" for line in head).encode()))
    except TomlWrong as error:
        raise TomlWrong(error.line + 1, str(error)) from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = str(fault["loc"][0])
        raise TomlWrong(line_of(head, key) + 1, f"{key}: {_said(fault)}") from error
    if front.first_day and front.last_day and front.last_day < front.first_day:
        raise TomlWrong(line_of(head, "until") + 1, "until: lies before from")
    return Text(front, "\n".join(lines[ends[1] + 1 :]), ends[1] + 2)


def _said(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "a head says title, lead, from and until"
    return str(fault["msg"]).removeprefix("Value error, ")
