"""Desk keys: what is open on the desk is readable here and now, and nowhere on the card.

Each dossier has one of its own. The private half lives in the runtime folder (a tmpfs), its
name, which is the public half, in the dossier's row. Layout on the card: ``keys/desk/<age1…>/``
holds everything about one desk key: copies of its private half, each sealed to the key of one
volunteer, which only that one's PIN opens.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from appliance.core.errors import DossierLocked, PageDamaged
from appliance.failpoints import passing
from appliance.keys import age
from appliance.store.card.page_files import card_told, fsync_folder


class Vault:
    """Seals to any desk key; opens with those that are still in memory."""

    def __init__(self, state: Path, runtime: Path) -> None:
        self._card = state / "keys" / "desk"
        self._memory = runtime / "desk-keys"

    def new_desk_key(self) -> str:
        """The public part of a key for one dossier; the card may get copies of it."""
        name = self.short_lived_key()
        if __debug__:
            passing("desk-key-before-its-folder")
        with card_told(self._card):
            (self._card / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        fsync_folder(self._card)
        return name

    def short_lived_key(self) -> str:
        """A key of its own that nothing on the card tells of: gone with the power."""
        identity = age.new_identity()
        name = age.recipient_of(identity)
        self._memory.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self._memory / name, identity)
        return name

    def destroy(self, name: str) -> None:
        """What was sealed to this key can never be read again; twice is once.

        Raises:
            PermissionError: memory is out of reach here; the card's copies are gone all the same.
        """
        out_of_reach: PermissionError | None = None
        try:
            (self._memory / name).unlink(missing_ok=True)
        except PermissionError as error:
            out_of_reach = error
        if __debug__:
            passing("key-gone-before-its-copies")
        if (self._card / name).is_dir():
            shutil.rmtree(self._card / name)
            fsync_folder(self._card)
        if out_of_reach is not None:
            raise out_of_reach

    def known(self) -> set[str]:
        """Every key that memory or card tell of."""
        return {path.name for path in self._memory.glob("age1*")} | self.on_card()

    def on_card(self) -> set[str]:
        """Every desk key that the card tells of; not those of walk-ups."""
        return {path.name for path in self._card.glob("age1*")}

    def copy_for(self, volunteer_id: int, recipient: str, desk_key: str) -> None:
        """Let that volunteer open this key again after a power cut; durable when it returns.

        Nothing happens where there is a copy already, or the key is not in memory.
        """
        copy = self._card / desk_key / str(volunteer_id)
        if copy.exists() or not self._holds(desk_key):
            return
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(copy, age.seal(self._identity(desk_key).encode(), [recipient]))
        if __debug__:
            passing("key-copy-before-its-folder-synced")
        fsync_folder(self._card)

    def open_copies(self, volunteer_id: int, identity: str) -> list[str]:
        """Bring every key into memory that this volunteer has a copy of; returns which."""
        opened = []
        for copy in sorted(self._card.glob(f"age1*/{volunteer_id}")):
            name = copy.parent.name
            if self._holds(name):
                continue
            try:
                private = age.open_sealed(copy.read_bytes(), identity)
            except (age.CannotOpen, OSError):
                continue  # of an earlier PIN, or damaged: somebody else's may be whole
            self._memory.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self._memory / name, private)
            opened.append(name)
        return opened

    def forget_copies(self, volunteer_id: int | None = None) -> None:
        """Whoever left, or has another PIN, opens nothing; None: nobody does."""
        for copy in self._card.glob(f"age1*/{'*' if volunteer_id is None else volunteer_id}"):
            copy.unlink(missing_ok=True)
            fsync_folder(copy.parent)

    def _holds(self, name: str) -> bool:
        return (self._memory / name).exists()

    def is_open(self, name: str) -> bool:
        """Whether dossiers of this desk key can be read at the moment."""
        return self._holds(name)

    def seal(self, plain: bytes, desk_key: str) -> bytes:
        """Encrypt to a desk key; works without its private half."""
        return age.seal(plain, [desk_key])

    def seal_stream(self, plain: BinaryIO, sealed: BinaryIO, desk_key: str) -> None:
        """As ``seal``, without holding it in memory."""
        age.seal_stream(plain, sealed, [desk_key])

    def open_file(self, sealed: Path, plain: Path, desk_key: str) -> None:
        """As ``open``, from file to file; *plain* must lie in memory (a tmpfs).

        Raises:
            DossierLocked, PageDamaged: as ``open``; nothing is left at *plain*.
        """
        try:
            with sealed.open("rb") as source, plain.open("wb") as target:
                age.open_stream(source, target, self._identity(desk_key))
        except (age.CannotOpen, FileNotFoundError) as error:
            plain.unlink(missing_ok=True)
            raise PageDamaged(str(error)) from error

    def open(self, sealed: bytes, desk_key: str) -> bytes:
        """Decrypt.

        Raises:
            DossierLocked: the private half is not in memory.
            PageDamaged: the bytes are not what was sealed.
        """
        identity = self._identity(desk_key)
        try:
            return age.open_sealed(sealed, identity)
        except age.CannotOpen as error:
            raise PageDamaged(str(error)) from error

    def _identity(self, desk_key: str) -> str:
        try:
            return (self._memory / desk_key).read_text(encoding="ascii")
        except FileNotFoundError as error:
            raise DossierLocked(f"desk key {desk_key[:12]}… is not in memory") from error


def _write(path: Path, content: str | bytes) -> None:
    """Whole or not at all, readable by the service only."""
    unfinished = path.with_name(f".new-{secrets.token_hex(4)}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode("ascii") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    fsync_folder(path.parent)
