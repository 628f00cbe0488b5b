"""A dossier's prints before and after the seal, and the technician's command."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.commands.print import print_
from appliance.config import Config, PrinterSection
from appliance.core.errors import DossierLocked, DossierMovedOn
from appliance.core.errors.printer import PrinterAbsent, PrinterError
from appliance.core.printing import Media
from appliance.core.wire.manifest import SupplementItem, WardState
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.printing import dossier_print, printer_for
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing, supplements
from appliance.imaging.child.main import cleaned
from appliance.papers.prints.offered import PRINTS, prints_for
from appliance.pretend.sample_answers import sample_answers
from tests.point.conftest import *
from tests.point.conftest import scan_into
from tests.point.supplements import arrive, say, seal
from tests.printing.print_system import PrintSystem
from tests.publications.conftest import PROCEDURE, stand


@pytest.fixture
def filled(point: Point, dossier_id: str) -> str:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, "giay_chung_sinh", count=2)
    return dossier_id


def a_print(point: Point, dossier_id: str, key: str, media: Media = Media.A4) -> bytes:
    view = dossiers.look_at(point, dossier_id)
    return dossier_print(point, view, key, media, volunteer_name="Nguyễn Thị Mẫu")


def test_everything_a_birth_offers_can_be_printed_from_its_dossier(point, filled, words):
    number = dossiers.look_at(point, filled).dossier.number
    for offered in prints_for("khai-sinh"):
        for media in offered.media:
            assert number in words(a_print(point, filled, offered.key, media))


def test_the_value_sheet_names_the_file_and_its_row(point, filled, words):
    text = words(a_print(point, filled, "value_sheet"))
    assert "Giay chung sinh.pdf" in text
    assert "Dòng 1" in text
    assert "CAO MINH MẪU" in text


def test_the_consent_is_word_for_word_what_the_seal_keeps(point, filled, words):
    from appliance.desk.dossier.consent import consent_text

    wording = consent_text(point, dossiers.look_at(point, filled).procedure)
    assert "".join(wording.split()) in "".join(
        words(a_print(point, filled, "consent_slip")).split()
    )


def test_the_slip_lists_the_papers_before_and_after_the_seal(point, filled, helper, words):
    before = words(a_print(point, filled, "receipt_slip"))
    assert "Giấy chứng sinh 2 trang" in before
    assert "Hạn đăng ký theo luật" in before
    assert "chưa chốt" in before
    sealing.ask_to_seal(point, filled, helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == filled
    after = words(a_print(point, filled, "receipt_slip"))
    assert "Giấy chứng sinh 2 trang" in after
    assert "đang chờ gửi tới phường, xã" in after


def test_a_slip_printed_anew_tells_what_the_ward_asks_for_and_what_was_brought(
    point, filled, helper, words
):
    sealing.ask_to_seal(point, filled, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    arrive(point, filled)
    fields = dossiers.look_at(point, filled).procedure.fields
    key, field = next(iter(fields.items()))
    wrong = SupplementItem(what="field", ref=key, problem="mismatch", note_vi="riêng tư")
    paper = SupplementItem(what="paper", ref="giay_chung_sinh", problem="unreadable", page=2)
    say(point, filled, 7, WardState.SUPPLEMENT_REQUESTED, paper, wrong)
    for media in Media:
        asked = words(a_print(point, filled, "receipt_slip", media))
        assert "Phường, xã đề nghị bổ sung" in asked
        assert "Giấy chứng sinh, trang 2: mờ, không đọc được" in asked
        assert f"{field.label} (" in asked
        assert "không khớp" in asked
        assert "riêng tư" not in asked  # an officer's own words stay on the screen
    supplements.begin(point, filled, helper.id)
    scan_into(point, filled, "giay_chung_sinh")
    seal(point, filled, helper, in_part=True)
    brought = words(a_print(point, filled, "receipt_slip"))
    assert "Phần bổ sung lần 1 đang chờ gửi" in brought
    assert "Hồ sơ nộp trước đó vẫn ở phường" in brought
    assert "Giấy tờ bổ sung lần 1" in brought
    assert f"{field.label} (" in brought  # still waited for
    assert "Giấy chứng sinh, trang 2" not in brought
    arrive(point, filled)
    assert "đã nhận được phần bổ sung lần 1" in words(a_print(point, filled, "receipt_slip"))


def test_after_the_seal_the_answers_are_printed_no_more(point, filled, helper):
    sealing.ask_to_seal(point, filled, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    with pytest.raises(DossierMovedOn):
        a_print(point, filled, "value_sheet")


def test_answers_that_wait_for_their_key_are_not_printed_as_empty(point, filled, clock):
    for key in point.config.paths.runtime.rglob("*"):
        if key.is_file():
            key.unlink()  # the power was cut: what was in memory is gone
    again = open_point(point.config, clock)
    with pytest.raises(DossierLocked):
        a_print(again, filled, "value_sheet")
    again.database.close()


def test_a_print_nobody_offers_is_no_print(point, filled):
    with pytest.raises(KeyError):
        a_print(point, filled, "leaflet")


def test_a_point_without_printers_still_has_the_file(point, filled):
    sheet = a_print(point, filled, "receipt_slip", Media.ROLL)
    with pytest.raises(PrinterAbsent):
        printer_for(point, Media.ROLL).print(sheet, Media.ROLL)


def test_each_paper_goes_to_its_own_printer(print_system: PrintSystem, point, filled):
    section = PrinterSection(sheets="sheets", slips="slips", socket=print_system.socket)
    equipped = open_point(point.config.model_copy(update={"printer": section}), point.clock)
    for media in Media:
        sheet = a_print(point, filled, "receipt_slip", media)
        if media is Media.ROLL:
            assert printer_for(equipped, media).print(sheet, media).queue == "slips"
        else:
            assert printer_for(equipped, media).print(sheet, media).queue == "sheets"
    equipped.database.close()


Tramhoso = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def tramhoso(tmp_path: Path) -> Tramhoso:
    def run(*words: str, printers: str = "") -> subprocess.CompletedProcess[str]:
        path = tmp_path / "config.toml"
        path.write_text(f'[point]\nname = "Điểm hỗ trợ Mẫu"\n{printers}')
        return subprocess.run(
            [str(Path(sys.executable).parent / "tramhoso"), "--config", str(path), *words],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


def test_a_technician_gets_a_notice_as_a_file_without_any_printer(tramhoso, tmp_path, words):
    done = tramhoso("print", "notice", "khai-tu", "--to", str(tmp_path / "n.pdf"))
    assert done.returncode == 0, done.stderr
    assert "Đăng ký khai tử" in words((tmp_path / "n.pdf").read_bytes())


def test_the_command_prints_what_the_ward_sent_down_as_the_page_does(
    tramhoso, tmp_path, point, words
):
    hours = '[hours]\nphone = "0258 000 000"\naddress = "12 đường Mẫu"\n'
    stand(point, 1, {"procedures/don-thu.yaml": PROCEDURE, "config.toml": hours})
    paths = point.config.paths
    here = f'[paths]\nstate = "{paths.state}"\nruntime = "{paths.runtime}"\n'
    there = tmp_path / "n.pdf"
    done = tramhoso("print", "notice", "don-thu", "--to", str(there), printers=here)
    assert done.returncode == 0, done.stderr
    assert "Đơn thử của phường" in words(there.read_bytes())
    done = tramhoso("print", "leaflet", "--to", str(there), printers=here)
    assert done.returncode == 0, done.stderr
    for said in ("Đơn thử của phường", "0258 000 000", "12 đường Mẫu", "Đăng ký khai sinh"):
        assert said in words(there.read_bytes())


def test_a_technician_is_told_in_one_line_that_there_is_no_printer(tramhoso):
    done = tramhoso("print", "leaflet")
    assert done.returncode == 1
    assert done.stderr == "printer-absent: no queue is named in the configuration\n"


def test_a_mistyped_procedure_is_answered_with_those_there_are(tramhoso):
    done = tramhoso("print", "notice", "khai-than")
    assert done.returncode == 2
    assert "khai-tu" in done.stderr


def test_the_command_looks_at_both_printers_and_prints(print_system: PrintSystem, tramhoso):
    printers = f'[printer]\nsheets = "sheets"\nslips = "nobody"\nsocket = "{print_system.socket}"\n'
    looked = tramhoso("print", "look", printers=printers)
    assert looked.returncode == 1
    assert "printer.sheets: sheets is ready" in looked.stdout
    assert "printer.slips: printer-absent" in looked.stdout
    done = tramhoso("print", "notice", "khai-sinh", printers=printers)
    assert done.stdout.startswith("sheets: taken as "), done.stderr


def test_the_page_for_technicians_speaks_of_what_is_there():
    page = (Path(__file__).parents[2] / "docs/printing.md").read_text()
    commands = re.findall(r"^ *tramhoso print (\w+)", page, re.MULTILINE)
    assert set(commands) == {"list", "notice", "leaflet", "hotspot", "labels", "look"}
    assert set(commands) == set(print_.commands)
    told = set(re.findall(r"^\| `(printer-[a-z-]+)` \|", page, re.MULTILINE))
    assert told == {error.code for error in PrinterError.__subclasses__()}
    for offered in PRINTS:
        assert f"| `{offered.key}` | {offered.title} |" in page
    for key in re.findall(r"`printer\.(\w+)`", page):
        assert key in PrinterSection.model_fields


def test_as_shipped_a_point_has_no_printer():
    assert {Config().printer.queue_for(media) for media in Media} == {""}
