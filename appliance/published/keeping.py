"""Publications on the card: each a folder by its number, and one small file says which stands.

``N/`` holds the signed list (``publication.json``) and the files at their paths; ``arriving-N/``
the same while it comes. ``standing.json`` is replaced by one rename: before it the old one stands,
after it the new one. The number that stands and the one before are kept, no others.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appliance.core.errors.publication import PublicationDamaged
from appliance.core.wire.publication import Publication, PublishedFile
from appliance.failpoints import passing
from appliance.store.card.page_files import card_told, fsync_folder

LIST = "publication.json"
_STANDING = "standing.json"
_ARRIVING = "arriving-"


class Refused(BaseModel):
    """A publication that this box did not take, or was told to leave. *by* is our release."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: int
    why: str
    by: str = ""  # another release may be able to read it


class Standing(BaseModel):
    """What stands; 0 is nothing: as the box was shipped."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: int = Field(default=0, ge=0)
    before: int = Field(default=0, ge=0)
    highest: int = Field(default=0, ge=0)  # ever taken or refused here: no lower one is taken
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of all publications of a box. Written by one process at a time."""

    folder: Path

    def standing(self) -> Standing:
        """What the file says; a file that cannot be read counts as what the folders prove."""
        try:
            return Standing.model_validate_json((self.folder / _STANDING).read_bytes())
        except FileNotFoundError:
            return Standing()  # also after a cut before the first was said to stand
        except (OSError, ValidationError):
            newest = max(self.numbers(), default=0)
            return Standing(number=newest, highest=newest)

    def mark(self) -> tuple[int, int] | None:
        """Another value means that something else stands now; a look costs one system call."""
        try:
            seen = (self.folder / _STANDING).stat()
        except OSError:
            return None
        return seen.st_ino, seen.st_mtime_ns

    def numbers(self) -> list[int]:
        """Whole publications that lie here."""
        if not self.folder.is_dir():
            return []
        found = (path.name for path in self.folder.iterdir() if (path / LIST).is_file())
        return sorted(int(name) for name in found if name.isascii() and name.isdigit())

    def place_of(self, number: int) -> Path:
        """Where the files of a whole publication lie."""
        return self.folder / str(number)

    def list_of(self, number: int) -> Publication:
        """The signed list.

        Raises:
            PublicationDamaged: it cannot be read any more.
        """
        try:
            return Publication.model_validate_json((self.place_of(number) / LIST).read_bytes())
        except (OSError, ValidationError) as error:
            raise PublicationDamaged(f"publication {number}: its list cannot be read") from error

    def damaged_files(self, number: int) -> list[str]:
        """Paths whose bytes are not those of the list any more."""
        place = self.place_of(number)
        return [one.path for one in self.list_of(number).known_files if not is_whole(place, one)]

    def arriving(self, number: int) -> Path:
        """Where a publication is gathered; those of other numbers are given up."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for other in self.folder.glob(f"{_ARRIVING}*"):
            if other.name != f"{_ARRIVING}{number}":
                shutil.rmtree(other, ignore_errors=True)
        place = self.folder / f"{_ARRIVING}{number}"
        place.mkdir(exist_ok=True, mode=0o700)
        return place

    def give_up(self, number: int) -> None:
        """What arrived of it goes."""
        shutil.rmtree(self.folder / f"{_ARRIVING}{number}", ignore_errors=True)

    def put_in_place(self, number: int) -> None:
        """What arrived is whole: from now on it stands. Safe to repeat after a cut anywhere."""
        arrived, place = self.folder / f"{_ARRIVING}{number}", self.place_of(number)
        with card_told(self.folder):
            if arrived.exists():
                _sync_tree(arrived)
                if __debug__:
                    passing("publication-whole-before-its-place")
                shutil.rmtree(place, ignore_errors=True)  # of a cut between these two lines
                arrived.rename(place)
                fsync_folder(self.folder)
            if __debug__:
                passing("publication-placed-before-it-stands")
            now = self.standing()
            if now.number != number:
                highest = max(now.highest, number)
                self._say(Standing(number=number, before=now.number, highest=highest))
        if __debug__:
            passing("publication-stands-before-older-ones-go")
        self.tidy()

    def refuse(self, number: int, why: str, by: str) -> None:
        """Remember not to take it; what stands goes on standing."""
        now = self.standing()
        said = Refused(number=number, why=why[:300], by=by)
        with card_told(self.folder):
            self._say(now.model_copy(update={"highest": max(now.highest, number), "refused": said}))
        self.give_up(number)

    def back(self, why: str, by: str) -> Standing:
        """Let the one before stand again; the ward hears that the newer one was put back."""
        now = self.standing()
        said = Refused(number=now.number, why=why, by=by) if now.number else now.refused
        before = now.before if now.before in self.numbers() else 0
        told = Standing(number=before, before=0, highest=now.highest, refused=said)
        self._say(told)
        self.tidy()
        return told

    def tidy(self) -> None:
        """Older publications go, and what a cut left behind."""
        now = self.standing()
        kept = {str(now.number), str(now.before), _STANDING}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name in kept or path.name.startswith(_ARRIVING):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()

    def _say(self, told: Standing) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.folder / f".{_STANDING}"
        write_durably(fresh, told.model_dump_json(exclude_none=True).encode())
        if __debug__:
            passing("publication-said-before-its-name")
        fresh.replace(self.folder / _STANDING)
        fsync_folder(self.folder)


def is_whole(place: Path, listed: PublishedFile) -> bool:
    """Whether the file lies below *place* with the bytes that were signed."""
    try:
        with (place / listed.path).open("rb") as file:
            if os.fstat(file.fileno()).st_size != listed.bytes:
                return False
            return hashlib.file_digest(file, "sha256").hexdigest() == listed.sha256
    except OSError:
        return False


def write_durably(path: Path, content: bytes) -> None:
    """The bytes are on the card when it returns; the name is not, until its folder is synced."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_tree(place: Path) -> None:
    for path in [*place.rglob("*"), place]:
        if path.is_dir():
            fsync_folder(path)
        else:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
