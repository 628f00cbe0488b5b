"""No swap on the card, now and after every start: papers that lie in memory are plain.

Compressed memory (zram) is not on the card and may stay, unless it writes back to a file.
Raspberry Pi OS 13 is told so by ``/etc/rpi/swap.conf.d/50-tramhoso.conf``.
"""

from __future__ import annotations

from pathlib import Path
from subprocess import CalledProcessError

from appliance.setup.running import systemd_runs
from appliance.setup.steps import Exit, Refused, holds, ran

SWAPS, BLOCKS = Path("/proc/swaps"), Path("/sys/block")


def swap_on_disk(swaps: Path = SWAPS, blocks: Path = BLOCKS) -> list[str]:
    """Swap that is not memory; zram is, unless it writes back to a file what lies idle."""
    places = [line.split()[0] for line in swaps.read_text(encoding="ascii").splitlines()[1:]]
    return [place for place in places if not _is_memory(place, blocks)]


def _is_memory(place: str, blocks: Path) -> bool:
    behind = blocks / Path(place).name / "backing_dev"
    in_file = behind.exists() and behind.read_text(encoding="ascii").strip() != "none"
    return place.startswith("/dev/zram") and not in_file


def swap_of_this_machine() -> list[str]:
    """What runs now, and ends on a card of ours."""
    return swap_on_disk() if _is_ours() else []


def units_to_mask() -> list[str]:
    """Swap units that would bring it back with the next start, whoever asks for it."""
    words = ("list-units", "--type=swap", "--plain", "--no-legend", "--no-pager")
    return swap_units(ran("systemctl", *words)) if _is_ours() else []


def _is_ours() -> bool:
    """Not in a chroot that becomes an image, nor in a container: /proc tells the host's there."""
    return systemd_runs() and not holds("systemd-detect-virt", "--container", "--quiet")


def swap_units(told: str) -> list[str]:
    """Of what systemctl lists: a line of fstab, a partition, a package's own file; not zram."""
    rows = [line.split() for line in told.splitlines()]
    return [unit for unit, loaded, *_ in rows if loaded != "masked" and "zram" not in unit]


def switch_off(place: str) -> None:
    """What lies there goes back to memory.

    Raises:
        Refused: memory has no room for it now. After the next start there is none to take back.
    """
    try:
        ran("swapoff", place)
    except CalledProcessError as error:
        raise Refused(
            Exit.FAILED, f"swap on {place} cannot be switched off now: restart, then install again"
        ) from error
