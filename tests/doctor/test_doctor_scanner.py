"""The scanner check over libsane: the virtual scanner, the ``test`` backend, an empty port."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from appliance.config import PanelSection, ScannerSection
from appliance.core.diagnosis import Finding, Level
from appliance.core.errors import ScannerAbsent, ScannerClaimed, ScannerForbidden
from appliance.devices.panel import try_wiring
from appliance.devices.sane_scanner import SaneScanner
from appliance.doctoring.around import look_at_panel
from appliance.doctoring.machine import Machine
from appliance.doctoring.scanner import _why_shut, look_at_the_scanner
from appliance.doctoring.usb import scanners_on_usb
from appliance.pretend.scanner import VirtualScanner
from appliance.pretend.scanner_tray import Fault
from appliance.wording.diagnosed import LANGUAGES, told
from tests.doctor.test_doctor_machine import lay, plug_in
from tests.scanner.conftest import papers, test_backend, virtual  # noqa: F401 - fixtures


def looked(device: str, config: Path | None, root: Path) -> Finding:
    section = ScannerSection(device=device, sane_config=config)
    (found,) = look_at_the_scanner(section, Machine.below(root))
    return found


def test_a_scanner_that_answers_is_well_and_no_paper_moves(
    virtual: VirtualScanner, tmp_path: Path
) -> None:
    found = looked(virtual.sane_device, virtual.sane_config(tmp_path / "sane.d"), tmp_path)
    assert (found.code, found.level) == ("scanner-well", Level.WELL)
    assert not [line for line in virtual.jobs.log if "POST" in line]


@pytest.mark.parametrize(
    ("fault", "code", "level"),
    [
        (Fault.COVER_OPEN, "cover-open", Level.PERSON),
        (Fault.JAM, "paper-jam", Level.PERSON),
        (Fault.BUSY, "scanner-busy", Level.NOTE),
        (Fault.VANISH, "scanner-silent-at-address", Level.OUT),
    ],
)
def test_cover_jam_work_and_silence_are_told_apart(
    virtual: VirtualScanner, tmp_path: Path, fault: Fault, code: str, level: Level
) -> None:
    virtual.misbehave(fault, at_page=0 if fault is Fault.VANISH else 1)
    found = looked(virtual.sane_device, virtual.sane_config(tmp_path / "sane.d"), tmp_path)
    assert (found.code, found.level) == (code, level)


def test_the_test_backend_opens_and_shows_its_options(
    test_backend: Callable[..., SaneScanner], tmp_path: Path
) -> None:
    scanner = test_backend()
    found = looked("test:0", scanner.config_dir, tmp_path)
    assert found.code == "scanner-well"
    assert int(found.blanks["options"]) > 10


def test_a_setting_that_the_scanner_lacks_is_told_before_anybody_presses(
    virtual: VirtualScanner, tmp_path: Path
) -> None:
    config = virtual.sane_config(tmp_path / "sane.d")
    section = ScannerSection(device=virtual.sane_device, sane_config=config, resolution_dpi=240)
    (found,) = look_at_the_scanner(section, Machine.below(tmp_path))
    assert (found.code, found.level) == ("scanner-refused-setting", Level.OUT)
    assert "resolution=240" in found.blanks["why"]


def test_an_empty_port_a_closed_node_and_a_stranger_are_told_apart(tmp_path: Path) -> None:
    machine = Machine.below(tmp_path)
    gone = ScannerAbsent("no scanner found")
    assert _why_shut(gone, "", [], None, machine).code == "scanner-absent"
    plug_in(tmp_path, "1-3", ("04c5", "132b"), "ffffff")
    stranger = _why_shut(gone, "", scanners_on_usb(machine), None, machine)
    assert stranger.code == "scanner-without-driver"
    assert stranger.blanks["usb_id"] == "04c5:132b"
    other = _why_shut(gone, "fujitsu:x", scanners_on_usb(machine), None, machine)
    assert other.code == "scanner-other-name"
    shut = _why_shut(ScannerForbidden("no"), "", scanners_on_usb(machine), None, machine)
    assert shut.code == "scanner-needs-rule"
    assert 'ATTR{idProduct}=="132b"' in shut.blanks["line"]


def test_ipp_usb_is_told_where_it_lacks_and_where_it_holds_the_scanner(tmp_path: Path) -> None:
    machine = Machine.below(tmp_path)
    plug_in(tmp_path, "1-4", ("03f0", "0c2a"), "070104", "ffcc00")
    on_usb = scanners_on_usb(machine)
    gone, held = ScannerAbsent("no scanner found"), ScannerClaimed("Device busy")
    assert _why_shut(gone, "", on_usb, None, machine).code == "scanner-needs-ipp-usb"
    assert _why_shut(held, "hpaio:/usb/x", on_usb, None, machine).code == "scanner-held-by-ipp-usb"
    assert _why_shut(held, "airscan:e0:x", on_usb, None, machine).code == "scanner-claimed"
    lay(tmp_path / "proc/77/comm", "ipp-usb\n")
    assert _why_shut(gone, "", on_usb, None, machine).code == "scanner-without-driver"


def test_the_line_it_gives_is_one_that_udev_understands(tmp_path: Path) -> None:
    plug_in(tmp_path, "1-3", ("04c5", "132b"), "ffffff")
    rule = tmp_path / "61-scanner.rules"
    rule.write_text(scanners_on_usb(Machine.below(tmp_path))[0].udev_line + "\n")
    try:
        judged = subprocess.run(
            ["udevadm", "verify", "--no-style", str(rule)],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("no udev here")
    if "Unknown command" in judged.stderr:
        pytest.skip("this udev cannot judge rules yet (Debian 12)")
    assert judged.returncode == 0, judged.stderr


GPIO = PanelSection(kind="gpio")


def shorted(*pins: int) -> MockFactory:
    """Pins of a header on which a wire of these touches ground: they stay low."""

    class Pin(MockPin):
        def _change_state(self, value: bool) -> bool:
            touches = self.info.name in {f"GPIO{pin}" for pin in pins}
            return bool(super()._change_state(value and not touches))

    return MockFactory(pin_class=Pin)


def test_a_button_that_hangs_and_a_lamp_that_is_shorted_are_told_by_their_pins() -> None:
    assert try_wiring(GPIO, shorted()) == (False, ())
    assert try_wiring(GPIO, shorted(GPIO.button_pin)) == (True, ())
    assert try_wiring(GPIO, shorted(GPIO.green_pin)) == (False, (GPIO.green_pin,))


def test_the_panel_is_told_in_one_finding_each(tmp_path: Path) -> None:
    machine = Machine.below(tmp_path)

    def found(section: PanelSection = GPIO, held: bool = False, **more: object) -> list[str]:
        return [f.code for f in look_at_panel(section, machine, station_holds_it=held, **more)]

    assert found(PanelSection(kind="none")) == ["panel-none"]
    assert found(PanelSection(kind="screen")) == ["panel-on-screen"]
    assert found() == ["panel-no-gpio"]
    assert found(factory=MockFactory()) == ["panel-well"]
    assert found(factory=shorted(GPIO.button_pin)) == ["button-stuck"]
    assert found(factory=shorted(GPIO.red_pin)) == ["lamp-pin-deaf"]
    lay(tmp_path / "dev/gpiochip0", "")
    assert found(held=True) == ["panel-held"]


def test_a_machine_without_the_library_of_the_pins_is_told_that_and_not_to_move_wires(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "dev/gpiochip0", "")
    monkeypatch.setitem(sys.modules, "lgpio", None)  # as on a mini-PC: Python finds none
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    (found,) = look_at_panel(GPIO, Machine.below(tmp_path), station_holds_it=False)
    assert found.code == "panel-no-library"
    for language in LANGUAGES:
        assert "lgpio" in told(found, language).what
