"""An officer's workbook as the draft of a procedure file. The only file that knows openpyxl.

Two sheets. ``Thủ tục``: a name in column A, its value in B; a row ``Giấy tờ`` is one paper, with
its hint in C and whether it must be there in D. ``Câu hỏi``: a head, then one question a row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from appliance.core.normalise import unmarked
from appliance.core.spelling import clean_text

LARGEST_FILE = 2_000_000  # bytes; a procedure has a hundred rows
_MOST_ROWS = 1000
_FACTS = {
    "ma thu tuc": "code",
    "ten thu tuc": "title",
    "dung cho": "summary",
    "ai nop": "who_files",
    "nop o dau": "where",
    "ket qua": "result",
    "phai co mat": "presence",
    "co hieu luc tu": "valid_from",
    "den het ngay": "valid_to",
}
_KINDS = {
    "chu": "text",
    "ngay": "date",
    "so dinh danh": "id_number",
    "chon": "choice",
    "dia chi": "address",
    "dien thoai": "phone",
    "so": "integer",
    "co hay khong": "yes_no",
}
_YES, _NO = {"co", "bat buoc", "x"}, {"khong", ""}
_VIETNAMESE_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass
class Draft:
    """What became of a workbook; *mistakes* say sheet and row, and name what was left out."""

    text: str = ""
    mistakes: list[str] = field(default_factory=list)


def draft_of(path: Path, today: date) -> Draft:
    """The workbook as YAML to go on with, as far as it could be understood. Never raises."""
    draft = Draft()
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"larger than {LARGEST_FILE} bytes")
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = {unmarked(name): list(_rows(book[name])) for name in book.sheetnames}
        book.close()
    except (OSError, ValueError, KeyError, BadZipFile, InvalidFileException) as error:
        draft.mistakes.append(f"{path}: cannot be read as a workbook: {error}")
        return draft
    for name in ("thu tuc", "cau hoi"):
        if name not in sheets:
            draft.mistakes.append(f"{path}: there is no sheet {name!r} (marks do not matter)")
    facts = sheets.get("thu tuc", [])
    questions = sheets.get("cau hoi", [])[1:]
    draft.text = "\n".join([*_head(facts, draft, today), *_sections(questions, draft), ""])
    return draft


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Row number and six cleaned cells, without empty rows."""
    limits = {"max_row": _MOST_ROWS, "max_col": 6, "values_only": True}
    for number, cells in enumerate(sheet.iter_rows(**limits), start=1):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, (texts + [""] * 6)[:6]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = clean_text(cell)
    found = _VIETNAMESE_DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text


def _head(rows: list[tuple[int, list[str]]], draft: Draft, today: date) -> Iterator[str]:
    facts: dict[str, str] = {}
    papers: list[str] = []
    sources: list[str] = []
    days = "0"
    for number, (name, value, hint, needed, *_) in rows:
        match unmarked(name):
            case key if key in _FACTS:
                facts[_FACTS[key]] = value
            case "so ngay lam viec":
                days = value
            case "nguon":
                sources.append(f"  - {{title: {_quoted(value)}}}")
            case "giay to":
                papers += _paper(value, hint, needed, f"Thủ tục, dòng {number}", papers, draft)
            case _:
                draft.mistakes.append(f"Thủ tục, dòng {number}: không hiểu “{name}”")
    yield "# A draft from a workbook: what was not asked there must be added by hand."
    yield f"id: {_key(facts.get('title', ''), '-')}"
    yield f"version: {today.isoformat()}"
    yield from (f"{key}: {_quoted(value)}" for key, value in facts.items())
    yield f"processing: {{working_days: {_quoted(days)}}}"
    yield from ("sources:", *sources) if sources else ()
    yield from ("slots:", *papers) if papers else ()


def _paper(
    title: str, hint: str, needed: str, where: str, before: list[str], draft: Draft
) -> Iterator[str]:
    yield f"  - key: {_unused(_key(title, '_'), ' '.join(before))}"
    yield f"    title: {_quoted(title)}"
    if hint:
        yield f"    hint: {_quoted(hint)}"
    yield f"    required: {_yes_no(needed, where, draft)}"


def _sections(rows: list[tuple[int, list[str]]], draft: Draft) -> Iterator[str]:
    yield "sections:"
    section, used = None, ""
    for number, (part, label, kind, codes, needed, hint) in rows:
        where = f"Câu hỏi, dòng {number}"
        if part and part != section:
            section = part
            yield from (f"  - title: {_quoted(part)}", "    fields:")
        if unmarked(kind) not in _KINDS or not label or section is None:
            known = ", ".join(_KINDS)
            draft.mistakes.append(f"{where}: không hiểu “{label}”, kiểu “{kind}” ({known})")
            continue
        key = _unused(_key(label, "_"), used)
        used += f" {key} "
        yield f"      - key: {key}"
        yield f"        type: {_KINDS[unmarked(kind)]}"
        yield f"        label: {_quoted(label)}"
        if codes:
            yield f"        codes: {_key(codes, '_')}"
        if hint:
            yield f"        help: {_quoted(hint)}"
        yield f"        required: {_yes_no(needed, where, draft)}"


def _yes_no(text: str, where: str, draft: Draft) -> str:
    word = unmarked(text)
    if word not in _YES | _NO:
        draft.mistakes.append(f"{where}: “{text}” không phải có hay không, lấy là không")
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
