"""The installed `tramhoso`, run as a technician runs it: a terminal, a file, no test double."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).parent / "tramhoso"
PATIENCE_S = 60.0

Tramhoso = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example as a technician adapts it: folders of their own, the rest as shipped."""
    example = (Path(__file__).parents[2] / "docs" / "config.example.toml").read_text()
    path = tmp_path / "config.toml"
    path.write_text(
        example.replace("/var/lib/tramhoso", f"{tmp_path}/state").replace(
            '"/run/tramhoso"', f'"{tmp_path}/runtime"'
        )
    )
    return path


@pytest.fixture
def tramhoso(config: Path) -> Tramhoso:
    """Run a command to its end with this test's configuration."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        outside = {k: v for k, v in os.environ.items() if k != "JOURNAL_STREAM"}
        return subprocess.run(
            [str(PROGRAM), "--config", str(config), *words],
            env=outside | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    return run


def is_one_plain_line(text: str) -> bool:
    """What a technician can read aloud over the telephone."""
    return len(text.splitlines()) == 1 and "Traceback" not in text
