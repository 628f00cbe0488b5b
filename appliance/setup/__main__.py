"""What setup_pi.sh hands over to: a box's verbs, a ward's, bundle, release-key."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from appliance.setup.box import Box, is_half_done
from appliance.setup.bundle import make_bundle
from appliance.setup.debs import install_debs
from appliance.setup.label import label_here, tell_label, tell_what_comes_next, write_label
from appliance.setup.points import Planned, planned
from appliance.setup.removal import remove
from appliance.setup.settings import Settings
from appliance.setup.signature import fingerprint, make_key
from appliance.setup.steps import Exit, Refused, say
from appliance.setup.trust import Bundle, judged
from appliance.setup.updating import update_clone, update_from
from appliance.setup.ward import Ward, is_a_wards
from appliance.setup.ward import remove as remove_ward
from appliance.setup.ward_site import asked_site
from appliance.setup.words import words

NEEDS_NO_ROOT = ("bundle", "release-key")


def main() -> int:
    """Returns the exit code; what a person can put right is one line on stderr."""
    asked = words()
    try:
        if asked.verb not in NEEDS_NO_ROOT and os.geteuid() != 0:
            raise Refused(Exit.NOT_ROOT, f"root is needed: sudo ./setup_pi.sh {asked.verb}")
        os.umask(0o022)
        return VERBS[asked.verb](asked)
    except Refused as refused:
        sys.stderr.write(f"setup_pi.sh: {refused}\n")
        return refused.exit_code
    except subprocess.CalledProcessError as failed:
        said = " ".join(map(str, failed.cmd))
        sys.stderr.write(f"setup_pi.sh: `{said}` failed; mend that and run it again: it goes on\n")
        return Exit.FAILED


def _release_key(asked: argparse.Namespace) -> int:
    public = make_key(asked.file)
    say("", f"{asked.file} signs: keep it off the network; {public} belongs on every box")
    say("label", f"release key SHA-256 {fingerprint(public.read_bytes())}")
    return Exit.DONE


def _bundle(asked: argparse.Namespace) -> int:
    manifest = make_bundle(asked)
    by = "signed" if asked.sign else "not signed: a box that knows a release key refuses it"
    machines = ", ".join(manifest.machines)
    say("", f"{asked.folder} is ready: release {manifest.version} for {machines}, {by}")
    return Exit.DONE


def _judge(asked: argparse.Namespace) -> int:
    _must_not_be_a_wards()
    bundle = _given(asked)
    with _configured(asked):
        Settings(asked.config)
    if bundle is not None:
        install_debs(bundle, asked.absent.split())
    return Exit.DONE


def _update(asked: argparse.Namespace) -> int:
    bundle = _given(asked)
    return update_clone() if bundle is None else update_from(bundle, asked.release_key)


def _install(asked: argparse.Namespace) -> int:
    _must_not_be_a_wards()
    with _configured(asked) as point:
        box = Box(asked.config, _given(asked))
        if asked.dry_run:
            _look(asked, box)
            return Exit.DONE
        count = box.make()
    label = label_here()
    tell_label(label)
    _tell(count)
    ended = _as_planned(point, label) if point else Exit.DONE
    tell_what_comes_next()
    return ended


@contextmanager
def _configured(asked: argparse.Namespace) -> Iterator[Planned | None]:
    """The point of the list that was asked for, its configuration in place of --config."""
    if not asked.point:
        yield None
        return
    point = planned(asked.points, asked.point)
    with point.config() as asked.config:
        yield point


def _as_planned(point: Planned, label: dict[str, str]) -> int:
    """What the list asks of a box that runs; returns how its enrolment ended."""
    point.add_technician()
    ended = point.join()
    say("label", f"{write_label(label, point.labels)}: for tramhoso print labels")
    return ended


def _check(asked: argparse.Namespace) -> int:
    count = _look(asked, Box(asked.config, _given(asked)))
    if is_half_done():
        raise Refused(
            Exit.HALF_DONE,
            "an install or an update was broken off here; the dossiers are safe; "
            "type the same again: it goes on",
        )
    return Exit.DIFFERS if count else Exit.DONE


def _uninstall(asked: argparse.Namespace) -> int:
    _tell(remove(erase=asked.erase, dry_run=asked.dry_run), looked=asked.dry_run)
    return Exit.DONE


def _must_not_be_a_wards() -> None:
    """A box's nginx would take the place of the ward's, and the boxes would find nobody."""
    if is_a_wards():
        raise Refused(
            Exit.USAGE,
            "the ward's service is installed here; a box wants a machine of its own; "
            "nothing was changed",
        )


def _judge_ward(asked: argparse.Namespace) -> int:
    _ward(asked)
    if (bundle := _given(asked)) is not None:
        install_debs(bundle, asked.absent.split())
    return Exit.DONE


def _install_ward(asked: argparse.Namespace) -> int:
    ward = _ward(asked)
    if asked.dry_run:
        absent = asked.absent.split()
        for package in absent:
            say("would", f"install Debian's {package}")
        _tell(len(absent) + ward.would("would"), looked=True)
        return Exit.DONE
    _tell(ward.make())
    for line in ward.what_comes_next():
        say("next", line)
    return Exit.DONE


def _ward(asked: argparse.Namespace) -> Ward:
    site = asked_site(asked.url, asked.certificate, asked.key)
    bundle = _given(asked)
    return Ward(site, bundle.wheels if bundle else None)


def _uninstall_ward(asked: argparse.Namespace) -> int:
    _tell(remove_ward(erase=asked.erase, dry_run=asked.dry_run), looked=asked.dry_run)
    return Exit.DONE


def _given(asked: argparse.Namespace) -> Bundle | None:
    """The bundle that was named, if one was, and may be taken."""
    return judged(asked.offline, asked.release_key) if asked.offline else None


def _look(asked: argparse.Namespace, box: Box) -> int:
    absent = asked.absent.split()
    for package in absent:
        say("would", f"install Debian's {package}")
    count = len(absent) + box.would("would")
    _tell(count, looked=True)
    return count


def _tell(count: int, *, looked: bool = False) -> None:
    say("", f"{count} change{'' if count == 1 else 's'}{' needed' if looked else ''}")


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "install": _install,
    "check": _check,
    "update": _update,
    "uninstall": _uninstall,
    "bundle": _bundle,
    "release-key": _release_key,
    "install-ward": _install_ward,
    "uninstall-ward": _uninstall_ward,
    "judge-ward": _judge_ward,
    "judge": _judge,  # asked by setup_pi.sh before it installs what no bundle holds
}

if __name__ == "__main__":
    raise SystemExit(main())
