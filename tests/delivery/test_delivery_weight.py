"""What sends dossiers stays small."""

from __future__ import annotations

import subprocess
import sys

_LOOK = """
import sys
import appliance.destinations.http
print(*(name for name, module in sys.modules.items() if module))
"""


def test_nobody_loads_the_alphabets_of_the_world_to_read_json() -> None:
    said = subprocess.run(
        [sys.executable, "-W", "error", "-c", _LOOK], capture_output=True, text=True, check=True
    )

    assert "requests" in said.stdout.split()
    assert "charset_normalizer" not in said.stdout.split()
    assert not said.stderr
