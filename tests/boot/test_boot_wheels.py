"""A Raspberry Pi compiles nothing: each package of the lock has a wheel for it."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.boot.roots import PROJECT

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(600)]


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_every_package_of_the_lock_has_a_wheel_for_a_raspberry_pi(tmp_path, suite):
    words = ["bundle", str(tmp_path), "--suite", suite, "--architecture", "arm64", "--wheels-only"]
    done = subprocess.run(
        [PROJECT / "setup_pi.sh", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "manifest.json").read_text())
    assert said["machines"] == [f"{suite}-arm64"]
    assert list((tmp_path / "wheels").glob("*aarch64.whl"))
    (numpy,) = (tmp_path / "wheels").glob("numpy-*")  # the lock names one for each Python
    assert numpy.name.startswith({"bookworm": "numpy-2.4", "trixie": "numpy-2.5"}[suite])
    assert not list((tmp_path / "wheels").glob("*.tar.gz"))
