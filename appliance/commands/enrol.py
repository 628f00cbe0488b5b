"""`tramhoso enrol CODE`: this box becomes one of a ward's, and no secret is typed."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from cryptography import x509
from pydantic import ValidationError

from appliance import __version__
from appliance.commands.who import NOT_ROOT, is_installed_here, must_be_root
from appliance.commands.whole_file import write_whole
from appliance.config import Config, read_config
from appliance.config_text import with_values
from appliance.core.errors import CertificateProblem, ConfigWrong, DeliveryError
from appliance.core.wire.enrolment import Enrolled, EnrolmentAsked, tidy_code
from appliance.destinations.enrolment import CodeRefused, Refusal, enrol
from appliance.destinations.ward_address import checked_url

HANDED_OVER = "/run/credentials/tramhoso-uploader.service/ward.token"  # as the unit says
NEVERTHELESS = "nothing was changed"
WHY = {
    Refusal.UNKNOWN: (10, "the ward knows no such code; look at its letters"),
    Refusal.EXPIRED: (11, "the code is too old; ask the ward for a new one"),
    Refusal.USED: (12, "another box came with this code; ask the ward for a new one"),
    Refusal.TOO_MANY: (13, "too many wrong codes were tried from here; come back later"),
}
UNREACHED, UNPROVEN, ENROLLED_ALREADY, BAD_CONFIG = 14, 15, 16, 78


@click.command("enrol", short_help="Become one of a ward's boxes by a one-time code.")
@click.argument("code")
@click.option("--url", help="the ward's address, https://…/intake/v1; else ward.url")
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True),
    help="the authority of a ward that has one of its own",
)
@click.option("--again", is_flag=True, help="though the box is one of a ward's already")
@click.pass_obj
def enrol_(
    config_path: Path, code: str, url: str | None, ca_file: Path | None, again: bool
) -> None:
    """Bring CODE, which the ward made by `tramhoso ward enrol-code`, to the ward; - asks for it.

    The box makes its own token and key; the ward's address and public keys are written into the
    configuration. After a power cut or a lost answer type the same again.

    Exit: 0 done · 10 wrong code · 11 too old · 12 used · 13 too many tries · 14 no answer of the
    ward · 15 its certificate proves nothing · 16 enrolled already · 77 not root · 78 configuration
    """
    must_be_root(config_path)
    text, config = _configuration(config_path)
    token_file = config_path.absolute().parent / "ward.token"
    if config.ward.verify_key and token_file.exists() and not again:
        _stop(ENROLLED_ALREADY, "this box is one of a ward's already; --again makes it another's")
    if code == "-":  # out of the list of running programs
        code = click.prompt("Code") if sys.stdin.isatty() else sys.stdin.readline()
    try:
        asked = EnrolmentAsked(code=tidy_code(code), version=__version__)
    except ValidationError:
        _stop(10, f"a code has three times four letters, as in abcd-efgh-2345; {NEVERTHELESS}")
    address = _address(url or config.ward.url)
    ca_file = ca_file or config.ward.ca_file
    authority = _certificate(ca_file)
    token, waiting = _token(token_file, again)
    try:
        told = enrol(address, asked, token, ca_file)
    except CodeRefused as refused:
        waiting.unlink(missing_ok=True)
        number, why = WHY[refused.refusal]
        _stop(number, f"{why}; {NEVERTHELESS}")
    except CertificateProblem as error:
        _stop(UNPROVEN, f"{error}: {_who_mends(str(error))}; {NEVERTHELESS}")
    except DeliveryError as error:
        _stop(UNREACHED, f"no answer of the ward ({error}); {NEVERTHELESS}, type the same again")
    except ConfigWrong as error:
        _stop(BAD_CONFIG, f"{error}; {NEVERTHELESS}")
    if authority is not None and is_installed_here(config_path):
        ca_file = _keep(authority, config_path.with_name("ward-ca.pem"))
    values = _values(address, told, token_file, config_path, ca_file)
    _take(config_path, with_values(text, "ward", values), waiting, token_file)
    click.echo(f"this box is {told.name} at {address}")
    click.echo(f"what is sealed from now on only {told.recipient} opens")
    _start_anew(config_path)


def _who_mends(fault: str) -> str:
    """A box without a clock of its own may be the one that is wrong."""
    if "expired" in fault or "not yet valid" in fault:
        today = datetime.now(UTC).date().isoformat()
        return f"here it is {today}; if that is right the ward's IT renews it"
    if "key usage" in fault:  # OpenSSL's strict look, Python's own from 3.13 on: Debian 13
        return "the ward's IT makes its authority anew with keyUsage keyCertSign: docs/ward.md"
    return "this may not be the ward (own authority: --ca-file)"


def _configuration(place: Path) -> tuple[str, Config]:
    try:
        return place.read_text("utf-8"), read_config(place)
    except (ConfigWrong, OSError, UnicodeDecodeError) as error:
        _stop(BAD_CONFIG, f"{str(error).splitlines()[0]}; {NEVERTHELESS}")


def _address(url: str) -> str:
    if not url:
        _stop(BAD_CONFIG, f"where is the ward? --url https://…/intake/v1; {NEVERTHELESS}")
    try:
        return checked_url(url)
    except ConfigWrong as error:
        _stop(BAD_CONFIG, f"{error}; {NEVERTHELESS}")


def _token(token_file: Path, again: bool) -> tuple[str, Path]:
    """The box's own token, kept before the ward hears of it: a lost answer must not lose it."""
    waiting = token_file.with_name(".ward.token.waiting")
    known = (waiting,) if again else (waiting, token_file)  # the latter: cut before the last step
    for place in known:
        with suppress(OSError):
            if token := place.read_text("ascii").strip():
                return token, waiting
    token = "tht_" + secrets.token_urlsafe(32)
    try:
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _stop(
            NOT_ROOT,
            f"{waiting.parent}: {error.strerror}; root writes there: sudo tramhoso enrol …",
        )
    return token, waiting


def _certificate(file: Path | None) -> bytes | None:
    """What is in it, before the ward is asked; the services could not read it at any place."""
    if file is None:
        return None
    try:
        content = file.read_bytes()
        x509.load_pem_x509_certificates(content)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "holds no certificate (PEM)"
        _stop(BAD_CONFIG, f"{file}: {why}; {NEVERTHELESS}")
    return content


def _keep(authority: bytes, place: Path) -> Path:
    """Beside the configuration, where every service may read it, and the stick may be pulled."""
    try:
        write_whole(place, authority)
        place.chmod(0o644)
    except OSError as error:
        _stop(NOT_ROOT, f"{place}: {error.strerror}; then type the same again")
    return place


def _values(
    url: str, told: Enrolled, token_file: Path, config_path: Path, ca_file: Path | None
) -> dict[str, str]:
    values = {
        "url": url,
        "recipient": told.recipient,
        "verify_key": told.verify_key,
        "token_file": HANDED_OVER if is_installed_here(config_path) else str(token_file),
    }
    if ca_file:
        values["ca_file"] = str(ca_file)
    return {key: json.dumps(value) for key, value in values.items()}


def _take(config_path: Path, text: str, waiting: Path, token_file: Path) -> None:
    """Token first: without it the uploader would be refused; a cut between the two is made good."""
    Config.model_validate(tomllib.loads(text))
    before = config_path.stat()
    try:
        if waiting.exists():
            waiting.replace(token_file)
        write_whole(config_path, text.encode())
        config_path.chmod(before.st_mode & 0o7777)
        os.chown(config_path, before.st_uid, before.st_gid)
    except OSError as error:
        _stop(NOT_ROOT, f"{config_path}: {error.strerror}; then type the same again")


def _start_anew(config_path: Path) -> None:
    if is_installed_here(config_path) and Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "restart", "tramhoso.target"], check=False)
    else:
        click.echo(
            "start station, web and uploader anew: they read the configuration at their start"
        )


def _stop(number: int, sentence: str) -> NoReturn:
    click.echo(f"enrol: {sentence}", err=True)
    raise SystemExit(number)
