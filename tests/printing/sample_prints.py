"""One of each print, about people who do not exist."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path

from appliance.core.forms.procedure import Procedure
from appliance.core.printing import Media
from appliance.hotspot import Joining
from appliance.papers.prints.consent_slip import ConsentSlip, print_consent_slip
from appliance.papers.prints.hotspot_sheet import HotspotSheet, print_hotspot
from appliance.papers.prints.leaflet import Leaflet, print_leaflet
from appliance.papers.prints.number_slip import NumberSlip, print_number_slip
from appliance.papers.prints.offered import PRINTS
from appliance.papers.prints.queue_slip import print_queue_slip
from appliance.papers.prints.receipt_slip import (
    ReceiptSlip,
    SlipPaper,
    print_receipt_slip,
)
from appliance.papers.prints.rights_slip import RightsSlip, print_rights_slip
from appliance.papers.prints.scam_card import ScamCard, print_scam_card
from appliance.papers.prints.signing_sheet import print_signing_sheet, signing_sheet_of
from appliance.papers.prints.step_guide import GuideStep, StepGuide, print_step_guide
from appliance.papers.prints.value_sheet import (
    AttachedFile,
    ValueSheet,
    print_value_sheet,
    value_sheet_of,
)
from appliance.papers.prints.wall_notice import print_wall_notice
from appliance.pretend.sample_answers import sample_answers
from appliance.procedures.reader import read_procedure
from appliance.procedures.units import units

AT = datetime(2026, 11, 22, 9, 5, tzinfo=timezone(timedelta(hours=7)))
NUMBER = "KV-0007-20261122-03"
POINT = "Nhà văn hóa thôn Suối Mẫu"
FILES = sorted((Path(__file__).parents[2] / "appliance/procedures").glob("*.yaml"))
URL = "https://tram.local/theo-doi/KV-0007-20261122-03"

VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
ALL_LETTERS = "".join(unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES) + "đĐ₫"


def procedure(name: str) -> Procedure:
    return read_procedure(next(path for path in FILES if path.stem == name))


def birth_sheet() -> ValueSheet:
    return value_sheet_of(
        procedure("khai_sinh"),
        sample_answers("khai-sinh", AT.date()),
        units(),
        point_name=POINT,
        local_number=NUMBER,
        made_at=AT,
        files=[AttachedFile("Giay chung sinh.pdf", "Giấy chứng sinh", 1, 2)],
    )


def couple() -> dict[str, object]:
    answers: dict[str, object] = {"contact": "bride", "copies": 2}
    for who, name, year in (("bride", "Cao Thị Mẫu", 2001), ("groom", "Trần Văn Thử", 2000)):
        answers |= {
            f"{who}_name": name,
            f"{who}_birth_date": f"02/05/{year}",
            f"{who}_ethnicity": "21",
            f"{who}_nationality": "VN",
            f"{who}_document_kind": "9",
            f"{who}_document_number": f"05600{year}123"[:12],
            f"{who}_residence": {"country": "VN", "province": "56", "commune": "22615"},
            f"{who}_marriage_count": 1,
            f"{who}_status": "2",
        }
    return answers


CONSENT = ConsentSlip(
    POINT, NUMBER, "Đăng ký khai sinh", "Tôi đồng ý để điểm quét giấy tờ.",
    ("Giấy chứng sinh",), "Nguyễn Thị Mẫu", AT,
)  # fmt: skip
RECEIPT = ReceiptSlip(
    POINT, NUMBER, "Đăng ký khai sinh", (SlipPaper("Giấy chứng sinh", 2),), AT, is_sealed=True,
    bring=("Bản chính các giấy tờ đã quét",), follow_up_url=URL,
)  # fmt: skip
STEPS = StepGuide(
    POINT, "Nhận kết quả qua bưu điện", "Kết quả về tận nhà.", "Không ai hỏi mật khẩu.",
    (
        GuideStep("Chọn", ("Bấm chọn.",), "envelope", seen="Trả kết quả qua đường bưu điện"),
        GuideStep("Chờ", ("Bưu tá gọi.", "Ra nhận."), "house", is_sure=False),
    ),
    "Nguồn: thử.", AT, ("Số điện thoại.",), (("Họ tên", "Viết đủ."),),
    url="https://tram.local/guides/accounts/post",
)  # fmt: skip
HOTSPOT = HotspotSheet(
    POINT, "TramHoSo-KV-0007", "abcdefgh2345", Joining("TramHoSo-KV-0007", "abcdefgh2345").code,
    "https://tramhoso.local/", "http://tramhoso.local/",
    bytes(range(100, 132)).hex(":").upper(), AT,
)  # fmt: skip
LEAFLET = Leaflet(POINT, ("Đăng ký khai sinh", "Đăng ký khai tử"), AT, "https://tram.local/")


def printed(key: str, media: Media) -> bytes:  # noqa: PLR0911 - one of each
    """One of each, as it is in the list of what can be printed."""
    match key:
        case "value_sheet":
            return print_value_sheet(birth_sheet(), media)
        case "consent_slip":
            return print_consent_slip(CONSENT, media)
        case "receipt_slip":
            return print_receipt_slip(RECEIPT, media)
        case "rights_slip":
            return print_rights_slip(
                RightsSlip(
                    POINT, NUMBER, "Đăng ký khai sinh", AT, AT, "consent-withdrawn", None,
                    ward_has_it=False,
                ),
                media,
            )  # fmt: skip
        case "signing_sheet":
            return print_signing_sheet(
                signing_sheet_of(
                    procedure("ket_hon"), couple(), units(),  # type: ignore[arg-type]
                    point_name=POINT, local_number=NUMBER, made_at=AT,
                ),
                media,
            )  # fmt: skip
        case "number_slip":
            return print_number_slip(NumberSlip(POINT, 12, 5, 30, AT), media)
        case "queue_slip":
            return print_queue_slip(POINT, 12, AT, media)
        case "wall_notice":
            return print_wall_notice(
                procedure("khai_tu"), point_name=POINT, made_at=AT, url=URL, media=media
            )
        case "step_guide":
            return print_step_guide(STEPS, media)
        case "scam_card":
            return print_scam_card(ScamCard(POINT, AT, "https://tram.local/guides/scams"), media)
        case "hotspot_sheet":
            return print_hotspot(HOTSPOT)
        case _:
            return print_leaflet(LEAFLET, media)


EVERY = [(p.key, media) for p in PRINTS for media in p.media]
