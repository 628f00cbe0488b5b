"""Words of the public pages in a language that we do not ship, by the same places as ours.

Whoever writes them may leave out what he does not know: label by label the page falls back to
Vietnamese. What an older or newer page knows no place for is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from appliance.published.toml import read_toml

Labels = dict[str, Any]
_BLANK = re.compile(r"\{(\w+)\}")


def read_labels(content: bytes) -> Labels:
    """As TOML has them.

    Raises:
        TomlWrong: not TOML, or not UTF-8.
    """
    return read_toml(content)


def label_at(labels: Labels, path: str) -> Any:
    """What stands at a dotted place; None: nothing does."""
    found: Any = labels
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def label_faults(
    labels: Labels, ours: Labels, at: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """The last name of a place, and what is wrong with what stands there, against *ours*."""
    for name, said in labels.items():
        place = ".".join((*at, name))
        wanted = ours.get(name)
        if wanted is None:
            yield name, f"{place}: our pages have no such words"
        elif isinstance(wanted, dict) and isinstance(said, dict):
            yield from label_faults(said, wanted, (*at, name))
        elif not fits(said, wanted):
            blanks = ", ".join(sorted(set(_BLANK.findall(str(wanted))))) or "none"
            yield name, f"{place}: needs the same form as {wanted!r:.80}, blanks: {blanks}"


def fits(said: Any, wanted: Any) -> bool:
    """Whether *said* can stand for *wanted*: the same kind of thing, with the same blanks."""
    if isinstance(wanted, str):
        return (
            isinstance(said, str)
            and bool(said.strip())
            and set(_BLANK.findall(said)) == set(_BLANK.findall(wanted))
            and said.count("{") == said.count("}") == len(_BLANK.findall(said))
        )
    if isinstance(wanted, list):
        return (
            isinstance(said, list)
            and len(said) == len(wanted)
            and all(fits(one, other) for one, other in zip(said, wanted, strict=True))
        )
    if isinstance(wanted, dict):
        return (
            isinstance(said, dict)
            and set(said) == set(wanted)
            and all(fits(said[key], wanted[key]) for key in wanted)
        )
    return type(said) is type(wanted)
