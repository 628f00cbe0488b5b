"""Values set in a configuration that a person wrote: comments and order stay."""

from __future__ import annotations

import re


def with_values(text: str, section: str, values: dict[str, str]) -> str:
    """*text* with *values* (TOML as it stands in a file) in *section*; the rest letter by letter.

    >>> with_values('[ward] # ours\\nurl = ""  # where\\n[web]\\nurl = 1\\n', "ward", {"url": "2"})
    '[ward] # ours\\nurl = 2   # where\\n[web]\\nurl = 1\\n'
    """
    lines = text.splitlines()
    begins = next((i for i, line in enumerate(lines) if _is_header(line, section)), None)
    if begins is None:
        lines += ["", f"[{section}]"]
        begins = len(lines) - 1
    ends = next((i for i in range(begins + 1, len(lines)) if lines[i].startswith("[")), len(lines))
    for key, value in values.items():
        at = _line_of(lines, begins + 1, ends, key)
        if at is None:
            lines.insert(begins + 1, f"{key} = {value}")
            ends += 1
        else:
            comment = re.search(r"\s+(#[^\"]*)$", lines[at])
            column = comment.start(1) - 2 if comment else 0
            said = f"{key} = {value}".ljust(column) + f"  {comment[1] if comment else ''}"
            lines[at] = said.rstrip()
    return "\n".join(lines) + "\n"


def _is_header(line: str, section: str) -> bool:
    return re.match(rf"\[\s*{section}\s*\]", line) is not None


def _line_of(lines: list[str], begins: int, ends: int, key: str) -> int | None:
    """The line that sets *key*; else the one where it stands behind a #, ready to be set."""
    for form in (rf"\s*{key}\s*=", rf"#\s*{key}\s*="):
        for at in range(begins, ends):
            if re.match(form, lines[at]):
                return at
    return None
