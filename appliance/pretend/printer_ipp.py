"""The few words of IPP that a pretend print system hears and says. Bytes in, bytes out."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

PRINT_JOB, CANCEL_JOB, GET_JOB, GET_PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
OK, NOT_FOUND, NOT_POSSIBLE, NO_SUCH_OPERATION = 0x0000, 0x0406, 0x0404, 0x0501
_END, _FIRST_VALUE = 0x03, 0x10
_INTEGER, _BOOLEAN, _ENUM, _NAME, _KEYWORD, _CHARSET, _LANGUAGE = (
    0x21, 0x22, 0x23, 0x42, 0x44, 0x47, 0x48,
)  # fmt: skip
_JOB_GROUP, _PRINTER_GROUP = 0x02, 0x04
_ENUMS = frozenset({"printer-state", "job-state"})

Said = int | bool | str | tuple[str, ...]


class NotIpp(ValueError):
    """What came is something else, or cut."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; an attribute that is said twice keeps its last value."""

    operation: int
    number: int
    attributes: dict[str, int | str]
    document: bytes


def read_request(body: bytes) -> Asked:
    """The request before its document.

    Raises:
        NotIpp: it is none.
    """
    try:
        operation, number = struct.unpack_from(">HI", body, 2)
        found: dict[str, int | str] = {}
        at, name = 8, ""
        while (tag := body[at]) != _END:
            at += 1
            if tag < _FIRST_VALUE:
                continue
            called, at = _sized(body, at)
            value, at = _sized(body, at)
            name = called.decode() or name
            whole = tag in (_INTEGER, _ENUM) and len(value) == 4
            found[name] = (
                struct.unpack(">i", value)[0] if whole else value.decode("utf-8", "replace")
            )
        return Asked(operation, number, found, body[at + 1 :])
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise NotIpp("not a request of IPP") from error


def answer(
    asked: Asked, status: int, said: dict[str, Said] | None = None, *, of_job: bool = False
) -> bytes:
    """An answer about the printer, or about a job of it."""
    parts = [
        b"\x02\x00" + struct.pack(">HI", status, asked.number) + b"\x01",
        _attribute("attributes-charset", _CHARSET, [b"utf-8"]),
        _attribute("attributes-natural-language", _LANGUAGE, [b"en"]),
    ]
    if said:
        parts.append(bytes([_JOB_GROUP if of_job else _PRINTER_GROUP]))
        parts += [_written(name, value) for name, value in said.items()]
    return b"".join([*parts, bytes([_END])])


def _written(name: str, value: Said) -> bytes:
    if isinstance(value, bool):
        return _attribute(name, _BOOLEAN, [bytes([value])])
    if isinstance(value, int):
        tag = _ENUM if name in _ENUMS else _INTEGER
        return _attribute(name, tag, [struct.pack(">i", value)])
    words = (value,) if isinstance(value, str) else value
    return _attribute(name, _KEYWORD, [word.encode() for word in words])


def _attribute(name: str, tag: int, values: Iterable[bytes]) -> bytes:
    written = b""
    for value in values:
        called = b"" if written else name.encode()
        written += struct.pack(">BH", tag, len(called)) + called
        written += struct.pack(">H", len(value)) + value
    return written


def _sized(body: bytes, at: int) -> tuple[bytes, int]:
    size = struct.unpack_from(">H", body, at)[0]
    if at + 2 + size > len(body):
        raise NotIpp("cut in a value")
    return body[at + 2 : at + 2 + size], at + 2 + size
