"""A bundle for places without a network: whole, or refused before anything is changed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from appliance.setup.bundle import must_be_whole, write_sums
from appliance.setup.settings import EXAMPLE
from appliance.setup.steps import Exit, Refused

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Two wheels, as far as digests can tell."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    for name in ("one-1.whl", "two-2.whl"):
        (folder / "wheels" / name).write_bytes(os.urandom(3000))
    write_sums(folder)
    return folder


def spoil(folder: Path, how: str) -> None:
    wheel, sums = folder / "wheels/one-1.whl", folder / "SHA256SUMS"
    if how == "changed":
        wheel.write_bytes(bytes(3000))
    elif how == "cut":
        wheel.write_bytes(wheel.read_bytes()[:-1])
    elif how == "missing":
        wheel.unlink()
    elif how == "added":
        (folder / "wheels/three-3.whl").write_bytes(b"of somebody else")
    elif how == "no sums":
        sums.unlink()
    elif how == "odd sums":
        sums.write_bytes(b"\xff\xfe no sums")


def test_a_whole_bundle_is_taken_and_sha256sum_agrees(bundle):
    must_be_whole(bundle)
    words = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(words, cwd=bundle, check=False).returncode == 0


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("changed", "wheels/one-1.whl has other bytes"),
        ("cut", "wheels/one-1.whl has other bytes"),
        ("missing", "wheels/one-1.whl is missing"),
        ("added", "wheels/three-3.whl is not of it"),
        ("no sums", "no SHA256SUMS"),
        ("odd sums", "no SHA256SUMS"),
    ],
)
def test_a_damaged_bundle_is_named_with_what_is_wrong(bundle, how, told):
    spoil(bundle, how)
    with pytest.raises(Refused, match="nothing was changed") as refused:
        must_be_whole(bundle)
    assert told in str(refused.value)
    assert refused.value.exit_code is Exit.BAD_BUNDLE


@pytest.mark.skipif(os.geteuid() != 0, reason="install is root's")
def test_install_asks_before_it_installs_a_package(bundle):
    spoil(bundle, "changed")
    words = ["judge", "--config", str(EXAMPLE), "--offline", str(bundle)]
    said = subprocess.run(
        ["/usr/bin/python3", "-P", "-m", "appliance.setup", *words],
        capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert said.returncode == 72
    assert len(said.stderr.splitlines()) == 1
