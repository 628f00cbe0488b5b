"""A release that does not stay takes its hotspot along, and leaves the one that was there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.thrown_away import cannot_be_made
from tests.setup.thrown_away_box import BoxAndBundle

pytestmark = [
    pytest.mark.skipif(bool(cannot_be_made()), reason=cannot_be_made() or "it can"),
    pytest.mark.timeout(600),
]
PLACES = (
    "/etc/NetworkManager/system-connections/tramhoso-hotspot.nmconnection",
    "/etc/NetworkManager/dnsmasq-shared.d/tramhoso.conf",
    "/etc/modprobe.d/tramhoso-wifi.conf",
    "/etc/tramhoso/hotspot.password",
)
# Where no NetworkManager runs only whether its programs are there is asked.
AS_ON_A_PI = """
for name in nmcli dnsmasq; do
  [ -e /usr/sbin/$name ] || cp /bin/false /usr/sbin/$name
done
for place in NetworkManager/system-connections NetworkManager/dnsmasq-shared.d modprobe.d; do
  mkdir -p /etc/$place && chmod 755 /etc/$place
done
"""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[BoxAndBundle]:
    made = BoxAndBundle(tmp_path)
    try:
        made.root.shell(AS_ON_A_PI)
        made.must_install()
        yield made
    finally:
        made.close()


def config(box: BoxAndBundle, on: str, ssid: str) -> Path:
    place = box.folder / f"{on}.toml"
    place.write_text(f'[point]\ncode = "KV-0007"\n[hotspot]\non = {on}\nssid = "{ssid}"\n', "utf-8")
    return place


def there(box: BoxAndBundle) -> list[str]:
    return box.root.shell(f"ls {' '.join(PLACES)} 2>/dev/null || true").split()


def cut_before_it_starts(box: BoxAndBundle, asked: Path) -> None:
    """The newer release has laid down everything, and has not been started yet."""
    box.root.lend_release(box.bundle / "source", box.new)
    setup = str(box.bundle / "source/setup_pi.sh")
    words = (setup, "install", "--config", str(asked))
    cut = box.root.run(*words, TRAMHOSO_DIE_AT="setup-before-Started")
    assert cut.returncode == 137, cut.stderr


def back(box: BoxAndBundle) -> None:
    """By the release before."""
    done = box.install()
    assert done.returncode == 0, done.stderr
    assert box.runs() == box.old


def tree(box: BoxAndBundle) -> dict[str, object]:
    """Without the page's certificate, which is made anew for the names of the moment."""
    there = box.settled_tree()
    return {name: what for name, what in there.items() if not name.endswith("tls/page.pem")}


def test_the_hotspot_goes_back_with_the_release_that_changed_it(box):
    before = tree(box)
    cut_before_it_starts(box, config(box, "true", "Nhà văn hóa"))
    assert there(box) == sorted(PLACES)
    assert 'iifname "wlan0"' in box.root.shell("cat /etc/tramhoso/firewall.nft")
    back(box)
    assert there(box) == []
    assert tree(box) == before

    done = box.install("--config", str(config(box, "true", "Nhà văn hóa")))
    assert done.returncode == 0, done.stderr
    with_hotspot = tree(box)
    cut_before_it_starts(box, config(box, "false", ""))
    assert there(box) == [PLACES[-1]]  # a password outlives the hotspot
    back(box)
    assert tree(box) == with_hotspot  # its password, too: the sheet on the wall holds
    assert "iifname" in box.root.shell("cat /etc/tramhoso/firewall.nft")
