"""A file that is there wholly or not at all, and what killed runs leave, swept by the next one.

What is left lying holds somebody's papers, so its name carries the number of the process.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """*path* is the old file or the whole new one, never a part.

    Raises:
        OSError: nothing was written, and nothing is left beside *path*.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _remove_parts_of_the_dead(path)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def own_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder for this run; those of runs that were killed go first."""
    above = Path(tempfile.gettempdir())
    for folder in above.glob(f"{glob.escape(prefix)}[0-9]*-*"):
        pid = folder.name.removeprefix(prefix).partition("-")[0]
        with suppress(OSError):
            ours = folder.lstat().st_uid == os.geteuid()
            if ours and pid.isdecimal() and not _is_running(int(pid)):
                shutil.rmtree(folder)
    with tempfile.TemporaryDirectory(prefix=f"{prefix}{os.getpid()}-") as made:
        yield Path(made)


def _remove_parts_of_the_dead(path: Path) -> None:
    before = f".{path.name}."
    for part in path.parent.glob(f"{glob.escape(before)}*.part"):
        pid = part.name.removeprefix(before).removesuffix(".part")
        if pid.isdecimal() and not _is_running(int(pid)):
            with suppress(OSError):  # somebody else's stays and stops nobody
                part.unlink()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True
