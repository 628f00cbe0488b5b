"""What the models complain about, said so that a technician can put it right."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Iterator
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from appliance.procedures.located import Mistake, Table, spot_of

# How a value that must have a shape looks, by the name of its key.
_LOOKS = {
    "id": "small letters a-z, digits and hyphens, such as khai-sinh",
    "code": "a national code such as 1.001193",
    "aliases": "national codes such as 1.001193",
    "version": "the day it was written, such as 2026-11-21",
    "key": "small letters a-z, digits and _, such as child_name",
    "portal": "the stable part of the portal's key, letters, digits and _",
    "required": "true, false, or a condition such as {relation: other}",
}


def said(error: ValidationError, table: Table, model: type[BaseModel]) -> list[Mistake]:
    """One line for each place in the file, in the order of the lines."""
    found: dict[tuple[Any, int, str], Mistake] = {}
    for fault in _worth_saying(error.errors(include_url=False)):
        loc = _without_variants(fault["loc"])
        spot = spot_of(table, loc)
        text = _text(fault, loc, model)
        found.setdefault((spot.path, spot.line, text), Mistake(spot.path, spot.line, text))
    return list(found.values())


def close_to(name: str, names: Iterable[str]) -> str:
    """``; did you mean "…"?`` or nothing."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _worth_saying(faults: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without what only follows from another fault."""
    for fault in faults:
        loc, written = fault["loc"], fault["input"]
        inside = any(len(f["loc"]) > len(loc) and f["loc"][: len(loc)] == loc for f in faults)
        emptied = fault["type"] == "too_short" and inside  # of a row that was refused
        other_branch = "required" in loc and (
            fault["type"].startswith("bool")
            if isinstance(written, dict)
            else fault["type"] == "value_error" and _without_variants(loc)[-1] == "required"
        )
        if not (emptied or other_branch):
            yield fault


def _text(fault: ErrorDetails, loc: tuple[str | int, ...], model: type[BaseModel]) -> str:
    key = next((step for step in reversed(loc) if isinstance(step, str)), "")
    written = fault["input"]
    kind = fault["type"]
    if kind == "extra_forbidden":
        names = _keys_at(model, fault["loc"][:-1])
        text = f'unknown key "{key}"{close_to(str(key), names) or _listed(names)}'
    elif kind == "missing":
        text = f'key "{key}" is missing'
    elif kind == "union_tag_not_found":
        text = 'key "type" is missing'
    elif kind == "union_tag_invalid":
        text = _unknown_type(fault)
    elif written is None or written == "":
        text = f'key "{key}" is empty'
    elif kind.startswith("date"):
        text = f'{key}: "{written}" is not a date; write it like 2026-11-21'
    elif kind.startswith(("string_pattern", "bool")) and key in _LOOKS:
        text = f'{key}: "{written}" should be {_LOOKS[str(key)]}'
    else:
        said_by_model = fault["msg"].removeprefix("Value error, ")
        text = f"{key}: {said_by_model[:1].lower()}{said_by_model[1:]}"
    return text


def _unknown_type(fault: ErrorDetails) -> str:
    tag = str(fault.get("ctx", {}).get("tag", ""))
    names = [part.strip(" '") for part in str(fault["ctx"]["expected_tags"]).split(",")]
    return f'unknown type "{tag}"{close_to(tag, names) or _listed(names)}'


def _listed(names: Iterable[str]) -> str:
    return f" (known here: {', '.join(sorted(names))})" if names else ""


def _without_variants(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """*loc* without the names that stand for a branch of ``bool | Condition``."""
    return tuple(
        step
        for step in loc
        if not (isinstance(step, str) and (step in {"bool", "Condition"} or "[" in step))
    )


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys that may be written at *loc*."""
    models = [model]
    for step in loc:
        if isinstance(step, int):
            continue
        chosen = [m for m in models if _tag(m) == step]
        models = chosen or [
            inner
            for m in models
            if step in m.model_fields
            for inner in _models_in(m.model_fields[step].annotation)
        ]
    return [name for m in models for name in m.model_fields]


def _tag(model: type[BaseModel]) -> str | None:
    field = model.model_fields.get("type")
    return str(get_args(field.annotation)[0]) if field else None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType) or get_args(annotation):
        for part in get_args(annotation):
            yield from _models_in(part)
