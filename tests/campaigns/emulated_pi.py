"""The installed box on an emulated Raspberry Pi 3B.

    python -m tests.campaigns.emulated_pi [--memory 512]

Emulated, not a Pi: that everything runs is true, how fast it runs says nothing. Root; mmdebstrap,
systemd-container, qemu-user-static, arch-test, qemu-system-arm, device-tree-compiler, cpio, kmod.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.boot.conftest import SUITE, clean_clone
from tests.boot.emulator import Emulator, Pi3B
from tests.boot.foreign import (
    STICK,
    TRAMHOSO,
    Foreign,
    cannot_run,
    fresh_card,
    install,
    release_for,
)
from tests.boot.pi_card import Card, make_card
from tests.campaigns.parts.command import Outcome, asks, run

PATIENCE_S = 3600.0  # of silence, on a machine with ten times its work
READY = (1, 1, 1)
REFUSED = "Operation not permitted"
CONFIG = """
[point]
code = "KV-0007"
name = "Điểm hỗ trợ Mẫu"
[scanner]
device = "airscan:escl:TramHoSo:http://127.0.0.1:8085/eSCL/"
sane_config = "/etc/tramhoso/sane.d"
[panel]
kind = "gpio"
button_pin = 4
red_pin = 5
green_pin = 6
blue_pin = 7
[web]
listen = "unix:/run/tramhoso-web/page.sock"
allowed_hosts = ["tramhoso.local"]
https = true
"""
WARD = """
[ward]
url = "{url}"
recipient = "{recipient}"
verify_key = "{verify_key}"
"""
CHIP = "pinctrl-bcm2835"
DOCTOR_SAYS = {"station runs": "panel-held", "released": "panel-well", "held": "button-stuck"}
Facts = dict[str, list[dict[str, Any]]]


def campaign(folder: Path, asked: argparse.Namespace) -> Outcome:
    """Install, write the card, look at it on the board."""
    began = time.monotonic()
    card = make_card(installed(folder).root, folder)
    made_s = round(time.monotonic() - began)
    began = time.monotonic()
    facts = looked_at(Pi3B(asked.memory), card, folder / "pi3b")
    outcome: Outcome = {"suite": SUITE, "card_made_s": made_s, "pi3b": facts}
    outcome["looked_at_s"] = round(time.monotonic() - began)
    return outcome | {"wrong": wrong_with(facts)}


def installed(folder: Path) -> Foreign:
    """A card with a box on it that knows its ward: without one its uploader stays down."""
    stick = folder / "stick"
    card = fresh_card(SUITE, folder, stick, "kmod")  # what boots loads modules
    release_for(SUITE, clean_clone(folder / "clone"), stick)
    install(card, CONFIG)
    card.run("systemd-sysusers", f"{STICK}/source/systemd/sysusers.d/tramhoso-ward.conf")
    home = "/var/lib/tramhoso-ward"
    card.run("install", "-d", "-m", "0700", "-o", "tramhoso-ward", "-g", "tramhoso-ward", home)
    become = ("setpriv", "--reuid=tramhoso-ward", "--regid=tramhoso-ward", "--init-groups")
    made = json.loads(card.run(*become, TRAMHOSO, "ward", "init", home, "--json").stdout)
    token = card.root / "etc/tramhoso/ward.token"
    token.write_text(made["token"])
    token.chmod(0o600)
    install(card, CONFIG + WARD.format(**made))
    with (card.root / "etc/hosts").open("a") as hosts:
        hosts.write("127.0.0.1 tramhoso.local localhost\n")
    return card


def looked_at(board: Pi3B, card: Card, folder: Path) -> Facts:
    """What the board told, by what it is about; hands and eyes lent where it asks for them."""
    folder.mkdir()
    facts: Facts = {}
    emulator = Emulator(board, card, folder)
    try:
        for told in emulator.said(PATIENCE_S):
            sys.stderr.write(f"{json.dumps(told, ensure_ascii=False)}\n")
            match told.pop("about"):
                case "hold":  # inside it is told when to let go: its time is not ours
                    board.hold(emulator, down=True)
                case "release":
                    board.hold(emulator, down=False)
                case "ready":
                    seen = emulator.lamp_within(READY, 120.0)
                    facts["lamp"] = [{"ready_seen": seen}]
                case about:
                    facts.setdefault(about, []).append(told)
    finally:
        emulator.off()
        shutil.copy(folder / "console.log", f"/var/tmp/tramhoso-boot/{folder.name}-console.log")
    return facts


def wrong_with(facts: Facts) -> list[str]:
    """Each thing that is not as it must be; nothing is said of how long it took."""
    wrong = [f"broken: {row['error']}" for row in facts.get("broken", ())]
    if missing := {"board", "services", "page", "doors", "lines", "doctor", "level"} - set(facts):
        return [*wrong, f"never told: {sorted(missing)}"]
    for row in facts["services"]:
        states = {
            name: (row[name]["is"], row[name]["restarts"]) for name in row if name != "failed"
        }
        if row["failed"] or set(states.values()) != {("active", 0)}:
            wrong.append(f"services: {states} {row['failed']}")
    if facts["page"] != [{"status": 200}]:
        wrong.append(f"the page: {facts['page']}")
    return [*wrong, *wrong_with_the_pins(facts)]


def wrong_with_the_pins(facts: Facts) -> Iterator[str]:
    """The board's own chip, open to the station alone of all devices, and what hangs on it."""
    (board,) = facts["board"]
    if (board["chip"], board["gpiozero"]) != (CHIP, "3B"):
        yield f"another board: {board}"
    (doors,) = facts["doors"]
    others = {told for place, told in doors.items() if place != "/dev/gpiochip0"}
    if doors["/dev/gpiochip0"] != "open" or others != {REFUSED}:
        yield f"the station's doors: {doors}"
    (lines,) = facts["lines"]
    if not all(lines.values()):
        yield f"pins that nobody holds: {lines}"
    codes = {row["when"]: set(row["codes"]) for row in facts["doctor"]}
    for when, code in DOCTOR_SAYS.items():
        if code not in codes.get(when, ()):
            yield f"the doctor, {when}: no {code} in {sorted(codes.get(when, ()))}"
    if not all(row["seen"] for row in facts["level"]):
        yield f"the button's level: {facts['level']}"
    if facts.get("lamp") != [{"ready_seen": True}]:
        yield "the lamp never said ready"


def cannot_emulate() -> str:
    """Why no board is emulated here; empty when one is."""
    for tool in ("qemu-system-aarch64", "fdtput", "cpio", "depmod", "mkfs.ext4", "xz"):
        if shutil.which(tool) is None:
            return f"there is no {tool}"
    return cannot_run()


if __name__ == "__main__":
    if why := cannot_emulate():
        raise SystemExit(why)
    parser = asks(__doc__, memory=512)
    run(parser, campaign, bad=("wrong",), inside="/var/tmp")
