"""What stands of the ward's publications, read once and looked at anew when something else does.

Nothing here may take the page down: what cannot be read any more counts as not sent, and the log
and the doctor say so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from appliance.core.errors.publication import PublicationDamaged
from appliance.core.wire.publication import Kind, PublishedFile, Tongue, kind_of, name_of, tongue_of
from appliance.published.front import Front, Text, read_text
from appliance.published.keeping import Shelf, is_whole
from appliance.published.labels import Labels, read_labels
from appliance.published.settings import Settings, read_settings
from appliance.published.toml import TomlWrong

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One guide or notice in one language; its text is read when somebody opens it."""

    name: str
    tongue: Tongue
    front: Front
    path: Path

    def text(self) -> Text:
        """The whole file.

        Raises:
            PublicationDamaged: it is not there any more as it was.
        """
        try:
            return read_text(self.path.read_bytes())
        except (OSError, TomlWrong) as error:
            raise PublicationDamaged(f"{self.path}: {error}") from error


@dataclass(frozen=True)
class Now:
    """What one publication says; nothing of it when *number* is 0."""

    number: int = 0
    place: Path | None = None
    settings: Settings = field(default_factory=Settings)
    labels: dict[Tongue, Labels] = field(default_factory=dict)
    leaves: dict[Kind, dict[str, dict[Tongue, Leaf]]] = field(default_factory=dict)
    files: dict[Kind, dict[str, Path]] = field(default_factory=dict)  # by the name with its ending

    @property
    def tongues(self) -> frozenset[Tongue]:
        """Languages in which there is something to read or to hear."""
        written = {
            tongue
            for by_name in self.leaves.values()
            for leaf in by_name.values()
            for tongue in leaf
        }
        names = (f"voice/{name}" for name in self.files.get(Kind.VOICE, {}))
        spoken = {tongue for name in names if (tongue := tongue_of(name)) is not None}
        return frozenset(written | set(self.labels) | spoken)

    @property
    def procedures(self) -> Path | None:
        """The folder of those that the ward sent down, if it sent any."""
        folder = self.place / "procedures" if self.place else None
        return folder if folder and folder.is_dir() else None

    def leaf(self, kind: Kind, name: str, tongue: Tongue) -> Leaf | None:
        """In that language, else in Vietnamese."""
        found = self.leaves.get(kind, {}).get(name, {})
        return found.get(tongue) or found.get(Tongue.VIETNAMESE)

    def standing(self, kind: Kind, tongue: Tongue, today: date) -> list[Leaf]:
        """Those that hold on that day, by name."""
        names = sorted(self.leaves.get(kind, {}))
        found = (self.leaf(kind, name, tongue) for name in names)
        return [leaf for leaf in found if leaf is not None and leaf.front.holds_on(today)]

    def voice(self, name: str, tongue: Tongue) -> tuple[Tongue, Path] | None:
        """The recording of a guide: spoken in that language, else in Vietnamese."""
        return self._recording(Kind.VOICE, name, tongue)

    def spoken(self, name: str, tongue: Tongue) -> Path | None:
        """A sentence of the panel's voice as somebody recorded it, looked for in the same way."""
        found = self._recording(Kind.SPOKEN, name, tongue)
        return found[1] if found else None

    def _recording(self, kind: Kind, name: str, tongue: Tongue) -> tuple[Tongue, Path] | None:
        there = self.files.get(kind, {})
        for wanted in (tongue, Tongue.VIETNAMESE):
            path = there.get(f"{name}.{wanted}.wav")
            if path is not None:
                return wanted, path
        return None


class SentDown:
    """Looks at the card with one system call, and reads only when something else stands."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()
        self._mark: tuple[int, int] | None = None
        self._now = Now()

    @property
    def now(self) -> Now:
        """What stands at this moment."""
        mark = self._shelf.mark()
        if mark != self._mark:
            with self._lock:
                if mark != self._mark:
                    self._now, self._mark = self._read(), mark
        return self._now

    def _read(self) -> Now:
        number = self._shelf.standing().number
        if not number:
            return Now()
        try:
            listed = self._shelf.list_of(number).known_files
        except PublicationDamaged as error:
            log.error("%s: %s", error.code, error)
            return Now()
        place = self._shelf.place_of(number)
        return _read_all(number, place, listed)


def _read_all(number: int, place: Path, listed: tuple[PublishedFile, ...]) -> Now:
    settings, labels = Settings(), {}
    leaves: dict[Kind, dict[str, dict[Tongue, Leaf]]] = {}
    files: dict[Kind, dict[str, Path]] = {}
    for one, kind in _whole(place, listed):
        path, tongue = place / one.path, tongue_of(one.path)
        if kind is Kind.CONFIG:
            told, mistakes = read_settings(path.read_bytes())
            settings = settings if mistakes else told
        elif kind is Kind.WORDS and tongue is not None:
            labels[tongue] = read_labels(path.read_bytes())
        elif kind in (Kind.GUIDE, Kind.NOTICE) and tongue is not None:
            try:
                front = read_text(path.read_bytes()).front
            except TomlWrong as error:
                log.error("%s: %s", one.path, error)
                continue
            name = name_of(one.path)
            leaves.setdefault(kind, {}).setdefault(name, {})[tongue] = Leaf(
                name, tongue, front, path
            )
        elif kind in (Kind.VOICE, Kind.SPOKEN, Kind.PICTURE):
            files.setdefault(kind, {})[path.name] = path
    return Now(number, place, settings, labels, leaves, files)


def _whole(place: Path, listed: tuple[PublishedFile, ...]) -> Iterator[tuple[PublishedFile, Kind]]:
    for one in listed:
        kind = kind_of(one.path)
        if kind is None:
            continue
        # recordings are the bulk, and a scratch is heard; the doctor looks at all
        if kind not in (Kind.VOICE, Kind.SPOKEN) and not is_whole(place, one):
            log.error("%s: %s is not as it came", PublicationDamaged.code, one.path)
            continue
        yield one, kind
