"""Words for synthetic papers: nobody of these names exists, no place is a real address."""

from __future__ import annotations

import random

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi")
MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Ngọc", "Minh", "Thanh", "Quốc", "Xuân", "Bảo")
GIVEN = ("Mẫu", "Thử", "Bưởi", "Ổi", "Hồng", "Đào", "Khế", "Mận", "Vải", "Nhãn", "Sầu", "Quýt")
PLACES = (
    "thôn Mẫu, xã Thử Nghiệm, tỉnh Ví Dụ",
    "tổ 3, ấp Đầu, xã Giả Định, tỉnh Ví Dụ",
    "số 12 phố Không Có, phường Thử, thành phố Mẫu",
    "khu 5, phường Đường Vẽ, thành phố Mẫu",
)
LABELS = (
    "Họ và tên", "Ngày, tháng, năm sinh", "Dân tộc", "Quốc tịch", "Số định danh cá nhân",
    "Nơi cư trú", "Họ và tên mẹ", "Họ và tên cha", "Quan hệ với người được khai sinh",
    "Nơi sinh", "Quê quán", "Giới tính", "Nghề nghiệp", "Số điện thoại", "Ngày cấp", "Nơi cấp",
    "Tình trạng hôn nhân", "Giấy tờ kèm theo", "Lý do", "Mục đích sử dụng",
)  # fmt: skip
TITLES = (
    "TỜ KHAI ĐĂNG KÝ KHAI SINH", "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ", "ĐƠN ĐỀ NGHỊ XÁC NHẬN",
    "GIẤY ỦY QUYỀN", "BẢN CAM KẾT", "PHIẾU YÊU CẦU",
)  # fmt: skip
NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc")
OFFICE = ("ỦY BAN NHÂN DÂN", "XÃ THỬ NGHIỆM")
_PROSE = (
    "Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật",
    "Kính đề nghị cơ quan có thẩm quyền xem xét và giải quyết theo quy định hiện hành",
    "Người được ủy quyền thay mặt tôi nộp hồ sơ và nhận kết quả tại bộ phận một cửa",
    "Gia đình chúng tôi gồm bốn người đã sinh sống ổn định tại địa chỉ nêu trên từ nhiều năm nay",
    "Văn bản này được lập thành hai bản có giá trị như nhau và mỗi bên giữ một bản",
    "Trường hợp thông tin có thay đổi tôi sẽ thông báo kịp thời để cập nhật cơ sở dữ liệu",
    "Các giấy tờ kèm theo đều là bản sao được đối chiếu với bản chính khi nộp hồ sơ",
)


def person(rng: random.Random) -> str:
    """A made-up full name."""
    return " ".join(rng.choice(part) for part in (SURNAMES, MIDDLE, GIVEN))


def date(rng: random.Random) -> str:
    """A day as Vietnamese forms write it."""
    return f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(1950, 2026)}"


def number(rng: random.Random, digits: int = 12) -> str:
    """Digits that start with zeros, as no issued number of today does."""
    return "000" + "".join(str(rng.randint(0, 9)) for _ in range(digits - 3))


def answer(rng: random.Random) -> str:
    """What somebody may write on a dotted line."""
    return rng.choice((person, date, number, lambda r: r.choice(PLACES)))(rng)


def prose(rng: random.Random, sentences: int) -> str:
    """Running text."""
    return ". ".join(rng.choice(_PROSE) for _ in range(sentences)) + "."
