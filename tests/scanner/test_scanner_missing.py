"""What a technician must install or allow is not told as a crash or a pulled plug."""

from __future__ import annotations

import grp
import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.core.errors import (
    ScannerAbsent,
    ScannerDriverMissing,
    ScannerError,
    ScannerForbidden,
    ScanProgramMissing,
)
from appliance.devices.absent import why_absent
from appliance.devices.sane_scanner import SaneScanner
from appliance.devices.sane_status import Moment, error_for
from appliance.wording import notice_for
from tests.scanner.conftest import QUICK, watch

ABSENT = ScannerAbsent("no scanner found")
STATUSES = (  # sane_strstatus() of everything that is not good
    "Operation not supported",
    "Operation was canceled",
    "Device busy",
    "Invalid argument",
    "End of file reached",
    "Document feeder jammed",
    "Document feeder out of documents",
    "Scanner cover is open",
    "Error during device I/O",
    "Out of memory",
    "Access to resource has been denied",
)


ROOT = Path(__file__).resolve().parents[2]


def house(folder: Path, enabled: str, libraries: tuple[str, ...] = ()) -> dict[str, Path | list]:
    """The files libsane would find, and no USB device."""
    config, sane = folder / "sane.d", folder / "usr" / "lib" / "aarch64-linux-gnu" / "sane"
    for made in (config / "dll.d", sane, folder / "usb" / "001"):
        made.mkdir(parents=True)
    (config / "dll.conf").write_text(enabled)
    for name in libraries:
        (sane / f"libsane-{name}.so.1").write_bytes(b"")
    return {"config": [config], "usr": folder / "usr", "usb": folder / "usb"}


def test_a_box_without_python_sane_says_what_to_install(tmp_path: Path) -> None:
    paths = [path for path in sys.path if path and not list(Path(path).glob("_sane*"))]
    script = (
        f"import sys; sys.path[:] = {paths!r}\n"
        "from appliance.commands.scan import scan\n"
        f"scan([{str(tmp_path / 'out.pdf')!r}])\n"
    )
    env = dict(os.environ, PYTHONPATH=str(Path.cwd()))
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("scan-program-missing: ")
    assert "apt install python3-sane" in line


def test_a_box_without_libsane_says_so_and_is_no_crash(tmp_path: Path, spool: Path) -> None:
    """A python-sane whose library cannot be loaded, as after `apt remove libsane1`."""
    (tmp_path / "_sane.py").write_text("raise ImportError('libsane.so.1: cannot open')")
    (tmp_path / "sane.py").write_text("import _sane")
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.scanner.conftest import QUICK, watch\n"
        "from appliance.devices.sane_scanner import SaneScanner\n"
        "with SaneScanner('test:0').start(QUICK, Path(sys.argv[1])) as batch:\n"
        "    print(watch(batch).error.code)\n"
    )
    env = dict(os.environ, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    command = [sys.executable, "-c", script, str(spool)]
    said = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ScanProgramMissing.code
    assert "libsane.so.1" in said.stderr


def test_a_libsane_that_knows_no_scanner_at_all_is_a_technicians_matter(
    spool: Path, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "dll.conf").write_text("# genesys\n")
    with SaneScanner("", tmp_path / "none").start(QUICK, spool) as batch:
        assert isinstance(watch(batch).error, ScannerDriverMissing)


@pytest.mark.parametrize(
    ("device", "enabled", "libraries", "told"),
    [
        ("genesys:libusb:001:004", "airscan\n", ("airscan", "genesys"), "dll.conf does not name"),
        ("airscan:e0:X", "airscan\n", ("genesys",), "apt install sane-airscan"),
        ("", "genesys # old\npixma\n", (), "genesys or pixma: apt install libsane1"),
    ],
)
def test_a_driver_that_is_missing_is_named_with_its_package(
    tmp_path: Path, device: str, enabled: str, libraries: tuple[str, ...], told: str
) -> None:
    error = why_absent(ABSENT, device, **house(tmp_path, enabled, libraries))
    assert isinstance(error, ScannerDriverMissing)
    assert told in str(error)


def test_a_pulled_plug_stays_a_scanner_that_is_absent(tmp_path: Path) -> None:
    files = house(tmp_path, "genesys\n", ("genesys",))
    assert why_absent(ABSENT, "genesys:libusb:001:004", **files) is ABSENT
    (files["config"][0] / "dll.conf").unlink()
    (files["config"][0] / "dll.d" / "own").write_text("genesys\n")  # a package's own line
    assert why_absent(ABSENT, "", **files) is ABSENT


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a user who may give files away")
def test_a_usb_scanner_this_user_may_not_open_is_forbidden_not_absent(tmp_path: Path) -> None:
    files = house(tmp_path, "genesys\n", ("genesys",))
    keyboard, scanner = tmp_path / "usb/001/001", tmp_path / "usb/001/002"
    for node in (keyboard, scanner):
        node.touch(0o660)
    os.chown(scanner, 0, grp.getgrnam("scanner").gr_gid)
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | 0o011)
    said = as_nobody(files)
    assert said == f"{ScannerForbidden.code} {scanner}"
    scanner.chmod(0o666)
    assert as_nobody(files).startswith(ScannerAbsent.code)


def as_nobody(files: dict[str, Path | list]) -> str:
    """What a user in no group is told."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(65534)
        error = why_absent(ABSENT, "genesys:libusb:001:004", **files)
        where = str(error).removeprefix("no right to ").partition(":")[0]
        os.write(write, f"{error.code} {where}".encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as told:
        return told.read()


def test_each_of_sanes_statuses_has_an_error_and_sentences_of_its_own() -> None:
    errors: dict[str, type[ScannerError]] = {
        text: type(error_for(text, Moment.READING)) for text in STATUSES
    }
    assert len(set(errors.values())) == len(STATUSES)
    assert len({notice_for(error.code).what for error in errors.values()}) == len(STATUSES)
    assert error_for("Device busy", Moment.OPENING).code == "scanner-claimed"
    assert error_for("Device busy", Moment.STARTING).code == "scanner-busy"
