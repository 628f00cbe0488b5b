"""For controls: what Python runs with this folder on its path keeps less than it says.

``WEAKEN=folder`` leaves out the sync of folders, ``WEAKEN=files`` every sync that Python asks
for (SQLite's own are C and stay); ``WEAKEN=row-first`` gives a page file its name half a second
after its row. A campaign that finds no damage then would find none at all.
"""

import os
import stat
import threading
from pathlib import Path

_asked = os.environ.get("WEAKEN", "")
_fsync, _rename = os.fsync, Path.rename


def _weaker(file: int) -> None:
    if _asked == "folder" and not stat.S_ISDIR(os.fstat(file).st_mode):
        _fsync(file)


def _later(path: Path, target: Path) -> Path:
    if path.parent.name != "pages":
        return _rename(path, target)
    threading.Timer(0.5, _rename, (path, target)).start()
    return target


if _asked == "row-first":
    Path.rename = _later  # type: ignore[assignment,method-assign]
elif _asked:
    os.fsync = _weaker  # type: ignore[assignment]
