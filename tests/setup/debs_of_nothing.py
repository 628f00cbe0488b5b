"""Debian packages that hold nothing, in a bundle's order: apt is real, what it installs is not."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path


def a_deb(pool: Path, name: str, *needs: str) -> str:
    """Lay it into *pool*; returns what the index says of it."""
    said = f"Package: {name}\nVersion: 9:1\nArchitecture: all\nMaintainer: nobody\n"
    said += f"Depends: {', '.join(needs)}\n" if needs else ""
    said += "Description: of a test\n"
    made = pool / f"{name}.made"
    (made / "DEBIAN").mkdir(parents=True)
    (made / "DEBIAN").chmod(0o755)  # whatever the umask: dpkg-deb takes no other
    (made / "DEBIAN/control").write_text(said)
    deb = pool / f"{name}.deb"
    words = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(made), str(deb)]
    subprocess.run(words, check=True, capture_output=True)
    (made / "DEBIAN/control").unlink()
    (made / "DEBIAN").rmdir()
    made.rmdir()
    content = deb.read_bytes()
    return (
        f"{said}Filename: pool/{deb.name}\nSize: {len(content)}\n"
        f"SHA256: {hashlib.sha256(content).hexdigest()}\n\n"
    )


def lay_debs(folder: Path, **packages: tuple[str, ...]) -> None:
    """*packages* with what each needs; an underscore in a name is a hyphen."""
    (folder / "pool").mkdir(parents=True)
    stanzas = (
        a_deb(folder / "pool", name.replace("_", "-"), *needs) for name, needs in packages.items()
    )
    (folder / "Packages").write_text("".join(stanzas))
