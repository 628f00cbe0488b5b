"""A bundle is whole, made for this machine and signed by whom the box trusts, or it is refused."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from appliance.setup.manifest import read_manifest
from appliance.setup.shipped import shipped
from appliance.setup.signature import fingerprint, is_signed, make_key, signed
from appliance.setup.steps import Exit, Refused
from appliance.setup.trust import judged
from tests.setup.bundles import new_key, small_bundle

ROOT = Path(__file__).parents[2]
WHEEL = "wheels/one-1-py3-none-any.whl"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    small_bundle(tmp_path / "bundle", None)
    return tmp_path / "bundle"


def refusal(folder: Path, given: Path | None = None, place: Path = Path("/none")) -> Refused:
    """What a box says that must not take it."""
    with pytest.raises(Refused, match="nothing was changed") as refused:
        judged(folder, given, place)
    assert "\n" not in str(refused.value)
    return refused.value


def spoil(folder: Path, how: str) -> None:
    wheel, manifest = folder / WHEEL, folder / "manifest.json"
    if how == "changed":
        wheel.write_bytes(bytes(3000))
    elif how == "cut":
        wheel.write_bytes(wheel.read_bytes()[:-1])
    elif how == "missing":
        wheel.unlink()
    elif how == "added":
        (folder / "wheels/three-3.whl").write_bytes(b"of somebody else")
    elif how == "no manifest":
        manifest.unlink()
    elif how == "odd manifest":
        manifest.write_bytes(b"\xff\xfe no json")
    elif how == "half a manifest":
        manifest.write_bytes(manifest.read_bytes()[:200])
    elif how == "digests of another kind":
        said = json.loads(manifest.read_text())
        said["files"][WHEEL] = hashlib.md5(b"").hexdigest()
        manifest.write_text(json.dumps(said))
    elif how == "newer kind":
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 2}))


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("changed", f"{WHEEL} has other bytes"),
        ("cut", f"{WHEEL} has other bytes"),
        ("missing", f"{WHEEL} is missing"),
        ("added", "wheels/three-3.whl is not of it"),
        ("no manifest", "it has no manifest.json"),
        ("odd manifest", "its manifest.json cannot be read"),
        ("half a manifest", "its manifest.json cannot be read"),
        ("digests of another kind", "its manifest.json cannot be read"),
        ("newer kind", "of a newer kind"),
    ],
)
def test_a_damaged_bundle_is_named_with_what_is_wrong(bundle, how, told):
    spoil(bundle, how)
    refused = refusal(bundle)
    assert told in str(refused)
    assert refused.exit_code is Exit.BAD_BUNDLE


def test_a_whole_bundle_is_taken_with_what_a_file_manager_left_in_it(bundle):
    (bundle / "wheels/.DS_Store").write_bytes(b"seen")
    (bundle / "wheels/._one-1-py3-none-any.whl").write_bytes(b"seen")
    assert judged(bundle, None, Path("/none")).manifest.version == "0.9.0"


def test_files_for_other_machines_are_counted_and_not_read(tmp_path):
    folder = tmp_path / "bundle"
    (folder / "debs/trixie-riscv").mkdir(parents=True)
    other = folder / "debs/trixie-riscv/Packages"
    other.write_text("Package: one\n")
    here = judged_machines(tmp_path)
    small_bundle(folder, None, (*here, "trixie-riscv"))
    other.write_text("spoiled")
    assert judged(folder, None, Path("/none"))
    other.unlink()
    assert "is missing" in str(refusal(folder))


def judged_machines(folder: Path) -> tuple[str, ...]:
    return small_bundle(folder / "like-this", None).machines


def test_a_bundle_for_other_machines_is_refused_by_name(tmp_path):
    small_bundle(tmp_path / "bundle", None, ("sarge-m68k",))
    refused = refusal(tmp_path / "bundle")
    assert refused.exit_code is Exit.WRONG_MACHINE
    assert "is for sarge-m68k" in str(refused)


# ── who vouches for it ───────────────────────────────────────────────────────


def test_a_box_with_a_key_takes_what_its_owner_signed(tmp_path):
    key = new_key(tmp_path)
    small_bundle(tmp_path / "bundle", key)
    taken = judged(tmp_path / "bundle", None, tmp_path / "key.pub")
    assert taken.key == (tmp_path / "key.pub").read_bytes()


def test_on_a_first_day_the_bundles_own_key_is_taken_and_told(tmp_path):
    small_bundle(tmp_path / "bundle", new_key(tmp_path))
    taken = judged(tmp_path / "bundle", None, tmp_path / "none.pub")
    assert fingerprint(taken.key) == fingerprint((tmp_path / "key.pub").read_bytes())
    assert len(fingerprint(taken.key).replace(" ", "")) == 64


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("unsigned", "is not signed, and this box takes signed releases only"),
        ("by another", "is not signed by the key of this box"),
        ("signature cut", "is not signed by the key of this box"),
        ("manifest changed", "is not signed by the key of this box"),
        ("signed again by another", "is not signed by the key of this box"),
    ],
)
def test_a_bundle_that_its_owner_did_not_sign_is_refused(tmp_path, how, told):
    ours, folder = new_key(tmp_path), tmp_path / "bundle"
    theirs = new_key(tmp_path, "theirs")
    small_bundle(folder, {"unsigned": None, "by another": theirs}.get(how, ours))
    signature, manifest = folder / "manifest.sig", folder / "manifest.json"
    if how == "signature cut":
        signature.write_bytes(signature.read_bytes()[:-1])
    elif how == "manifest changed":
        manifest.write_bytes(manifest.read_bytes().replace(b"0.9.0", b"9.9.0"))
    elif how == "signed again by another":
        signature.write_bytes(signed(manifest.read_bytes(), theirs))
        (folder / "release.pub").write_bytes((tmp_path / "theirs.pub").read_bytes())
    refused = refusal(folder, place=tmp_path / "key.pub")
    assert refused.exit_code is Exit.WRONG_SIGNATURE
    assert told in str(refused)


def test_who_signed_is_asked_before_what_is_damaged(tmp_path):
    """A stranger's bundle is not to be mended by copying it once more."""
    new_key(tmp_path)
    small_bundle(tmp_path / "bundle", new_key(tmp_path, "theirs"))
    spoil(tmp_path / "bundle", "changed")
    refused = refusal(tmp_path / "bundle", place=tmp_path / "key.pub")
    assert refused.exit_code is Exit.WRONG_SIGNATURE


def test_a_key_named_by_root_goes_before_the_boxs_own(tmp_path):
    new_key(tmp_path)
    small_bundle(tmp_path / "bundle", new_key(tmp_path, "next"))
    assert judged(tmp_path / "bundle", tmp_path / "next.pub", tmp_path / "key.pub")
    assert refusal(tmp_path / "bundle", tmp_path / "lost.pub").exit_code is Exit.WRONG_SIGNATURE


def test_the_secret_half_put_on_a_box_is_no_public_key(tmp_path):
    key = new_key(tmp_path)
    small_bundle(tmp_path / "bundle", key)
    assert "no public release key" in str(refusal(tmp_path / "bundle", key))


def test_a_signature_without_a_key_is_not_taken_on_trust(tmp_path):
    small_bundle(tmp_path / "bundle", new_key(tmp_path))
    (tmp_path / "bundle/release.pub").unlink()
    assert "nobody says by whom" in str(refusal(tmp_path / "bundle"))


def test_a_key_is_its_owners_alone_and_never_written_over(tmp_path):
    key = new_key(tmp_path)
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    with pytest.raises(Refused, match="there already"):
        make_key(key)
    assert key.read_bytes() == before


def test_our_openssl_and_pythons_cryptography_agree(tmp_path):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = new_key(tmp_path)
    other = load_pem_private_key(key.read_bytes(), None)
    public = (tmp_path / "key.pub").read_bytes()
    assert signed(b"page", key) == other.sign(b"page")
    assert is_signed(b"page", other.sign(b"page"), public)
    assert not is_signed(b"pagf", other.sign(b"page"), public)


def test_a_manifest_reads_back_as_it_was_written(tmp_path):
    said = small_bundle(tmp_path / "b", None, updates_from=("0.8.0",), goes_back_from=("1.0.0",))
    assert read_manifest(tmp_path, said.as_bytes()) == said
    assert set(said.files) == {
        WHEEL, "wheels/two-2-py3-none-any.whl", "source/appliance/__init__.py"
    }  # fmt: skip


def test_a_release_carries_every_file_of_the_set_up_and_no_test():
    said = subprocess.run(
        ["git", "ls-files", "appliance", "web", "systemd"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    names = {str(path.relative_to(ROOT)) for path in shipped(ROOT)}
    assert {name for name in said.splitlines() if (ROOT / name).is_file()} <= names
    assert {"setup_pi.sh", "docs/config.example.toml", "LICENSE"} <= names
    assert not [name for name in names if name.startswith(("tests/", ".git/", "docs/pages"))]


@pytest.mark.skipif(os.geteuid() != 0, reason="install is root's")
def test_install_asks_before_it_installs_a_package(bundle):
    spoil(bundle, "changed")
    words = ["judge", "--config", str(ROOT / "docs/config.example.toml"), "--offline", str(bundle)]
    said = subprocess.run(
        ["/usr/bin/python3", "-P", "-m", "appliance.setup", *words],
        capture_output=True, text=True, check=False, timeout=60, cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert said.returncode == 72
    assert len(said.stderr.splitlines()) == 1
