"""setup_pi.sh: its functions one by one in a real bash, and the whole of what needs no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "setup_pi.sh"
LOCKS = ROOT / "appliance" / "requirements"


def bash(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell that has sourced the script says to *command*."""
    return subprocess.run(
        ["bash", "-c", f"source {SCRIPT}; {command}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | environment,
    )


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """What the script itself says."""
    return subprocess.run([SCRIPT, *words], capture_output=True, text=True, timeout=60, check=False)


def test_sourcing_it_does_nothing():
    quiet = bash("true")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("python", "sound"),
    [("/usr/bin/python3", True), ("/usr/bin/python3.11", True), ("/opt/pyenv/bin/python3", False)],
)
def test_a_venv_of_another_python_is_made_again(tmp_path: Path, python: str, sound: bool):
    """Another Python sees no python3-sane, and every scan would fail."""
    script, venv = shutil.copy(SCRIPT, tmp_path), tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").symlink_to("/usr/bin/python3")
    said = f"command = {python} -m venv --system-site-packages {venv}"
    (venv / "pyvenv.cfg").write_text(f"include-system-site-packages = true\n{said}\n")
    asked = ["bash", "-c", f"source {script}; venv_is_sound"]
    done = subprocess.run(asked, capture_output=True, timeout=60, check=False)
    assert (done.returncode == 0) is sound


def test_a_venv_that_is_a_link_is_made_here_and_what_it_leads_to_is_kept(tmp_path: Path):
    script, elsewhere = shutil.copy(SCRIPT, tmp_path), tmp_path / "somebody-elses"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (tmp_path / ".venv").symlink_to(elsewhere)
    asked = ["bash", "-c", f"source {script}; as_owner=(); make_venv"]
    done = subprocess.run(asked, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "kept").exists()
    assert not (tmp_path / ".venv").is_symlink()


@pytest.mark.parametrize("words", [(), ("installs",), ("demos",)])
def test_an_unknown_word_gets_the_usage_and_its_own_exit(words):
    answer = run(*words)
    assert answer.returncode == 64
    assert "sudo ./setup_pi.sh demo" in answer.stderr
    assert "sudo ./setup_pi.sh test" in answer.stderr
    assert "sudo ./setup_pi.sh install" in answer.stderr


def test_asking_for_help_is_no_mistake():
    assert run("--help").returncode == 0


def test_without_root_what_is_missing_is_named_and_apt_is_left_alone():
    answer = bash('need_root() { stop 77 "$2"; }; install_packages bash no-such-package-here')
    assert answer.returncode == 77
    assert answer.stderr == "setup_pi.sh: no-such-package-here\n"
    assert bash("need_root 1000 a-package").returncode == 77
    assert (
        "(a-package); nothing was changed: sudo ./setup_pi.sh"
        in bash("need_root 1000 a-package").stderr
    )


@pytest.mark.parametrize(
    ("system", "architecture"),
    [
        ("ID=debian\nVERSION_CODENAME=bookworm", "arm64"),
        ("ID=debian\nVERSION_CODENAME=trixie", "amd64"),
    ],
)
def test_the_systems_it_was_made_for_are_known(tmp_path, system, architecture):
    (tmp_path / "os-release").write_text(system)
    assert bash(f"need_known_system {tmp_path}/os-release {architecture}").returncode == 0


PI_OS = """PRETTY_NAME="Debian GNU/Linux {number} ({name})"
NAME="Debian GNU/Linux"
VERSION_ID="{number}"
VERSION="{number} ({name})"
VERSION_CODENAME={name}
ID={family}
HOME_URL="https://www.debian.org/"
"""


@pytest.mark.parametrize(("number", "name"), [(12, "bookworm"), (13, "trixie")])
def test_raspberry_pi_os_is_known_by_the_file_it_has_and_its_32_bits_are_told(
    tmp_path, number, name
):
    """Its 32-bit kind runs a 64-bit kernel: dpkg is asked, not the kernel."""
    system = tmp_path / "os-release"
    system.write_text(PI_OS.format(number=number, name=name, family="debian"))
    assert bash(f"need_known_system {system} arm64").returncode == 0
    system.write_text(PI_OS.format(number=number, name=name, family="raspbian"))
    answer = bash(f"need_known_system {system} armhf")
    assert answer.returncode == 65
    assert "take a card with Raspberry Pi OS Lite (64 bit)" in answer.stderr


@pytest.mark.parametrize(
    ("system", "architecture"),
    [
        ("ID=ubuntu\nVERSION_CODENAME=noble", "amd64"),
        ("ID=debian\nVERSION_CODENAME=bullseye", "arm64"),
        ("ID=debian\nVERSION_CODENAME=bookworm", "armhf"),
        ("", "amd64"),
    ],
)
def test_another_system_gets_one_clear_line(tmp_path, system, architecture):
    (tmp_path / "os-release").write_text(system)
    answer = bash(f"need_known_system {tmp_path}/os-release {architecture}")
    assert answer.returncode == 65
    assert len(answer.stderr.splitlines()) == 1


def test_a_system_without_os_release_is_unknown(tmp_path):
    assert bash(f"need_known_system {tmp_path}/none amd64").returncode == 65


def test_a_full_card_is_told_before_anything_is_installed():
    full = bash("need_room /tmp 999999999")
    assert full.returncode == 66
    assert full.stderr.endswith("MB free in /tmp, 999999999 MB are needed; nothing was changed\n")
    assert bash("need_room /tmp 0").returncode == 0


def test_only_missing_packages_are_named():
    answer = bash("missing bash no-such-package-here another-one:sh third-one:no-such-program")
    assert answer.stdout.split() == ["no-such-package-here", "third-one"]


def test_nothing_is_asked_of_apt_when_nothing_is_missing():
    answer = bash("apt() { echo apt was called; }; install_packages bash coreutils another:sh")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_packages_that_a_pulled_plug_left_half_set_up_are_finished_first():
    answer = bash(
        "need_root() { :; }; dpkg() { echo dpkg $1 $2; }; apt() { echo apt $1; }; "
        "install_packages no-such-package-here"
    )
    order = [line for line in answer.stderr.splitlines() if line.startswith("dpkg")]
    assert order == ["dpkg --configure --pending"]
    assert answer.stdout.split("\n")[:2] == ["apt update", "apt install"]


def test_apt_that_fails_is_one_clear_line():
    answer = bash(
        "need_root() { :; }; dpkg() { :; }; apt() { return 100; }; "
        "install_packages no-such-package-here"
    )
    assert answer.returncode == 69
    assert "no-such-package-here" in answer.stderr.splitlines()[-1]


def test_pip_that_fails_is_an_error_even_when_the_last_step_would_pass(tmp_path):
    shutil.copytree(ROOT / "appliance" / "requirements", tmp_path / "appliance/requirements")
    shutil.copy(SCRIPT, tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    answer = subprocess.run(
        [
            "bash",
            "-c",
            f"source {tmp_path}/setup_pi.sh; fingerprint() {{ echo new; }};"
            " pip_install() { [[ $1 != --only-binary ]]; }; install_python run",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 69
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("version", "new"), [("v16.20.2", False), ("v18.20.4", True), ("v100.1", True)]
)
def test_an_old_node_is_recognised(version, new):
    assert (bash(f"node_is_new {version}").returncode == 0) is new


def test_a_failed_check_does_not_hide_the_next_one_and_is_not_forgotten():
    answer = bash("check one false; check two true; check three false; echo ${failed[*]}")
    assert answer.stdout == "one three\n"
    assert [line for line in answer.stderr.splitlines() if line.startswith("──")] == [
        "── one",
        "── two",
        "── three",
    ]


def test_shellcheck_finds_nothing_to_say():
    scripts = [SCRIPT, ROOT / ".ci/run", LOCKS / "lock.sh"]
    verdict = subprocess.run(
        ["shellcheck", *scripts], capture_output=True, text=True, timeout=60, check=False
    )
    assert verdict.returncode == 0, verdict.stdout


def test_it_stays_readable_in_one_sitting():
    assert len(SCRIPT.read_text().splitlines()) <= 300


def test_continuous_integration_types_what_a_person_types():
    commands = [
        line.split("exec ")[1]
        for line in (ROOT / ".ci/run").read_text().splitlines()
        if "exec " in line
    ]
    assert commands == [
        "./setup_pi.sh test </dev/null",
        "sudo --non-interactive ./setup_pi.sh test </dev/null",
    ]


def locked(name: str) -> dict[str, str]:
    """Name and version of every line of a lock."""
    lines = (LOCKS / f"{name}.lock").read_text().splitlines()
    pins = (line.split(" ")[0].split("==") for line in lines if "==" in line and line[0] != " ")
    return {canonicalize_name(package): version for package, version in pins}


def wanted(extra: str | None) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    words = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return [Requirement(word) for word in words]


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_locked_package_has_a_hash_and_no_lock_names_an_index(name):
    text = (LOCKS / f"{name}.lock").read_text()
    entries = [entry for entry in text.split("\n") if "==" in entry and entry[0] not in " #"]
    assert entries
    assert all(entry.endswith("\\") for entry in entries)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize(("name", "extra"), [("run", None), ("test", None), ("test", "test")])
def test_the_lock_holds_what_pyproject_asks_for(name, extra):
    pins = locked(name)
    for requirement in wanted(extra):
        package = canonicalize_name(requirement.name)
        assert package in pins, f"{package}: run appliance/requirements/lock.sh"
        assert requirement.specifier.contains(pins[package], prereleases=True), package


def test_tests_run_on_the_very_versions_that_are_shipped():
    run_lock, test_lock = locked("run"), locked("test")
    assert {package: test_lock[package] for package in run_lock} == run_lock
