"""Marks that must not lie on a card, and the raw bytes of a card searched for them.

A mark is what somebody would look for: a name in every spelling of a machine, a piece out of
the middle of a page's picture or PDF, a private key. Compressed words hide from such a search, so
everything that looks like a PDF's stream is unpacked, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

PIECE = 40  # bytes of a picture: enough to be nobody else's
HEADS = {b"%PDF-1.": "a PDF's head", b"\xff\xd8\xff\xe0\x00\x10JFIF": "a JPEG's head"}
KEYS = {b"AGE-SECRET-KEY-1": "a private key"}
OVERLAP = 256
AT_ONCE = 8 << 20
UNPACKED_AT_MOST = 1 << 20


def spellings(word: str) -> set[bytes]:
    """Plain, UTF-16, JSON, URL, base64 from any of its three phases; short ones are left out."""
    plain = word.encode()
    found = {plain, word.encode("utf-16-le"), word.encode("utf-16-be")}
    found |= {json.dumps(word)[1:-1].encode(), quote(word).encode(), quote_plus(word).encode()}
    for phase in range(3):
        inside = b64encode(b"\0" * phase + plain)
        found.add(inside[4 if phase else 0 : len(inside) - len(inside) % 4 - 4])
    return {one for one in found if len(one) >= 8}


@dataclass
class Marks:
    """What is looked for, each with the kind of thing it is."""

    known: dict[bytes, str] = field(default_factory=lambda: {**HEADS, **KEYS})
    words: set[bytes] = field(default_factory=set)

    def add_word(self, word: str) -> None:
        """A name or a number of the citizen."""
        self.words |= {one for one in (word.encode(), word.encode("utf-16-be")) if len(one) >= 8}
        self.known |= dict.fromkeys(spellings(word), "a word")

    def add_content(self, plain: bytes, kind: str) -> None:
        """A file as it was before it was encrypted: a piece out of its middle."""
        middle = len(plain) // 2
        piece = plain[middle : middle + PIECE]
        if len(piece) == PIECE and len(set(piece)) > PIECE // 3:
            self.known[piece] = kind

    def found_in(self, content: bytes) -> Counter[str]:
        """How often marks of each kind stand in *content*, streams unpacked."""
        found = Counter(kind for mark, kind in self.known.items() if mark in content)
        for stream in unpacked(content):
            found["a word in a packed stream"] += any(word in stream for word in self.words)
        return +found


def unpacked(content: bytes) -> Iterator[bytes]:
    """What stands behind each ``stream`` of a PDF, as far as it can be unpacked."""
    place = content.find(b"stream")
    while place >= 0:
        begin = place + len(b"stream")
        begin += 2 if content[begin : begin + 2] == b"\r\n" else 1
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(
                content[begin : begin + UNPACKED_AT_MOST], UNPACKED_AT_MOST
            )
        place = content.find(b"stream", begin)


def search_image(image: Path, marks: Marks) -> tuple[int, Counter[str]]:
    """Every byte that was ever written to a card; returns how many, and what was found."""
    searched, found = 0, Counter[str]()
    with image.open("rb") as file:
        for begin, end in _written(file.fileno()):
            file.seek(begin)
            before = b""
            for _ in range(begin, end, AT_ONCE):
                block = file.read(min(AT_ONCE, end - file.tell()))
                searched += len(block)
                found += marks.found_in(before + block)
                before = block[-OVERLAP:]
    return searched, found


def search_files(tops: Iterable[Path], marks: Marks) -> Counter[str]:
    """Every file below *tops*: logs, temporary files."""
    found = Counter[str]()
    for top in tops:
        for path in top.rglob("*") if top.is_dir() else (top,):
            if path.is_file():
                found += marks.found_in(path.read_bytes())
    return found


def _written(handle: int) -> Iterator[tuple[int, int]]:
    """The parts of a sparse file that were written at some time."""
    end, size = 0, os.fstat(handle).st_size
    while end < size:
        try:
            begin = os.lseek(handle, end, os.SEEK_DATA)
        except OSError:
            return
        end = os.lseek(handle, begin, os.SEEK_HOLE)
        yield begin, end
