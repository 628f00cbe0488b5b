"""What a bundle says of itself: its release, who may take it, and every file's SHA-256."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from appliance.setup.steps import Exit, Refused

MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "release.pub"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """The one signed page; whatever it does not name is not of the bundle."""

    version: str
    machines: tuple[str, ...]  # "bookworm-arm64", …
    updates_from: tuple[str, ...] = ()  # releases that may be followed by this one; empty: any
    goes_back_from: tuple[str, ...] = ()  # newer releases that may be taken back to this one
    files: dict[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """As it is written and signed."""
        text = json.dumps({"format": FORMAT} | asdict(self), indent=1, sort_keys=True)
        return f"{text}\n".encode()

    def must_be_for(self, machine: str) -> None:
        """Raises Refused when *machine* is none of those it was made for."""
        if machine not in self.machines:
            raise Refused(
                Exit.WRONG_MACHINE,
                f"this bundle is for {', '.join(self.machines)}, this machine is {machine}; "
                "nothing was changed; take the bundle for it, or one for all machines",
            )


def read_manifest(folder: Path, content: bytes) -> Manifest:
    """Raises Refused when it is no manifest that this set-up understands."""
    try:
        said = json.loads(content)
        if said.pop("format") != FORMAT:
            raise not_whole(folder, "it is of a newer kind than this set-up knows")
        lists = ("machines", "updates_from", "goes_back_from")
        manifest = Manifest(**said | {name: tuple(map(str, said[name])) for name in lists})
        hexes = [bytes.fromhex(digest) for digest in manifest.files.values()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise not_whole(folder, f"its {MANIFEST} cannot be read") from error
    if not manifest.version or any(len(digest) != 32 for digest in hexes):
        raise not_whole(folder, f"its {MANIFEST} cannot be read")
    return manifest


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a bundle, by its name below *folder*."""
    return {name: digest(path) for name, path in sorted(files_of(folder).items())}


def files_of(folder: Path) -> dict[str, Path]:
    """Every file but the manifest itself, and what file managers leave behind on a stick."""
    there = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    own = {MANIFEST, SIGNATURE}
    return {
        name: path
        for name, path in there.items()
        if name not in own and path.name != ".DS_Store" and not path.name.startswith("._")
    }


def must_be_whole(folder: Path, manifest: Manifest, machine: str) -> None:
    """Every file is there and none besides; what *machine* will take has the right bytes.

    What is for other machines is not read: a stick for four kinds takes a Pi minutes.

    Raises:
        Refused: it is not; asked before anything is changed.
    """
    there = files_of(folder)
    if odd := sorted(there.keys() ^ manifest.files.keys()):
        raise not_whole(
            folder, f"{odd[0]} is {'missing' if odd[0] in manifest.files else 'not of it'}"
        )
    debs = tuple(f"debs/{other}/" for other in manifest.machines if other != machine)
    wheels = "x86_64.whl" if machine.endswith("arm64") else "aarch64.whl"
    for name, path in sorted(there.items()):
        if name.startswith(debs) or name.endswith(wheels):
            continue
        if digest(path) != manifest.files[name]:
            raise not_whole(folder, f"{name} has other bytes")


def digest(path: Path) -> str:
    """SHA-256 in hex; a stick that gives up while it is read counts as other bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def not_whole(folder: Path, why: str) -> Refused:
    """One line for whatever is wrong with its bytes."""
    again = "nothing was changed; copy it onto the stick once more, or make it anew"
    return Refused(Exit.BAD_BUNDLE, f"{folder} is no whole bundle: {why}; {again}")
