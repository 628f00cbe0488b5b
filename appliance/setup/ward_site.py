"""nginx in front of a ward's service: its one site, tried before it stays."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.setup.placed import PlacedFile
from appliance.setup.places import WARD_ETC
from appliance.setup.running import systemd_runs
from appliance.setup.steps import PLAIN, Exit, Refused, holds, ran

REMEMBERED = WARD_ETC / "site.json"
SITE = Path("/etc/nginx/sites-available/tramhoso-ward")
SWITCH = Path("/etc/nginx/sites-enabled/tramhoso-ward")
TEMPLATE = Path(__file__).with_name("ward_site.nginx")
LETS_ENCRYPT = Path("/etc/letsencrypt/live")
ADDRESS = re.compile(r"https://((?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63})/intake/v1")


@dataclass(frozen=True, slots=True)
class Site:
    """Where boxes and officers find this ward; without a certificate nobody does yet."""

    url: str
    certificate: Path | None = None
    key: Path | None = None

    @property
    def host(self) -> str:
        """The name that the certificate must bear."""
        return _host(self.url)

    def remembered(self) -> PlacedFile:
        """What the same command without words goes by."""
        said = {name: str(value) for name, value in asdict(self).items() if value}
        return PlacedFile(REMEMBERED, (json.dumps(said, indent=1) + "\n").encode())

    def text(self) -> bytes:
        """The site as nginx reads it."""
        words = {"HOST": self.host, "CERTIFICATE": str(self.certificate), "KEY": str(self.key)}
        text = TEMPLATE.read_text("utf-8")
        for name, value in words.items():
            text = text.replace(f"@{name}@", value)
        return text.encode()


def asked_site(
    url: str | None,
    certificate: Path | None,
    key: Path | None,
    remembered: Path = REMEMBERED,
    certbots: Path = LETS_ENCRYPT,
) -> Site:
    """What was said, else what was said the last time; certbot's files are found by themselves.

    Raises:
        Refused: no address, one that boxes would refuse, or a file that is not there.
    """
    before = json.loads(remembered.read_bytes()) if remembered.exists() else {}
    url = url or before.get("url")
    if not url:
        raise Refused(Exit.USAGE, "where will boxes find this ward? --url https://NAME/intake/v1")
    same = _host(url) == _host(before["url"]) if before else False
    if certificate is None and same and "certificate" in before:
        certificate, key = Path(before["certificate"]), Path(before["key"])
    if certificate is None:
        found = certbots / _host(url)
        if (found / "fullchain.pem").exists():
            certificate, key = found / "fullchain.pem", found / "privkey.pem"
    for file in filter(None, (certificate, key)):
        if not file.is_file():
            raise Refused(Exit.BAD_CONFIG, f"{file}: there is no such file; nothing was changed")
        if not re.fullmatch(r"[\w./+-]+", str(file)):
            raise Refused(Exit.BAD_CONFIG, f"{file}: nginx cannot be told a name with such letters")
    return Site(url, certificate, key)


def _host(url: str) -> str:
    if (match := ADDRESS.fullmatch(url)) is None:
        raise Refused(
            Exit.USAGE,
            f"{url}: boxes go to https://NAME/intake/v1, NAME in small letters, without a port; "
            "nothing was changed",
        )
    return match[1]


class TlsInFront:
    """Debian's nginx answers for *site*; its other sites stay as they are."""

    def __init__(self, site: Site) -> None:
        self._file = PlacedFile(SITE, site.text())

    def changes(self) -> list[str]:
        lines = self._file.changes()
        if not SWITCH.is_symlink():
            lines.append(f"{SWITCH} is new")
        if systemd_runs() and not holds("systemctl", "is-active", "--quiet", "nginx"):
            lines.append("nginx is started")
        return lines

    def apply(self) -> None:
        before = SITE.read_bytes() if SITE.exists() else None
        self._file.apply()
        SWITCH.unlink(missing_ok=True)
        SWITCH.symlink_to(SITE)
        tried = subprocess.run(
            ["nginx", "-t", "-q"], capture_output=True, text=True, check=False, env=PLAIN
        )
        if tried.returncode:
            if before is None:
                remove()
            else:
                SITE.write_bytes(before)
            why = (tried.stderr.strip().splitlines() or ["it does not say why"])[0]
            raise Refused(
                Exit.BAD_CONFIG,
                f"nginx refuses this ward's site: {why}; it goes on as before; mend that "
                "(--certificate, --key) and type the same again",
            )
        ran("systemctl", "enable", "--quiet", "nginx")
        if systemd_runs():
            ran("systemctl", "reload-or-restart", "nginx")


def remove() -> None:
    """nginx goes on without the ward."""
    SWITCH.unlink(missing_ok=True)
    SITE.unlink(missing_ok=True)
