"""A release for the Pi, laid onto a Pi's card on this machine; its programs run under qemu-user.

One test, because each step stands on the one before it. `pytest tests/boot/test_boot_arm64.py -m
campaign`; root, mmdebstrap, qemu-user-static, arch-test; TRAMHOSO_SUITE=trixie takes Debian 13.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.boot.conftest import SUITE
from tests.boot.foreign import (
    LOOKS,
    STICK,
    TRAMHOSO,
    Foreign,
    cannot_run,
    fresh_card,
    install,
    release_for,
)
from tests.boot.releases import clean_clone
from tests.boot.roots import NoDebian

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(3600)]

CONFIG = """
[point]
code = "KV-0007"
name = "Điểm hỗ trợ Mẫu"
[panel]
kind = "gpio"
[web]
listen = "unix:/run/tramhoso-web/page.sock"
allowed_hosts = ["tramhoso.local"]
https = true
"""


@pytest.fixture
def card(tmp_path: Path) -> Foreign:
    if why := cannot_run():
        pytest.skip(f"nothing for arm64 runs here: {why}")
    stick = tmp_path / "stick"
    try:
        made = fresh_card(SUITE, tmp_path, stick)
    except NoDebian as error:
        pytest.skip(f"no Debian can be made here: {error}")
    release_for(SUITE, clean_clone(tmp_path / "clone"), stick)
    return made


def install_makes_a_box_of_the_card_without_a_network(card: Foreign) -> None:
    assert card.run("getent", "hosts", "example.org", check=False).returncode != 0
    said = install(card, CONFIG)
    assert "certificate authority SHA-256" in said
    assert (card.root / "etc/systemd/system/multi-user.target.wants/tramhoso.target").is_symlink()
    noswap = "etc/systemd/system/run-tramhoso.mount.d/noswap.conf"
    assert not (card.root / noswap).exists()  # nobody knows the kernel of the Pi yet
    again = card.run("bash", f"{STICK}/source/setup_pi.sh", "check")
    assert again.stdout.splitlines()[-1].split() == ["0", "changes", "needed"]


def every_part_that_is_machine_code_loads(card: Foreign) -> None:
    python = "/opt/tramhoso/venv/bin/python"
    said = json.loads(card.run(python, f"{LOOKS}/native_parts.py").stdout)
    assert said["machine"] == "aarch64"
    assert said["failed"] == {}
    assert {"numpy", "pillow", "pikepdf", "pyrage", "typst", "zxing-cpp"} <= set(said["packages"])
    assert {"lgpio", "adafruit-lgpio"} & set(said["packages"])


def the_doctor_looks_at_it(card: Foreign) -> None:
    done = card.run(TRAMHOSO, "doctor", "--json", check=False)
    codes = {row["code"] for row in json.loads(done.stdout)["findings"]}
    assert done.returncode == 4  # no scanner hangs there
    assert {"scanner-absent", "panel-no-gpio", "release-well"} <= codes


def a_whole_visit_goes_through(card: Foreign) -> None:
    """Scanned by Debian's sane-airscan, cleaned, sealed by typst and age, taken by a ward."""
    card.run("useradd", "--create-home", "helper")
    script = "ip link set lo up; exec setpriv --reuid=helper --regid=helper --init-groups"
    demo = f"cd /home/helper; {script} env HOME=/home/helper {TRAMHOSO} demo --once"
    visit = json.loads(card.run("bash", "-c", demo).stdout.splitlines()[-1])
    assert visit["pages"] == 5
    assert visit["ward_has_all_bytes"]
    assert visit["receipt"]["signature_verified"]


def test_a_pis_card_is_made_a_box_from_a_stick_and_plays_a_whole_visit(card):
    install_makes_a_box_of_the_card_without_a_network(card)
    every_part_that_is_machine_code_loads(card)
    the_doctor_looks_at_it(card)
    a_whole_visit_goes_through(card)
