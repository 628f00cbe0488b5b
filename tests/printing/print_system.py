"""A print system of its own: CUPS and IPP printers in namespaces that nobody else is in.

Its printers are CUPS's own `ippeveprinter`: driverless printers that speak real IPP Everywhere.
What the print system says to us goes over a Unix socket, which namespaces do not part. Its spool
is a tmpfs that only it sees, as systemd/cups.service.d/tramhoso.conf has it on a box.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance.devices.ipp_line import Deadline, ask
from appliance.devices.ipp_wire import Answer, Operation, Tag, request

PROGRAMS = ("cupsd", "ippeveprinter", "lpadmin", "dbus-daemon", "unshare", "nsenter", "ip")

BUS = """<busconfig><type>system</type><listen>unix:path={folder}/bus.sock</listen>
<auth>EXTERNAL</auth><policy context="default"><allow user="*"/><allow own="*"/>
<allow send_destination="*"/><allow send_type="method_call"/><allow receive_type="method_call"/>
<allow receive_type="method_return"/><allow receive_type="signal"/><allow receive_type="error"/>
</policy></busconfig>"""

CUPSD = """Listen {folder}/cups.sock
Browsing Off
WebInterface No
PreserveJobHistory Yes
PreserveJobFiles No
LogLevel debug
<Location />
  Order allow,deny
  Allow all
</Location>
"""  # and cupsd's default policy: only its owner may cancel a job

CUPS_FILES = """ServerRoot {folder}/etc
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
ErrorLog {folder}/error_log
AccessLog {folder}/access_log
PageLog {folder}/page_log
SystemGroup root
User lp
Group lp
"""

# What a printer does with a document: obeys its mood, then lays the sheet out.
WORKS = """#!/bin/sh
mood={folder}/{name}.mood
if [ -s "$mood" ]; then
  trouble=$(cat "$mood")
  echo "STATE: +$trouble" >&2
  while [ -s "$mood" ]; do sleep 0.05; done
  echo "STATE: -$trouble" >&2
fi
cp "$1" "{folder}/{name}.out/$(date +%s%N).pdf"
"""

# A printer of till rolls, 80 mm wide and up to two metres long.
ROLL = """ATTR keyword media-supported {sizes}
ATTR keyword media-default "custom_roll_80x297mm"
ATTR keyword media-ready "custom_roll_80x297mm"
ATTR collection media-size-supported {{
  MEMBER integer x-dimension 8000
  MEMBER integer y-dimension 29700
}},{{
  MEMBER rangeOfInteger x-dimension 5000-8000
  MEMBER rangeOfInteger y-dimension 5000-200000
}}
ATTR integer media-left-margin-supported 0
ATTR integer media-right-margin-supported 0
ATTR integer media-top-margin-supported 0
ATTR integer media-bottom-margin-supported 0
ATTR mimeMediaType document-format-supported "application/pdf"
ATTR mimeMediaType document-format-default "application/pdf"
ATTR integer copies-default 1
ATTR rangeOfInteger copies-supported 1-9
ATTR enum operations-supported 0x0002,0x0004,0x0005,0x0006,0x0008,0x0009,0x000a,0x000b
ATTR integer pages-per-minute 600
ATTR boolean color-supported false
ATTR keyword print-color-mode-supported "monochrome"
ATTR keyword print-color-mode-default "monochrome"
ATTR keyword sides-supported "one-sided"
ATTR keyword sides-default "one-sided"
ATTR resolution printer-resolution-supported 203dpi
ATTR resolution printer-resolution-default 203dpi
"""
ROLL_SIZES = '"custom_roll_80x297mm","custom_min_50x50mm","custom_max_80x2000mm"'


class PrintSystem:
    """Started whole, stopped whole. Use as a context."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="printing-"))
        self._running: list[subprocess.Popen[bytes]] = []
        self._printers: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = os.environ | {
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/bus.sock",
            "CUPS_SERVER": str(self.socket),
            "LC_ALL": "C.UTF-8",
        }

    @property
    def socket(self) -> Path:
        """Where the print system is spoken to."""
        return self.folder / "cups.sock"

    @property
    def spool(self) -> Path:
        """Where papers wait for the printer; on the card this folder is empty."""
        return self.folder / "spool"

    def waiting(self) -> Sequence[str]:
        """The documents that lie in the spool as the print system sees it."""
        listed = self._inside("ls", str(self.spool), check=True).stdout.decode().split()
        return [name for name in listed if name.startswith("d")]

    @property
    def _enter(self) -> list[str]:
        return ["nsenter", "-t", str(self._space.pid), "-n", "-m"]

    def __enter__(self) -> PrintSystem:
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self) -> None:
        self.folder.chmod(0o755)  # its filters are another user
        self.spool.mkdir()
        self._space = self._start(
            ["unshare", "--net", "--mount", "sleep", "infinity"], inside=False
        )
        ours = Path("/proc/self/ns/net").readlink()
        theirs = Path(f"/proc/{self._space.pid}/ns/net")
        _until(lambda: theirs.readlink() != ours, "no network namespace")
        self._run("ip", "link", "set", "lo", "up")
        self._run("mount", "-t", "tmpfs", "-o", "size=48M,mode=0710", "tmpfs", str(self.spool))
        (self.folder / "bus.conf").write_text(BUS.format(folder=self.folder))
        self._start(["dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork"])
        _until((self.folder / "bus.sock").exists, "no bus")
        for name in ("etc", "cache", "state"):
            (self.folder / name).mkdir()
        (self.folder / "etc/cupsd.conf").write_text(CUPSD.format(folder=self.folder))
        (self.folder / "etc/cups-files.conf").write_text(CUPS_FILES.format(folder=self.folder))
        self.start_cups()

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._running):
            _end(child)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_cups(self) -> None:
        """The print system itself."""
        etc = self.folder / "etc"
        self._cups = self._start(
            ["cupsd", "-f", "-c", f"{etc}/cupsd.conf", "-s", f"{etc}/cups-files.conf"]
        )
        _until(self.socket.exists, "no print system")

    def stop_cups(self) -> None:
        """As if somebody had stopped the service."""
        _end(self._cups)
        self.socket.unlink(missing_ok=True)

    def freeze_cups(self, *, frozen: bool = True) -> None:
        """It takes connections and says nothing, or goes on."""
        self._cups.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def add_printer(self, name: str, port: int, attributes: str | None = None) -> None:
        """A printer that is on, and its queue, made as docs/printing.md says."""
        (self.folder / f"{name}.out").mkdir(exist_ok=True)
        works = self.folder / f"{name}.works"
        works.write_text(WORKS.format(folder=self.folder, name=name))
        works.chmod(0o755)
        options = ["-s", "600,600", "-f", "application/pdf"]  # taken only without a file
        if attributes is not None:
            (self.folder / f"{name}.conf").write_text(attributes)
            options = ["-a", str(self.folder / f"{name}.conf")]
        self._printers[name] = self._start(
            ["ippeveprinter", "-p", str(port), "-n", "localhost", "-r", "off",
             "-d", str(self.folder), "-c", str(works), *options, name]
        )  # fmt: skip
        address = f"ipp://localhost:{port}/ipp/print"
        _until(lambda: self._answers(port), f"no printer {name}")
        self._run("lpadmin", "-p", name, "-E", "-v", address, "-m", "everywhere",
                  "-o", "printer-error-policy=abort-job")  # fmt: skip
        # for some 20 ms a new queue knows no paper, and turns every document down
        _until(
            lambda: self._told(name, "media-supported").words("media-supported") != (),
            f"queue {name} knows no paper",
        )

    def switch_off(self, name: str) -> None:
        """The printer is off; the queue stays."""
        _end(self._printers[name])

    def feel(self, name: str, trouble: str) -> None:
        """From the next document on it complains of that; an empty word: all is well again."""
        (self.folder / f"{name}.mood").write_text(trouble)

    def came_out(self, name: str) -> Sequence[Path]:
        """The documents on its tray, oldest first."""
        return sorted((self.folder / f"{name}.out").glob("*.pdf"))

    def run(self, *command: str) -> None:
        """A command of a technician, inside."""
        self._run(*command)

    def wait_until_idle(self, name: str) -> None:
        """Its last document has come out or is wholly given up, which takes CUPS seconds."""
        _until(lambda: self._told(name, "printer-state").number("printer-state") == 3, "not idle")

    def _told(self, name: str, attribute: str) -> Answer:
        path = f"/printers/{name}"
        about = [
            (Tag.URI, "printer-uri", f"ipp://localhost{path}"),
            (Tag.KEYWORD, "requested-attributes", attribute),
        ]
        question = request(Operation.GET_PRINTER_ATTRIBUTES, about)
        return ask(self.socket, path, question, b"", Deadline.within(5))

    def _answers(self, port: int) -> bool:
        probe = f"exec 3<>/dev/tcp/localhost/{port}"
        return self._inside("bash", "-c", probe, check=False).returncode == 0

    def _run(self, *command: str) -> None:
        self._inside(*command, check=True)

    def _inside(self, *command: str, check: bool) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self._enter, *command],
            env=self._environment,
            capture_output=True,
            timeout=30,
            check=check,
        )

    def _start(self, command: Sequence[str], *, inside: bool = True) -> subprocess.Popen[bytes]:
        enter = self._enter if inside else []
        with (self.folder / "said").open("ab") as said:
            child = subprocess.Popen(
                [*enter, *command], env=self._environment, stdout=said, stderr=said
            )
        self._running.append(child)
        return child


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    give_up = time.monotonic() + 60
    while not holds():
        if time.monotonic() > give_up:
            raise TimeoutError(otherwise)
        time.sleep(0.02)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGCONT)
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(10)
