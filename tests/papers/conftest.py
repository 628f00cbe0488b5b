"""Small synthetic pages, and the PDF tools that other people use to read what we write."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

MakeJpeg = Callable[..., bytes]
Tool = Callable[..., str]


@pytest.fixture(scope="session")
def jpeg_of() -> MakeJpeg:
    """A page of bars and grain: *number* makes pages differ, *grain* makes them heavy."""

    def draw(
        width: int = 620,
        height: int = 877,
        *,
        number: int = 1,
        grain: float = 0,
        mode: str = "RGB",
        **save: Any,
    ) -> bytes:
        image = Image.new("RGB", (width, height), "white")
        if grain:
            image = Image.effect_noise((width, height), grain).convert("RGB")
        pen = ImageDraw.Draw(image)
        for bar in range(number):
            pen.rectangle((10 + 20 * bar, 10, 20 + 20 * bar, 60), fill="navy")
        out = BytesIO()
        image.convert(mode).save(out, "JPEG", **({"quality": 85} | save))
        return out.getvalue()

    return draw


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Run a program on a PDF: ``tool(pdf, "pdfinfo")``. Fails when the program complains."""

    def run(pdf: bytes, *command: str, after: tuple[str, ...] = ()) -> str:
        path = tmp_path / "paper.pdf"
        path.write_bytes(pdf)
        done = subprocess.run(
            [*command, str(path), *after], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    return run
