"""A Raspberry Pi 3B that QEMU emulates, with a hand at its button and an eye at its lamp.

QEMU keeps the level of a pin but raises no interrupt for an edge: a button is held, never pressed.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.boot.pi_card import Card

BUTTON, LAMP = 4, (5, 6, 7)
_LOOK_APART_S = 0.2


class Pi3B:
    """A Raspberry Pi 3B with as much memory as a Zero 2 W, or its own."""

    SET, CLEAR, LEVELS = 0x3F20001C, 0x3F200028, 0x3F200034

    def __init__(self, memory_mb: int) -> None:
        self._memory_mb = memory_mb

    def words(self, card: Card) -> list[str]:
        """For QEMU."""
        line = f"console=ttyS1,115200 console=ttyAMA0,115200 mem={self._memory_mb}M"
        return ["-M", "raspi3b", "-dtb", str(card.tree), "-append", f"{line} {COMMON}",
                "-drive", f"file={card.image},if=sd,format=raw,snapshot=on"]  # fmt: skip

    def hold(self, emulator: Emulator, *, down: bool) -> None:
        """The button, which is wired to ground."""
        emulator.ask(f"writel {self.CLEAR if down else self.SET:#x} {1 << BUTTON:#x}")

    def lamp(self, emulator: Emulator) -> tuple[int, ...]:
        """Red, green and blue."""
        return bits(emulator.ask(f"readl {self.LEVELS:#x}"))


COMMON = "rdinit=/init rw panic=1 loglevel=3 systemd.show_status=1"
# one thread for all four processors: on a busy machine they wait for each other otherwise,
# until Linux counts one as stuck


def bits(answer: str) -> tuple[int, ...]:
    """Of the lamp's pins, in what QEMU says of a register."""
    levels = int(answer.split()[1], 16)
    return tuple(levels >> pin & 1 for pin in LAMP)


class Emulator:
    """A running board. What is inside speaks by lines of JSON on its console."""

    def __init__(self, board: Pi3B, card: Card, folder: Path) -> None:
        self.board, self._folder, self._read = board, folder, 0
        self._log = folder / "console.log"
        self._log.touch()
        self._running = subprocess.Popen(
            [
                "qemu-system-aarch64", "-accel", "tcg,thread=single,tb-size=512",
                *board.words(card), "-kernel", str(card.kernel),
                "-initrd", str(card.first_files), "-display", "none", "-no-reboot",
                "-serial", f"file:{self._log}", "-serial", "null",
                "-monitor", "none",
                "-qtest", f"unix:{folder}/pins,server=on,wait=off", "-qtest-log", "none",
            ],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self._pins = self._connected("pins")
        board.hold(self, down=False)  # the pull-up's work

    def said(self, patience_s: float) -> Iterator[dict[str, Any]]:
        """Each thing that the inside tells, until it ends or is silent for too long."""
        heard = time.monotonic()
        while time.monotonic() - heard < patience_s:
            text = self._log.read_text("utf-8", "replace")
            *lines, _ = text[self._read :].split("\n")
            for line in lines:
                self._read += len(line) + 1
                if found := re.search(r"PI (\{.*\})", line):
                    heard = time.monotonic()
                    yield json.loads(found[1])
            if self._running.poll() is not None:
                return
            time.sleep(_LOOK_APART_S)
        raise AssertionError(f"silent for {patience_s:g} s: {self.console()[-3000:]}")

    def lamp_within(self, wanted: tuple[int, ...], patience_s: float) -> bool:
        """Whether the lamp was seen so."""
        ends = time.monotonic() + patience_s
        while time.monotonic() < ends:
            if self.board.lamp(self) == wanted:
                return True
            time.sleep(_LOOK_APART_S)
        return False

    def ask(self, command: str) -> str:
        """A word of QEMU's test protocol; its answer."""
        self._pins.sendall(f"{command}\n".encode())
        answer = self._pins.makefile().readline()
        assert answer.startswith("OK"), f"{command}: {answer}"
        return answer

    def console(self) -> str:
        """All that it printed."""
        return self._log.read_text("utf-8", "replace")

    def off(self) -> None:
        """Pull the plug."""
        self._pins.close()
        if self._running.poll() is None:
            self._running.terminate()
        self._running.wait()

    def _connected(self, name: str) -> socket.socket:
        ends = time.monotonic() + 30
        while True:
            line = socket.socket(socket.AF_UNIX)
            try:
                line.connect(str(self._folder / name))
            except OSError:
                line.close()
                if time.monotonic() > ends or self._running.poll() is not None:
                    raise
                time.sleep(0.1)
            else:
                return line
