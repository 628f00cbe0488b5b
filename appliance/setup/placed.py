"""Files of ours that lie elsewhere on a box, as they stand in the repository."""

from __future__ import annotations

import grp
import os
import platform
import pwd
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.setup.places import SOURCE, UNITS
from appliance.setup.running import systemd_runs

TREE = Path(__file__).parent / "tree"  # laid out as they will lie
WARD_UNIT = "tramhoso-ward.service"


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """*content* at *place*, with an owner and a mode."""

    place: Path
    content: bytes
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"

    def changes(self) -> list[str]:
        if not self.place.exists():
            return [f"{self.place} is new"]
        if self.place.read_bytes() != self.content:
            return [f"{self.place} differs"]
        return [] if _is_kept(self) else [f"{self.place}: owner or mode"]

    def apply(self) -> None:
        """Whole or not at all: written beside it and renamed."""
        self.place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        fresh = self.place.with_name(f".{self.place.name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(self.content)
            os.fchmod(file.fileno(), self.mode)
            shutil.chown(fresh, self.owner, self.group)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.place)


@dataclass(frozen=True, slots=True)
class PlacedFolder:
    """An empty folder to begin with; what is in it stays."""

    place: Path
    mode: int
    owner: str = "root"
    group: str = "root"

    def changes(self) -> list[str]:
        if not self.place.is_dir():
            return [f"{self.place}/ is new"]
        # the owner too: a plug between chmod and chown left it root's, where no service can write
        return [] if _is_kept(self) else [f"{self.place}/: owner or mode"]

    def apply(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        self.place.chmod(self.mode)
        shutil.chown(self.place, self.owner, self.group)


def forget_unfinished(place: Path) -> None:
    """What a plug left beside *place* of a write that did not come to its end."""
    for mark in ("new", "back"):
        place.with_name(f".{place.name}.{mark}").unlink(missing_ok=True)


def _is_kept(step: PlacedFile | PlacedFolder) -> bool:
    """Whether what lies there has its owner and its mode."""
    found = step.place.stat()
    try:
        wanted = (pwd.getpwnam(step.owner).pw_uid, grp.getgrnam(step.group).gr_gid)
    except KeyError:
        return False  # the account comes in a step of its own
    return (found.st_uid, found.st_gid) == wanted and found.st_mode & 0o7777 == step.mode


def box_files(cups: bool) -> Iterator[PlacedFile]:
    """Units and everything else that lies there as it stands here."""
    units = SOURCE / "systemd"
    for unit in sorted(units.glob("*.*")):
        if unit.is_file() and unit.name != WARD_UNIT:
            yield PlacedFile(UNITS / unit.name, unit.read_bytes())
    if systemd_runs() and _kernel() >= (6, 4):  # while an image is made it is another's kernel
        drop_in = Path("run-tramhoso.mount.d/noswap.conf")
        yield PlacedFile(UNITS / drop_in, (units / "kernel-6.4" / drop_in).read_bytes())
    if cups:
        drop_in = Path("cups.service.d/tramhoso.conf")
        yield PlacedFile(UNITS / drop_in, (units / drop_in).read_bytes())
    for file in sorted(path for path in TREE.rglob("*") if path.is_file()):
        yield PlacedFile(Path("/") / file.relative_to(TREE), file.read_bytes())


def _kernel() -> tuple[int, int]:
    major, minor, *_ = platform.release().split(".")
    return int(major), int("".join(sign for sign in minor if sign.isdigit()) or 0)
