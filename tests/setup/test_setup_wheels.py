"""A Raspberry Pi compiles nothing: each package of the lock has a wheel for it, by the lists alone.

`lock.sh` writes both lists; tests/boot/test_boot_wheels.py asks the index itself, as a campaign.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from appliance.setup.bundle import PYTHONS, platforms
from appliance.setup.trust import MACHINES

REQUIREMENTS = Path(__file__).parents[2] / "appliance/requirements"
KINDS = [(suite, architecture) for suite in PYTHONS for architecture in MACHINES]


def listed() -> dict[str, str]:
    """SHA-256 by the wheel's name."""
    lines = (REQUIREMENTS / "wheels.txt").read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def locked(suite: str, architecture: str) -> dict[str, tuple[str, str]]:
    """Version and hashes of what the lock wants on that machine, by name."""
    python = PYTHONS[suite]
    there = {"python_version": python, "python_full_version": f"{python}.0"}
    there["platform_machine"] = MACHINES[architecture]
    text = (REQUIREMENTS / "run.lock").read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        wanted, _, hashes = line.partition(" --hash")
        if "==" in wanted and not wanted.lstrip().startswith("#"):
            requirement = Requirement(wanted)
            if requirement.marker is None or requirement.marker.evaluate(there):
                version = str(requirement.specifier).removeprefix("==")
                found[canonicalize_name(requirement.name)] = (version, hashes)
    return found


def tags(suite: str, architecture: str) -> set[Tag]:
    """What pip takes there."""
    major, minor = map(int, PYTHONS[suite].split("."))
    places = platforms(suite, architecture)
    return {
        *cpython_tags((major, minor), platforms=places),
        *compatible_tags((major, minor), f"cp{major}{minor}", platforms=places),
    }


@pytest.mark.parametrize(("suite", "architecture"), KINDS)
def test_every_package_has_a_wheel_for_each_kind_of_box(suite, architecture):
    fits, wheels = tags(suite, architecture), listed()
    lacking = set(locked(suite, architecture))
    for name, digest in wheels.items():
        package, version, _, runs_on = parse_wheel_filename(name)
        wanted = locked(suite, architecture).get(package) if package in lacking else None
        if wanted and fits & runs_on and wanted[0] == str(version):
            assert f"sha256:{digest}" in wanted[1], f"{name}: run appliance/requirements/lock.sh"
            lacking.discard(package)
    assert not lacking, (
        f"no wheel for {suite} on {architecture}: run appliance/requirements/lock.sh"
    )


def test_nothing_is_listed_that_no_box_takes():
    wanted = {package for kind in KINDS for package in locked(*kind)}
    assert {parse_wheel_filename(name)[0] for name in listed()} <= wanted


@pytest.mark.parametrize("suite", PYTHONS)
def test_what_drives_the_pins_comes_with_a_pis_release_and_no_other(suite):
    """Debian has none, and the name lgpio alone leads Python 3.13 to 0.0.0.2, an empty file."""
    libraries = {"lgpio", "adafruit-lgpio"}
    (taken,) = libraries & set(locked(suite, "arm64"))
    version, _ = locked(suite, "arm64")[taken]
    assert version == "0.2.2.0"
    assert not libraries & set(locked(suite, "amd64"))
