"""Supplements at the ward: exactly what is wrong with which page, and what holds afterwards."""

from __future__ import annotations

import re
import threading

import pytest
from flask import Flask
from uuid6 import uuid7

from appliance.core.wire.manifest import Contents, ContentsSlot, Event, Manifest, Replaced
from appliance.keys.age import new_identity, recipient_of
from appliance.keys.canonical import canonical_json
from tests.ward.box import Box
from tests.ward.conftest import RunningWard
from tests.ward.officer import Officer
from tests.ward.papers import SealedDossier, pdf, sealed_dossier
from web.ward.home import open_home
from web.ward.office.current import current_papers, out_of_date
from web.ward.office.forms import AskedField, supplement_form
from web.ward.office.reader import Reader

SLOT = "giay_chung_sinh"


def events_of(box: Box, dossier_id: str) -> list[Event]:
    told = box.ask("GET", f"/dossiers/{dossier_id}").json()["events"]
    return [Event.model_validate(entry) for entry in told]


def revised(
    dossier: SealedDossier, recipient: str, number: int, answers: str | None, **papers: bytes
) -> SealedDossier:
    """The next revision, each of its papers in the place of the first one's."""
    made = sealed_dossier(recipient, dossier_id=dossier.id, revision=number, papers=papers)
    files = tuple(
        file.model_copy(update={"replaces": Replaced(revision=1)}) if file.slot in papers else file
        for file in made.manifest.files
    )
    manifest = made.manifest.model_copy(update={"files": files, "answers_request": answers})
    return SealedDossier(manifest, canonical_json(manifest), made.files, made.plain)


def test_an_officer_names_the_page_the_trouble_and_a_word_for_each_paper(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient, papers={SLOT: pdf("a"), "uy_quyen": pdf("b")})
    box.deliver(dossier)
    officer.answer(
        dossier.id, "supplement", text="", paper_0="unreadable", pages_0="3, 2", note_0="Góc bị mờ."
    )
    [event] = events_of(box, dossier.id)
    assert event.text_vi is None
    asked = [(item.ref, item.page, item.problem, item.note_vi) for item in event.items]
    assert asked == [(SLOT, 2, "unreadable", "Góc bị mờ."), (SLOT, 3, "unreadable", "Góc bị mờ.")]


@pytest.mark.parametrize("wrong", [{"text": ""}, {"paper_0": "other", "pages_0": "hai"}])
def test_a_request_that_asks_for_nothing_or_no_page_is_not_sent(
    box: Box, officer: Officer, recipient: str, wrong: dict[str, str]
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    assert "Chưa gửi" in officer.answer(dossier.id, "supplement", **wrong).text
    assert events_of(box, dossier.id) == []


def test_a_paper_that_never_came_can_be_asked_for() -> None:
    # what the procedure knows travels inside the seal, so the ward needs no procedure file
    app = Flask(__name__)
    app.config.update(SECRET_KEY="of a test", WTF_CSRF_ENABLED=False)
    asked = {"paper_0": "missing", "note_0": "Bản sao có chứng thực."}
    with app.test_request_context("/", method="POST", data=asked):
        form = supplement_form([], [ContentsSlot(slot="ket_hon", title="Giấy kết hôn")])
        assert form.validate()
        [item] = form.items()
    assert (item.ref, item.problem, item.note_vi) == (
        "ket_hon",
        "missing",
        "Bản sao có chứng thực.",
    )
    assert form.papers == [AskedField("ket_hon", "paper_0", "note_0")]


def test_the_inbox_tells_both_revisions_and_which_paper_holds(
    ward: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient, papers={SLOT: pdf("mờ"), "uy_quyen": pdf("tốt")})
    box.deliver(dossier)
    officer.answer(dossier.id, "supplement", text="", paper_0="unreadable")
    [asked] = events_of(box, dossier.id)
    box.deliver(revised(dossier, recipient, 2, asked.seq, **{SLOT: pdf("rõ")}))
    page = officer.page(f"/inbox/{dossier.id}")
    for word in ("Giấy tờ hiện hành", "Hồ sơ ban đầu", "Bổ sung lần 1", "Đã có bản thay"):
        assert word in page.text
    assert "Đã nhận bổ sung lần 1" in page.text
    holding = page.html.partition("Giấy tờ hiện hành")[2].partition("</section>")[0]
    assert holding.count("/papers/2/") == 1
    assert holding.count("/papers/1/") == 1
    reader = Reader(ward.engine, open_home(ward.settings.home))
    opened = [reader.contents(dossier.id, number) for number in (1, 2)]
    papers = current_papers(opened)
    assert [(p.slot, p.was_supplemented) for p in papers] == [(SLOT, True), ("uy_quyen", False)]
    assert {number for number, _ in out_of_date(opened, papers)} == {1}


def test_an_answer_is_asked_for_again_and_the_new_stands_beside_the_old(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient, child="CAO MINH MẪU")
    box.deliver(dossier)
    officer.answer(
        dossier.id,
        "supplement",
        text="",
        field_0="child_name",
        wrong_0="mismatch",
        said_0="Theo giấy là “Mẫn”.",
    )
    [event] = events_of(box, dossier.id)
    [item] = event.items
    assert (item.what, item.ref, item.problem) == ("field", "child_name", "mismatch")
    assert item.note_vi == "Theo giấy là “Mẫn”."
    asked = officer.page(f"/inbox/{dossier.id}")
    assert "Họ, chữ đệm, tên: Không khớp" in asked.text
    made = sealed_dossier(recipient, dossier_id=dossier.id, revision=2, child="CAO MINH MẪN")
    manifest = made.manifest.model_copy(update={"answers_request": event.seq})
    box.deliver(SealedDossier(manifest, canonical_json(manifest), made.files, made.plain))
    page = officer.page(f"/inbox/{dossier.id}")
    held = "<s>(<span [^>]*>[^<]*</span>)?CAO MINH MẪU</s><br>CAO MINH MẪN"
    assert re.search(held, page.html)


def test_a_supplement_that_answers_none_wholly_leaves_the_dossier_waiting(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    officer.answer(dossier.id, "supplement", text="Thiếu hai giấy.")
    [asked] = events_of(box, dossier.id)
    box.deliver(revised(dossier, recipient, 2, "0", **{SLOT: pdf("một")}))
    told = box.ask("GET", f"/dossiers/{dossier.id}").json()
    assert (told["state"], told["revision"]) == ("supplement_requested", 2)
    box.deliver(revised(dossier, recipient, 3, asked.seq, **{SLOT: pdf("hai")}))
    assert box.ask("GET", f"/dossiers/{dossier.id}").json()["state"] == "received"


def test_what_was_asked_for_while_a_supplement_was_made_is_still_asked_for(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    officer.answer(dossier.id, "supplement", text="Giấy chứng sinh bị mờ.")
    [first] = events_of(box, dossier.id)
    officer.answer(dossier.id, "supplement", text="Thiếu cả giấy ủy quyền.")
    box.deliver(revised(dossier, recipient, 2, first.seq, **{SLOT: pdf("rõ")}))
    told = box.ask("GET", f"/dossiers/{dossier.id}").json()
    assert (told["state"], told["revision"]) == ("supplement_requested", 2)
    second = events_of(box, dossier.id)[1]
    box.deliver(revised(dossier, recipient, 3, second.seq, **{SLOT: pdf("rõ nữa")}))
    told = box.ask("GET", f"/dossiers/{dossier.id}").json()
    assert (told["state"], told["revision"]) == ("received", 3)
    reasons = [event.reason_code for event in events_of(box, dossier.id)]
    assert reasons == [None, None, "revision-2", "revision-3"]


def test_a_box_that_waits_for_news_hears_at_once_that_its_supplement_is_in(
    box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    officer.answer(dossier.id, "supplement", text="Giấy bị mờ.")
    [asked] = events_of(box, dossier.id)
    better = revised(dossier, recipient, 2, asked.seq, **{SLOT: pdf("rõ")})
    heard: list[str] = []

    def wait() -> None:
        told = box.ask("GET", f"/events?after={asked.seq}&wait=20").json()["items"]
        heard.extend(entry["reason_code"] for entry in told)

    waiting = threading.Thread(target=wait)
    waiting.start()
    box.deliver(better)
    waiting.join(15)
    assert heard == ["revision-2"]


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("answers_request", {"answers_request": "1"}),
        ("files.0.replaces", {"replaces": Replaced(revision=1)}),
    ],
)
def test_a_first_revision_can_replace_and_answer_nothing(
    box: Box, recipient: str, path: str, changes: dict[str, object]
) -> None:
    made = sealed_dossier(recipient)
    manifest = made.manifest.model_copy(
        update={k: v for k, v in changes.items() if k in Manifest.model_fields}
    )
    if "replaces" in changes:
        first, *rest = manifest.files
        manifest = manifest.model_copy(update={"files": (first.model_copy(update=changes), *rest)})
    odd = SealedDossier(manifest, canonical_json(manifest), made.files, made.plain)
    answer = box.commit(odd)
    assert answer.status_code == 422
    assert [fault["path"] for fault in answer.json()["errors"]] == [path]


def contents_of(dossier_id: str, number: int, *named: tuple[str, str]) -> Contents:
    files = [
        {"slot": slot, "title": title, "name": f"{slot}.pdf", "sha256": "0" * 64, "bytes": 1,
         "pages": 1, "sealed_sha256": f"{number}{place}".ljust(64, "a")}
        for place, (slot, title) in enumerate(named)
    ]  # fmt: skip
    return Contents.model_validate(
        {"dossier_id": dossier_id, "revision": number, "local_number": "TH-0001-20261122-01",
         "answers": {}, "files": files}
    )  # fmt: skip


def opened(number: int, *papers: tuple[str, int | None]) -> tuple[Manifest, Contents]:
    """A revision of *papers*: slot, and the page whose place it takes."""
    contents = contents_of(str(uuid7()), number, *((slot, f"{slot} {p}") for slot, p in papers))
    base = sealed_dossier_manifest(contents.dossier_id, number)
    files = tuple(
        base.files[0].model_copy(
            update={
                "slot": slot,
                "sha256": file.sealed_sha256,
                "replaces": Replaced(revision=1, page=page) if number > 1 else None,
            }
        )
        for (slot, page), file in zip(papers, contents.files, strict=True)
    )
    return base.model_copy(update={"files": files}), contents


def sealed_dossier_manifest(dossier_id: str, number: int) -> Manifest:
    recipient = recipient_of(new_identity())
    return sealed_dossier(recipient, dossier_id=dossier_id, revision=number).manifest


def holding(*revisions: tuple[Manifest, Contents]) -> list[tuple[str, int, int | None]]:
    return [
        (paper.slot, held.revision, held.page)
        for paper in current_papers(revisions)
        for held in paper.files
    ]


def test_a_better_page_lies_beside_its_paper_until_the_whole_paper_comes_anew() -> None:
    first = opened(1, ("so", None), ("don", None))
    page_2, again = opened(2, ("so", 2)), opened(3, ("so", 2))
    whole = opened(4, ("so", None))
    assert holding(first) == [("so", 1, None), ("don", 1, None)]
    assert holding(first, page_2) == [("so", 1, None), ("so", 2, 2), ("don", 1, None)]
    assert holding(first, page_2, again) == [("so", 1, None), ("so", 3, 2), ("don", 1, None)]
    assert holding(first, page_2, again, whole) == [("so", 4, None), ("don", 1, None)]
