"""The board: how hot it is, whether its power supply holds, what its battery has left."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence

from appliance.core.diagnosis import Finding, note, person, well
from appliance.doctoring.machine import Machine, number_in, read

TOO_HOT_C = 80  # a Pi slows itself down from here on
BATTERY_LOW, BATTERY_ENDS = 30, 10  # percent; a visit at home takes about an hour
VCGENCMD = ("vcgencmd", "get_throttled")
_UNDER_VOLTAGE_NOW, _UNDER_VOLTAGE_SEEN = 1 << 0, 1 << 16


def look_at_board(machine: Machine, vcgencmd: Sequence[str] = VCGENCMD) -> Iterator[Finding]:
    """What a board does not tell (a mini-PC its voltage) is not spoken of."""
    zones = (machine.sys / "class/thermal").glob("thermal_zone*/temp")
    celsius = [round(told / 1000) for zone in zones if (told := number_in(zone)) is not None]
    if celsius:
        hottest = max(celsius)
        hot = hottest >= TOO_HOT_C
        yield person("too-hot", celsius=hottest) if hot else well("heat-well", celsius=hottest)
    sags = _power_sags(machine, vcgencmd)
    if sags is not None:
        yield person("under-voltage") if sags else well("power-well")
    yield from _battery(machine)


def _battery(machine: Machine) -> Iterator[Finding]:
    """A bag's, where its driver tells the kernel (class power_supply); the emptiest of several."""
    told = []
    for supply in (machine.sys / "class/power_supply").glob("*"):
        percent = number_in(supply / "capacity")
        if read(supply / "type") in {"Battery", "UPS"} and percent is not None:
            told.append((percent, read(supply / "status") == "Discharging"))
    if not told:
        return
    percent, drains = min(told)
    if drains and percent <= BATTERY_ENDS:
        yield person("battery-ends", percent=percent)
    elif drains and percent <= BATTERY_LOW:
        yield note("battery-low", percent=percent)
    else:
        yield well("battery-well", percent=percent)


def _power_sags(machine: Machine, vcgencmd: Sequence[str]) -> bool | None:
    """Whether it does or did since the start; the firmware's word also knows of earlier ones."""
    flags = _throttled(vcgencmd)
    if flags is not None:
        return bool(flags & (_UNDER_VOLTAGE_NOW | _UNDER_VOLTAGE_SEEN))
    for sensor in (machine.sys / "class/hwmon").glob("hwmon*"):
        if read(sensor / "name") == "rpi_volt":
            alarm = number_in(sensor / "in0_lcrit_alarm")
            return None if alarm is None else bool(alarm)
    return None


def _throttled(vcgencmd: Sequence[str]) -> int | None:
    try:
        told = subprocess.run(vcgencmd, capture_output=True, text=True, timeout=3, check=True)
        return int(told.stdout.strip().removeprefix("throttled="), 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None  # no Raspberry Pi, or no right to /dev/vcio: hwmon may know
