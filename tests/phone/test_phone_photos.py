"""A photograph of a paper on its way from the phone to a clean page."""

from __future__ import annotations

import dataclasses
import io
import random
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from PIL import Image

from appliance.core.dossiers.phone_link import PhoneLink
from appliance.core.errors import PageDamaged, PhotosOnTheirWay
from appliance.desk.dossier import dossiers, phone_links
from appliance.desk.keeping.set_aside import set_pages_of_earlier_life_aside
from appliance.desk.pages import cleaning, photos
from appliance.desk.point import Point
from appliance.desk.sending import sealing, takeaways
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.photo import master_of
from appliance.imaging.child.photographs import PhotoRefused, taken
from appliance.imaging.formats.bare_jpeg import bare
from appliance.jpeg import check_decodes
from appliance.pretend.sample_answers import sample_answers
from appliance.services import upkeep
from appliance.services.phones import serve_one
from appliance.store.card.page_files import PageFiles
from appliance.store.dossier import owners
from appliance.store.people.volunteers import Volunteer
from tests.pages.papers import form
from tests.pages.phone import jpeg, photograph
from tests.station_page.conftest import Clock

GPS_IFD, MAKER = 0x8825, 0x010F


@pytest.fixture(scope="session")
def snapshot() -> bytes:
    """A form on a table, 12 megapixels, lying on its side as phones store it."""
    rng = random.Random(4101)
    return jpeg(photograph(form(rng, 200), rng), orientation=6)


@pytest.fixture
def dossier_id(point: Point, lan: Volunteer) -> str:
    return dossiers.open_dossier(point, "khai-sinh", lan.id)


@pytest.fixture
def link(point: Point, lan: Volunteer, dossier_id: str) -> PhoneLink:
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    secret = phone_links.claim(point, new.token, None)
    return phone_links.link_of_phone(point, secret)[0]


def bring(point: Point, dossier_id: str, content: bytes) -> None:
    photos.bring(point, dossier_id, "giay_chung_sinh", io.BytesIO(content), len(content))


def refused_pages(point: Point, dossier_id: str) -> list[str | None]:
    return photos.on_their_way(point, dossier_id).get("giay_chung_sinh", [])


def clean_all(point: Point) -> None:
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))


def test_a_photograph_becomes_a_straight_page_as_from_a_scanner(
    point: Point, dossier_id: str, snapshot: bytes
) -> None:
    bring(point, dossier_id, snapshot)
    assert serve_one(point, cleaned)
    assert refused_pages(point, dossier_id) == []
    clean_all(point)
    (page,) = dossiers.look_at(point, dossier_id).pages
    assert page.mode == "camera"
    assert page.clean_error is None
    assert not page.is_blank
    with Image.open(io.BytesIO(picture(point, page.preview))) as preview:
        wide, high = preview.size
    assert high / wide == pytest.approx(297 / 210, rel=0.02)  # the sheet alone, no table


def picture(point: Point, name: str | None) -> bytes:
    assert name is not None
    with point.database.reading() as connection:
        (key,) = owners.dossier_keys(connection)
    return point.vault.open(point.pages.read(name), key)


def test_what_the_phone_brought_is_gone_once_it_is_a_page(
    point: Point, dossier_id: str, snapshot: bytes
) -> None:
    bring(point, dossier_id, snapshot)
    (brought,) = point.pages.names()
    serve_one(point, cleaned)
    assert brought not in point.pages.names()
    assert list(point.spool.glob("*")) == []


def test_where_it_was_taken_does_not_come_along(snapshot: bytes) -> None:
    with Image.open(io.BytesIO(snapshot)) as image:
        exif = image.getexif()
        exif[MAKER] = "Hang Dien Thoai Mau"
        exif.get_ifd(GPS_IFD)[2] = (10.0, 46.0, 30.0)
        out = io.BytesIO()
        image.save(out, "JPEG", quality="keep", exif=exif, comment=b"taken by Cao Minh Mau")
    told = out.getvalue()
    assert b"Cao Minh" in told
    assert b"Hang Dien Thoai" in told
    kept = bare(told)
    with Image.open(io.BytesIO(kept)) as image:
        left = image.getexif()
        assert left.get_ifd(GPS_IFD) == {}
        assert MAKER not in left
        assert left[0x0112] == 6  # how to hold it stays
        with Image.open(io.BytesIO(told)) as before:
            assert image.tobytes() == before.tobytes()
    assert b"Cao Minh" not in kept
    assert b"Hang Dien Thoai" not in kept
    assert kept.count(b"Exif") == 1


def test_a_second_picture_behind_the_first_is_left_out(snapshot: bytes) -> None:
    assert bare(snapshot + snapshot) == bare(snapshot)
    check_decodes(bare(snapshot))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_every_kind_a_phone_makes_becomes_a_master(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "IMG_0001"
    picture = Image.new("RGB", (900, 1200), (240, 238, 230))
    if kind == "HEIF":
        if shutil.which("heif-enc") is None:
            pytest.skip("heif-enc (Debian: libheif-examples) is not here")
        picture.save(tmp_path / "a.png")
        subprocess.run(["heif-enc", "-o", path, tmp_path / "a.png"], check=True)
    else:
        picture.save(path, kind)
    found = taken(path)
    check_decodes(found.jpeg)
    assert found.width_px > 600


def broken(snapshot: bytes) -> list[tuple[bytes, str]]:
    cut = snapshot[: len(snapshot) // 2]
    head = Image.new("RGB", (10, 10))
    small = io.BytesIO()
    head.save(small, "JPEG")
    cmyk = io.BytesIO()
    Image.new("CMYK", (900, 1200)).save(cmyk, "JPEG")
    bomb = b"\x89PNG\r\n\x1a\n" + png_chunk(
        b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    )
    bomb += png_chunk(b"IDAT", zlib.compress(b"\0" * 90_000)) + png_chunk(b"IEND", b"")
    return [
        (cut, "file-damaged"),
        (cut + b"\xff\xd9", "file-damaged"),  # closed as if it were whole
        (b"\xff\xd8\xff\xe0" + b"no picture" * 40, "file-damaged"),
        (small.getvalue(), "picture-too-small"),
        (cmyk.getvalue(), "picture-unsupported"),
        (bomb, "picture-too-large"),
        (b"\x89PNG\r\n\x1a\nand then words", "file-damaged"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 90, "file-damaged"),
        (b"%PDF-1.7", "not-a-picture"),
        (b"a letter named photo.jpg", "not-a-picture"),
        (b"", "file-empty"),
    ]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("which", range(11))
def test_a_bad_file_is_refused_by_name_and_nothing_else_changes(
    point: Point, dossier_id: str, snapshot: bytes, which: int
) -> None:
    content, code = broken(snapshot)[which]
    bring(point, dossier_id, content)
    assert serve_one(point, cleaned)
    assert refused_pages(point, dossier_id) == [code]
    assert dossiers.look_at(point, dossier_id).pages == ()
    assert point.pages.names() == set()


def test_the_child_names_the_same_errors_without_a_process(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"words")
    with pytest.raises(PhotoRefused):
        taken(path)
    with pytest.raises(Exception, match="x"):
        master_of(path)


def test_a_picture_that_needs_too_much_memory_is_refused_not_fatal(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (6000, 8000)).save(path)
    with pytest.raises(PhotoRefused) as refusal:
        taken(path, memory_mb=200)
    assert refusal.value.code in ("picture-too-large", "file-damaged")


def test_a_photograph_waits_out_a_cut(point: Point, dossier_id: str, snapshot: bytes) -> None:
    bring(point, dossier_id, snapshot)
    photo = photos.next_photo(point)
    assert photo is not None
    photos.lay_out(point, photo, point.spool / "photo-1")  # and here the power goes
    (point.spool / "photo-1").unlink()
    assert serve_one(point, cleaned)
    assert len(dossiers.look_at(point, dossier_id).pages) == 1


def test_a_damaged_photograph_on_the_card_is_told(
    point: Point, dossier_id: str, snapshot: bytes
) -> None:
    bring(point, dossier_id, snapshot)
    (name,) = point.pages.names()
    path = point.pages.path_of(name)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(PageDamaged):
        photo = photos.next_photo(point)
        assert photo
        photos.lay_out(point, photo, point.spool / "photo-1")
    assert serve_one(point, cleaned)
    assert refused_pages(point, dossier_id) == ["page-damaged"]


# files to take along


def test_the_papers_become_files_that_the_portal_accepts(
    point: Point, dossier_id: str, link: PhoneLink, snapshot: bytes
) -> None:
    bring(point, dossier_id, snapshot)
    serve_one(point, cleaned)
    clean_all(point)
    takeaways.ask(point, link, dossiers.look_at(point, dossier_id))
    assert serve_one(point, cleaned)
    made = takeaways.takeaway_of(point, dossiers.look_at(point, dossier_id))
    assert made is not None
    assert (made.state, made.is_stale) == ("ready", False)
    (file,) = made.files
    assert file.name.endswith(".pdf")
    assert len(file.name) <= 50
    assert file.bytes <= 1_900_000
    name, pdf = takeaways.pdf_of(point, dossier_id, 1)
    assert (name, len(pdf)) == (file.name, file.bytes)
    assert pdf.startswith(b"%PDF-")


def with_files(point: Point, dossier_id: str, link: PhoneLink, snapshot: bytes) -> str:
    """Files are made; the name of one on the card."""
    bring(point, dossier_id, snapshot)
    serve_one(point, cleaned)
    clean_all(point)
    before = point.pages.names()
    takeaways.ask(point, link, dossiers.look_at(point, dossier_id))
    serve_one(point, cleaned)
    (name,) = point.pages.names() - before
    return name


def test_the_files_are_erased_when_the_time_is_over(
    point: Point, dossier_id: str, link: PhoneLink, snapshot: bytes, clock: Clock
) -> None:
    name = with_files(point, dossier_id, link, snapshot)
    serve_one(point, cleaned)
    assert name in point.pages.names()
    clock.pass_by(minutes=30)
    serve_one(point, cleaned)
    assert name not in point.pages.names()
    assert takeaways.takeaway_of(point, dossiers.look_at(point, dossier_id)) is None


def test_the_files_are_erased_when_the_volunteer_ends_it(
    point: Point, dossier_id: str, link: PhoneLink, snapshot: bytes
) -> None:
    name = with_files(point, dossier_id, link, snapshot)
    phone_links.let_phones_out(point, dossier_id)
    serve_one(point, cleaned)
    assert name not in point.pages.names()


def test_a_page_that_came_later_makes_the_files_stale(
    point: Point, dossier_id: str, link: PhoneLink, snapshot: bytes
) -> None:
    with_files(point, dossier_id, link, snapshot)
    bring(point, dossier_id, snapshot)
    serve_one(point, cleaned)
    made = takeaways.takeaway_of(point, dossiers.look_at(point, dossier_id))
    assert made is not None
    assert made.is_stale


# the seal


@pytest.fixture
def complete(point: Point, dossier_id: str, snapshot: bytes) -> str:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    bring(point, dossier_id, snapshot)
    serve_one(point, cleaned)
    clean_all(point)
    for slot in dossiers.look_at(point, dossier_id).missing_slots:
        photos.bring(point, dossier_id, slot.key, io.BytesIO(snapshot), len(snapshot))
        serve_one(point, cleaned)
    clean_all(point)
    return dossier_id


def test_nothing_is_sealed_while_a_photograph_is_no_page_yet(
    point: Point, lan: Volunteer, complete: str, snapshot: bytes
) -> None:
    bring(point, complete, snapshot)
    with pytest.raises(PhotosOnTheirWay):
        sealing.ask_to_seal(point, complete, lan.id, consented=True)
    serve_one(point, cleaned)
    sealing.ask_to_seal(point, complete, lan.id, consented=True)


def test_after_the_seal_nothing_that_a_phone_brought_or_asked_for_is_left(
    point: Point, lan: Volunteer, complete: str, snapshot: bytes, link: PhoneLink
) -> None:
    bring(point, complete, b"a broken one, told and never a page")
    serve_one(point, cleaned)
    takeaways.ask(point, link, dossiers.look_at(point, complete))
    serve_one(point, cleaned)
    assert takeaways.takeaway_of(point, dossiers.look_at(point, complete))
    sealing.ask_to_seal(point, complete, lan.id, consented=True)
    assert sealing.grant_next(point, cleaned) == complete
    assert point.pages.names() == set()
    assert photos.on_their_way(point, complete) == {}
    assert takeaways.takeaway_of(point, dossiers.look_at(point, complete)) is None
    sealed = point.sealed_files(complete)
    assert len(sealed.names()) >= 3  # papers, summary, contents


def test_upkeep_sets_no_photograph_aside_that_waits(
    point: Point, dossier_id: str, snapshot: bytes, clock: Clock
) -> None:
    bring(point, dossier_id, snapshot)
    clock.pass_by(hours=2)
    assert upkeep.run(point).files_set_aside == ()
    assert len(point.pages.names()) == 1


def test_a_photograph_that_a_starting_station_took_for_a_left_over_is_asked_for_again(
    point: Point, dossier_id: str, snapshot: bytes
) -> None:
    class StationStartsRightAfter(PageFiles):
        def save_stream(self, write, *, expected):
            name = super().save_stream(write, expected=expected)
            set_pages_of_earlier_life_aside(point)
            return name

    interrupted = dataclasses.replace(point, pages=StationStartsRightAfter(point.pages.folder))
    with pytest.raises(photos.ManyWaiting):
        bring(interrupted, dossier_id, snapshot)
    assert photos.on_their_way(point, dossier_id) == {}
    bring(point, dossier_id, snapshot)
    set_pages_of_earlier_life_aside(point)
    assert len(point.pages.names()) == 1
