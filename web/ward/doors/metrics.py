"""The same for Prometheus: its text format 0.0.4, for whoever has the token of HOME/metrics.token.

Written here, and why: docs/decisions/metrics.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from flask import Blueprint, Response, request

from web.ward.boxes.fleet import Seen, fleet
from web.ward.database import reading
from web.ward.problems import Problem
from web.ward.service import the_ward

metrics = Blueprint("metrics", __name__)

TOKEN_FILE = "metrics.token"  # noqa: S105 - its name
Number = Callable[[Seen, datetime], float | None]
GAUGES: tuple[tuple[str, str, Number], ...] = (
    (
        "tramhoso_box_seen_age_seconds",
        "Since the box was heard of; absent: never.",
        lambda one, now: (now - one.seen_at).total_seconds() if one.seen_at else None,
    ),
    ("tramhoso_box_queue", "Sealed dossiers without a receipt.", lambda one, _: one.queue),
    (
        "tramhoso_box_oldest_waiting_seconds",
        "Age of the oldest of them at the last heartbeat.",
        lambda one, _: one.waiting.total_seconds() if one.waiting else 0.0,
    ),
    (
        "tramhoso_box_disk_free_bytes",
        "Free on its card.",
        lambda one, _: None if one.disk_free_mb is None else one.disk_free_mb * float(1 << 20),
    ),
    (
        "tramhoso_box_out_of_service",
        "1 when the box took itself out of service.",
        lambda one, _: float(bool(one.out_of_service)),
    ),
)


@metrics.get("/metrics")
def show() -> Response:
    """Gauges by box; no dossier and no person is in them."""
    ward = the_ward()
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    place = ward.home.folder / TOKEN_FILE
    known = place.read_bytes().strip() if place.exists() else b""
    if kind.lower() != "bearer" or not known or not hmac.compare_digest(known, token.encode()):
        # for every address: behind a proxy they all come from this machine
        raise Problem(401, "unknown-device", "only with the token of the ward's metrics")
    with reading(ward.engine) as conn:
        boxes = fleet(conn, ward.now())
    text = "\n".join(lines(boxes, ward.now())) + "\n"
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def lines(boxes: Iterable[Seen], now: datetime) -> Iterator[str]:
    """One after the other, each gauge with its words before it."""
    known = list(boxes)
    for name, said, number in GAUGES:
        yield f"# HELP {name} {said}"
        yield f"# TYPE {name} gauge"
        for one in known:
            value = number(one, now)
            if value is not None:
                yield f'{name}{{box="{_escaped(one.name)}"}} {value:.15g}'
    yield "# HELP tramhoso_box_info Which release runs there."
    yield "# TYPE tramhoso_box_info gauge"
    for one in known:
        box, version = _escaped(one.name), _escaped(one.version or "")
        yield f'tramhoso_box_info{{box="{box}",version="{version}"}} 1'


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
