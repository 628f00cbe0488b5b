"""What hangs on USB that could be a scanner, told from the kernel's own list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.doctoring.machine import Machine, read

# makers of scanners, as in setup/tree/etc/udev/rules.d/60-tramhoso.rules
MAKERS = frozenset(
    (
        *("03f0", "040a", "04a7", "04a9", "04b8", "04c5", "04da", "04f9"),
        *("05ca", "05da", "0638", "07b3", "082d", "1083", "1909", "29cc"),
    )
)
_IPP_OVER_USB = "070104"
_OWN_KIND = "ff"


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """One device; *interfaces* are six hex digits each: class, subclass, protocol."""

    vendor: str
    product: str
    name: str
    interfaces: tuple[str, ...]
    node: Path  # where programs open it

    @property
    def speaks_ipp(self) -> bool:
        """Whether it needs ipp-usb, which keeps other drivers away."""
        return _IPP_OVER_USB in self.interfaces

    @property
    def may_scan(self) -> bool:
        """Whether it is a scanner, as far as anybody can tell from outside."""
        of_its_own = any(one.startswith(_OWN_KIND) for one in self.interfaces)
        return self.speaks_ipp or (of_its_own and self.vendor in MAKERS)

    @property
    def udev_line(self) -> str:
        """The rule that gives it to group scanner."""
        return (
            'ACTION!="remove", SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", '
            f'ATTR{{idVendor}}=="{self.vendor}", ATTR{{idProduct}}=="{self.product}", '
            'GROUP="scanner", MODE="0660", ENV{libsane_matched}="yes"'
        )


def scanners_on_usb(machine: Machine) -> list[UsbDevice]:
    """Everything on USB that may be a scanner."""
    folders = sorted((machine.sys / "bus/usb/devices").glob("*"))
    devices = [found for folder in folders if (found := _device(folder, machine))]
    return [device for device in devices if device.may_scan]


def _device(folder: Path, machine: Machine) -> UsbDevice | None:
    vendor, product = read(folder / "idVendor"), read(folder / "idProduct")
    if not vendor or not product:
        return None
    parts = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    interfaces = tuple(
        "".join(read(one / part) or "" for part in parts)
        for one in sorted(folder.glob(f"{folder.name}:*"))
    )
    bus, number = int(read(folder / "busnum") or 0), int(read(folder / "devnum") or 0)
    name = " ".join(filter(None, (read(folder / "manufacturer"), read(folder / "product"))))
    node = machine.dev / f"bus/usb/{bus:03}/{number:03}"
    return UsbDevice(vendor, product, name or f"{vendor}:{product}", interfaces, node)
