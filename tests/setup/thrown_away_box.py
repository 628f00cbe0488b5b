"""A box of an old release in a thrown-away root, and a signed bundle of a new one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.setup.bundle import sealed
from appliance.setup.manifest import Manifest
from appliance.setup.trust import this_machine
from tests.setup.bundles import new_key
from tests.setup.thrown_away import Said, ThrownAway, a_source
from tests.setup.trees import Tree

OLD, NEW = "0.1.0", "9.0.0"


class BoxAndBundle:
    """Both releases are built already; what is tried is all that comes before and after."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bundle, self.key = folder, folder / "bundle", new_key(folder)
        new = a_source(self.bundle / "source", NEW)
        for unit in (new / "systemd").glob("tramhoso*.*"):
            unit.write_text(unit.read_text("utf-8") + "# newer\n", encoding="utf-8")
        self.seal()
        self.root = ThrownAway(folder / "root", folder)
        old = a_source(folder / "old", OLD)
        self.setup = str(old / "setup_pi.sh")
        self.old = self.root.lend_release(old)
        self.new = self.root.lend_release(new)

    def close(self) -> None:
        """Nothing of it stays."""
        self.root.close()

    @contextmanager
    def laid_over(self, name: str) -> Iterator[BoxAndBundle]:
        """One that begins where this one stands, and leaves it as it is; the bundle is the same."""
        other = copy.copy(self)
        other.root = ThrownAway(self.folder / name, self.folder, over=self.root)
        try:
            yield other
        finally:
            other.close()

    def seal(self, **said: tuple[str, ...]) -> Manifest:
        """The bundle, signed by the key that the box knows."""
        return sealed(self.bundle, said.pop("machines", (this_machine(),)), self.key, **said)

    def must_install(self) -> None:
        """The old release, with the public half of the key."""
        place = "/etc/tramhoso/release.pub"
        self.root.shell(f"mkdir -p /etc/tramhoso && cp {self.key}.pub {place} && chmod 644 {place}")
        done = self.install()
        assert done.returncode == 0, done.stderr
        assert self.runs() == self.old

    def install(self, *words: str, **environment: str) -> Said:
        """The old release's own set-up."""
        return self.root.run(self.setup, "install", *words, **environment)

    def check(self) -> Said:
        """What it says differs."""
        return self.root.run(self.setup, "check")

    def update(self, *words: str, **environment: str) -> Said:
        """As a technician with a stick."""
        words = ("update", *words) if words else self.from_stick()
        return self.root.run(self.setup, *words, **environment)

    def runs(self) -> str:
        """The release that the next start of a service runs."""
        return self.root.shell("readlink /opt/tramhoso/venv").strip().removeprefix("releases/")

    def must_be_tidy(self) -> None:
        """Nothing half made lies about."""
        left = self.root.shell("ls -A /opt/tramhoso; find /etc/systemd/system -name '.*'")
        ours = {"announce", "same-python", "releases", "venv", "previous", "undo.json"}
        assert set(left.split()) <= ours

    def settled_tree(self) -> Tree:
        """What was changed, but for releases that are built beside and what is left of one."""
        left_out = ("opt/tramhoso/releases", "opt/tramhoso/previous")
        return {
            name: what for name, what in self.root.tree().items() if not name.startswith(left_out)
        }

    def cut(self, after: int | str, delay_s: float, *words: str) -> tuple[int, list[str]]:
        """The plug is pulled at a line of `install`, or of an `update` with *words*."""
        return self.root.cut(after, delay_s, self.setup, *(words or ("install",)))

    def from_stick(self) -> tuple[str, ...]:
        """What is typed then; the new release is lent again where it was cleared away."""
        self.root.lend_release(self.bundle / "source", self.new)
        return "update", "--from", str(self.bundle)
