"""What is said between the station and the cleaning child. Knows no image library.

A message is two lengths, a JSON head of the first, and as many bytes as the second says: of an
order the master, then the other side of its sheet if that is known; of an answer, for each
thing on the glass, its packed page, its preview in two sizes, and the picture that tells which
way is up.
Images go through the pipe only: the card never sees them in plain.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, BinaryIO

from appliance.core.cards.seen import Seen, seen_of, seen_text
from appliance.core.paper.findings import Kind, Quad
from appliance.core.paper.packed import unpacked
from appliance.core.paper.plates import PlatedPage

_LENGTHS = struct.Struct(">II")  # of the head, of the bytes after it
PREFIX_SIZE = _LENGTHS.size
PREVIEW_PX = 1000
WHOLE_GLASS: None = None


@dataclass(frozen=True, slots=True)
class CleanOrder:
    """How one master is to be cleaned."""

    resolution_dpi: int  # of the master
    kind: Kind = Kind.AUTO
    item: int | None = WHOLE_GLASS  # only this thing of those on the glass; None: all of them
    turn: int | None = None  # clockwise, settled before; None: find out
    plain: bool = False  # as it was scanned, turned by *turn* alone
    keep_blank: bool = False
    way: int = 0  # how far down the ladder
    preview_px: int = PREVIEW_PX  # long side; 0: no preview wanted
    lying: bool = False  # whether somebody waits to say which way is up
    other_dpi: int = 0  # of the sheet's other side, which then follows the master
    camera: bool = False  # a telephone took it: the sheet is found, cut out and flattened first
    quad: Quad | None = None  # settled before, or by a person: only what lies there is looked at


@dataclass(frozen=True, slots=True)
class CleanThing:
    """What came of one thing on the glass."""

    item: int
    way: int  # that was taken: the last one where the order asked for more
    seen: Seen
    page: bytes  # packed; a blank side that nobody keeps has no plates
    size_bytes: int  # of its plates
    resolution_dpi: int
    preview: bytes = b""  # JPEG for the screen, before a person's turn
    small: bytes = b""  # the same beside its slot
    lying: bytes = b""  # grey JPEG at 150 dpi where it is not known which way is up

    @property
    def plated(self) -> PlatedPage:
        """The page, unpacked."""
        return unpacked(self.page)


CleanPage = tuple[CleanThing, ...]
"""All that came of a master, in reading order; never empty."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing came of it. *damaged*: another try would end the same way."""

    damaged: bool
    text: str


def pack_order(order: CleanOrder, master: bytes, other: bytes = b"") -> bytes:
    """An order with its master, and the sheet's other side where ``other_dpi`` is given."""
    return _packed(asdict(order) | {"other_bytes": len(other)}, [master, other])


def read_order(stream: BinaryIO) -> tuple[CleanOrder, bytes, bytes] | None:
    """The next order with both pictures, or None when the other side has closed."""
    prefix = stream.read(PREFIX_SIZE)
    if len(prefix) < PREFIX_SIZE:
        return None
    head_size, body_size = _LENGTHS.unpack(prefix)
    head = json.loads(stream.read(head_size))
    other_bytes = head.pop("other_bytes")
    quad = head["quad"] and tuple((x, y) for x, y in head["quad"])
    order = CleanOrder(**head | {"kind": Kind(head["kind"]), "quad": quad})
    return order, stream.read(body_size - other_bytes), stream.read(other_bytes)


_BODIES = ("page", "preview", "small", "lying")
_PLAIN = [f.name for f in fields(CleanThing) if f.name not in (*_BODIES, "seen")]


def pack_answer(answer: CleanPage | Refusal) -> bytes:
    """Things or a refusal."""
    if isinstance(answer, Refusal):
        return _packed({"refusal": asdict(answer)}, [])
    heads = [
        {name: getattr(thing, name) for name in _PLAIN}
        | {"seen": seen_text(thing.seen)}
        | {"sizes": [len(getattr(thing, body)) for body in _BODIES]}
        for thing in answer
    ]
    return _packed({"things": heads}, [getattr(thing, b) for thing in answer for b in _BODIES])


def answer_size(prefix: bytes) -> int:
    """How many bytes follow the first PREFIX_SIZE ones."""
    return sum(_LENGTHS.unpack(prefix))


def unpack_answer(message: bytes) -> CleanPage | Refusal:
    """The answer in a whole *message*."""
    head_size, _ = _LENGTHS.unpack_from(message)
    head = json.loads(message[PREFIX_SIZE : PREFIX_SIZE + head_size])
    if "refusal" in head:
        return Refusal(**head["refusal"])
    at, things = PREFIX_SIZE + head_size, []
    for said in head["things"]:
        for name, size in zip(_BODIES, said.pop("sizes"), strict=True):
            said[name] = message[at : at + size]
            at += size
        things.append(CleanThing(**said | {"seen": seen_of(said["seen"])}))
    return tuple(things)


def _packed(head: dict[str, Any], bodies: Sequence[bytes]) -> bytes:
    text = json.dumps(head).encode()
    return b"".join([_LENGTHS.pack(len(text), sum(map(len, bodies))), text, *bodies])
