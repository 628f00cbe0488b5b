"""Procedure files: read, written out, checked as a whole, and pinned by a digest."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from appliance.core.errors import ProcedureWrong
from appliance.core.procedure import Procedure
from appliance.core.procedure_rules import findings
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


def load_procedures(extra_folder: Path | None = None) -> dict[str, Procedure]:
    """All procedures by id, sorted: the shipped ones and those of *extra_folder*.

    A file of the folder replaces the shipped one of the same id.

    Raises:
        ProcedureWrong: the mistakes of all files together.
    """
    found: dict[str, Procedure] = {}
    wrong: list[str] = []
    for folder in (SHIPPED, extra_folder):
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.yaml")) if folder else ():
            try:
                procedure = read_procedure(path)
            except ProcedureWrong as error:
                wrong.append(str(error))
                continue
            if procedure.id in here:
                wrong.append(f"{path}:1: {here[procedure.id].name} has the same id")
            here[procedure.id] = path
            found[procedure.id] = procedure
    if extra_folder is not None and not extra_folder.is_dir():
        wrong.append(f"{extra_folder}:1: there is no such folder")
    if wrong:
        raise ProcedureWrong("\n".join(wrong))
    return dict(sorted(found.items()))


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
