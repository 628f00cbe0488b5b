"""Runs inside a box, with its Python: loads every part of the release that is machine code."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import sysconfig
import tempfile
from importlib.metadata import distributions

# Tk is for windows; a box has none, and pillow alone would bring it
LEFT_OUT = {"PIL._imagingtk"}


def native_parts() -> list[tuple[str, str]]:
    """Each with its package: extensions, not the libraries that lie beside them."""
    found = set()
    for package in distributions(path=[sysconfig.get_path("platlib")]):
        for file in package.files or ():
            if file.suffix == ".so" and (".cpython-" in file.name or ".abi3." in file.name):
                name = ".".join([*file.parent.parts, file.name.split(".")[0]])
                found.add((package.name, name))
    return sorted(part for part in found if part[1] not in LEFT_OUT)


def main() -> None:
    """One line of JSON: what was loaded, and what was not and why."""
    os.chdir(tempfile.mkdtemp())  # lgpio makes a FIFO where it is imported
    for first in ("psycopg", "pypdfium2"):  # brings its own part in its own way
        importlib.import_module(first)
    failed = {}
    parts = native_parts()
    for _, name in parts:
        try:
            importlib.import_module(name)
        except ImportError as error:
            failed[name] = str(error)
    said = {
        "machine": platform.machine(),
        "packages": sorted({package for package, _ in parts}),
        "parts": len(parts),
        "failed": failed,
    }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
