"""A box without a network takes Debian's packages from the bundle, and apt's own is not touched.

All but pip is real: the packages hold nothing, the release is lent. The whole is
tests/boot/test_boot_offline.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.setup.trust import this_machine
from tests.setup.debs_of_nothing import lay_debs
from tests.setup.thrown_away import Said, cannot_be_made
from tests.setup.thrown_away_box import BoxAndBundle

pytestmark = pytest.mark.skipif(bool(cannot_be_made()), reason=cannot_be_made() or "it can")
APTS_OWN = ("etc/apt/sources", "etc/apt/trusted", "var/cache/apt")
LACKING = ("nginx-light", "ipp-usb")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[BoxAndBundle]:
    """Nothing of ours is on it; a package that the others need is in the bundle, too."""
    made = BoxAndBundle(tmp_path)
    try:
        debs = made.bundle / "debs" / this_machine()
        lay_debs(debs, nginx_light=("what-nginx-needs",), what_nginx_needs=(), ipp_usb=())
        made.seal()
        made.root.lacks(*LACKING, "what-nginx-needs")
        yield made
    finally:
        made.close()


def from_stick(box: BoxAndBundle, *words: str) -> Said:
    """By the bundle's own set-up, as a technician with a fresh card types it."""
    return box.root.run("bash", str(box.bundle / "source/setup_pi.sh"), *words)


def test_what_lacks_is_told_then_taken_from_the_stick_and_no_source_of_apt_stays(box):
    before = box.root.tree()
    would = from_stick(box, "install", "--dry-run")
    assert would.returncode == 0, would.stderr
    told = [line for line in would.stdout.splitlines() if "install Debian's" in line]
    assert [line.split()[-1] for line in told] == list(LACKING)
    assert box.root.tree() == before

    done = from_stick(box, "install")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "change  Debian's packages from the bundle: nginx-light ipp-usb"
    assert lines[1].startswith("change  /etc/sysusers.d")  # the release itself was lent
    state = box.root.shell(
        "dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\\n' '*nginx*'"
    )
    assert "what-nginx-needs 9:1 installed" in state
    assert not [name for name in box.root.tree() if name.startswith(APTS_OWN)]
    assert box.root.shell("ls /var/lib/apt/lists") == ""
    assert "packages" not in box.root.shell("ls /opt/tramhoso").split()
    assert box.runs() == box.new
    checked = from_stick(box, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_package_that_the_stick_lacks_is_one_line_and_no_box_is_begun(box):
    debs = box.bundle / "debs" / this_machine()
    text = (debs / "Packages").read_text()
    (debs / "Packages").write_text(text.replace("Package: what-nginx-needs", "Package: another"))
    box.seal()
    before = box.root.tree()
    refused = from_stick(box, "install")
    assert refused.returncode == 69
    told = refused.stderr.splitlines()[-1]
    assert told.startswith("setup_pi.sh: Debian's packages of the bundle could not be installed")
    assert told.endswith("it goes on")
    assert box.root.tree() == before
