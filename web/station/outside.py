"""Under which address others find this page: for codes that a phone reads from screen or paper."""

from __future__ import annotations

from typing import Any

from flask import request
from flask import url_for as link

from web.station.here import point

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})


def host() -> str:
    """The name this browser used; where that is the box itself, the first one that others use."""
    own, others = request.host, point().config.web.allowed_hosts
    return others[0] if _is_the_box(own) and others else own


def is_reachable(host: str) -> bool:
    """Whether another machine gets anywhere with it."""
    return not _is_the_box(host)


def address(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as a phone needs it."""
    scheme = "https" if point().config.web.https else request.scheme
    return f"{scheme}://{host()}{link(endpoint, **values)}"


def address_for_others(endpoint: str, **values: Any) -> str | None:
    """The same; None where only this box would find it."""
    return address(endpoint, **values) if is_reachable(host()) else None


def _is_the_box(host: str) -> bool:
    return host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK
