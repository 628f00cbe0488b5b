"""Papers for the clean command, drawn by the generator, and the command itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from appliance.commands.clean import clean
from tests import pages


@dataclass
class Outcome:
    """What one run of the command left behind."""

    code: int
    said: str
    report: dict[str, Any]
    files: list[Path]

    @property
    def pages(self) -> list[dict[str, Any]]:
        return self.report["pages"]

    @property
    def refused(self) -> dict[str, str]:
        """Error codes by file name."""
        return {Path(r["source"]).name: r["error"] for r in self.report["refused"]}


Clean = Callable[..., Outcome]


@pytest.fixture
def cleaned(tmp_path: Path) -> Clean:
    """Run ``tramhoso clean`` on paths with options; its report and files."""

    def run(*sources: Path, out: str = "Giay.pdf", options: tuple[str, ...] = ()) -> Outcome:
        report = tmp_path / "report.json"
        report.unlink(missing_ok=True)
        arguments = [*map(str, sources), "-o", str(tmp_path / out), "--report", str(report)]
        done = CliRunner().invoke(clean, [*arguments, *options], catch_exceptions=False)
        told = json.loads(report.read_text("utf-8")) if report.exists() else {}
        files = [Path(f["path"]) for f in told.get("totals", {}).get("files", ())]
        return Outcome(done.exit_code, done.output, told, files)

    return run


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A form with a seal, a blank side and a certificate, as a feeder gives them."""
    folder = tmp_path_factory.mktemp("scans")
    drawn = {
        "form": pages.paper("form", 1201, 200),
        "blank": pages.true_blank("bleed", 1202, 200),
        "certificate": pages.paper("certificate", 1203, 200),
    }
    paths = {}
    for name, page in drawn.items():
        paths[name] = folder / f"{name}.jpg"
        paths[name].write_bytes(page.jpeg())
    return paths
