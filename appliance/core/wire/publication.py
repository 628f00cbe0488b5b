"""What a ward sends down to its boxes: a numbered list of files, signed as a whole.

The number only grows; a list without files takes everything back. What kind a file is stands in
its path, so a path is all that the list has to say.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, field_validator

from appliance.core.wire.manifest import Sha256, TheirMessage

MOST_FILES = 400
MOST_BYTES = 64 << 20
LARGEST_LIST = 256 << 10  # bytes of the signed list itself
_NAME = r"[a-z0-9][a-z0-9_-]{0,59}"
_LANGUAGES = ("vi", "en", "rog", "kpm")
_LANGUAGE = "|".join(_LANGUAGES)


class Tongue(StrEnum):
    """Languages that a ward may write in, by ISO 639 (docs/publications.md says why these)."""

    VIETNAMESE = "vi"
    ENGLISH = "en"
    RAGLAI = "rog"  # Northern Roglai: Khánh Sơn, Khánh Vĩnh, Bác Ái
    KOHO = "kpm"


class Kind(StrEnum):
    """What a file is for."""

    PROCEDURE = "procedure"
    PART = "part"  # a code list or person block of the procedures beside it
    GUIDE = "guide"
    NOTICE = "notice"
    WORDS = "words"
    VOICE = "voice"
    SPOKEN = "spoken"  # a sentence of the panel's voice; in a folder that older boxes pass over
    PICTURE = "picture"
    CONFIG = "config"


_SHAPES: tuple[tuple[Kind, re.Pattern[str], int], ...] = (
    (Kind.PROCEDURE, re.compile(rf"procedures/{_NAME}\.yaml"), 512 << 10),
    (Kind.PART, re.compile(rf"procedures/(lists|blocks)/{_NAME}\.yaml"), 512 << 10),
    (Kind.GUIDE, re.compile(rf"guides/{_NAME}\.({_LANGUAGE})\.md"), 256 << 10),
    (Kind.NOTICE, re.compile(rf"notices/{_NAME}\.({_LANGUAGE})\.md"), 64 << 10),
    (Kind.WORDS, re.compile(rf"words/({_LANGUAGE})\.toml"), 256 << 10),
    (Kind.VOICE, re.compile(rf"voice/{_NAME}\.({_LANGUAGE})\.wav"), 16 << 20),
    (Kind.SPOKEN, re.compile(rf"spoken/{_NAME}\.({_LANGUAGE})\.wav"), 2400 << 10),
    (Kind.PICTURE, re.compile(rf"images/{_NAME}\.(png|jpg)"), 1 << 20),
    (Kind.CONFIG, re.compile(r"config\.toml"), 64 << 10),
)  # fmt: skip


def kind_of(path: str) -> Kind | None:
    """None: nothing this release knows of, which it leaves where it is.

    >>> kind_of("guides/vneid.vi.md"), kind_of("guides/../x.vi.md"), kind_of("films/a.mp4")
    (<Kind.GUIDE: 'guide'>, None, None)
    """
    return next((kind for kind, shape, _ in _SHAPES if shape.fullmatch(path)), None)


def most_bytes(kind: Kind) -> int:
    """How large a file of that kind may be."""
    return next(most for known, _, most in _SHAPES if known is kind)


def tongue_of(path: str) -> Tongue | None:
    """The language in a file's name: ``guides/vneid.rog.md`` is Raglai."""
    stem = path.rpartition("/")[2].partition(".")[2].partition(".")[0]
    if path.startswith("words/"):
        stem = path.rpartition("/")[2].partition(".")[0]
    return Tongue(stem) if stem in set(Tongue) else None


def name_of(path: str) -> str:
    """What a guide, notice, recording or picture is called: ``vneid``."""
    return path.rpartition("/")[2].partition(".")[0]


class PublishedFile(TheirMessage):
    """One file, by what its bytes are."""

    path: Annotated[str, StringConstraints(max_length=120, pattern=r"^[a-z0-9][a-z0-9_./-]*$")]
    sha256: Sha256
    bytes: int = Field(ge=0, le=MOST_BYTES)


class Publication(TheirMessage):
    """The list. ``purpose`` is among the bytes that are signed: no other message passes for it."""

    purpose: Literal["publication"] = "publication"
    number: int = Field(ge=1, le=10**9)
    made_at: AwareDatetime
    files: tuple[PublishedFile, ...] = Field(max_length=MOST_FILES)
    signature: str = ""

    @field_validator("files")
    @classmethod
    def _one_of_each(cls, files: tuple[PublishedFile, ...]) -> tuple[PublishedFile, ...]:
        if len({file.path for file in files}) != len(files):
            raise ValueError("a path stands there twice")
        if sum(file.bytes for file in files) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES >> 20} MiB in all")
        for file in files:
            kind = kind_of(file.path)
            if kind is not None and file.bytes > most_bytes(kind):
                raise ValueError(f"{file.path} is larger than {most_bytes(kind) >> 10} KiB")
        return files

    @property
    def known_files(self) -> tuple[PublishedFile, ...]:
        """Those that this release has a use for."""
        return tuple(file for file in self.files if kind_of(file.path) is not None)
