"""Where a ward can be reached, and how both sides are known; looked at before use."""

from __future__ import annotations

import re
import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from appliance.core.errors import ConfigWrong

_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750
_VERIFY_KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # Ed25519, base64url


def checked_url(url: str) -> str:
    """*url* without a slash at the end.

    Raises:
        ConfigWrong: no address, or one over which the token would travel in the clear.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigWrong(f"ward.url: {url!r}: {error}") from error
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment:
        raise ConfigWrong(
            f"ward.url: {url!r} is not an address like https://ward.example/intake/v1"
        )
    if parts.username or parts.password:
        raise ConfigWrong("ward.url: the token belongs into ward.token_file, not into the address")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise ConfigWrong(f"ward.url: {url!r} would send the token in the clear; use https")
    return url.rstrip("/")


def checked_token(token: str) -> str:
    """*token* without the line end of its file.

    Raises:
        ConfigWrong: it cannot stand in an HTTP header.
    """
    token = token.strip()
    if not _TOKEN.fullmatch(token):
        raise ConfigWrong("ward.token_file: holds no token (letters, digits and -._~+/ only)")
    return token


def checked_verify_key(verify_key: str) -> str:
    """*verify_key*, if it has the form of one.

    Raises:
        ConfigWrong: no receipt could ever be believed.
    """
    if not _VERIFY_KEY.fullmatch(verify_key):
        raise ConfigWrong("ward.verify_key: not the 43 letters that `tramhoso ward init` printed")
    return verify_key


def checked_ca_file(ca_file: Path | None) -> Path | None:
    """*ca_file*, which holds at least one certificate.

    Raises:
        ConfigWrong: it cannot be read or holds none.
    """
    if ca_file is not None:
        try:
            ssl.create_default_context(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is one too
            raise ConfigWrong(f"ward.ca_file: {ca_file}: {error}") from error
    return ca_file


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
