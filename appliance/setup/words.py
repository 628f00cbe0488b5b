"""The words that may stand behind setup_pi.sh."""

from __future__ import annotations

import argparse
from pathlib import Path

from appliance.setup.bundle import PYTHONS
from appliance.setup.manifest import MANIFEST
from appliance.setup.places import SOURCE
from appliance.setup.trust import MACHINES


def words() -> argparse.Namespace:
    """What was asked for; a mistake ends the program with the usage, exit 64."""
    parser = _Parser(prog="setup_pi.sh")
    verbs = parser.add_subparsers(dest="verb", required=True, parser_class=_Parser)
    parser.set_defaults(
        dry_run=False,
        config=None,
        offline=None,
        release_key=None,
        erase=False,
        absent="",
        point=None,
        points=None,
        certificate=None,
        key=None,
    )
    _ward(verbs)
    for name in ("install", "check", "judge", "update", "uninstall"):
        # `judge` is not typed by anybody: install's words, read once before Debian's packages
        said = "install" if name == "judge" else name
        verb = verbs.add_parser(name, prog=f"setup_pi.sh {said}", allow_abbrev=False)
        verb.add_argument("--absent", default="", help=argparse.SUPPRESS)
        if name in ("install", "uninstall"):
            verb.add_argument("--dry-run", action="store_true")
        if name == "uninstall":
            verb.add_argument("--erase", action="store_true")
            continue
        given = "--from" if name == "update" else "--offline"
        here = None if name == "update" else bundle_around(SOURCE)
        verb.add_argument(given, dest="offline", type=_absolute, metavar="BUNDLE", default=here)
        verb.add_argument("--release-key", type=_absolute, metavar="FILE")
        if name != "update":
            verb.add_argument("--config", type=_absolute)
        if name in ("install", "judge"):
            verb.add_argument("--as", dest="point", metavar="CODE")
            verb.add_argument("--points", type=_absolute, metavar="FOLDER")
    _bundle(verbs.add_parser("bundle"))
    verbs.add_parser("release-key").add_argument("file", type=_absolute)
    asked = parser.parse_args()
    if asked.points and not asked.point:
        parser.error("which point of the list? --as CODE, as in --as KV-0007")
    if (asked.certificate is None) != (asked.key is None):
        parser.error("--certificate and --key go together")
    if asked.point and asked.config:
        parser.error("--as takes the configuration from the list; leave --config out")
    return asked


def bundle_around(source: Path) -> Path | None:
    """The bundle that *source* is a part of: whoever runs its set-up means that bundle."""
    return source.parent if (source.parent / MANIFEST).exists() else None


def _ward(verbs: argparse._SubParsersAction[_Parser]) -> None:
    for name in ("install-ward", "judge-ward", "uninstall-ward"):
        said = name.replace("judge", "install")
        verb = verbs.add_parser(name, prog=f"setup_pi.sh {said}", allow_abbrev=False)
        verb.add_argument("--absent", default="", help=argparse.SUPPRESS)
        if name != "judge-ward":
            verb.add_argument("--dry-run", action="store_true")
        if name == "uninstall-ward":
            verb.add_argument("--erase", action="store_true")
            continue
        verb.add_argument("--url", metavar="https://NAME/intake/v1")
        verb.add_argument("--certificate", type=_as_said, metavar="FILE")
        verb.add_argument("--key", type=_as_said, metavar="FILE")
        here = bundle_around(SOURCE)
        verb.add_argument("--offline", type=_absolute, metavar="BUNDLE", default=here)
        verb.add_argument("--release-key", type=_absolute, metavar="FILE")


def _bundle(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("folder", type=_absolute)
    verb.add_argument("--sign", type=_absolute, metavar="KEYFILE")
    verb.add_argument("--suite", choices=sorted(PYTHONS), action="append")
    verb.add_argument("--architecture", choices=sorted(MACHINES), action="append")
    verb.add_argument("--wheels-only", action="store_true")
    verb.add_argument("--updates-from", metavar="VERSION", action="append", default=[])
    verb.add_argument("--goes-back-from", metavar="VERSION", action="append", default=[])
    verb.add_argument("--mirror", help="as in apt's list; this machine's own")
    verb.add_argument("--packages", default="", help=argparse.SUPPRESS)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(64, f"{self.prog}: {message}; the words there are: ./setup_pi.sh help\n")


def _as_said(path: str) -> Path:
    """A link stays one: certbot's leads to another file after each renewal."""
    return Path(path).absolute()


def _absolute(path: str) -> Path:
    return Path(path).resolve()
