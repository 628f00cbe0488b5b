"""Procedure definitions this office publishes: plain files, if it has any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from appliance.keys.canonical import sha256_hex


def published_procedures(folder: Path) -> list[dict[str, str]]:
    """One entry per ``<id>/<version>.json``, pinned by its digest."""
    return [_entry(path) for path in sorted(folder.glob("*/*.json"))]


def published_procedure(folder: Path, procedure_id: str, version: str) -> bytes | None:
    """The file's bytes; names are looked up in the folder, never joined to a path."""
    for path in folder.glob("*/*.json"):
        if (path.parent.name, path.stem) == (procedure_id, version):
            return path.read_bytes()
    return None


def _entry(path: Path) -> dict[str, str]:
    body = path.read_bytes()
    told: dict[str, Any] = json.loads(body)
    entry = {"id": path.parent.name, "version": path.stem, "sha256": sha256_hex(body)}
    optional = ("title_vi", "valid_from", "valid_to")
    return entry | {key: str(told[key]) for key in optional if key in told}
