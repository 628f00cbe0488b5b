"""IPP requests and answers as bytes (RFC 8010). No socket, no printer: bytes in, bytes out."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

Value: TypeAlias = int | bool | str | bytes
Attribute: TypeAlias = tuple["Tag", str, Value]

_VERSION = b"\x02\x00"
_END = 0x03
_FIRST_VALUE_TAG = 0x10  # everything below opens or ends a group


class Tag(IntEnum):
    """How a value is written: the ones we send, and those we read as more than bytes."""

    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49


class Operation(IntEnum):
    """What we ever ask of a printer."""

    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_PRINTER_ATTRIBUTES = 0x000B


class NotIpp(ValueError):
    """The answer is not IPP, or is cut."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and all attributes of all groups; a name said twice keeps its first values."""

    status: int
    attributes: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether it was done, perhaps with attributes the printer did not know."""
        return self.status < 0x0100

    def numbers(self, name: str) -> tuple[int, ...]:
        """The whole numbers under that name."""
        return tuple(v for v in self.attributes.get(name, ()) if isinstance(v, int))

    def number(self, name: str, otherwise: int = 0) -> int:
        """The first number under that name."""
        return next(iter(self.numbers(name)), otherwise)

    def words(self, name: str) -> tuple[str, ...]:
        """The texts, names and keywords under that name."""
        return tuple(v for v in self.attributes.get(name, ()) if isinstance(v, str))


def request(
    operation: Operation, about: Sequence[Attribute], job: Sequence[Attribute] = ()
) -> bytes:
    """A request as it stands before the document; *about* begins with the printer's URI."""
    head = _VERSION + struct.pack(">HI", operation, 1)
    opening: tuple[Attribute, ...] = (
        (Tag.CHARSET, "attributes-charset", "utf-8"),
        (Tag.LANGUAGE, "attributes-natural-language", "en"),
    )
    parts = [head, b"\x01", *_written((*opening, *about))]
    if job:
        parts += [b"\x02", *_written(job)]
    return b"".join([*parts, bytes([_END])])


def read_answer(data: bytes) -> Answer:
    """The answer.

    Raises:
        NotIpp: it is something else, or not all of it.
    """
    if len(data) < 9:
        raise NotIpp("shorter than any answer")
    status = struct.unpack_from(">H", data, 2)[0]
    found: dict[str, tuple[Value, ...]] = {}
    name, is_repeated = "", False
    for called, value in _read_values(data, 8):
        if called:
            name, is_repeated = called, called in found
            if not is_repeated:
                found[name] = (value,)
        elif name and not is_repeated:
            found[name] = (*found[name], value)
    return Answer(status, found)


def _written(attributes: Sequence[Attribute]) -> Iterator[bytes]:
    before = ""
    for tag, name, value in attributes:
        called = "" if name == before else name  # a further value of the same attribute
        before = name
        raw = _raw(tag, value)
        yield struct.pack(">BH", tag, len(called)) + called.encode()
        yield struct.pack(">H", len(raw)) + raw


def _raw(tag: Tag, value: Value) -> bytes:
    if tag is Tag.BOOLEAN:
        return bytes([bool(value)])
    if isinstance(value, int):
        return struct.pack(">i", value)
    return value.encode() if isinstance(value, str) else value


def _read_values(data: bytes, at: int) -> Iterator[tuple[str, Value]]:
    while True:
        if at >= len(data):
            raise NotIpp("no end")
        tag = data[at]
        at += 1
        if tag == _END:
            return
        if tag < _FIRST_VALUE_TAG:
            continue
        name, at = _sized(data, at)
        raw, at = _sized(data, at)
        yield name.decode("utf-8", "replace"), _value(tag, raw)


def _sized(data: bytes, at: int) -> tuple[bytes, int]:
    if at + 2 > len(data):
        raise NotIpp("cut in a length")
    size = struct.unpack_from(">H", data, at)[0]
    at += 2
    if at + size > len(data):
        raise NotIpp("cut in a value")
    return data[at : at + size], at + size


def _value(tag: int, raw: bytes) -> Value:
    if tag in (Tag.INTEGER, Tag.ENUM) and len(raw) == 4:
        return int(struct.unpack(">i", raw)[0])
    if tag == Tag.BOOLEAN and len(raw) == 1:
        return raw != b"\x00"
    if tag & 0xF0 == 0x40:  # every kind of text
        return raw.decode("utf-8", "replace")
    return raw
