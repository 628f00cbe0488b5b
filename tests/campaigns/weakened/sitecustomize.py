"""For controls: what Python runs with this folder on its path syncs less than it says.

``WEAKEN=folder`` leaves out the sync of folders, ``WEAKEN=files`` every sync that Python asks
for (SQLite's own are C and stay). A campaign that finds no damage then would find none at all.
"""

import os
import stat

_asked = os.environ.get("WEAKEN", "")
_fsync = os.fsync


def _weaker(file: int) -> None:
    if _asked == "folder" and not stat.S_ISDIR(os.fstat(file).st_mode):
        _fsync(file)


if _asked:
    os.fsync = _weaker  # type: ignore[assignment]
