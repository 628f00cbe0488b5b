"""Whose bundle this is, and whether this machine may take it: asked before anything is changed."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from appliance.setup.manifest import (
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    Manifest,
    must_be_whole,
    not_whole,
    read_manifest,
)
from appliance.setup.places import ETC
from appliance.setup.signature import fingerprint, is_signed
from appliance.setup.steps import Exit, Refused

RELEASE_KEY = ETC / "release.pub"  # there: this box takes what its owner signed, and nothing else
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Bundle:
    """A folder that was judged."""

    folder: Path
    manifest: Manifest
    key: bytes | None  # whoever signed it; None: nobody did, and this box asks for nobody

    @property
    def wheels(self) -> Path:
        """For pip."""
        return self.folder / "wheels"

    @property
    def debs(self) -> Path:
        """Debian's packages for this machine; not there in a bundle of wheels only."""
        return self.folder / "debs" / this_machine()

    @property
    def source(self) -> Path:
        """The code, and the set-up that lays it down."""
        return self.folder / "source"


def judged(folder: Path, given: Path | None = None, place: Path = RELEASE_KEY) -> Bundle:
    """The bundle in *folder*, by the key *given*, or the box's own, or on a first day the bundle's.

    Raises:
        Refused: damaged, not signed as this box wants it, or for other machines.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        why = f"it has no {MANIFEST}" if folder.is_dir() else "there is no such folder"
        raise not_whole(folder, why) from error
    key = _key(folder, given, place)
    signature = _content(folder / SIGNATURE)
    if key is None and signature is not None:
        raise _untrusted(f"{folder} is signed, nobody says by whom; name the key: --release-key")
    if key is not None and signature is None:
        raise _untrusted(f"{folder} is not signed, and this box takes signed releases only")
    if key is not None and not is_signed(content, signature or b"", key):
        raise _untrusted(f"{folder} is not signed by the key of this box ({fingerprint(key)})")
    manifest = read_manifest(folder, content)
    manifest.must_be_for(this_machine())
    must_be_whole(folder, manifest, this_machine())
    return Bundle(folder, manifest, key)


def this_machine() -> str:
    """As manifests name it: bookworm-arm64."""
    suite = platform.freedesktop_os_release().get("VERSION_CODENAME", "unknown")
    return f"{suite}-{architecture()}"


def architecture() -> str:
    """As Debian names it."""
    return next((ours for ours, theirs in MACHINES.items() if theirs == platform.machine()), "")


def _key(folder: Path, given: Path | None, place: Path) -> bytes | None:
    if given is not None:
        if (content := _content(given)) is None:
            raise _untrusted(f"{given}: there is no such key")
    else:
        own = _content(place)
        content = _content(folder / PUBLIC_KEY) if own is None else own
    if content is not None:
        fingerprint(content)  # refuses what is no key
    return content


def _content(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _untrusted(f"{place} cannot be read: {error.strerror}") from error


def _untrusted(why: str) -> Refused:
    return Refused(
        Exit.WRONG_SIGNATURE, f"{why}; nothing was changed; ask whoever makes your releases"
    )
