"""An officer's workbook as the draft of a procedure file.

Two sheets. ``Thủ tục``: a name in column A, its value in B; a row ``Giấy tờ`` is one paper, with
its hint in C and whether it must be there in D. ``Câu hỏi``: a head, then one question a row.
Everything that can be told at the sheet is told there, with sheet, row, column and what to do;
what only a whole file shows is left to the reader of files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from appliance.core.forms.normalise import unmarked
from appliance.procedures.sheet_words import Complaint, heads_of, near_or_known
from appliance.procedures.shelf import LISTS, SHIPPED
from appliance.procedures.workbook import Row, Sheet, read_sheets, write_empty

SHEETS = ("Thủ tục", "Câu hỏi")
# what is written in column A, the key in the file, and whether there must be one
FACTS = (
    ("Mã thủ tục", "code", True),
    ("Tên thủ tục", "title", True),
    ("Dùng cho", "summary", False),
    ("Ai nộp", "who_files", True),
    ("Nộp ở đâu", "where", True),
    ("Kết quả", "result", False),
    ("Phải có mặt", "presence", False),
    ("Có hiệu lực từ", "valid_from", True),
    ("Đến hết ngày", "valid_to", False),
)
DAYS, SOURCE, PAPER = "Số ngày làm việc", "Nguồn", "Giấy tờ"
KINDS = {
    "chữ": "text",
    "ngày": "date",
    "số định danh": "id_number",
    "chọn": "choice",
    "địa chỉ": "address",
    "điện thoại": "phone",
    "số": "integer",
    "có hay không": "yes_no",
}
_KEYS = {unmarked(name): (key, name) for name, key, _ in FACTS}
_KINDS = {unmarked(name): kind for name, kind in KINDS.items()}
_NAMES = (*(name for name, _, _ in FACTS), DAYS, SOURCE, PAPER)
_DAYS_KEYS = frozenset({"valid_from", "valid_to"})
_YES, _NO = {"co", "bat buoc", "x"}, {"khong", ""}
_VIETNAMESE_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_CODE = re.compile(r"\d\.\d{6}")
_A, _B, _C, _D, _E = range(5)


@dataclass
class Draft:
    """What became of a workbook; *mistakes* name the place and what to do."""

    text: str = ""
    mistakes: list[str] = field(default_factory=list)

    def complain(self, code: str, where: str, row: int = 0, column: int = 0, **said: str) -> None:
        """Note what is wrong at a cell, or with a sheet or file when *row* is 0."""
        self.mistakes.append(str(Complaint(code, where, row, column, said)))


def draft_of(path: Path, today: date, lists: frozenset[str] | None = None) -> Draft:
    """The workbook as YAML to go on with, as far as it could be understood. Never raises.

    *lists*: names of the code lists there are; None: the shipped ones.
    """
    draft = Draft()
    read = read_sheets(path)
    if isinstance(read, Complaint):
        draft.mistakes.append(str(read))
        return draft
    found = _by_name(read, draft)
    facts, questions = (found.get(name) for name in SHEETS)
    head = _head(facts, draft, today) if facts else []
    known = lists if lists is not None else shipped_lists()
    sections = list(_sections(questions, draft, known)) if questions else ["sections:"]
    draft.text = "\n".join([*head, *sections, ""]) if facts or questions else ""
    return draft


def shipped_lists() -> frozenset[str]:
    """Names of the code lists that come with the station."""
    return frozenset(path.stem for path in (SHIPPED / LISTS).glob("*.yaml"))


def write_template(path: Path) -> None:
    """An empty workbook for an officer, with one row of each kind to overwrite."""
    write_empty(
        path,
        [*((name, "") for name, _, _ in FACTS), (DAYS, ""), (SOURCE, ""), (PAPER, "", "", "có")],
        [("Người yêu cầu", "Họ, chữ đệm, tên", "chữ", "", "có", "Như trên thẻ căn cước")],
    )


def _by_name(sheets: list[Sheet], draft: Draft) -> dict[str, Sheet]:
    found: dict[str, Sheet] = {}
    for name in SHEETS:
        same = [sheet for sheet in sheets if unmarked(sheet.name) == unmarked(name)]
        if not same:
            there = ", ".join(f"“{sheet.name}”" for sheet in sheets) or "–"
            draft.complain("no-sheet", name, there=there)
        else:
            found[name] = Sheet(name, same[0].rows, same[0].complaints)
            draft.mistakes += [str(Complaint(c.code, name, c.row, c.column, c.said))
                               for c in same[0].complaints]  # fmt: skip
        if len(same) > 1:
            draft.complain("sheet-twice", name)
    return found


def _head(sheet: Sheet, draft: Draft, today: date) -> list[str]:
    facts: dict[str, str] = {}
    rows: dict[str, Row] = {}
    papers: list[str] = []
    sources: list[str] = []
    days = "0"
    for row in sheet.rows:
        name, value = row.cells[_A], row.cells[_B]
        key, _ = _KEYS.get(unmarked(name), ("", ""))
        if unmarked(name) == unmarked(heads_of(sheet.name)[_A]) and row.number == 1:
            continue  # the head of our own empty workbook
        if key:
            if key in rows:
                draft.complain("fact-twice", sheet.name, row.number, _A,
                               written=name, before=str(rows[key].number))  # fmt: skip
                continue
            rows[key] = row
            if value:
                facts[key] = _fact(key, value, row, draft)
        elif unmarked(name) == unmarked(DAYS):
            days = _working_days(value, row, draft)
        elif unmarked(name) == unmarked(SOURCE) and value:
            sources.append(f"  - {{title: {_quoted(value)}}}")
        elif unmarked(name) == unmarked(PAPER) and value:
            papers += _paper(row, papers, draft)
        elif unmarked(name) in map(unmarked, (SOURCE, PAPER)):
            draft.complain("fact-empty", sheet.name, row.number, _B, written=name)
        else:
            near = near_or_known(name, _NAMES, "known")
            draft.complain("fact-unknown", sheet.name, row.number, _A, written=name, near=near)
    _tell_what_lacks(sheet.name, facts, rows, sources, papers, draft)
    first, last = (_day(facts.get(key, "")) for key in ("valid_from", "valid_to"))
    if first and last and last < first:
        draft.complain("day-order", sheet.name, rows["valid_to"].number, _B,
                       before=rows["valid_from"].cells[_B])  # fmt: skip
    return [
        "# A draft from a workbook: what was not asked there must be added by hand.",
        f"id: {_key(facts.get('title', ''), '-')}",
        f"version: {today.isoformat()}",
        *(f"{key}: {_quoted(value)}" for key, value in facts.items()),
        f"processing: {{working_days: {_quoted(days)}}}",
        *(("sources:", *sources) if sources else ()),
        *(("slots:", *papers) if papers else ()),
    ]


def _tell_what_lacks(
    where: str,
    facts: dict[str, str],
    rows: dict[str, Row],
    sources: list[str],
    papers: list[str],
    draft: Draft,
) -> None:
    for name, key, is_needed in FACTS:
        if key in rows and key not in facts and is_needed:
            draft.complain("fact-empty", where, rows[key].number, _B, written=name)
        elif is_needed and key not in rows:
            draft.complain("fact-missing", where, wanted=name)
    if not sources:
        draft.complain("fact-missing", where, wanted=SOURCE)
    if not papers:
        draft.complain("no-paper", where)


def _fact(key: str, value: str, row: Row, draft: Draft) -> str:
    if key in _DAYS_KEYS:
        day = _day(value)
        if day is None:
            draft.complain("day-wrong", SHEETS[0], row.number, _B, written=value)
        return day or value
    if key == "code" and not _CODE.fullmatch(value):
        draft.complain("code-wrong", SHEETS[0], row.number, _B, written=value)
    return value


def _day(value: str) -> str | None:
    """As the file has it, if such a day is there."""
    found = _VIETNAMESE_DAY.fullmatch(value)
    wanted = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else value
    try:
        return date.fromisoformat(wanted).isoformat()
    except ValueError:
        return None


def _working_days(value: str, row: Row, draft: Draft) -> str:
    if value.isascii() and value.isdigit() and len(value) < 4:
        return value
    draft.complain("days-wrong", SHEETS[0], row.number, _B, written=value)
    return "0"


def _paper(row: Row, before: list[str], draft: Draft) -> Iterator[str]:
    _, title, hint, needed, *_ = row.cells
    yield f"  - key: {_unused(_key(title, '_'), ' '.join(before))}"
    yield f"    title: {_quoted(title)}"
    if hint:
        yield f"    hint: {_quoted(hint)}"
    yield f"    required: {_yes_no(needed, SHEETS[0], row, _D, draft)}"


def _sections(sheet: Sheet, draft: Draft, lists: frozenset[str]) -> Iterator[str]:
    yield "sections:"
    section, opened, used = "", "", ""
    for row in sheet.rows:
        part, label, kind, codes, needed, hint = row.cells
        if row.number == 1:
            if unmarked(kind) in _KINDS:
                heads = ", ".join(heads_of(sheet.name))
                draft.complain("head-missing", sheet.name, row.number, _A, heads=heads)
            continue
        section = part or section
        if not _is_understood(row, section, draft, sheet.name):
            continue
        if section != opened:
            opened = section
            yield from (f"  - title: {_quoted(section)}", "    fields:")
        key = _unused(_key(label, "_"), used)
        used += f" {key} "
        yield f"      - key: {key}"
        yield f"        type: {_KINDS[unmarked(kind)]}"
        yield f"        label: {_quoted(label)}"
        if chosen := _codes(codes, kind, row, draft, lists):
            yield f"        codes: {chosen}"
        if hint:
            yield f"        help: {_quoted(hint)}"
        yield f"        required: {_yes_no(needed, sheet.name, row, _E, draft)}"
    if not opened:
        draft.complain("no-question", sheet.name)


def _is_understood(row: Row, section: str, draft: Draft, where: str) -> bool:
    _, label, kind, *_ = row.cells
    before = len(draft.mistakes)
    if not label:
        draft.complain("label-missing", where, row.number, _B)
    if not section:
        draft.complain("part-missing", where, row.number, _A)
    if unmarked(kind) not in _KINDS:
        known = ", ".join(KINDS)
        draft.complain("kind-unknown", where, row.number, _C, written=kind, known=known)
    return len(draft.mistakes) == before


def _codes(written: str, kind: str, row: Row, draft: Draft, lists: frozenset[str]) -> str:
    wanted, known = _key(written, "_") if written else "", ", ".join(sorted(lists))
    if _KINDS[unmarked(kind)] != "choice":
        if written:
            draft.complain("list-not-used", SHEETS[1], row.number, _D, kind=kind)
        return ""
    if not wanted:
        draft.complain("list-missing", SHEETS[1], row.number, _D, known=known)
    elif wanted not in lists:
        near = near_or_known(wanted, sorted(lists), "list-known")
        draft.complain("list-unknown", SHEETS[1], row.number, _D, written=written, near=near)
    return wanted


def _yes_no(text: str, where: str, row: Row, column: int, draft: Draft) -> str:
    word = unmarked(text)
    if word not in _YES | _NO:
        draft.complain("not-yes-or-no", where, row.number, column, written=text)
    return "true" if word in _YES else "false"


def _key(text: str, between: str) -> str:
    """Letters, digits and *between*, beginning with a letter."""
    bare = re.sub(r"[^a-z0-9]+", between, unmarked(text)).strip(between)
    return (bare if bare[:1].isalpha() else f"o{between}{bare}".strip(between))[:50].strip(between)


def _unused(key: str, used: str) -> str:
    number = 2
    wanted = key
    while re.search(rf"\b{wanted}\b", used):
        wanted, number = f"{key}_{number}", number + 1
    return wanted


def _quoted(text: str) -> str:
    """A YAML scalar: JSON's strings are such."""
    return json.dumps(text, ensure_ascii=False)
