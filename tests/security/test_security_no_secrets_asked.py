"""The box never sees a password or an OTP code: no form of the page has room for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

from appliance.procedures.reader import load_procedures
from appliance.store.people.volunteers import Role, add_volunteer
from tests.security.conftest import Marked, signed_in
from tests.station_page.conftest import PIN

# what somebody would call a box for a secret of VNeID, the Portal, a bank or an e-mail account
SECRET = re.compile(
    r"pass|mật\s*khẩu|mat[_-]?khau|otp|one-time|mã\s+xác\s+(thực|nhận)|ma[_-]?xac[_-]?(thuc|nhan)"
    r"|cvv|cvc|số\s+thẻ\s+(ngân|tín)|card-?number|cc-number|\bpin\b|passcode|mã\s+khóa|secret",
    re.IGNORECASE,
)
# a volunteer's own PIN; the secret that the box itself printed on a citizen's slip
OURS = {("/sign-in", "pin"), ("/unlock", "pin"), ("/citizen", "secret"), ("/book/mine", "secret")}


class Boxes(HTMLParser):
    """Every box of a page that can be typed into, with all that is said of it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []  # where it is sent, its name, what is said
        self._labels: dict[str, str] = {}
        self._label, self._action = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._action = told.get("action", "")
        if tag == "label":
            self._label = told.get("for", "")
        # what is hidden or only ticked takes nothing that somebody types
        idle = {"hidden", "submit", "radio", "checkbox", "button", "file"}
        if tag in {"input", "textarea"} and told.get("type") not in idle:
            said = " ".join(f"{key}={value}" for key, value in told.items() if key != "value")
            self.found.append((self._action, told.get("name", ""), f"{told.get('id')}§{said}"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._label = ""

    def handle_data(self, data: str) -> None:
        if self._label:
            self._labels[self._label] = self._labels.get(self._label, "") + data

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        for action, name, said in self.found:
            owner, _, rest = said.partition("§")
            yield action, name, f"{rest} {self._labels.get(owner, '')}"


def asked_for_secrets(page: str, path: str) -> set[tuple[str, str]]:
    found = set()
    for action, name, said in Boxes(page):
        if SECRET.search(f"{name} {said}"):
            found.add(((action or path).partition("?")[0], name))
    return found


def test_a_box_for_a_secret_would_be_noticed() -> None:
    for box in (
        '<input type="password" name="x">',
        '<input name="otp">',
        '<input name="x" autocomplete="one-time-code">',
        '<label for="a">Mật khẩu VNeID</label><input id="a" name="b">',
        '<textarea name="x" placeholder="Mã xác thực"></textarea>',
    ):
        assert asked_for_secrets(f"<form action=/here>{box}</form>", ""), box
    innocent = '<label for="a">Số thẻ căn cước</label><input id="a" name="father_id_number">'
    assert not asked_for_secrets(innocent, "")


def test_no_form_of_the_page_asks_for_a_password_or_an_otp_code(marked: Marked) -> None:
    with marked.point.database.writing() as connection:
        add_volunteer(connection, "Kỹ thuật", PIN, Role.TECHNICIAN, marked.point.clock())
    technician, _ = signed_in(marked.walker.app, "Kỹ thuật")
    cookies = (
        "",
        f"tramhoso={technician}",
        f"tramhoso={marked.cookie}",
        f"phone={marked.phone}; guide-look=en.plain",
    )
    walker, boxes, secrets = replace(marked.walker, marks=()), 0, set()
    for cookie in cookies:
        for one in walker.walk(methods=("GET",), Cookie=cookie):
            if one.answer.mimetype == "text/html":
                page = one.answer.get_data(as_text=True)
                boxes += sum(1 for _ in Boxes(page))
                secrets |= asked_for_secrets(page, one.path)
    assert boxes > 60, "the walk no longer reaches the forms"
    assert secrets <= OURS
    assert ("/sign-in", "pin") in secrets, "the walk no longer knows a secret when it sees one"


def test_no_procedure_asks_for_one() -> None:
    for procedure in load_procedures().values():
        for field in procedure.fields.values():
            # a hint may well say that nobody asks for a password
            assert not SECRET.search(f"{field.key} {field.label}"), f"{procedure.id}: {field.key}"
