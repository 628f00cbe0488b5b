"""Pages for phones on the point's own network: nobody from the wide net gets in by them."""

from __future__ import annotations

import ipaddress

from flask import request


def only_from_nearby() -> bool:
    """Whether this request came from the point's own network: a router may let others through."""
    try:
        return not ipaddress.ip_address(request.remote_addr or "").is_global
    except ValueError:
        return True  # the proxy in front speaks over a socket and names nobody
