"""The box's own certificate authority and the page's certificate. Runs in the release's venv.

The authority may vouch for this network only, never for a bank: names below .local and
home.arpa, private addresses. The page's certificate holds from long before today, because a
board without a clock may think that it is last month; phones take no more than 825 days.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.setup.names import names_here

AUTHORITY_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
AUTHORITY_UNTIL = datetime(2050, 1, 1, tzinfo=UTC)
LEAF_BEFORE, LEAF_AFTER = timedelta(days=400), timedelta(days=397)
RENEW_BEFORE = timedelta(days=130)
TRUST_PAGE = Path(__file__).with_name("trust_vi.html")
NAMES_BELOW = ("local", "home.arpa", "localhost")
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")


def renewed(folder: Path, names: list[str], addresses: list[str], now: datetime) -> bool:
    """Make what lacks in *folder* or is about to end; returns whether anything changed.

    An authority that is there stays: people have trusted it on their phones.
    """
    os.umask(0o077)
    if _is_known(folder) and _still_good(folder, names, addresses, now):
        return False
    if not _authority_is_whole(folder):
        _make_authority(folder, names[0])
    _make_leaf(folder, names, addresses, now)
    return True


def _is_known(folder: Path) -> bool:
    """Whether there is a certificate that people could have trusted."""
    try:
        x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _authority_is_whole(folder: Path) -> bool:
    """Key and certificate are there and belong together; a card may have lost either."""
    try:
        authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    except (OSError, ValueError):
        return False
    return bool(authority.public_key() == key.public_key())


def _make_authority(folder: Path, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    who = _subject(f"Trạm Hồ Sơ: {name}")
    inside = [
        *map(x509.DNSName, NAMES_BELOW),
        *(x509.IPAddress(ipaddress.ip_network(network)) for network in PRIVATE),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AUTHORITY_SINCE)
        .not_valid_after(AUTHORITY_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(inside, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "ca.key", _pem(key))
    _write(folder / "ca.crt", certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _make_leaf(folder: Path, names: list[str], addresses: list[str], now: datetime) -> None:
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    signing = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)  # noqa: S101 - made above
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_subject(names[0]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LEAF_BEFORE)
        .not_valid_after(now + LEAF_AFTER)
        .add_extension(_alternatives(names, addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
        .sign(signing, hashes.SHA256())
    )
    # one file for both: a cut between two would leave a key that is not the certificate's
    _write(
        folder / "page.pem", certificate.public_bytes(serialization.Encoding.PEM) + _pem(key), 0o600
    )


def _still_good(folder: Path, names: list[str], addresses: list[str], now: datetime) -> bool:
    try:
        leaf = x509.load_pem_x509_certificate((folder / "page.pem").read_bytes())
    except (OSError, ValueError):
        return False
    said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    wanted = _alternatives(names, addresses)
    return (
        set(wanted) <= set(said)
        and leaf.not_valid_before_utc < now < leaf.not_valid_after_utc - RENEW_BEFORE
    )


def publish(folder: Path, public: Path, name: str) -> None:
    """What plain HTTP shows: the authority's certificate and how to trust it.

    Its button leads to *name*, which must be this box's alone: the common name may be another's.
    nginx puts the address in its place where somebody came by one.
    """
    said = TRUST_PAGE.read_text("utf-8")
    page = said.replace("{fingerprint}", fingerprint(folder)).replace("{host}", name)
    for place, content in (
        (public / "tramhoso.crt", (folder / "ca.crt").read_bytes()),
        (public / "trust.html", page.encode()),
    ):
        if not place.exists() or place.read_bytes() != content:
            _write(place, content, 0o644)


def fingerprint(folder: Path) -> str:
    """What stands on the box's label and in a browser's certificate window."""
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    return authority.fingerprint(hashes.SHA256()).hex(":").upper()


def _subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Trạm Hồ Sơ"),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )


def _alternatives(names: list[str], addresses: list[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [
            *map(x509.DNSName, names),
            *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(place: Path, content: bytes, mode: int = 0o600) -> None:
    """Whole or not at all, also when the plug is pulled: an empty key would stop every start."""
    fresh = place.with_name(f".{place.name}.new")
    with fresh.open("wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(place)


def our_names() -> list[str]:
    """How a browser on this network may call the box."""
    host = socket.gethostname().partition(".")[0].lower()
    names = [*names_here(), f"{host}.local", "localhost"]
    return list(dict.fromkeys(names))


def our_addresses() -> list[str]:
    """This machine's own private IPv4 addresses, loopback among them."""
    said = subprocess.run(
        ["ip", "-4", "-oneline", "address"], capture_output=True, text=True, check=False
    ).stdout
    found = {line.split()[3].partition("/")[0] for line in said.splitlines()}
    inside = [ipaddress.ip_network(network) for network in PRIVATE]
    mine = {a for a in found if any(ipaddress.ip_address(a) in network for network in inside)}
    return sorted(mine | {"127.0.0.1"})


def main() -> int:
    """``certificates FOLDER`` renews what needs it; with --check 3 says that something does."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fingerprint", action="store_true")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    if asked.fingerprint:
        sys.stdout.write(f"{fingerprint(asked.folder)}\n")
        return 0
    names, addresses, now = our_names(), our_addresses(), datetime.now(UTC)
    if asked.check:
        good = _is_known(asked.folder) and _still_good(asked.folder, names, addresses, now)
        return 0 if good else 3
    fresh = renewed(asked.folder, names, addresses, now)
    publish(asked.folder, asked.folder.parent / "public", names_here()[-1])
    if fresh and Path("/run/systemd/system").is_dir():
        # nginx was handed the old one at its start; where it does not run this does nothing
        nginx = ["systemctl", "--no-block", "try-restart", "tramhoso-nginx.service"]
        subprocess.run(nginx, check=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
