"""Who has what, for the head of the office and for the technician at the box."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.desk.point import Point
from appliance.doctoring.published import look_at_published
from tests.publications.conftest import GOOD, Office, stand
from tests.ward.officer import Page
from web.ward.app import create_app
from web.ward.boxes.fleet import Seen
from web.ward.init import init_ward
from web.ward.office.publication_page import state_of
from web.ward.settings import WardSettings


def box(publication: int | None, refused: int | None = None) -> Seen:
    return Seen(
        "hộp", datetime.now(UTC), "1", 0, None, 9000, (), (), publication, refused, "a.yaml:1: sai"
    )


@pytest.mark.parametrize(
    ("publication", "refused", "newest", "state"),
    [
        (None, None, 0, "nothing"),
        (None, None, 3, "not-yet"),
        (2, None, 3, "not-yet"),
        (3, None, 3, "has-it"),
        (2, 3, 3, "refused"),
        (2, 3, 4, "not-yet"),
        (9, None, 3, "ahead"),
        (0, None, 3, "not-yet"),
    ],
)
def test_a_box_is_where_its_heartbeat_says(
    publication: int | None, refused: int | None, newest: int, state: str
) -> None:
    assert state_of(box(publication, refused), newest) == state


def test_a_head_sees_what_was_sent_and_which_box_did_not_take_it(
    tmp_path: Path, office: Office
) -> None:
    settings = WardSettings(office.home.folder)
    made = init_ward(settings)
    client = create_app(settings).test_client()
    assert client.get("/office/publications").location == "/sign-in"
    door = Page(client.get("/sign-in").text).forms[""]
    client.post("/sign-in", data=door | {"name": made.officer, "password": made.password})
    assert "Phường chưa gửi xuống" in client.get("/office/publications").text

    office.publish(GOOD)
    office.publish({})
    beat = {"version": "1", "queue": 0, "oldest_waiting_s": 0, "disk_free_mb": 1}
    told = {"number": 1, "refused": 2, "why": "procedures/<b>.yaml:1: sai"}
    headers = {"Authorization": f"Bearer {made.token}"}
    client.put("/intake/v1/heartbeat", json=beat | {"published": told}, headers=headers)
    page = Page(client.get("/office/publications").text)
    assert "Gói số 2 (đang dùng)" in page.text
    assert "0 trên 1 hộp đã nhận gói mới nhất." in page.text
    assert "notices/tet.vi.md" in page.text
    assert "Không nhận gói số 2. Hộp vẫn dùng nội dung cũ." in page.text
    assert "procedures/<b>.yaml:1: sai" in page.text
    assert "/office/publications" in page.links


def test_the_doctor_tells_what_stands_what_was_refused_and_what_rots(point: Point) -> None:
    assert list(look_at_published(point)) == []
    stand(point, 1, GOOD)
    (found,) = look_at_published(point)
    assert (found.code, found.blanks["number"]) == ("publication-well", "1")
    point.shelf.refuse(2, "config.toml:1: sai", "1")
    (point.shelf.place_of(1) / "config.toml").write_text("")
    refused, damaged = look_at_published(point)
    assert (refused.code, refused.blanks["why"]) == ("publication-refused", "config.toml:1: sai")
    assert (damaged.code, damaged.blanks["why"]) == ("publication-damaged", "config.toml")
    (point.shelf.place_of(1) / "publication.json").unlink()
    assert [one.code for one in look_at_published(point)][1:] == ["publication-damaged"]
