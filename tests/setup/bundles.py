"""Small bundles: everything a bundle has, with wheels that are bytes of chance."""

from __future__ import annotations

import os
from pathlib import Path

from appliance.setup.bundle import sealed
from appliance.setup.manifest import Manifest
from appliance.setup.signature import make_key
from appliance.setup.trust import this_machine


def new_key(folder: Path, name: str = "key") -> Path:
    """The secret half; its public half lies beside it."""
    make_key(folder / name)
    return folder / name


def small_bundle(
    folder: Path, key: Path | None, machines: tuple[str, ...] = (), **allowed: tuple[str, ...]
) -> Manifest:
    """Two wheels and a version, sealed as `setup_pi.sh bundle` seals."""
    (folder / "wheels").mkdir(parents=True)
    for name in ("one-1-py3-none-any.whl", "two-2-py3-none-any.whl"):
        (folder / "wheels" / name).write_bytes(os.urandom(3000))
    (folder / "source/appliance").mkdir(parents=True)
    (folder / "source/appliance/__init__.py").write_text('__version__ = "0.9.0"\n')
    return sealed(folder, machines or (this_machine(),), key, **allowed)
