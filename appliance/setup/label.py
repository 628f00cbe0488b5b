"""The end of an install: what is stuck on the box, and what its technician does next."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from appliance.hotspot import joining, local_names
from appliance.setup.places import CONFIG, ETC, TLS, VENV
from appliance.setup.signature import fingerprint
from appliance.setup.steps import Exit, Refused, ran, say
from appliance.setup.trust import RELEASE_KEY

AS_SHIPPED = "TH-0001"  # the example's code: a box that nobody named yet


def label_here() -> dict[str, str]:
    """What stands on the label of this box; empty texts where it has no Wi-Fi of its own."""
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    point, wifi = config.get("point", {}), config.get("hotspot", {})
    code = str(point.get("code", AS_SHIPPED))
    own = local_names(code)[1]
    join = None
    if wifi.get("on"):
        join = joining(str(wifi.get("ssid", "")), str(wifi.get("password", "")), code)
    return {
        "point": code,
        "name": str(point.get("name", "")),
        "page": f"https://{own}/",
        "trust_page": f"http://{own}/",
        "fingerprint": _authority(),
        "ssid": join.ssid if join else "",
        "password": join.password if join else "",
    }


def tell_label(label: dict[str, str]) -> None:
    """For whoever writes it by hand."""
    say("label", f"{label['point']} {label['name']}")
    say("label", f"{label['page']} (alone in its network also https://tramhoso.local/)")
    say("label", f"certificate authority SHA-256 {label['fingerprint']}")
    if label["ssid"]:
        say("label", f"Wi-Fi {label['ssid']}: sudo tramhoso print hotspot --to wifi.pdf")
    if RELEASE_KEY.exists():
        say("label", f"release key SHA-256 {fingerprint(RELEASE_KEY.read_bytes())}")


def write_label(label: dict[str, str], folder: Path) -> Path:
    """One file for each box, for `tramhoso print labels`; it may hold the Wi-Fi's password.

    Raises:
        Refused: the box is made, but the stick takes no file.
    """
    place = folder / f"{label['point']}.json"
    fresh = place.with_name(f".{place.name}.new")
    try:
        folder.mkdir(exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(label, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(place)
    except OSError as error:
        why = f"{place}: {error.strerror}; the box is made, its label is above"
        raise Refused(Exit.FAILED, why) from error
    return place


def tell_what_comes_next() -> None:
    """The one step that is missing until this is a point's box, with the command to type."""
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    ward: dict[str, Any] = config.get("ward", {})
    if config.get("point", {}).get("code", AS_SHIPPED) == AS_SHIPPED:
        say("next", f"give the point its code and name: sudoedit {CONFIG}")
        say("next", "then: sudo tramhoso-setup install")
    elif not (ward.get("recipient") and (ETC / "ward.token").exists()):
        say("next", "make it a ward's: sudo tramhoso enrol CODE --url https://…/intake/v1")
    else:
        say("next", "sudo tramhoso doctor")


def _authority() -> str:
    python, module = str(VENV / "bin/python"), "appliance.setup.certificates"
    return ran(python, "-m", module, str(TLS), "--fingerprint").strip()
