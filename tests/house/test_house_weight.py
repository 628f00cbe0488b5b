"""What waits all day stays small: heavy libraries come in where they are needed, not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"PIL", "cryptography", "icalendar", "img2pdf", "leather", "lxml", "markdown_it", "numpy",
         "pikepdf", "ruamel", "typst", "xlsxwriter", "zxingcpp"}  # fmt: skip


@pytest.mark.parametrize("service", ["station", "web", "uploader"])
def test_a_service_loads_no_heavy_library_before_it_is_needed(service):
    look = f"import sys, appliance.services.{service}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & HEAVY
