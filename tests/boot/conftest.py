"""Booted machines for the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.boot.machine import DidNotBoot, Machine, cannot_boot
from tests.boot.releases import clean_clone
from tests.boot.roots import NoDebian, debian_root, wheels

SUITE = os.environ.get("TRAMHOSO_SUITE", "bookworm")  # of the campaigns; the default takes both


def booted(
    suite: str, folder: Path, *more: str, shown: dict[Path, str] | None = None
) -> Iterator[Machine]:
    """Debian without any of ours, booted; the clone at /src, the bundle at /bundle.

    *more* are packages besides, *shown* folders besides. A plain Debian that does not boot says
    nothing about the project: then the tests are left out.
    """
    root = root_that_boots(suite, *more)
    clone = folder / "src"
    if not clone.exists():
        clean_clone(clone)
    box = Machine(root, folder, {clone: "/src", wheels(suite): "/bundle"} | (shown or {}))
    try:
        box.boot()
    except DidNotBoot as error:
        box.off()
        pytest.skip(f"no container boots here: {error}")
    try:
        yield box
    finally:
        box.off()


def root_that_boots(suite: str, *more: str) -> Path:
    """The folder of a Debian; without one the test is left out, with the reason."""
    if why := cannot_boot():
        pytest.skip(f"no container boots here: {why}")
    try:
        return debian_root(suite, *more)
    except NoDebian as error:
        pytest.skip(f"no Debian can be made here: {error}")
