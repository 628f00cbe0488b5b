"""Ed25519 by Debian's openssl: nothing of ours is installed yet when a bundle is judged.

docs/decisions/releases.md says why openssl, and what is signed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from appliance.setup.steps import PLAIN, Exit, Refused

ED25519 = bytes.fromhex("302a300506032b6570032100")  # how such a public key begins, then 32 bytes


def make_key(place: Path) -> Path:
    """A new pair: *place* signs and is its owner's alone; returns where the public half lies.

    Raises:
        Refused: there is a key already; it is never written over.
    """
    public = place.with_name(f"{place.name}.pub")
    for there in (place, public):
        if there.exists():
            raise Refused(Exit.USAGE, f"{there} is there already and is kept; take another name")
    made = _openssl("genpkey", "-algorithm", "ed25519")
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
    public.write_bytes(_openssl("pkey", "-in", str(place), "-pubout"))
    return public


def public_half(key: Path) -> bytes:
    """What belongs on the boxes of the pair whose secret half lies at *key*."""
    return _openssl("pkey", "-in", str(key), "-pubout")


def signed(content: bytes, key: Path) -> bytes:
    """The signature over *content*: 64 bytes. A key with a passphrase asks for it."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "content"
        there.write_bytes(content)
        return _openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(there))


def is_signed(content: bytes, signature: bytes, public: bytes) -> bool:
    """Whether *signature* was made over *content* by the owner of *public*."""
    with tempfile.TemporaryDirectory() as folder:
        asked = ["pkeyutl", "-verify", "-rawin", "-pubin"]
        for option, name, given in (
            ("-in", "content", content),
            ("-sigfile", "signature", signature),
            ("-inkey", "key", public),
        ):
            (Path(folder) / name).write_bytes(given)
            asked += [option, str(Path(folder) / name)]
        said = subprocess.run([_program(), *asked], capture_output=True, check=False, env=PLAIN)
    return said.returncode == 0


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public key, for the label and for a telephone.

    Raises:
        Refused: it is no Ed25519 public key.
    """
    try:
        der = _openssl("pkey", "-pubin", "-outform", "DER", given=public)
    except Refused:
        der = b""
    if not (der.startswith(ED25519) and len(der) == len(ED25519) + 32):
        raise Refused(
            Exit.WRONG_SIGNATURE,
            "this is no public release key (the file that ends in .pub); nothing was changed",
        )
    print_ = hashlib.sha256(der).hexdigest().upper()
    return " ".join(print_[at : at + 4] for at in range(0, len(print_), 4))


def _openssl(*words: str, given: bytes | None = None) -> bytes:
    done = subprocess.run(
        [_program(), *words], input=given, capture_output=True, check=False, env=PLAIN
    )
    if done.returncode:
        why = (done.stderr.decode(errors="replace").splitlines() or ["no reason told"])[0]
        raise Refused(Exit.FAILED, f"openssl {words[0]} refused: {why}; is that the right file?")
    return done.stdout


def _program() -> str:
    found = shutil.which("openssl", path="/usr/bin:/bin")
    if found is None:
        raise Refused(
            Exit.UNAVAILABLE,
            "Debian's openssl is missing and signatures cannot be judged: apt-get install openssl",
        )
    return found
