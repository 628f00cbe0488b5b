"""Where code lists and person blocks lie: beside the procedure first, then the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from appliance.core.forms.fields import Code, CodeList
from appliance.procedures.located import Mistake, Spot, Table, read_yaml
from appliance.procedures.sayings import close_to, said

SHIPPED = Path(__file__).parent
LISTS, BLOCKS = "lists", "blocks"


@dataclass
class Shelf:
    """Reads each list and block once; their mistakes are reported once."""

    folders: tuple[Path, ...]
    mistakes: list[Mistake] = field(default_factory=list)
    _lists: dict[str, CodeList] = field(default_factory=dict)
    _blocks: dict[str, Table] = field(default_factory=dict)

    def code_list(self, name: str, used_at: Spot) -> CodeList:
        """The list of that name; an empty one after a mistake, so that reading can go on."""
        if name not in self._lists:
            self._lists[name] = _nothing(name)  # what a list that includes itself finds
            self._lists[name] = self._read_list(name, used_at)
        return self._lists[name]

    def block(self, name: str, used_at: Spot) -> Table:
        """The block of that name, as written; an empty one after a mistake."""
        if name not in self._blocks:
            path = self._find(BLOCKS, name, "person block", used_at)
            table, mistakes = read_yaml(path) if path else (Table.at(used_at), [])
            self.mistakes += mistakes
            self._blocks[name] = table
        return self._blocks[name]

    def _read_list(self, name: str, used_at: Spot) -> CodeList:
        path = self._find(LISTS, name, "code list", used_at)
        if path is None:
            return _nothing(name)
        table, mistakes = read_yaml(path)
        included = self._included(table)
        found = _nothing(name)
        if not mistakes:
            try:
                found = CodeList.model_validate(table)
            except ValidationError as error:
                mistakes = said(error, table, CodeList)
            else:
                mistakes = list(_faults_of_list(found, name, table))
        self.mistakes += mistakes
        if mistakes:
            return _nothing(name)
        own = {entry.code for entry in found.codes}
        rest = tuple(entry for entry in included if entry.code not in own)
        return found.model_copy(update={"codes": found.codes + rest})

    def _included(self, table: Table) -> tuple[Code, ...]:
        """The codes of another list, to stand after this one's own."""
        if not isinstance(table.get("include"), str):
            return ()
        return self.code_list(table.pop("include"), table.key_spots["include"]).codes

    def _find(self, kind: str, name: str, called: str, used_at: Spot) -> Path | None:
        """Names are matched against the files that exist, so a name is never a path."""
        there = {
            path.stem: path
            for folder in reversed(self.folders)
            for path in sorted((folder / kind).glob("*.yaml"))
        }
        if name not in there:
            hint = close_to(name, there)
            self.mistakes.append(
                Mistake(used_at.path, used_at.line, f'there is no {called} "{name}"{hint}')
            )
        return there.get(name)


def _nothing(name: str) -> CodeList:
    return CodeList.model_construct(id=name, title=name, valid_from=date.min, source=name, codes=())


def _faults_of_list(found: CodeList, name: str, table: Table) -> Iterator[Mistake]:
    if found.id != name:
        spot = table.key_spots["id"]
        yield Mistake(spot.path, spot.line, f'the id must be "{name}", like the file')
    seen: set[str] = set()
    for number, entry in enumerate(found.codes):
        if entry.code in seen:
            spot = table["codes"][number].spot
            yield Mistake(spot.path, spot.line, f'code "{entry.code}" stands in this list twice')
        seen.add(entry.code)
