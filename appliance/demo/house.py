"""A whole point and a ward in one folder: real services, pretend hardware."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.config import Config, read_config
from appliance.demo.ports import free_port, taken
from appliance.pretend.printer import PretendPrinters
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner

START_S = 60.0  # a Pi Zero needs many seconds to import everything four times
STOP_S = 15.0
MEMORY_FOLDERS = (Path("/dev/shm"), Path("/run"))  # noqa: S108 - plain papers stay in memory
# As in the units: one heap arena and early trimming keep 30 MB from lying idle (measured).
UNIT_ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "PYTHONOPTIMIZE": "2",
    "PYTHONNODEBUGRANGES": "1",
    # beside the packages: Debian keeps no code without docstrings for its own library
    "PYTHONPYCACHEPREFIX": str(Path(sys.prefix) / "bytecode"),
    "PYTHONDONTWRITEBYTECODE": "",
}
ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
# A demo that was killed leaves no service behind; setpriv, of util-linux, becomes the service.
ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--")
HELPERS: dict[str, tuple[str, ...]] = {
    "Tình nguyện viên Mẫu": (),
    "Kỹ thuật viên Mẫu": ("--technician",),
}


# Open every day: whoever tries the demo on a Sunday shall see what a citizen usually sees.
_SHIFTS = ["07:30-11:30 chị Mẫu Lan", "13:30-17:00 anh Mẫu Nam"]
HOURS: dict[str, object] = {
    "address": "Nhà văn hóa thôn Suối Mẫu",
    **dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), _SHIFTS
    ),
}


class HouseFell(RuntimeError):
    """A service of the demo ended by itself; the text says which, and what it said last."""


class House:
    """Enter it, and everything runs; leave it, and nothing does."""

    def __init__(
        self,
        home: Path,
        *,
        web_port: int = 0,
        panel_port: int = 0,
        ward_port: int = 0,
        cards: bool = False,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.home = home.resolve()
        self._ports = (web_port, panel_port, ward_port)
        self._say = say
        self._cards = cards  # identity cards to lay on the glass from the panel
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._runtime: Path | None = None
        self._refilled_after = 0  # number of the scan job
        self.pins: dict[str, str] = {}
        self.web_url = self.panel_url = self.ward_url = ""
        self.officer = self.officer_password = self._ward_listen = ""

    @property
    def config_path(self) -> Path:
        """The file that every service of this house reads."""
        return self.home / "config.toml"

    @property
    def ward_home(self) -> Path:
        """Where the embedded ward keeps its keys and dossiers."""
        return self.home / "ward"

    def config(self) -> Config:
        """What the services read."""
        return read_config(self.config_path)

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> None:
        if (port := taken(self._ports)) is not None:  # told before anything is drawn or started
            raise HouseFell(f"another program listens there: 127.0.0.1:{port}")
        self.home.mkdir(parents=True, exist_ok=True)
        self._runtime = Path(tempfile.mkdtemp(prefix="tramhoso-", dir=_memory_folder()))
        self._say("drawing sample papers …")
        papers = write_sample_pages(self.home / "papers")
        if self._cards:
            from appliance.pretend.sample_cards import write_sample_cards  # noqa: PLC0415 - 30 MB

            write_sample_cards(self.home / "papers" / "cards")
        self.scanner = VirtualScanner(self.home / "papers").start()
        self.scanner.load_tray([path.name for path in papers])
        self.printers = PretendPrinters(
            self._runtime / "printers.sock", self.home / "printed"
        ).start()
        self._say("starting the ward …")
        made = self._ward()
        self._say("starting station, page and uploader …")
        self._write_config(made)
        self._run_to_end("upkeep")
        self._add_volunteers()
        for service in ("station", "web", "uploader"):
            self.start(service)
        self.web_url = f"http://{self.config().web.listen}/"
        self.wait_for_the_page()
        self._wait_for(self.panel_url)

    def start(self, service: str) -> None:
        """Start a service; one that was killed finds its folder as it left it."""
        if service == "ward":
            self._start("ward", "serve", str(self.ward_home), "--listen", self._ward_listen)
            self._first_line("ward")
        else:
            self._start(service)
        if service == "web":
            self._first_line("web")

    def environment(self, service: str) -> dict[str, str]:
        """What a service is started with; a campaign that breaks things adds to it."""
        return os.environ | UNIT_ENVIRONMENT

    def kill(self, service: str) -> None:
        """kill -9, as a power cut would."""
        running = self._running.pop(service)
        running.kill()
        running.wait()

    def pid(self, service: str) -> int:
        """The process of a running service."""
        return self._running[service].pid

    def press(self) -> None:
        """The on-screen button, pressed as its page would."""
        press = urllib.request.Request(f"{self.panel_url}press", b"")  # noqa: S310
        with urllib.request.urlopen(press, timeout=10):  # noqa: S310 - loopback, ours
            pass

    def wait_for_the_page(self) -> None:
        """Until the page answers."""
        self._wait_for(f"{self.web_url}healthz")

    def hurry_outbox(self) -> None:
        """Try everything in the outbox now."""
        self._run_to_end("outbox", "retry")

    def _ward(self) -> dict[str, str]:
        port = self._ports[2] or free_port()
        self.ward_url = f"http://127.0.0.1:{port}/"
        address = f"http://127.0.0.1:{port}/intake/v1"
        said = self._run_to_end("ward", "init", str(self.ward_home), "--url", address, "--json")
        made: dict[str, str] = json.loads(said)
        # a second start of the same house: the secrets were told once, and kept for the demo
        told = self.home / "ward-told-once.json"
        if made.get("token"):
            told.write_text(json.dumps(made), encoding="utf-8")
            told.chmod(0o600)
        made = json.loads(told.read_text(encoding="utf-8")) | {"url": address}
        self.officer, self.officer_password = made["officer"], made["password"]
        self._ward_listen = f"127.0.0.1:{port}"
        self.start("ward")
        return made

    def _write_config(self, made: dict[str, str]) -> None:
        web, panel, _ = (port or free_port() for port in self._ports)
        self.panel_url = f"http://127.0.0.1:{panel}/"
        token = self.home / "ward-token"
        token.write_text(made["token"], encoding="ascii")
        token.chmod(0o600)
        sane = self.scanner.sane_config(self.home / "sane.d")
        panel_table = {"kind": "screen", "screen_listen": f"127.0.0.1:{panel}"}
        if self._cards:
            panel_table["screen_scanner"] = self.scanner.control_url
        tables: dict[str, Mapping[str, object]] = {
            "point": {"code": "KV-0007", "name": "Điểm hỗ trợ Mẫu"},
            "hours": HOURS,
            "paths": {"state": str(self.home / "state"), "runtime": str(self._runtime)},
            "scanner": {"device": self.scanner.sane_device, "sane_config": str(sane)},
            "panel": panel_table,
            "voice": {"kind": "screen"},
            "printer": {
                "sheets": "sheets",
                "slips": "slips",
                "socket": str(self.printers.socket),
            },
            "web": {"listen": f"127.0.0.1:{web}"},
            "ward": {
                "url": made["url"],
                "recipient": made["recipient"],
                "verify_key": made["verify_key"],
                "token_file": str(token),
            },
        }
        self.config_path.write_text(_toml(tables), encoding="utf-8")

    def lay_papers(self, count: int) -> None:
        """Put exactly *count* sheets into the feeder, the first ones again when it takes more."""
        names = self._papers()
        self.scanner.load_tray([names[place % len(names)] for place in range(count)])

    def refill_tray(self) -> None:
        """Put the sample papers back once, after a batch that pulled them all is over.

        Never beneath a running one, which would then not end; and a tray that somebody
        emptied by an order stays empty, so that the next press scans the glass.
        """
        job = self.scanner.jobs.newest_from_tray()
        if job is None or job.running or job.number == self._refilled_after:
            return
        self._refilled_after = job.number
        if not self.scanner.tray.left():
            self.scanner.load_tray(self._papers())

    def _papers(self) -> list[str]:
        return sorted(path.name for path in (self.home / "papers").glob("*.jpg"))

    def must_be_alive(self) -> None:
        """Raise HouseFell when a service ended by itself."""
        for name, running in list(self._running.items()):  # another thread may start one
            if running.poll() is not None:
                raise HouseFell(f"{name} ended with {running.returncode}: {self._log(name)[-800:]}")

    def close(self) -> None:
        """Stop every service, the youngest first, and forget what was in memory."""
        for running in reversed(self._running.values()):
            running.terminate()
        deadline = time.monotonic() + STOP_S
        for running in self._running.values():
            try:
                running.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
        self._running.clear()
        if hasattr(self, "printers"):
            self.printers.close()
        if hasattr(self, "scanner"):
            self.scanner.close()
        if self._runtime is not None:
            shutil.rmtree(self._runtime, ignore_errors=True)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "appliance.cli", "--config", str(self.config_path), *words]

    def _run_to_end(self, *words: str) -> str:
        begun: list[subprocess.Popen[str]] = []
        try:
            with _signals_come_later():
                begun.append(
                    subprocess.Popen(
                        self._command(*words),
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        text=True,
                    )
                )
            (running,) = begun
            said, complained = running.communicate(timeout=START_S * 4)
        finally:
            for running in begun:
                running.kill()  # of what has ended already: nothing
                running.wait()
        if running.returncode:
            raise HouseFell(f"{words[0]} ended with {running.returncode}: {complained[-800:]}")
        return said

    def _add_volunteers(self) -> None:
        """PINs are told once; a second start of the same house reads them from the demo's note."""
        told = self.home / "pins-told-once.json"
        if not told.exists():
            for name, words in HELPERS.items():
                self.pins[name] = self._run_to_end("volunteer", "add", name, *words).strip()
            told.write_text(json.dumps(self.pins), encoding="utf-8")
            told.chmod(0o600)
        self.pins = json.loads(told.read_text(encoding="utf-8"))

    def _start(self, name: str, *words: str) -> None:
        log = (self.home / f"{name}.log").open("ab")
        with log, _signals_come_later():
            self._running[name] = subprocess.Popen(
                [*ENDS_WITH_US, *self._command(name, *words)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self.environment(name),
            )

    def _first_line(self, name: str) -> str:
        running = self._running[name]
        assert running.stdout is not None  # noqa: S101 - opened with a pipe above
        line = running.stdout.readline().strip()
        if not line:
            raise HouseFell(f"{name} did not start: {self._log(name)[-800:]}")
        return line

    def _wait_for(self, url: str) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self.must_be_alive()
            try:
                with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback, ours
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise HouseFell(f"{url} did not answer within {START_S:g} s")

    def _log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def _signals_come_later() -> Iterator[None]:
    """A signal that raises between a fork and its pid would leave a process nobody knows."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {n: signal.signal(n, lambda number, _frame: came.append(number)) for n in ENDINGS}
    try:
        yield
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)
        for late in came:
            signal.raise_signal(late)


def _memory_folder() -> Path:
    """A tmpfs that this user may write to: plain papers never touch the disk, here neither."""
    for folder in MEMORY_FOLDERS:
        if folder.is_dir() and os.access(folder, os.W_OK):
            return folder
    raise HouseFell("no tmpfs to keep plain papers in (/dev/shm)")


def _toml(tables: Mapping[str, Mapping[str, object]]) -> str:
    # a JSON string is a TOML basic string, and a list of them an array
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )
