"""Procedure files: read, written out, checked as a whole, and pinned by a digest."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from appliance.core.errors import ProcedureWrong
from appliance.core.forms.procedure import Procedure
from appliance.core.forms.procedure_rules import findings
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.procedures.expand import expand
from appliance.procedures.located import Mistake, Table, read_yaml, spot_of
from appliance.procedures.sayings import said
from appliance.procedures.shelf import SHIPPED, Shelf


def read_procedure(path: Path) -> Procedure:
    """Read and check one file; its code lists may lie in ``lists/`` beside it.

    Raises:
        ProcedureWrong: one ``file:line: words`` for every mistake that was found.
    """
    shelf = Shelf((path.parent, SHIPPED))
    table, mistakes = read_yaml(path)
    procedure = None
    if table:
        mistakes += expand(table, shelf) + shelf.mistakes
        procedure = _validated(table, mistakes)
    if mistakes or procedure is None:
        raise ProcedureWrong("\n".join(str(mistake) for mistake in sorted(set(mistakes))))
    return procedure.model_copy(update={"sha256": _digest(procedure)})


def load_procedures(*further: Path | None) -> dict[str, Procedure]:
    """All procedures by id, sorted: the shipped ones and those of the *further* folders.

    A file of a later folder replaces that of the same id in an earlier one.

    Raises:
        ProcedureWrong: the mistakes of all files together.
    """
    found: dict[str, Procedure] = {}
    wrong: list[str] = []
    for folder in (SHIPPED, *(one for one in further if one is not None)):
        here, mistakes = read_folder(folder)
        found |= here
        wrong += mistakes
    if wrong:
        raise ProcedureWrong("\n".join(wrong))
    return dict(sorted(found.items()))


def read_folder(folder: Path) -> tuple[dict[str, Procedure], list[str]]:
    """The procedures of one folder by id, and ``file:line: words`` for every mistake."""
    found: dict[str, Procedure] = {}
    paths: dict[str, Path] = {}
    wrong: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            procedure = read_procedure(path)
        except ProcedureWrong as error:
            wrong.append(str(error))
            continue
        if procedure.id in paths:
            wrong.append(f"{path}:1: {paths[procedure.id].name} has the same id")
        paths[procedure.id] = path
        found[procedure.id] = procedure
    if not folder.is_dir():
        wrong.append(f"{folder}:1: there is no such folder")
    return found, wrong


def _validated(table: Table, mistakes: list[Mistake]) -> Procedure | None:
    try:
        procedure = Procedure.model_validate(table)
    except ValidationError as error:
        mistakes += said(error, table, Procedure)
        return None
    if "sha256" in table:
        spot = table.key_spots["sha256"]
        mistakes.append(Mistake(spot.path, spot.line, "sha256 is worked out, never written"))
    for loc, text in findings(procedure):
        spot = spot_of(table, loc)
        mistakes.append(Mistake(spot.path, spot.line, text))
    return procedure


def _digest(procedure: Procedure) -> str:
    """Over everything written out, code lists too: another label is another form."""
    plain = procedure.model_dump(mode="json", exclude={"sha256"}, exclude_defaults=True)
    return sha256_hex(canonical_json(plain))
