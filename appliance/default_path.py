"""Where the configuration lies unless somebody says otherwise; known before it is read."""

from __future__ import annotations

from pathlib import Path

DEFAULT_PATH = Path("/etc/tramhoso/config.toml")
