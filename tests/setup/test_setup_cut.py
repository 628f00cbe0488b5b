"""The plug is pulled while a box is being made; whoever types the same again gets a whole one.

``python -m tests.campaigns.set_up_cut`` pulls it at every line that an install and an update say.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.setup.thrown_away import cannot_be_made
from tests.setup.thrown_away_box import BoxAndBundle
from tests.setup.trees import Tree, without_chance

pytestmark = pytest.mark.skipif(bool(cannot_be_made()), reason=cannot_be_made() or "it can")
KILLED, DIED = -9, 137


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxAndBundle]:
    """Nothing of ours is on it yet."""
    made = BoxAndBundle(tmp_path_factory.mktemp("machine"))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def whole(machine: BoxAndBundle) -> Tree:
    """What an install that nobody disturbed leaves."""
    with machine.laid_over("whole") as box:
        done = box.install()
        assert done.returncode == 0, done.stderr
        return without_chance(box.root.tree())


@pytest.mark.parametrize(
    ("line", "delay_ms"),
    [
        ("user tramhoso is new", 0),
        ("config.toml is new", 0),
        ("drivers of USB scanners", 4),
        ("tramhoso-web.service is new", 0),
        ("leads to release", 0),
        ("nginx.service is switched off", 4),
        ("certificate authority and the page", 120),
    ],
)
def test_an_install_that_was_cut_goes_on_and_leaves_nothing_twice(machine, whole, line, delay_ms):
    with machine.laid_over(f"cut-{delay_ms}-{line[:4]}") as box:
        died, said = box.cut(line, delay_ms / 1000)
        # whoever kills may come late on a busy machine; then a whole install is repeated, no more
        assert died in (KILLED, 0), said
        again = box.install()
        assert again.returncode == 0, again.stderr
        assert without_chance(box.root.tree()) == whole
        checked = box.check()
        assert checked.returncode == 0, checked.stdout + checked.stderr


DIES_AT_DISABLE = r"""#!/bin/sh
/usr/bin/systemctl "$@"
[ "$1" != disable ] || kill -9 $PPID
"""


def test_what_debian_ran_comes_back_though_the_plug_was_pulled_while_it_was_switched_off(machine):
    with machine.laid_over("debians-own") as box:
        place = "/usr/local/sbin/systemctl"
        box.root.shell(f"cat >{place} <<'END'\n{DIES_AT_DISABLE}END\nchmod 755 {place}")
        assert box.install().returncode == DIED
        box.root.shell(f"! systemctl is-enabled --quiet nginx; rm {place}")
        assert box.install().returncode == 0
        gone = box.root.run(box.setup, "uninstall")
        assert gone.returncode == 0, gone.stderr
        assert box.root.shell("systemctl is-enabled nginx") == "enabled\n"
