"""What an answer that is not a success means for the dossier, and who can put it right."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from appliance.core.errors import (
    CaptivePortal,
    ConflictAtWard,
    DeliveryError,
    DestinationUnreachable,
    DeviceRefused,
    FilesMissingAtWard,
    RefusedByWard,
    SlowDown,
    SupplementNotWanted,
    TooLargeForWard,
)
from appliance.destinations.http import Answer

_PASSES_BY_ITSELF = frozenset({408, 421, 423, 425})  # time-out, wrong server, locked, too early
_NOT_ASKED_FOR = "urn:tramhoso:problem:not-asked-for"
_DAMAGED_ON_THE_WAY = "urn:tramhoso:problem:digest-mismatch"
_NOBODY_HOME = frozenset({404, 405})  # said by a web server with no receiving service behind it

_MEANING: dict[int, type[DeliveryError]] = {
    401: DeviceRefused,
    403: DeviceRefused,
    409: ConflictAtWard,
    413: TooLargeForWard,
}


def verdict(answer: Answer) -> DeliveryError:
    """The error that *answer*, which was not the hoped-for one, stands for."""
    told = f"{answer}{_detail(answer)}"
    if 300 <= answer.status < 400:
        return _redirected(answer)
    if answer.status == 429 or (answer.status == 503 and "Retry-After" in answer.headers):
        return SlowDown(told, retry_after_s(answer))
    if answer.status == 511:  # RFC 6585: Network Authentication Required
        return CaptivePortal(told)
    if answer.status >= 500 or answer.status in _PASSES_BY_ITSELF:
        return DestinationUnreachable(told)
    if is_web_page(answer) or answer.status < 300:
        # a final word must come from the ward itself, and the ward speaks JSON or tus
        return CaptivePortal(told)
    return _final(answer, told)


def _final(answer: Answer, told: str) -> DeliveryError:
    if answer.status == 409 and (missing := _missing(answer)):
        return FilesMissingAtWard(told, missing)
    kind = _problem(answer).get("type")
    if kind == _DAMAGED_ON_THE_WAY:
        return DestinationUnreachable(told)
    if answer.status == 409 and kind == _NOT_ASKED_FOR:
        return SupplementNotWanted(told)
    if answer.status in _NOBODY_HOME and not answer.is_json:
        return DestinationUnreachable(f"{told}: no receiving service at this address")
    return _MEANING.get(answer.status, RefusedByWard)(told)


def is_web_page(answer: Answer) -> bool:
    """Whether this is a page for people, which neither a ward nor a tus server sends."""
    return answer.media_type in ("text/html", "application/xhtml+xml") and (
        "Tus-Resumable" not in answer.headers
    )


def retry_after_s(answer: Answer) -> int | None:
    """Retry-After in seconds, from either of its two forms; None when there is none.

    A date is taken relative to the server's own Date: a Pi's clock may be years off.
    """
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return int(text)
    then = _date(text)
    if then is None:
        return None
    now = _date(answer.headers.get("Date", "")) or datetime.now(UTC)
    return max(0, round((then - now).total_seconds()))


def _redirected(answer: Answer) -> DeliveryError:
    here = urlsplit(answer.url).hostname
    there = urlsplit(urljoin(answer.url, answer.headers.get("Location", ""))).hostname
    if there != here:
        return CaptivePortal(f"{answer}: sent on to {there}")
    return DestinationUnreachable(f"{answer}: the address in the configuration has moved")


def _problem(answer: Answer) -> dict[str, Any]:
    """The members of a problem (RFC 9457); none when it is something else."""
    problem = answer.json() if answer.is_json else None
    return problem if isinstance(problem, dict) else {}


def _detail(answer: Answer) -> str:
    """The ward's own words, for the log."""
    problem = _problem(answer)
    words = [problem.get("title"), problem.get("detail")]
    errors = problem.get("errors")
    if isinstance(errors, list):
        words += [f"{e.get('path')}: {e.get('code')}" for e in errors if isinstance(e, dict)]
    told = "; ".join(str(word) for word in words if word)
    return f" ({told[:500]})" if told else ""


def _missing(answer: Answer) -> tuple[str, ...]:
    missing = _problem(answer).get("missing")
    return tuple(str(sha256) for sha256 in missing) if isinstance(missing, list) else ()


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
