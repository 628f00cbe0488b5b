"""Short forms written out: names of code lists become lists, a person block becomes fields."""

from __future__ import annotations

from typing import Any

from appliance.core.forms.condition import ANY, NOT
from appliance.procedures.located import Mistake, Rows, Spot, Table, Text
from appliance.procedures.sayings import close_to
from appliance.procedures.shelf import Shelf

_YES_NO_LIST, _COUNTRY_LIST = "co_khong", "quoc_gia"
_USE_KEYS = {"block", "person", "portal"}


def expand(procedure: Table, shelf: Shelf) -> list[Mistake]:
    """Write out the short forms in place. What has the wrong shape is left for the models."""
    mistakes: list[Mistake] = []
    called = _names_of_people(procedure)
    for section in _tables(procedure.get("sections")):
        if not isinstance(section.get("fields"), Rows):
            continue
        written = Rows.at(section["fields"].spot)
        for field in section["fields"]:
            if isinstance(field, Table) and "block" in field:
                written += _block(field, shelf, called, mistakes)
            else:
                written.append(field)
        section["fields"] = written
        for field in _tables(written):
            _put_lists(field, shelf)
    return mistakes


def _put_lists(field: Table, shelf: Shelf) -> None:
    """A fresh reading may share a block's table between two people, so look before putting."""
    kind = field.get("type")
    for key, wanted_by, usual in (
        ("codes", ("choice", "yes_no"), _YES_NO_LIST if kind == "yes_no" else None),
        ("countries", ("address",), _COUNTRY_LIST),
    ):
        name = field.get(key, usual)
        if kind in wanted_by and isinstance(name, str):
            spot = field.key_spots.get(key, field.spot)
            field.put(key, shelf.code_list(name, spot), spot)


def _block(
    use: Table, shelf: Shelf, called: dict[str, str], mistakes: list[Mistake]
) -> list[Table]:
    for key in use:
        if key not in _USE_KEYS:
            spot = use.key_spots[key]
            text = f'unknown key "{key}" beside "block"{close_to(key, _USE_KEYS)}'
            mistakes.append(Mistake(spot.path, spot.line, text))
    person, name = use.get("person"), use["block"]
    if isinstance(name, str) and person is None:
        block = shelf.block(name, use.key_spots["block"])
        if block.get("stands_alone") == "true":
            return [_plain(field) for field in _tables(block.get("fields"))]
    if not isinstance(person, str) or person not in called or not isinstance(name, str):
        spot = use.key_spots.get("person", use.spot)
        text = f'a block needs a "person" of the list "people"{close_to(str(person), called)}'
        mistakes.append(Mistake(spot.path, spot.line, text))
        return []
    block = shelf.block(name, use.key_spots["block"])
    fields = _tables(block.get("fields"))
    parts = [str(field.get("key", "")) for field in fields]
    portal = use.get("portal")
    if portal is not None:
        mistakes += _faults_of_portal(portal, parts, use.key_spots["portal"])
    keys = portal if isinstance(portal, Table) else {}
    return [_field(f, person, called[person], keys, set(parts)) for f in fields]


def _plain(part: Table) -> Table:
    """A field of a block about nobody: keys as they are. A copy, since lists are put into it."""
    field = Table.at(part.spot, part.key_spots)
    field.update(part)
    return field


def _faults_of_portal(portal: Any, parts: list[str], spot: Spot) -> list[Mistake]:
    """A map for the portal names every part: a forgotten one would go unnoticed."""
    if not isinstance(portal, Table):
        return [Mistake(spot.path, spot.line, "portal: expected {part: portal key, …}")]
    found = []
    for key in portal:
        if key not in parts:
            there = portal.key_spots[key]
            text = f'the block has no part "{key}"{close_to(key, parts)}'
            found.append(Mistake(there.path, there.line, text))
    for part in parts:
        if part not in portal:
            text = f'no portal key for part "{part}" (leave it empty if the portal has none)'
            found.append(Mistake(spot.path, spot.line, text))
    return found


def _field(part: Table, person: str, called: str, portal: dict[str, Any], parts: set[str]) -> Table:
    """One field of a block for one person: keys get the person in front, texts her name."""
    field = Table.at(part.spot, part.key_spots)
    portal_key = portal.get(str(part.get("key")))
    for key, value in part.items():
        match key:
            case "key":
                field[key] = Text.at(f"{person}_{value}", part.key_spots[key])
            case "when" | "required":
                field[key] = _with_person(value, person, parts)
            case "portal_domestic":
                if isinstance(portal_key, str):
                    field[key] = str(value).replace("{portal}", portal_key)
            case "label" | "help" if isinstance(value, str):
                field[key] = Text.at(value.replace("{called}", called), part.key_spots[key])
            case _:
                field[key] = value
    field.put("person", person, part.spot)
    if portal_key is not None:
        field.put(
            "portal", portal_key, portal_key.spot if isinstance(portal_key, Text) else part.spot
        )
    return field


def _with_person(condition: Any, person: str, parts: set[str]) -> Any:
    """Names of the block's own parts in a condition mean this person's."""
    if isinstance(condition, Rows):
        return Rows.at(condition.spot, [_with_person(c, person, parts) for c in condition])
    if not isinstance(condition, Table):
        return condition
    renamed = Table.at(condition.spot)
    for key, value in condition.items():
        inner = _with_person(value, person, parts) if key in (NOT, ANY) else value
        renamed.put(f"{person}_{key}" if key in parts else key, inner, condition.key_spots[key])
    return renamed


def _names_of_people(procedure: Table) -> dict[str, str]:
    return {
        str(person["key"]): str(person.get("called", ""))
        for person in _tables(procedure.get("people"))
        if "key" in person
    }


def _tables(rows: Any) -> list[Table]:
    return [row for row in rows if isinstance(row, Table)] if isinstance(rows, Rows) else []
