"""Officers open dossiers and leave a line; heads read the lines and say who is an officer."""

from __future__ import annotations

import json
import os
import re

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import delete, select, update

from appliance.commands.ward import ward as ward_command
from tests.ward.box import TIMEOUT_S, Box
from tests.ward.conftest import RunningWard
from tests.ward.officer import Officer, Page
from tests.ward.papers import CHILD, sealed_dossier
from web.ward.audit import Deed, checked, has_link, lines_before
from web.ward.database import reading, writing
from web.ward.office.officers import LastHead, Role, add_officer, retire, set_role
from web.ward.tables import audit
from web.ward.tables import officer as officer_table


@pytest.fixture(scope="module")
def database() -> None:
    """SQLite; that the chain holds on PostgreSQL too is told by ``test_ward_together``."""


@pytest.fixture
def plain_officer(ward: RunningWard) -> Officer:
    """Signed in, and no head."""
    name = f"can-bo-{os.urandom(3).hex()}"
    with writing(ward.engine) as conn:
        add_officer(conn, name, "mật khẩu thử")
    signed_in = Officer(ward.site)
    assert f"Cán bộ: {name}" in signed_in.sign_in(name, "mật khẩu thử").text
    return signed_in


def deeds(ward: RunningWard, dossier_id: str) -> list[tuple[str, str]]:
    """Oldest first: what was done with the dossier, and by whom."""
    with reading(ward.engine) as conn:
        return [(line.deed, line.officer) for line in lines_before(conn, None, dossier_id)][::-1]


def told_password(page: Page) -> str:
    [password] = re.findall(r"\b(?:\w{3}-){3}\w{3}\b", page.text)
    return str(password)


def test_every_reading_and_answer_leaves_a_line(
    ward: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    [view, download] = [
        link for link in officer.page(f"/inbox/{dossier.id}").links if "/papers/" in link
    ]
    officer.get(view)
    officer.get(download)
    officer.answer(dossier.id, "supplement", text="Mời bác chụp lại.")
    done = [deed for deed, _ in deeds(ward, dossier.id)]
    # the page is looked at once more before the answer and once after it
    assert done == ["opened", "read", "saved", "opened", "asked", "opened"]
    assert {who for _, who in deeds(ward, dossier.id)} == {ward.made.officer}
    with reading(ward.engine) as conn:
        [line] = [one for one in lines_before(conn, None, dossier.id) if one.deed == Deed.READ]
        assert checked(conn).broken_at is None
    assert line.told == {"revision": 1, "paper": view.rsplit("/", 1)[1]}


def test_no_line_names_a_citizen_or_repeats_what_was_written(
    ward: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    officer.answer(dossier.id, "supplement", text="Mời bác Trần Thị Thử Nghiệm chụp lại.")
    with reading(ward.engine) as conn:
        written = "".join(map(str, conn.execute(select(audit)).all()))
    assert CHILD not in written
    assert "chụp lại" not in written


def test_what_nobody_could_read_is_no_line_about_a_paper(
    ward: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    for odd in ("x" * 64, "0" * 63, f"{'0' * 64}%0A"):
        assert officer.get(f"/inbox/{dossier.id}/papers/1/{odd}").status_code == 404
    assert officer.get(f"/inbox/{dossier.id}/papers/{'9' * 30}/{'0' * 64}").status_code == 404
    assert deeds(ward, dossier.id) == []


def test_a_head_sees_who_opened_a_dossier(
    box: Box, officer: Officer, plain_officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    receipt = box.deliver(dossier).json()
    name = re.search(r"can-bo-\w+", plain_officer.page("/inbox").text)
    assert name
    plain_officer.page(f"/inbox/{dossier.id}")
    [link] = [one for one in officer.page(f"/inbox/{dossier.id}").links if "dossier=" in one]
    page = officer.page(link)
    for word in (f"Nhật ký của hồ sơ {receipt['code']}", "Mở hồ sơ", name[0]):
        assert word in page.text
    everything = officer.page("/office/audit")
    assert receipt["code"] in everything.text
    assert "Đăng nhập" in everything.text
    assert CHILD not in page.html + everything.html


def test_an_officer_who_is_no_head_gets_none_of_the_heads_pages(
    ward: RunningWard, box: Box, plain_officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    page = plain_officer.page(f"/inbox/{dossier.id}").html
    assert set(re.findall(r"/office/[a-z-]+", page)) == {"/office/figures"}  # counts, no names
    token = plain_officer.page("/inbox").forms["/sign-out"]["csrf_token"]
    for path in (
        "/office/audit",
        f"/office/audit?dossier={dossier.id}",
        "/office/officers",
        "/office/boxes",
        "/office/publications",
    ):
        answer = plain_officer.get(path)
        assert (answer.status_code, "Trang này chỉ dành cho người phụ trách." in answer.text) == (
            403,
            True,
        )
    name = ward.made.officer
    for path in ("", f"/{name}/password", f"/{name}/retire", f"/{name}/role"):
        answer = plain_officer.session.post(
            f"{ward.site}/office/officers{path}",
            data={"csrf_token": token, "name": "kẻ lạ", "role": "head"},
            timeout=TIMEOUT_S,
        )
        assert answer.status_code == 403
    nobody = requests.get(f"{ward.site}/office/audit", timeout=TIMEOUT_S)
    assert nobody.url.endswith("/sign-in")


def test_a_head_adds_renews_and_retires_an_officer(ward: RunningWard, officer: Officer) -> None:
    name = f"Cán bộ {os.urandom(3).hex()}"
    page = officer.page("/office/officers")
    told = officer.submit(page, "/office/officers", name=f"  {name} ")
    assert "Mật khẩu chỉ hiện một lần" in told.text
    first = told_password(told)
    colleague = Officer(ward.site)
    assert f"Cán bộ: {name}" in colleague.sign_in(name, first).text

    quoted = requests.utils.quote(name)
    page = officer.page("/office/officers")
    assert first not in page.html
    second = told_password(officer.submit(page, f"/office/officers/{quoted}/password"))
    assert second != first
    assert colleague.get("/inbox").url.endswith("/sign-in"), "the old password's session lives on"
    assert f"Cán bộ: {name}" in colleague.sign_in(name, second).text

    page = officer.submit(page, f"/office/officers/{quoted}/role", role="head")
    assert "Đã lưu thay đổi." in page.text
    assert "Nhật ký" in colleague.page("/office/audit").text
    page = officer.submit(page, f"/office/officers/{quoted}/retire")
    assert name not in page.text.split("Thêm một cán bộ")[0].replace(f"Cán bộ: {name}", "")
    assert colleague.get("/inbox").url.endswith("/sign-in")
    assert "chưa đúng" in colleague.sign_in(name, second).text
    again = officer.submit(page, "/office/officers", name=name)
    assert "tên này đã có người dùng, hoặc từng có" in again.text


def test_an_odd_name_is_refused_and_said_so(officer: Officer) -> None:
    page = officer.page("/office/officers")
    for odd in ("<b>", "a/b", "", "..", ". ", "x" * 81):
        told = officer.submit(page, "/office/officers", name=odd)
        assert "Mật khẩu chỉ hiện một lần" not in told.text
    assert "Tên chỉ gồm chữ" in officer.submit(page, "/office/officers", name="<b>").text


def test_the_last_head_stays_one(ward: RunningWard, officer: Officer) -> None:
    with writing(ward.engine) as conn:
        conn.execute(
            update(officer_table)
            .where(officer_table.c.name != ward.made.officer)
            .values(role=Role.OFFICER)
        )
        for act in (lambda: retire(conn, ward.made.officer), lambda: set_role(
            conn, ward.made.officer, Role.OFFICER
        )):  # fmt: skip
            with pytest.raises(LastHead):
                act()
    page = officer.page("/office/officers")
    for path, fields in (("retire", {}), ("role", {"role": "officer"})):
        told = officer.submit(page, f"/office/officers/{ward.made.officer}/{path}", **fields)
        assert "phải còn ít nhất một người phụ trách" in told.text


def test_a_copied_cookie_dies_with_the_sign_out(ward: RunningWard, plain_officer: Officer) -> None:
    thief = Officer(ward.site)
    thief.session.cookies.update(plain_officer.session.cookies)
    assert thief.get("/inbox").url.endswith("/inbox")
    page = plain_officer.page("/inbox")
    assert "Đã đăng xuất" in plain_officer.submit(page, "/sign-out").text
    assert thief.get("/inbox").url.endswith("/sign-in")


def test_a_wrong_password_leaves_a_line_and_a_made_up_name_none(ward: RunningWard) -> None:
    name = f"can-bo-{os.urandom(3).hex()}"
    with writing(ward.engine) as conn:
        add_officer(conn, name, "đúng là đây")
    guest = Officer(ward.site)
    guest.sign_in(name, "sai")
    guest.sign_in("không có ai", "sai")
    guest.sign_in(name, "đúng là đây")
    with reading(ward.engine) as conn:
        lines = [one for one in lines_before(conn) if one.officer in {name, "không có ai"}]
    assert [(line.deed, line.officer) for line in lines[::-1]] == [
        ("refused", name),
        ("signed-in", name),
    ]


def audited(ward: RunningWard, *also: str) -> Result:
    command = ["audit", str(ward.settings.home), *also]
    command += ["--database", ward.settings.database] if ward.settings.database else []
    return CliRunner().invoke(ward_command, command)


def test_the_chain_tells_of_a_line_changed_taken_out_or_cut_off(
    ward: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    for _ in range(3):
        officer.page(f"/inbox/{dossier.id}")
    told = audited(ward, "--check")
    assert told.exit_code == 0, told.output
    end = told.stdout.split()[-1]
    lines = [json.loads(line) for line in audited(ward).stdout.splitlines()]
    assert lines[-1]["chain"] == end
    assert [line["deed"] for line in lines[-3:]] == ["opened"] * 3
    for spoil, at in (
        (update(audit).where(audit.c.seq == lines[-2]["seq"]).values(officer="ai khác"), -2),
        (delete(audit).where(audit.c.seq == lines[-2]["seq"]), -1),
    ):
        with ward.engine.connect() as conn, conn.begin() as transaction:
            conn.execute(spoil)
            assert checked(conn).broken_at == lines[at]["seq"]
            transaction.rollback()
    with ward.engine.connect() as conn, conn.begin() as transaction:
        conn.execute(delete(audit).where(audit.c.seq == lines[-1]["seq"]))
        assert checked(conn).broken_at is None, "a cut end shows only against a known one"
        assert not has_link(conn, end)
        transaction.rollback()
    assert audited(ward, "--check", "--goes-through", end).exit_code == 0
    gone = audited(ward, "--check", "--goes-through", "ab" * 32)
    assert (gone.exit_code, "lines are gone" in gone.output) == (1, True)
