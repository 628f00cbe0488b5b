"""Hands at the virtual scanner: papers laid into its tray or on its glass from the screen panel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from appliance.catalogues import read_catalogue

PATIENCE_S = 5.0


@dataclass(slots=True)
class Hands:
    """*door* is where the virtual scanner takes orders; *laid* is what lies there now."""

    door: str
    laid: str = "tray"

    def lay(self, what: str) -> bool:
        """Lay a paper of panel_papers_vi.toml; False when there is none, or no scanner."""
        if what not in papers():
            return False
        door = urlsplit(self.door)
        wire = HTTPConnection(door.netloc, timeout=PATIENCE_S)
        try:
            wire.request("POST", door.path, json.dumps(papers()[what]["order"]).encode())
            obeyed = wire.getresponse().status == HTTPStatus.OK
        except (HTTPException, OSError):
            return False
        finally:
            wire.close()
        if obeyed:
            self.laid = what
        return obeyed


@cache
def papers() -> dict[str, dict[str, Any]]:
    """What can be laid: its name, and the order that the scanner is given."""
    return read_catalogue("appliance.pretend.panel_page", "panel_papers_vi")
