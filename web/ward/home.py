"""The ward's folder: its private keys, its database, its sealed files.

::

    HOME/age.key        X25519, opens what boxes seal; whoever holds it reads every dossier
    HOME/earlier-keys/  age keys that were renewed: <age1…>.key
    HOME/signing.key    Ed25519, signs receipts
    HOME/session.key    signs the officers' cookies
    HOME/ward.sqlite    unless the database is elsewhere
    HOME/uploads/       bytes that arrive, one file per upload
    HOME/locks/         empty; who writes to which upload just now
    HOME/sealed/ab/…    committed files, named by their SHA-256; still encrypted
    HOME/publications/  what is sent down to boxes, signed
"""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.keys.age import new_identity, recipient_of
from appliance.keys.signing import new_signing_key, verify_key_of


class NotAWardHome(Exception):
    """The folder was not made by ``tramhoso ward init``."""


class NotTheOwner(NotAWardHome):
    """Whatever somebody else writes here the service could not read any more."""


class HomeInUse(Exception):
    """Another ``ward serve`` works in this folder, and the two may not work side by side."""


@dataclass(frozen=True, slots=True)
class WardHome:
    """An opened home. ``repr`` shows no secret."""

    folder: Path

    @property
    def identity(self) -> str:
        """The private age key."""
        return self._secret("age.key")

    @property
    def identities(self) -> Iterator[str]:
        """The private age key, then every one before it, the newest first."""
        yield self.identity
        kept = sorted(self.earlier_keys.glob("age1*.key"), key=_age_of, reverse=True)
        for path in kept:
            yield path.read_text(encoding="ascii").strip()

    @property
    def recipient(self) -> str:
        """What boxes seal to."""
        return recipient_of(self.identity)

    @property
    def signing_key(self) -> str:
        """The private Ed25519 key."""
        return self._secret("signing.key")

    @property
    def verify_key(self) -> str:
        """What boxes check receipts with."""
        return verify_key_of(self.signing_key)

    @property
    def session_key(self) -> str:
        """What officers' cookies are signed with."""
        return self._secret("session.key")

    @property
    def uploads(self) -> Path:
        """Bytes that are still arriving."""
        return self.folder / "uploads"

    @property
    def locks(self) -> Path:
        """Lock files of uploads."""
        return self.folder / "locks"

    @property
    def sealed(self) -> Path:
        """Committed files."""
        return self.folder / "sealed"

    @property
    def earlier_keys(self) -> Path:
        """Keys that were renewed; what was sealed to them opens with them."""
        return self.folder / "earlier-keys"

    @property
    def publications(self) -> Path:
        """What this office sends down to its boxes; may be absent."""
        return self.folder / "publications"

    def _secret(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise NotAWardHome(f"{self.folder}: no {name}; run `tramhoso ward init`") from error


def make_home(folder: Path) -> WardHome:
    """Make what is missing in *folder*; a key that exists is never replaced."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _must_be_owner(folder)
    folder.chmod(0o700)  # also when somebody made it before: private keys come in here
    home = WardHome(folder)
    home.uploads.mkdir(exist_ok=True, mode=0o700)
    home.locks.mkdir(exist_ok=True, mode=0o700)
    home.sealed.mkdir(exist_ok=True, mode=0o700)
    _make_secret(folder / "age.key", new_identity)
    _make_secret(folder / "signing.key", new_signing_key)
    _make_secret(folder / "session.key", lambda: secrets.token_urlsafe(32))
    sync_folder(folder)
    return home


def open_home(folder: Path) -> WardHome:
    """The home in *folder*.

    Raises:
        NotAWardHome: a key is missing, so nothing could be opened or signed.
        NotTheOwner: it is another user's, and nothing was touched.
    """
    _must_be_owner(folder)
    home = WardHome(folder)
    if not (home.identity and home.signing_key and home.session_key):
        raise NotAWardHome(f"{folder}: an empty key file; restore it from the backup")
    return home


@contextmanager
def serving(home: WardHome, *, alone: bool) -> Iterator[None]:
    """Hold the home for this process; the kernel lets go even after kill -9.

    On SQLite a ward is served *alone*: the bell of the event feed and the counts of its brakes
    live in the process. On PostgreSQL they are shared, and so may the home be, also by machines.

    Raises:
        HomeInUse: somebody else holds it, and either of the two wants to be alone.
    """
    with (home.folder / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeInUse(
                f"{home.folder} is already served by another process; "
                "only on PostgreSQL may several serve one home"
            ) from error
        home.locks.mkdir(exist_ok=True, mode=0o700)  # a home of an older release has none
        yield


def sync_folder(folder: Path) -> None:
    """Make names in *folder* survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _must_be_owner(folder: Path) -> None:
    """Root too: a file of root's in here would stop the service at its next start."""
    try:
        owner = folder.stat().st_uid
    except FileNotFoundError:
        return
    if owner != os.geteuid():
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"#{owner}"
        raise NotTheOwner(f"{folder} belongs to {name}: sudo -u {name} tramhoso ward …")


def _make_secret(path: Path, make: Callable[[], str]) -> None:
    """Whole or absent: an empty key file would look like a key after a power cut."""
    if path.exists():
        return
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(make() + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def _age_of(path: Path) -> float:
    return path.stat().st_mtime
