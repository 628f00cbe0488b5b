"""A box takes what its ward signed, whole or not at all, and never an older one again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from appliance.config import WardSection
from appliance.core.errors import DestinationUnreachable, DiskFull
from appliance.core.errors.publication import PublicationForged, PublicationWrong
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point, open_point
from appliance.desk.sending import publications
from appliance.desk.sending.delivery import health
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.keys.signing import new_signing_key, sign
from appliance.store.card import page_files
from appliance.store.people.volunteers import Volunteer
from tests.publications.conftest import GOOD, PROCEDURE, Office, in_place, take, wav


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_what_the_ward_sends_is_offered_without_a_new_start(point: Point, office: Office) -> None:
    assert "don-thu" not in point.procedures
    assert take(point, office, office.publish(GOOD), apart=True)

    until(lambda: "don-thu" in point.procedures)  # read beside us, while the old ones are offered
    assert point.procedures.leaflets["don-thu"].title == "Đơn thử của phường"
    assert "khai-sinh" in point.procedures  # what is not sent down stays as shipped
    assert point.settings.hours.phone == "0258 000 000"
    assert point.config.hours.phone == ""
    told = health(point, "1").published
    assert told is not None
    assert (told.number, told.refused) == (1, None)


def test_an_open_dossier_goes_on_with_the_form_it_was_opened_with(
    point: Point, office: Office, helper: Volunteer
) -> None:
    take(point, office, office.publish(GOOD))
    dossier_id = dossiers.open_dossier(point, "don-thu", helper.id)
    changed = PROCEDURE.replace("Đơn thử của phường", "Đơn mới").replace("11-22", "11-23")
    take(point, office, office.publish({"procedures/don-thu.yaml": changed}))
    until(lambda: point.procedures.leaflets["don-thu"].title == "Đơn mới")

    assert dossiers.look_at(point, dossier_id).procedure.title == "Đơn thử của phường"


def test_a_withdrawal_leaves_the_box_as_it_was_shipped(point: Point, office: Office) -> None:
    take(point, office, office.publish(GOOD))
    assert "don-thu" in point.procedures
    assert take(point, office, office.publish({}))

    until(lambda: "don-thu" not in point.procedures)
    assert point.settings == point.config
    assert in_place(point) == []


@pytest.mark.parametrize("change", ["a letter", "the number", "another key", "no signature"])
def test_a_list_that_our_ward_did_not_sign_is_refused(
    point: Point, office: Office, change: str
) -> None:
    number = office.publish(GOOD)
    path = office.home.publications / f"{number}.json"
    told = json.loads(path.read_bytes())
    match change:
        case "a letter":
            told["files"][0]["path"] = "guides/khac.vi.md"
        case "the number":
            told["number"] = number + 1
            path = office.home.publications / f"{number + 1}.json"
            number += 1
        case "another key":
            rest = {name: value for name, value in told.items() if name != "signature"}
            told["signature"] = sign(canonical_json(rest), new_signing_key())
        case _:
            del told["signature"]
    path.write_bytes(canonical_json(told))

    with pytest.raises(PublicationForged):
        take(point, office, number)
    assert in_place(point) == []
    assert point.shelf.standing().highest == 0  # the real one may still come


def test_a_message_of_another_purpose_is_no_publication(point: Point, office: Office) -> None:
    number = office.publish({})
    told = json.loads(office.publication(number)) | {"purpose": "ward-key"}
    rest = {name: value for name, value in told.items() if name != "signature"}
    told["signature"] = sign(canonical_json(rest), office.home.signing_key)
    (office.home.publications / f"{number}.json").write_bytes(canonical_json(told))

    with pytest.raises(PublicationWrong):
        take(point, office, number)
    assert point.sent_down.now.number == 0


def test_an_older_publication_is_not_taken_again(point: Point, office: Office) -> None:
    first, second = office.publish(GOOD), office.publish({})
    take(point, office, second)

    assert not publications.is_wanted(point, first)
    assert not publications.is_wanted(point, second)
    with pytest.raises(PublicationForged):
        take(point, office, first)
    assert point.shelf.standing().number == second


def test_a_signed_older_list_under_a_newer_number_is_refused(point: Point, office: Office) -> None:
    first = office.publish(GOOD)
    take(point, office, office.publish({}))
    replayed = office.home.publications / "3.json"
    replayed.write_bytes(office.publication(first))

    with pytest.raises(PublicationForged, match="asked for publication 3, got 1"):
        take(point, office, 3)
    assert point.shelf.standing().number == 2


def test_bytes_that_were_changed_on_the_way_are_refused(point: Point, office: Office) -> None:
    number = office.publish(GOOD)
    config = sha256_hex(str(GOOD["config.toml"]).encode())
    (office.home.publications / "files" / config).write_text('[hours]\nphone = "0900 lua dao"\n')
    with pytest.raises(PublicationForged, match=r"config\.toml"):
        take(point, office, number)
    assert in_place(point) == []


def test_a_file_that_never_ends_is_left_at_its_length(point: Point, office: Office) -> None:
    number = office.publish(GOOD)
    whole = office.piece
    office.piece = lambda number, sha256, begin, most: (
        whole(  # type: ignore[method-assign]
            number, sha256, begin, most
        )
        + bytes(1 << 20)
    )
    with pytest.raises(PublicationForged, match="not as long"):
        take(point, office, number)


def test_a_procedure_that_cannot_be_used_refuses_the_whole_and_the_ward_hears_why(
    point: Point, office: Office
) -> None:
    take(point, office, office.publish(GOOD))
    wrong = GOOD | {"procedures/khac.yaml": "id: khac\nversion: 2026-11-22\n"}
    number = office.publish(wrong | {"config.toml": '[hours]\nphone = "khác"\n'})

    with pytest.raises(PublicationWrong, match=r"procedures/khac\.yaml:1: "):
        take(point, office, number, apart=True)
    assert point.settings.hours.phone == "0258 000 000"
    assert "khac" not in point.procedures
    told = health(point, "1").published
    assert told is not None
    assert (told.number, told.refused) == (1, number)
    assert (told.why or "").startswith("procedures/khac.yaml:1: ")
    assert not publications.is_wanted(point, number)  # it would be as wrong another time
    assert take(point, office, office.publish(GOOD))
    assert (again := health(point, "1").published) is not None
    assert again.refused is None


def test_another_release_may_be_able_to_read_what_this_one_refused(point: Point) -> None:
    point.shelf.refuse(4, "guides/a.vi.md:1: a head of later days", "0.0.9")
    assert publications.is_wanted(point, 4)
    point.shelf.refuse(5, "put back at the box", "")
    assert not publications.is_wanted(point, 5)


def test_a_line_that_was_cut_goes_on_where_it_ended(point: Point, office: Office) -> None:
    voice = wav(60.0)
    number = office.publish(GOOD | {"voice/nop-tai-nha.vi.wav": voice})
    office.cut_after = 6
    with pytest.raises(DestinationUnreachable):
        take(point, office, number)
    assert in_place(point) == []
    office.asked.clear()
    office.cut_after = None
    take(point, office, number)

    begins = [begin for sha256, begin in office.asked if sha256 == sha256_hex(voice)]
    assert begins[0] == publications.PIECE  # five small files and its first piece had come
    assert all(sha256 == sha256_hex(voice) for sha256, _ in office.asked)


def test_what_an_earlier_try_left_and_no_list_names_does_not_stand(
    point: Point, office: Office
) -> None:
    number = office.publish(GOOD)
    stranger = point.shelf.arriving(number) / "notices/of-another-list.vi.md"
    stranger.parent.mkdir()
    stranger.write_text("+++\ntitle='Lạ'\n+++\nKhông ai ký.")
    take(point, office, number)
    assert in_place(point) == sorted(GOOD)


def test_what_did_not_change_is_not_sent_again(point: Point, office: Office) -> None:
    take(point, office, office.publish(GOOD))
    office.asked.clear()
    take(
        point, office, office.publish(GOOD | {"notices/tet.vi.md": "+++\ntitle='Tết'\n+++\nNghỉ."})
    )
    assert len(office.asked) == 1


def test_a_card_without_room_takes_nothing(
    point: Point, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.publish(GOOD)
    monkeypatch.setattr(page_files, "RESERVE_BYTES", 1 << 50)
    with pytest.raises(DiskFull):
        take(point, office, number)
    assert point.shelf.standing().highest == 0


def test_without_the_wards_key_nothing_is_believed(point: Point, office: Office) -> None:
    number = office.publish(GOOD)
    without = point.config.model_copy(update={"ward": WardSection()})
    with pytest.raises(PublicationForged, match=r"ward\.verify_key is not set"):
        take(open_point(without, point.clock), office, number)


def test_the_one_before_is_kept_and_stands_again_when_told(point: Point, office: Office) -> None:
    for title in ("một", "hai", "ba"):
        guide = f'+++\ntitle = "{title}"\n+++\n'
        take(point, office, office.publish({"guides/a.vi.md": guide}))
    assert point.shelf.numbers() == [2, 3]

    point.shelf.back("put back at the box", "")
    (leaf,) = point.sent_down.now.leaves["guide"]["a"].values()  # type: ignore[index]
    assert leaf.front.title == "hai"
    assert point.shelf.numbers() == [2]
    assert not publications.is_wanted(point, 3)
    told = health(point, "1").published
    assert told is not None
    assert (told.number, told.refused, told.why) == (2, 3, "put back at the box")
    assert point.shelf.back("again", "").number == 0


def test_a_file_that_rots_on_the_card_counts_as_not_sent(point: Point, office: Office) -> None:
    take(point, office, office.publish(GOOD))
    place = point.shelf.place_of(1)
    (place / "config.toml").write_bytes(b'[hours]\nphone = "\xff"\n')
    (place / "guides/nop-tai-nha.vi.md").unlink()
    fresh = open_point(point.config, point.clock)

    assert fresh.settings.hours.phone == ""
    assert list(fresh.sent_down.now.leaves) == ["notice"]
    assert fresh.shelf.damaged_files(1) == ["config.toml", "guides/nop-tai-nha.vi.md"]
    (place / "publication.json").write_text("{")
    assert open_point(point.config, point.clock).sent_down.now.number == 0


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ".ssh/id", "guides/A.vi.md"])
def test_a_path_that_is_no_path_of_ours_is_not_even_signed(office: Office, path: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        office.publish({path: b"x"})


def test_a_file_of_a_kind_that_this_release_does_not_know_is_left_there(
    point: Point, office: Office
) -> None:
    number = office.publish({"guides/../../x.vi.md": b"x", "films/a.mp4": b"y"})
    assert take(point, office, number)
    assert (point.sent_down.now.number, in_place(point), office.asked) == (number, [], [])
