"""Whoever reads English reads all of it: the guides and a citizen's own pages."""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask

import web.station
from appliance.core.forms.problem import Problem
from appliance.core.paper.findings import Warn
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.pretend.sample_answers import sample_answers
from appliance.procedures.elsewhere import elsewhere
from appliance.procedures.english import in_english, said_in_english
from appliance.procedures.reader import load_procedures
from appliance.procedures.wording import sentence
from appliance.wording.findings import advice_for
from tests.guides.test_guides_pages import PATHS, places
from tests.phone.test_phone_pages import Phone, code_on
from tests.station_page.conftest import Browser, Tray, id_of

ROOT = Path(__file__).parents[2]
STATION = Path(web.station.__file__).parent
SHIPPED = load_procedures()
# letters that no English word has; names of people, places and laws are marked or listed
MARKED = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.I)
NAMES = (
    "Nhà văn hóa thôn Đông", "Việt Nam", "Trạm Hồ Sơ", "Tiếng Việt", "NĐ-CP", "TTg",
    "Lưu và nộp hồ sơ", "mã hồ sơ", "Nguyễn", "Trong nước", "“Số”", "Văn to Vân",
)  # fmt: skip
TWINS = [
    ("appliance/wording/findings_vi.toml", "appliance/wording/findings_en.toml"),
    ("appliance/procedures/wording_vi.toml", "appliance/procedures/wording_en.toml"),
]


def table(path: str) -> dict[str, object]:
    return tomllib.loads((ROOT / path).read_text("utf-8"))


def left_in_vietnamese(page: str) -> list[str]:
    """Stretches of text with Vietnamese letters that are neither marked so nor names."""
    body = page.partition("<body")[2].partition(">")[2]
    body = re.sub(r"<(script|template|svg)\b.*?</\1>", " ", body, flags=re.S)
    # a list of the country's provinces, peoples or countries is a list of names
    body = re.sub(r"<option [^>]*>.*?</option>", " ", body, flags=re.S)
    while True:  # from the inside out
        bare = re.sub(r'<(\w+)[^>]* lang="vi"[^>]*>(?:(?!<\1\b).)*?</\1>', " ", body, flags=re.S)
        if bare == body:
            break
        body = bare
    said = [" ".join(html.unescape(piece).split()) for piece in re.split(r"<[^>]*>", body)]
    shown = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', body)
    found = []
    for piece in [*said, *map(html.unescape, shown)]:
        bare = re.sub(r"“[^”]*”", "", piece)  # an office's own word
        for name in NAMES:
            bare = bare.replace(name, "")
        if MARKED.search(bare):
            found.append(piece)
    return found


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_both_languages_have_the_same_sentences(one: str, other: str) -> None:
    assert places(table(one)) == places(table(other))


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("web/station/station_en.toml", "web/station/station_vi.toml"),
        ("web/station/phone/phone_vi.toml", "web/station/phone/phone_en.toml"),
    ],
)
def test_no_place_of_a_smaller_catalogue_is_unknown_to_the_larger(part: str, whole: str) -> None:
    assert places(table(part)) <= places(table(whole))


def test_the_portal_s_traps_are_the_same_in_both() -> None:
    on_paper = table("appliance/papers/prints/prints_vi.toml")["value_sheet"]["traps"]  # type: ignore[index]
    on_phone = table("web/station/phone/phone_en.toml")["traps"]
    assert set(on_paper) == set(on_phone)  # type: ignore[arg-type, call-overload]


def said_by_templates() -> set[str]:
    """Every sentence in a template that a phone is shown."""
    shared = {"_form.html", "_parts.html", "_summary.html", "_due.html"}
    found = set()
    for name, _line, message, *_ in extract_from_dir(
        str(STATION),
        method_map=[("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2")],
    ):
        path = Path(name)
        of_phone = "phone/templates" in name and "invite" not in path.name
        if of_phone or path.name in shared:
            found.add(str(message))
    return found


def blanks(sentence: str) -> list[str]:
    return re.findall(r"%\(\w+\)s", sentence)


def test_every_sentence_of_the_phone_s_templates_is_translated() -> None:
    with (STATION / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        known = {str(m.id): str(m.string) for m in read_po(file) if m.id}
    wanted = said_by_templates()
    assert len(wanted) > 100
    assert wanted - set(known) == set()
    for text, said in known.items():
        assert said, text
        assert sorted(blanks(text)) == sorted(blanks(said)), text


def test_the_compiled_catalogue_is_the_written_one() -> None:
    folder = STATION / "translations/en/LC_MESSAGES"
    with (folder / "messages.po").open("rb") as po, (folder / "messages.mo").open("rb") as mo:
        written = {m.id: m.string for m in read_po(po) if m.id}
        compiled = {m.id: m.string for m in read_mo(mo) if m.id}
    assert compiled == written


def texts_of(part: object) -> set[str]:
    """Everything a procedure file says to a reader, names of laws aside."""
    words = {"called", "fact", "help", "hint", "instead", "label", "note", "presence", "result",
             "summary", "title", "where", "who_files", "why"}  # fmt: skip
    names = {"dan_toc", "quoc_tich", "quoc_gia"}
    if isinstance(part, tuple):
        return {text for one in part for text in texts_of(one)}
    if not hasattr(type(part), "model_fields") or getattr(part, "id", "") in names:
        return set()
    found: set[str] = set()
    for name in type(part).model_fields:  # type: ignore[attr-defined]
        value = getattr(part, name)
        if name in words and isinstance(value, str):
            found.add(value)
        elif name not in {"search", "sources", "codes"} or isinstance(value, tuple):
            found |= texts_of(value) if name not in {"search", "sources"} else set()
        else:
            found |= texts_of(value.codes) if value.id not in names else set()
    return found


def test_every_text_of_every_shipped_procedure_is_known_in_english() -> None:
    wanted = {text for procedure in SHIPPED.values() for text in texts_of(procedure)}
    wanted |= {text for row in elsewhere() for text in (row.title, row.why, row.instead)}
    assert len(wanted) > 600
    assert {text for text in wanted if said_in_english(text) is None} == set()
    exact = set(table("appliance/procedures/english.toml")["said"])  # type: ignore[call-overload]
    assert exact - wanted == set(), "nobody says this any more"


def test_a_text_that_only_this_point_has_stays_as_it_is() -> None:
    own = SHIPPED["khai-sinh"].model_copy(update={"title": "Thủ tục riêng của điểm", "sha256": "x"})
    assert in_english(own).title == "Thủ tục riêng của điểm"


def test_keys_rules_and_codes_are_the_same_in_english() -> None:
    for procedure in SHIPPED.values():
        english = in_english(procedure)
        assert list(english.fields) == list(procedure.fields)
        assert english.ref.sha256 == procedure.sha256
        assert [s.key for s in english.slots] == [s.key for s in procedure.slots]
        for key, field in procedure.fields.items():
            assert english.fields[key].when == field.when
            if hasattr(field, "codes"):
                ours = [code.code for code in english.fields[key].codes.codes]  # type: ignore[union-attr]
                assert ours == [code.code for code in field.codes.codes]


def test_a_problem_is_told_in_the_language_of_its_procedure() -> None:
    missing = Problem("mother_name", "missing")
    assert sentence(missing, SHIPPED["khai-sinh"]).startswith("Chưa có")
    assert (
        sentence(missing, in_english(SHIPPED["khai-sinh"]))
        == "Full name (mother) is missing; please fill it in."
    )


def test_what_cleaning_found_is_told_with_its_place() -> None:
    assert advice_for(Warn("unsharp", "top-left"), "en").what == (
        "The picture is blurred in the top left corner."
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_guide_in_english_has_no_vietnamese_but_names(reader: Browser, path: str) -> None:
    reader.client.set_cookie("guide-look", "en.plain", path="/")
    assert left_in_vietnamese(reader.get(path).text) == []


def test_every_procedure_is_read_in_english(reader: Browser, point: Point) -> None:
    reader.client.set_cookie("guide-look", "en.plain", path="/")
    for procedure_id in point.procedures.leaflets:
        page = reader.get(f"/guides/procedures/{procedure_id}").text
        assert left_in_vietnamese(page) == [], procedure_id
    assert 'Hospital&#39;s birth attestation · <span lang="vi">Giấy chứng sinh</span>' in (
        reader.get("/guides/procedures/khai-sinh").text
    )


def enter(app: Flask, browser: Browser, dossier: str) -> Phone:
    phone = Phone(app.test_client())
    path = code_on(browser, dossier)
    phone.get(path)
    phone.post(path)
    return phone


PHONE = (
    "/phone",
    "/phone/form",
    "/phone/form?all=1",
    "/phone/papers",
    "/phone/portal",
    "/phone/follow",
)


def test_a_phone_in_english_has_no_vietnamese_but_names(
    app: Flask, browser: Browser, point: Point, tray: Tray
) -> None:
    dossier = browser.open_dossier()
    dossiers.save_answers(point, id_of(dossier), {"mother_id_number": "123", "child_name": ""})
    tray.press(2)
    tray.clean()
    tray.find(tray.scanned[0], Warn("unsharp", "middle"))
    phone = enter(app, browser, dossier)
    for path in PHONE:
        assert '<html lang="vi"' in phone.get(path).text
    phone.client.set_cookie("guide-look", "en.large", path="/")
    for path in PHONE:
        page = phone.get(path).text
        assert '<html lang="en" class="large-type">' in page, path
        assert left_in_vietnamese(page) == [], path
    assert "Full name (mother)" in phone.get("/phone/form").text
    assert "The picture is blurred in the middle." in phone.get("/phone/papers").text


def test_what_is_filled_in_on_an_english_form_is_the_same_dossier(
    app: Flask, browser: Browser, point: Point
) -> None:
    dossier = browser.open_dossier()
    phone = enter(app, browser, dossier)
    phone.client.set_cookie("guide-look", "en.plain", path="/")
    phone.get("/phone/form")
    answers = sample_answers("khai-sinh", point.today())
    phone.post("/phone/form", child_name=answers["child_name"], relation="me", revision="0")
    stored = dossiers.look_at(point, id_of(dossier))
    assert stored.answers["child_name"] == answers["child_name"]
    assert stored.procedure.title == "Đăng ký khai sinh"


def test_the_desk_speaks_vietnamese_whatever_the_cookie_says(browser: Browser) -> None:
    browser.client.set_cookie("guide-look", "en.large", path="/")
    page = browser.get("/").text
    assert '<html lang="vi">' in page
    assert "large-type" not in page
    assert "Đến nội dung chính" in page
    assert "Skip to the main part" not in page


def test_language_is_switched_on_the_phone_and_nobody_is_led_away(
    app: Flask, browser: Browser
) -> None:
    phone = enter(app, browser, browser.open_dossier())
    phone.get("/phone")
    answer = phone.post("/guides/look", language="en", back="/phone/papers")
    assert answer.headers["Location"] == "/phone/papers"
    assert "Photograph the papers" in phone.get("/phone/papers").text
    for elsewhere_ in ("https://example.org/phone", "//example.org/phone", "/", "/dossiers/new"):
        answer = phone.post("/guides/look", language="en", back=elsewhere_)
        assert answer.headers["Location"] == "/guides"
