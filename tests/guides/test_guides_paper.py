"""What anybody may take home on paper: the point's leaflet, and one sheet for each procedure."""

from __future__ import annotations

import subprocess
import threading
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from appliance.core.errors import PrintingFailed
from appliance.desk.point import Point
from tests.station_page.conftest import Browser, Clock
from web.station.guides import paper
from web.station.guides.paper import KEPT, Shelf

TODAY = date(2026, 11, 22)


def words_on(pdf: bytes, folder: Path) -> str:
    (folder / "sheet.pdf").write_bytes(pdf)
    return " ".join(
        subprocess.run(
            ["pdftotext", "-layout", str(folder / "sheet.pdf"), "-"],
            capture_output=True, text=True, check=True, timeout=30,
        ).stdout.split()
    )  # fmt: skip


def codes_on(pdf: bytes, folder: Path) -> list[str]:
    (folder / "sheet.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", "sheet.pdf", "sheet"],
        cwd=folder, check=True, timeout=30,
    )  # fmt: skip
    return [code.text for code in zxingcpp.read_barcodes(Image.open(folder / "sheet.png"))]


def test_the_leaflet_tells_place_hours_and_work_and_names_nobody(
    reader: Browser, tmp_path: Path
) -> None:
    answer = reader.get("/guides/leaflet.pdf")
    assert answer.mimetype == "application/pdf"
    text = words_on(answer.data, tmp_path)
    for expected in (
        "cạnh trường mầm non", "Thứ Hai: 08:00–11:00, 14:00–16:30", "Đăng ký khai sinh",
        "không phải giấy tờ của cơ quan nhà nước",
    ):  # fmt: skip
        assert expected in text
    assert "Lan" not in text
    assert text.index("Đăng ký khai sinh") < text.index("Đăng ký thường trú")


def test_its_code_leads_to_the_guides_under_the_name_that_a_phone_reaches(
    reader: Browser, tmp_path: Path
) -> None:
    for own in ("hop.test", "127.0.0.1"):
        answer = reader.get("/guides/leaflet.pdf", headers={"Host": own})
        assert codes_on(answer.data, tmp_path) == ["http://hop.test/guides"] * 2


def test_the_leaflet_for_a_till_roll_is_80_mm_wide(reader: Browser, tmp_path: Path) -> None:
    (tmp_path / "roll.pdf").write_bytes(reader.get("/guides/leaflet.pdf?paper=roll").data)
    told = subprocess.run(
        ["pdfinfo", str(tmp_path / "roll.pdf")], capture_output=True, text=True, check=True
    ).stdout
    assert "226.772 x" in told


def test_every_procedure_has_a_notice_that_its_page_leads_to(
    reader: Browser, point: Point, tmp_path: Path
) -> None:
    for procedure in point.procedures.leaflets.values():
        path = f"/guides/procedures/{procedure.id}/notice.pdf"
        assert f'href="{path}"' in reader.get(f"/guides/procedures/{procedure.id}").text
        text = words_on(reader.get(path).data, tmp_path)
        assert procedure.code in text
        assert procedure.title.split(",")[0] in text


@pytest.mark.parametrize("wanted", ["none", "..%2f..%2fetc", "khai-sinh.pdf"])
def test_there_is_no_notice_of_what_cannot_be_filed(reader: Browser, wanted: str) -> None:
    assert reader.get(f"/guides/procedures/{wanted}/notice.pdf").status_code == 404


def test_a_notice_of_a_law_that_ended_is_gone(reader: Browser, clock: Clock) -> None:
    clock.pass_by(days=500)
    answer = reader.get("/guides/procedures/khai-sinh/notice.pdf")
    assert answer.status_code == 404
    assert "application/pdf" not in answer.mimetype


def test_a_sheet_is_made_once_a_day_and_the_shelf_stays_small() -> None:
    shelf, made = Shelf(), []

    def make(name: str) -> bytes:
        made.append(name)
        return name.encode()

    for name in ["a", "a", *map(str, range(KEPT)), "a"]:
        assert shelf.take((name,), TODAY, lambda name=name: make(name)) == name.encode()
    assert made == ["a", *map(str, range(KEPT)), "a"]
    shelf.take(("a",), date(2026, 11, 23), lambda: make("a"))
    assert made[-2:] == ["a", "a"]


def test_who_comes_while_another_sheet_takes_too_long_is_told_so(
    reader: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "PATIENCE_S", 0.05)
    shelf = reader.client.application.extensions[paper.SHELF]
    holding, done = threading.Event(), threading.Event()

    def slow() -> bytes:
        holding.set()
        done.wait(30)
        return b""

    other = threading.Thread(target=shelf.take, args=(("slow",), TODAY, slow))
    other.start()
    holding.wait(30)
    answer = reader.get("/guides/leaflet.pdf")
    done.set()
    other.join()
    assert answer.status_code == 503
    assert "Chưa làm xong tờ giấy này." in answer.text
    assert reader.get("/guides/leaflet.pdf").status_code == 200


def test_a_sheet_that_fails_leaves_the_shelf_usable() -> None:
    shelf = Shelf()

    def fail() -> bytes:
        raise PrintingFailed("no typst today")

    with pytest.raises(PrintingFailed):
        shelf.take(("a",), TODAY, fail)
    assert shelf.take(("a",), TODAY, lambda: b"good") == b"good"
