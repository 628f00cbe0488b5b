"""The card: room, inodes, whether it may be written, what the kernel saw go wrong, its wear."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.core.diagnosis import Finding, note, out, person, well
from appliance.core.errors import CardReadOnly, DiskFull
from appliance.doctoring.machine import Machine, number_in, read
from appliance.store.card.page_files import PAGE_BYTES, RESERVE_BYTES

LOW_BYTES = 1 << 30  # a week of dossiers, in which somebody can come
LOW_INODES = 2000
SECTOR = 512
MUCH_A_DAY = 10 << 30  # a cheap card of 32 GB lasts about five years of it
TOO_EARLY_S = 3600.0  # the start itself writes, and would look like a bad day


@dataclass(frozen=True, slots=True)
class Mount:
    """What a folder lies on."""

    place: str
    number: str  # major:minor
    kind: str  # ext4, tmpfs …
    source: str
    read_only: bool


def look_at_disk(state: Path, machine: Machine) -> Iterator[Finding]:
    """Everything about the card that *state* lies on."""
    there = next(folder for folder in (state, *state.parents) if folder.is_dir())
    mount = mount_of(there, machine)
    if mount is not None and mount.read_only:
        yield out(CardReadOnly.code, place=mount.place, device=mount.source)
    yield _room(there)
    errors = number_in(_ext4(mount, machine) / "errors_count") if mount else None
    if errors:
        yield person("card-errors", count=errors, device=mount.source if mount else "")
    if mount is not None:
        yield from _wear(mount, machine)
    yield from _swap(machine)


def mount_of(folder: Path, machine: Machine) -> Mount | None:
    """The mount that *folder* is in, read as the kernel lists them."""
    best: Mount | None = None
    for line in (read(machine.proc / "self/mountinfo") or "").splitlines():
        before, _, after = line.partition(" - ")
        left, right = before.split(), after.split()
        if len(left) < 6 or len(right) < 3:
            continue
        place = left[4].replace("\\040", " ")
        if not folder.is_relative_to(place) or (best and len(place) < len(best.place)):
            continue
        told = {*left[5].split(","), *right[2].split(",")}
        ro = not told.isdisjoint({"ro", "emergency_ro"})  # the latter by ext4 itself, Linux 6.15
        best = Mount(place, left[2], right[0], right[1], ro)
    return best


def _room(folder: Path) -> Finding:
    room = os.statvfs(folder)
    free = room.f_bavail * room.f_frsize
    if free < PAGE_BYTES + RESERVE_BYTES:
        return out(DiskFull.code, free_mb=free >> 20)
    if room.f_files and room.f_favail < LOW_INODES:
        return person("inodes-low", inodes=room.f_favail)
    if free < LOW_BYTES:
        return person("disk-low", free_mb=free >> 20)
    return well("disk-well", free_mb=free >> 20)


def _block(mount: Mount, machine: Machine) -> Path:
    return machine.sys / "dev/block" / mount.number


def _ext4(mount: Mount, machine: Machine) -> Path:
    return machine.sys / "fs/ext4" / _block(mount, machine).resolve().name


def _wear(mount: Mount, machine: Machine) -> Iterator[Finding]:
    """Written since the start, as a day's amount."""
    stat = (read(_block(mount, machine) / "stat") or "").split()
    uptime = float((read(machine.proc / "uptime") or "0").split()[0])
    if len(stat) < 7 or uptime < TOO_EARLY_S:
        return
    a_day = int(stat[6]) * SECTOR * 86400 / uptime
    told = {"mb_a_day": round(a_day / (1 << 20)), "device": mount.source}
    yield note("wear-high", **told) if a_day > MUCH_A_DAY else well("wear-well", **told)


def _swap(machine: Machine) -> Iterator[Finding]:
    """Plain papers must not be swapped out to a card; compressed memory (zram) is fine.

    Unless it writes back what lies idle: Raspberry Pi OS 13 can give it a file for that.
    """
    for line in (read(machine.proc / "swaps") or "").splitlines()[1:]:
        place = line.split()[0]
        behind = machine.sys / "block" / Path(place).name / "backing_dev"
        is_memory = place.startswith("/dev/zram") and (read(behind) or "none").strip() == "none"
        if not is_memory:
            yield person("swap-on-card", place=place)
