"""Reads and checks all procedures, says them as one line of JSON, and ends.

Run as ``python -m appliance.procedures.catalogue_child [FOLDER …]``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from appliance.core.errors import ProcedureWrong
from appliance.procedures.catalogue import WRONG
from appliance.procedures.reader import load_procedures


def main() -> None:
    """Exit with ``WRONG`` and the mistakes on stdout when a file cannot be used."""
    try:
        found = load_procedures(*map(Path, sys.argv[1:]))
    except ProcedureWrong as error:
        sys.stdout.write(str(error))
        raise SystemExit(WRONG) from None
    json.dump({key: one.model_dump_json() for key, one in found.items()}, sys.stdout)


if __name__ == "__main__":
    main()
