"""What is said between the station and the cleaning child. Knows no image library.

A message is a length, a JSON head of that length, and the bytes that the head announces.
Images go through the pipe only: the card never sees them in plain.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from appliance.core.rendition import DEFAULT_RUNG, Rendition, Rung
from appliance.core.scan import ColorMode

_LENGTHS = struct.Struct(">II")  # of the head, of the bytes after it
PREFIX_SIZE = _LENGTHS.size


@dataclass(frozen=True, slots=True)
class CleanOrder:
    """How one master is to be rendered."""

    resolution_dpi: int  # of the master
    turn: int = 0  # degrees clockwise
    rung: Rung = DEFAULT_RUNG
    preview_px: int = 1000  # long side; 0: no preview wanted


@dataclass(frozen=True, slots=True)
class CleanPage:
    """What came of a master."""

    rendition: Rendition
    preview: bytes  # JPEG for the screen; empty when none was wanted


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing came of it. *damaged*: another try would end the same way."""

    damaged: bool
    text: str


def pack_order(order: CleanOrder, master: bytes) -> bytes:
    """An order with its master."""
    return _packed(asdict(order), master)


def read_order(stream: BinaryIO) -> tuple[CleanOrder, bytes] | None:
    """The next order, or None when the other side has closed."""
    prefix = stream.read(PREFIX_SIZE)
    if len(prefix) < PREFIX_SIZE:
        return None
    head_size, body_size = _LENGTHS.unpack(prefix)
    head = json.loads(stream.read(head_size))
    said = head.pop("rung")
    rung = Rung(**said | {"mode": ColorMode(said["mode"])})
    return CleanOrder(rung=rung, **head), stream.read(body_size)


def pack_answer(answer: CleanPage | Refusal) -> bytes:
    """A page or a refusal."""
    if isinstance(answer, Refusal):
        return _packed({"refusal": asdict(answer)}, b"")
    head = asdict(answer.rendition)
    jpeg = head.pop("jpeg")
    return _packed({"rendition": head, "jpeg_size": len(jpeg)}, jpeg + answer.preview)


def answer_size(prefix: bytes) -> int:
    """How many bytes follow the first PREFIX_SIZE ones."""
    return sum(_LENGTHS.unpack(prefix))


def unpack_answer(message: bytes) -> CleanPage | Refusal:
    """The answer in a whole *message*."""
    head_size, _ = _LENGTHS.unpack_from(message)
    head = json.loads(message[PREFIX_SIZE : PREFIX_SIZE + head_size])
    if "refusal" in head:
        return Refusal(**head["refusal"])
    body = memoryview(message)[PREFIX_SIZE + head_size :]
    jpeg, preview = bytes(body[: head["jpeg_size"]]), bytes(body[head["jpeg_size"] :])
    said = head["rendition"]
    return CleanPage(Rendition(jpeg=jpeg, **said | {"mode": ColorMode(said["mode"])}), preview)


def _packed(head: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(head).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body
