"""A plug pulled while a release is set up: the next run finishes it, or the old one is back.

``python -m tests.campaigns.set_up_cut`` goes through every line and step.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.thrown_away import PROJECT, cannot_be_made
from tests.setup.thrown_away_box import BoxAndBundle

pytestmark = [
    pytest.mark.skipif(bool(cannot_be_made()), reason=cannot_be_made() or "it can"),
    pytest.mark.timeout(600),
]
DIED = 137
HALF_WRITTEN = """
touch /etc/systemd/system/.tramhoso-web.service.new /etc/tramhoso/sane.d/.dll.conf.new
touch /etc/tramhoso/.config.toml.back /etc/sysusers.d/.tramhoso.conf.new
ln -s nowhere /opt/tramhoso/.previous.new; mkdir /opt/tramhoso/.before.new
"""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[BoxAndBundle]:
    made = BoxAndBundle(tmp_path)
    try:
        yield made
    finally:
        made.close()


def cut_at(box: BoxAndBundle, step: str) -> None:
    """The plug is pulled there."""
    cut = box.update(TRAMHOSO_DIE_AT=step)
    assert cut.returncode == DIED, f"{step}: {cut.returncode} {cut.stderr}"


def must_be_finished(box: BoxAndBundle) -> None:
    """The same again: as if nobody had cut it."""
    again = box.update()
    assert again.returncode == 0, again.stderr
    assert box.runs() == box.new
    assert "# newer" in box.root.shell("cat /etc/systemd/system/tramhoso-web.service")
    box.must_be_tidy()


def must_be_undone(box: BoxAndBundle, before: str) -> None:
    """The old release's own set-up: as if nobody had begun."""
    back = box.install()
    assert back.returncode == 0, back.stderr
    assert box.runs() == box.old
    assert box.settled_tree() == before
    box.must_be_tidy()


def must_be_told(box: BoxAndBundle) -> None:
    """By `check`, with an exit code of its own and what to do."""
    said = box.check()
    assert said.returncode == 68
    assert said.stderr.splitlines()[-1].endswith("type the same again: it goes on")


def test_a_set_up_that_a_plug_cut_is_told_finished_undone_or_erased(box):
    cut = box.install(TRAMHOSO_DIE_AT="setup-before-PlacedFile:5")
    assert cut.returncode == DIED
    must_be_told(box)
    box.must_install()
    before = box.settled_tree()
    cut_at(box, "setup-before-_Certificates")  # the new release is linked, its units lie there
    must_be_told(box)
    box.root.shell(HALF_WRITTEN)
    must_be_undone(box, before)
    cut_at(box, "setup-before-PlacedFile:9")  # some units are the new one's
    must_be_finished(box)
    box.root.shell("mkdir -p /opt/tramhoso/before && touch /opt/tramhoso/before/point.db")
    words = (sys.executable, "-m", "appliance.cli", "factory-reset", "--yes")
    erased = box.root.run(*words, PYTHONPATH=str(PROJECT))
    assert erased.returncode == 0, erased.stderr
    box.must_be_tidy()
