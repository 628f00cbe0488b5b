"""TOML whose mistakes have a line."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_LINE = re.compile(r"at line (\d+)")


class TomlWrong(ValueError):
    """It cannot be read; *line* counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def read_toml(content: bytes) -> dict[str, Any]:
    """The table in *content*.

    Raises:
        TomlWrong: not TOML, or not UTF-8.
    """
    try:
        text = content.decode("utf-8")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TomlWrong(line, f"is not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise TomlWrong(line, f"not valid TOML: {error}") from error


def line_of(lines: list[str], word: str) -> int:
    """Where *word* stands as a key or in a table's name: tomllib keeps no places."""
    for number, line in enumerate(lines, 1):
        if word in re.split(r'[\s."\[\]]+', line.partition("=")[0]):
            return number
    return 1
