"""What `install` must not go on with: our one line says what and what to do, by a code of its own.

Bundles are in test_setup_refusals.py, codes of the ward and its certificate in tests/ward, a
scanner that is not there in tests/scanner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.setup.thrown_away import Said, cannot_be_made
from tests.setup.thrown_away_box import BoxAndBundle
from tests.setup.trees import Tree

pytestmark = pytest.mark.skipif(bool(cannot_be_made()), reason=cannot_be_made() or "it can")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxAndBundle]:
    made = BoxAndBundle(tmp_path_factory.mktemp("machine"))
    try:
        yield made
    finally:
        made.close()


def wrong_system(box: BoxAndBundle) -> tuple[str, ...]:
    box.root.shell("printf 'ID=ubuntu\\nVERSION_CODENAME=noble\\n' >/usr/lib/os-release")
    return (box.setup, "install")


def not_root(box: BoxAndBundle) -> tuple[str, ...]:
    box.root.shell(f"cp {box.setup} /srv/setup_pi.sh")  # nobody else may look into a test's folder
    return (*NOBODY, "bash", "/srv/setup_pi.sh", "install")


def no_network(box: BoxAndBundle) -> tuple[str, ...]:
    box.root.lacks("nginx-light")
    return (box.setup, "install")


def bad_toml(box: BoxAndBundle) -> tuple[str, ...]:
    box.root.shell("printf '[point\\n' >/root/box.toml")
    return (box.setup, "install", "--config", "/root/box.toml")


def a_typo(box: BoxAndBundle) -> tuple[str, ...]:
    return (box.setup, "install", "--confg", "/root/box.toml")


def no_box_yet(box: BoxAndBundle) -> tuple[str, ...]:
    return (box.setup, "update", "--from", str(box.bundle))


def no_stick(box: BoxAndBundle) -> tuple[str, ...]:
    return (box.setup, "install", "--offline", "/media/usb")


@pytest.mark.parametrize(
    ("spoil", "code", "what", "to_do"),
    [
        (wrong_system, 65, "not for 'ubuntu noble'", "take a card with Raspberry Pi OS Lite"),
        (not_root, 77, "only root may do that (install)", "sudo ./setup_pi.sh"),
        (no_network, 69, "could not install nginx-light", "install --offline BUNDLE"),
        (bad_toml, 78, "/root/box.toml: not valid TOML", "line 1"),
        (a_typo, 64, "unrecognized arguments: --confg", "./setup_pi.sh help"),
        (no_box_yet, 68, "no box is installed here yet", "install makes one"),
        (no_stick, 72, "/media/usb is no whole bundle: there is no such folder", "onto the stick"),
    ],
)
def test_what_install_cannot_go_on_with_is_one_line_and_not_a_byte_is_changed(
    machine: BoxAndBundle,
    spoil: Callable[[BoxAndBundle], tuple[str, ...]],
    code: int,
    what: str,
    to_do: str,
):
    with machine.laid_over(spoil.__name__) as box:
        words = spoil(box)
        before = all_but_dpkgs_own(box)
        said = box.root.run(*words)
        assert said.returncode == code, said.stderr
        told = ours(said)
        assert what in told
        assert to_do in told
        assert all_but_dpkgs_own(box) == before


def all_but_dpkgs_own(box: BoxAndBundle) -> Tree:
    """It finishes what a plug left half set up, before apt looks for a network."""
    own = ("var/lib/dpkg/status", "var/log/dpkg.log")
    return {name: what for name, what in box.root.tree().items() if not name.startswith(own)}


def ours(said: Said) -> str:
    """The one line of ours, the last; apt's own words may stand before it."""
    (line,) = (line for line in said.stderr.splitlines() if line.startswith("setup_pi.sh"))
    assert said.stderr.endswith(f"{line}\n")
    return line
