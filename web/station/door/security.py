"""What every answer carries, and which requests are not even looked at."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import Flask, Response, abort, request

from appliance.hotspot import local_names
from web.station.here import point

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws its arrows and ticks as data: images
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_OF_A_HOUSE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
PRIVATE = tuple(map(ip_network, _OF_A_HOUSE))
READING = frozenset({"GET", "HEAD", "OPTIONS"})
STATIC_FILES = frozenset({"static", "bootstrap.static"})
BOOTSTRAP_FILES = frozenset({"css/bootstrap.min.css"})  # of some hundred that come with it


def guard(app: Flask) -> None:
    """Check the host and where a change comes from; add the headers."""

    @app.before_request
    def _only_our_name() -> None:
        name = _host_name(request.host)
        if name not in _our_names() and not _is_address_of_this_network(name):
            abort(400, "bad-host")
        if request.endpoint == "bootstrap.static":
            wanted = (request.view_args or {}).get("filename")
            if wanted not in BOOTSTRAP_FILES:
                abort(404)

    @app.before_request
    def _only_our_pages_change_things() -> None:
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method not in READING and site not in {"same-origin", "none"}:
            abort(400, "foreign-page")

    @app.after_request
    def _add_headers(response: Response) -> Response:
        for name, text in HEADERS.items():
            response.headers.setdefault(name, text)
        if request.endpoint not in STATIC_FILES or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store, private"
        return response


def _our_names() -> frozenset[str]:
    web = point().config.web
    listen = "" if web.listen.startswith("unix:") else _host_name(web.listen)
    own = local_names(point().config.point.code)[1]  # mDNS: two boxes may share a network
    names = {"localhost", "127.0.0.1", own, listen, *map(str.lower, web.allowed_hosts)}
    return frozenset(names - {""})


def _is_address_of_this_network(name: str) -> bool:
    """Somebody whose phone knows no .local names; a foreign site can lend us a name, no address."""
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return any(address in network for network in PRIVATE if network.version == address.version)


def _host_name(host: str) -> str:
    """Without the port: ``box.local:8080`` → ``box.local``."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return name.strip("[]").lower()
