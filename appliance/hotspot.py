"""A Wi-Fi of the box's own: its name, its password, and the code by which a phone joins it.

The standard library only: the set-up reads it before anything of ours is installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PASSWORD_FILE = Path("/etc/tramhoso/hotspot.password")  # made by the box where none is configured
ADDRESS = "10.42.0.1"  # the box's own in its Wi-Fi
_SPECIAL = '\\;,":'


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody types, or a phone reads."""

    ssid: str
    password: str

    @property
    def code(self) -> str:
        r"""As the cameras of phones read it.

        >>> Joining("Mẫu; 2", "a:b").code
        'WIFI:T:WPA;S:Mẫu\\; 2;P:a\\:b;;'
        """
        return f"WIFI:T:WPA;S:{_escaped(self.ssid)};P:{_escaped(self.password)};;"


def joining(
    ssid: str, password: str, point_code: str, kept: Path = PASSWORD_FILE
) -> Joining | None:
    """As [hotspot] says, and the box where it says nothing; None before a password was made."""
    if not password:
        try:
            password = kept.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
    return Joining(ssid or f"TramHoSo-{point_code}", password) if password else None


def local_names(point_code: str) -> tuple[str, str]:
    """How browsers on this network may call the box: as all boxes, and as this one alone."""
    return "tramhoso.local", f"{point_code.lower()}.local"


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in _SPECIAL else sign for sign in text)
