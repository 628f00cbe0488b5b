"""The sentences of the voice, from ``spoken_vi.toml``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from appliance.catalogues import read_catalogue
from appliance.core.panel.counted import in_words
from appliance.core.panel.prompt import Prompt


def sentence_of(prompt: Prompt) -> str:
    """What is said; a trouble without a sentence of its own calls the volunteer."""
    catalogue = _catalogue()
    moments, troubles = catalogue["moments"], catalogue["troubles"]
    if prompt.key not in moments:
        return str(troubles.get(prompt.key, troubles["any"]))
    most = catalogue["most"].get(prompt.key)
    if most is None:
        return str(moments[prompt.key])
    if prompt.number is None or not 0 < prompt.number <= most:
        return str(catalogue["without_number"][prompt.key])
    return str(moments[prompt.key]).format(number=in_words(prompt.number))


def name_of(prompt: Prompt) -> str:
    """What a recording of this sentence is called: ``saved-3``, ``feeder-empty``, ``any``.

    Two prompts that are said alike are recorded once.
    """
    catalogue = _catalogue()
    if prompt.key not in catalogue["moments"]:
        return prompt.key if prompt.key in catalogue["troubles"] else "any"
    most = catalogue["most"].get(prompt.key, 0)
    if prompt.number is None or not 0 < prompt.number <= most:
        return prompt.key
    return f"{prompt.key}-{prompt.number}"


@cache
def every_name() -> frozenset[str]:
    """Everything that can be recorded."""
    return frozenset(map(name_of, every_prompt()))


def every_prompt() -> Iterator[Prompt]:
    """All that can be said, each sentence once."""
    catalogue = _catalogue()
    for key in catalogue["moments"]:
        most = catalogue["most"].get(key, 0)
        yield Prompt(key)
        yield from (Prompt(key, number) for number in range(1, most + 1))
    yield from (Prompt(code) for code in catalogue["troubles"])


@cache
def _catalogue() -> dict[str, Any]:
    return read_catalogue("appliance.wording", "spoken_vi")
