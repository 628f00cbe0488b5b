"""YAML in which every value knows its file and line, so that a mistake can be pointed at.

The only file that knows ruamel.yaml. All scalars come back as text: ``01`` stays ``01`` and
``no`` stays ``no``; what they mean is for the models to decide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_DEEPEST = 30  # an anchor that contains itself would never end


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is written; *line* counts from 1."""

    path: Path
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to put right, in a technician's words."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class Text(str):
    """A scalar."""

    spot: Spot

    @classmethod
    def at(cls, value: str, spot: Spot) -> Text:
        """*value*, written at *spot*."""
        text = cls(value)
        text.spot = spot
        return text


class Table(dict[str, Any]):
    """A mapping; ``key_spots`` says where each key is written."""

    spot: Spot
    key_spots: dict[str, Spot]

    @classmethod
    def at(cls, spot: Spot, key_spots: dict[str, Spot] | None = None) -> Table:
        """An empty table written at *spot*."""
        table = cls()
        table.spot, table.key_spots = spot, dict(key_spots or {})
        return table

    def put(self, key: str, value: Any, spot: Spot) -> None:
        """Add a pair written at *spot*."""
        self[key] = value
        self.key_spots[key] = spot


class Rows(list[Any]):
    """A sequence."""

    spot: Spot

    @classmethod
    def at(cls, spot: Spot, rows: Sequence[Any] = ()) -> Rows:
        """*rows*, written at *spot*."""
        made = cls(rows)
        made.spot = spot
        return made


@dataclass
class _Builder:
    path: Path
    mistakes: list[Mistake] = field(default_factory=list)

    def spot(self, node: Node) -> Spot:
        return Spot(self.path, node.start_mark.line + 1)

    def build(self, node: Node, depth: int = 0) -> Any:
        spot = self.spot(node)
        if depth > _DEEPEST:
            self.mistakes.append(Mistake(self.path, spot.line, "nested too deep, or in itself"))
            return None
        if isinstance(node, MappingNode):
            return self._table(node, depth)
        if isinstance(node, SequenceNode):
            return Rows.at(spot, [self.build(child, depth + 1) for child in node.value])
        if isinstance(node, ScalarNode) and (node.value or node.style is not None):
            return Text.at(unicodedata.normalize("NFC", node.value), spot)
        return None

    def _table(self, node: MappingNode, depth: int) -> Table:
        table = Table.at(self.spot(node))
        for key_node, value_node in node.value:
            spot = self.spot(key_node)
            if not isinstance(key_node, ScalarNode):
                self.mistakes.append(Mistake(self.path, spot.line, "a key must be plain text"))
                continue
            key = str(key_node.value)
            if key in table:
                first = table.key_spots[key].line
                self.mistakes.append(
                    Mistake(self.path, spot.line, f'key "{key}" stands here twice (line {first})')
                )
                continue
            table.put(key, self.build(value_node, depth + 1), spot)
        return table


def read_yaml(path: Path) -> tuple[Table, list[Mistake]]:
    """The mapping in *path* and what is wrong with it as YAML; with mistakes it may be empty."""
    nothing = Table.at(Spot(path, 1))
    try:
        node = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8"))
    except OSError as error:
        return nothing, [Mistake(path, 1, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return nothing, [Mistake(path, 1, f"is not UTF-8 text (byte {error.start})")]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return nothing, [Mistake(path, line, f"not valid YAML: {error.problem or error.context}")]
    except YAMLError as error:
        return nothing, [Mistake(path, 1, f"not valid YAML: {' '.join(str(error).split())}")]
    if not isinstance(node, MappingNode):
        return nothing, [Mistake(path, 1, 'expected "key: value" lines')]
    builder = _Builder(path)
    table = builder.build(node)
    return table, builder.mistakes


def spot_of(table: Table, loc: Sequence[str | int]) -> Spot:
    """The line of the deepest written part of *loc*, a path of keys and numbers.

    Parts that are not in the file (a missing key, the name of a variant) are passed over.
    """
    here: Any = table
    spot = table.spot
    for step in loc:
        if isinstance(here, Table) and step in here:
            spot, here = here.key_spots[str(step)], here[str(step)]
        elif isinstance(here, Rows) and isinstance(step, int) and step < len(here):
            here = here[step]
            spot = getattr(here, "spot", spot)
    return spot
