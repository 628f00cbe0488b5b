"""Debian's packages in a bundle: fetched with all they need, installed without a network.

Both with an apt that has lists, sources and a cache of its own: the machine's are not touched.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from appliance.setup.manifest import Manifest
from appliance.setup.places import OPT
from appliance.setup.steps import PLAIN, Exit, Refused, say
from appliance.setup.trust import Bundle, this_machine

INDEX, POOL = "Packages", "pool"
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
BASE = ("?essential", "?priority(required)")  # newer ones may be asked for by what we want
ROOM = OPT / "packages"  # copies, hashed by apt, gone when it is done

# said last, so that no file of the machine says otherwise
OPTIONS = (
    "APT::Sandbox::User=root",  # _apt cannot read a stick of root's
    "Acquire::GzipIndexes=false",
    "Acquire::Languages=none",
    "Acquire::Retries=3",
    "DPkg::Lock::Timeout=600",
    "Dpkg::Use-Pty=0",
)


def own_mirror(apt: Path = Path("/etc/apt")) -> str:
    """Where this machine itself gets Debian from; a country has one that is near.

    Raises:
        Refused: apt's lists name none.
    """
    newer, older = apt / "sources.list.d/debian.sources", apt / "sources.list"
    said = newer.read_text("utf-8") if newer.exists() else ""
    found = [
        uri for line in said.splitlines() if line.startswith("URIs:") for uri in line.split()[1:]
    ]
    if not found and older.exists():
        lines = (line for line in older.read_text("utf-8").splitlines() if line.startswith("deb "))
        found = [word for line in lines for word in line.split() if "://" in word]
    for uri in found:
        if "security" not in uri:
            return uri.rstrip("/")
    raise Refused(Exit.UNAVAILABLE, "apt's lists name no mirror of Debian: say --mirror URL")


def fetch_debs(
    folder: Path, suite: str, architecture: str, packages: list[str], mirror: str
) -> None:
    """*packages* and everything they need on a Debian that has nothing, with an index.

    Raises:
        Refused: the mirror has not all of them, or is not reached.
    """
    say("fetch", f"Debian's packages for {suite} on {architecture}")
    with tempfile.TemporaryDirectory() as place:
        apt = _Apt(Path(place), architecture, _sources(suite, mirror))
        (Path(place) / "status").touch()  # nothing is installed there
        apt.conf(f'Dir::State::status "{place}/status";')
        words = ("--no-install-recommends", "--download-only", *packages, *BASE)
        if not (apt.get("update") and apt.get("install", *words)):
            raise Refused(
                Exit.UNAVAILABLE,
                f"apt-get could not fetch Debian's packages for {suite}: {apt.last_words}",
            )
        (folder / POOL).mkdir(parents=True)
        stanzas = dict(_stanzas(Path(place) / "state/lists"))
        with (folder / INDEX).open("w", encoding="utf-8") as index:
            for deb in sorted((Path(place) / "cache/archives").glob("*.deb")):
                name = deb.name.replace("%3a", "-")  # a stick is not fond of it
                stanza = stanzas[hashlib.sha256(deb.read_bytes()).hexdigest()]
                lines = [line for line in stanza.splitlines() if not line.startswith("Filename:")]
                index.write("\n".join([*lines, f"Filename: {POOL}/{name}"]) + "\n\n")
                shutil.move(deb, folder / POOL / name)


def install_debs(bundle: Bundle, packages: list[str]) -> None:
    """Those of *packages* that the bundle has; the rest is left to the network.

    The index is the one that was signed, and apt holds each package to it.

    Raises:
        Refused: apt could not.
    """
    index = bundle.debs / INDEX
    shutil.rmtree(ROOM, ignore_errors=True)  # a plug may have left it
    if not packages or not index.exists():
        return
    content = index.read_bytes()
    _must_be_as_judged(bundle.manifest, content)
    there = {line[9:] for line in content.decode().splitlines() if line.startswith("Package: ")}
    wanted = [package for package in packages if package in there]
    if not wanted:
        return
    ROOM.mkdir(parents=True)
    try:
        (ROOM / INDEX).write_bytes(content)
        (ROOM / POOL).symlink_to(bundle.debs / POOL)
        apt = _Apt(ROOM, "", f"deb [trusted=yes] copy:{ROOM} ./\n")  # the signature vouches for it
        say("change", f"Debian's packages from the bundle: {' '.join(wanted)}")
        words = ("--no-install-recommends", "--no-remove", *wanted)
        if not (apt.get("update") and apt.get("install", *words)):
            raise Refused(
                Exit.UNAVAILABLE,
                f"Debian's packages of the bundle could not be installed: {apt.last_words}; "
                "mend that and run it again: it goes on",
            )
    finally:
        shutil.rmtree(ROOM, ignore_errors=True)


def _must_be_as_judged(manifest: Manifest, content: bytes) -> None:
    """A stick may tell another story when it is read a second time."""
    said = manifest.files.get(f"debs/{this_machine()}/{INDEX}")
    if hashlib.sha256(content).hexdigest() != said:
        raise Refused(Exit.BAD_BUNDLE, "the bundle changed while it was read; take another stick")


class _Apt:
    """apt-get in a folder of its own."""

    def __init__(self, place: Path, architecture: str, sources: str) -> None:
        self._place = place
        for folder in ("sources.d", "state/lists/partial", "cache/archives/partial"):
            (place / folder).mkdir(parents=True)
        (place / "sources.list").write_text(sources, encoding="utf-8")
        self.conf(
            f'Dir::Etc::SourceList "{place}/sources.list";',
            f'Dir::Etc::SourceParts "{place}/sources.d";',
            f'Dir::State::Lists "{place}/state/lists";',
            f'Dir::Cache "{place}/cache";',
            'DPkg::Options { "--force-confold"; };',
        )
        if architecture:
            self.conf(f'APT::Architecture "{architecture}"; #clear APT::Architectures;')
            self.conf(f'APT::Architectures {{ "{architecture}"; }};')
        self.last_words = ""

    def conf(self, *lines: str) -> None:
        """Add to its configuration."""
        with (self._place / "apt.conf").open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def get(self, *words: str) -> bool:
        """Run it; what it said last is remembered."""
        done = subprocess.run(
            ["apt-get", "--quiet", "--assume-yes", *(f"-o{option}" for option in OPTIONS), *words],
            env=PLAIN | {"APT_CONFIG": str(self._place / "apt.conf"), "LC_ALL": "C.UTF-8"}
            | {"DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        sys.stderr.write("" if done.returncode == 0 else done.stderr[-2000:])
        lines = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
        self.last_words = (lines or [f"exit {done.returncode}"])[-1].removeprefix("E: ")
        return done.returncode == 0


def _sources(suite: str, mirror: str) -> str:
    signed = f"[signed-by={KEYS}]" if Path(KEYS).exists() else ""
    security = mirror.rstrip("/").removesuffix("/debian") + "/debian-security"
    return (
        f"deb {signed} {mirror} {suite} main\n"
        f"deb {signed} {mirror} {suite}-updates main\n"
        f"deb {signed} {security} {suite}-security main\n"
    )


def _stanzas(lists: Path) -> Iterator[tuple[str, str]]:
    """What the mirror says of each package, by the package's SHA-256."""
    for place in lists.glob("*_Packages"):
        for stanza in place.read_text("utf-8").split("\n\n"):
            for line in stanza.splitlines():
                if line.startswith("SHA256: "):
                    yield line[8:], stanza
