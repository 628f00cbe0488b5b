"""A ward that publishes from a folder, and a box that fetches from it."""

from __future__ import annotations

import io
import math
import struct
import wave
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.core.errors import DestinationUnreachable
from appliance.core.errors.publication import PublicationWrong
from appliance.core.wire.publication import Publication, PublishedFile
from appliance.desk.point import Point
from appliance.desk.sending.publications import take_publication
from appliance.keys.canonical import sha256_hex
from appliance.published.checking import mistakes_in, paths_in
from appliance.published.checking_child import check_apart
from appliance.published.keeping import LIST
from tests.point.conftest import (
    TellingClock,
    WardKeys,
    clock,
    config,
    helper,
    point,
    ward_keys,
)
from web.ward.boxes.publications import file_of, publish, signed_list
from web.ward.home import WardHome, make_home

__all__ = ["TellingClock", "clock", "config", "helper", "point", "ward_keys"]

PROCEDURE = """\
id: don-thu
code: 9.000001
version: 2026-11-22
title: Đơn thử của phường
valid_from: 2026-01-01
sources:
  - {title: Nghị định thử, url: "https://example.org/nghi-dinh"}
who_files: Người có yêu cầu.
where: Ủy ban nhân dân phường.
result: Giấy xác nhận thử.
processing: {working_days: 3}
people:
  - {key: self, called: người yêu cầu}
slots:
  - {key: don, title: Đơn, required: true}
sections:
  - title: Người yêu cầu
    fields:
      - {key: self_name, person: self, part: name, type: text, label: Họ và tên, required: true}
"""
GUIDE = """\
+++
title = "Nộp hồ sơ tại nhà"
lead = "Ba bước, không phải đi lại."
+++

# Chuẩn bị

Gọi [phường](tel:0258-0000000) trước.

| Bước | Việc |
|---|---|
| 1 | Chụp giấy |

![Ảnh chụp giấy đặt phẳng](images/giay.png)
"""
NOTICE = """\
+++
title = "Nghỉ Tết"
from = 2026-11-20
until = 2026-11-30
+++
Điểm nghỉ từ 27 Tết. Xem [cách nộp tại nhà](nop-tai-nha).
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def wav(seconds: float = 0.5, rate: int = 8_000) -> bytes:
    """A tone, 16 bits, one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(rate)
        count = int(seconds * rate)
        tone = (int(8000 * math.sin(n / 6)) for n in range(count))
        recording.writeframes(struct.pack(f"<{count}h", *tone))
    return file.getvalue()


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


GOOD: dict[str, str | bytes] = {
    "procedures/don-thu.yaml": PROCEDURE,
    "guides/nop-tai-nha.vi.md": GUIDE,
    "notices/tet.vi.md": NOTICE,
    "images/giay.png": PNG,
    "config.toml": '[hours]\nphone = "0258 000 000"\n',
}


@dataclass
class Office:
    """A ward's home that publishes: a ``publications.Source`` without a wire between."""

    home: WardHome
    asked: list[tuple[str, int]] = field(default_factory=list)  # digest and where it began
    cut_after: int | None = None  # pieces; then the line is gone

    def publish(self, files: dict[str, str | bytes], after: int = 0) -> int:
        plain = {path: c.encode() if isinstance(c, str) else c for path, c in files.items()}
        now = TellingClock()()
        return publish(self.home, plain, now, after).number

    def publication(self, number: int) -> bytes:
        found = signed_list(self.home, number)
        assert found is not None
        return found

    def piece(self, number: int, sha256: str, begin: int, most: int) -> bytes:
        if self.cut_after is not None and len(self.asked) >= self.cut_after:
            raise DestinationUnreachable("the line is gone")
        self.asked.append((sha256, begin))
        path = file_of(self.home, number, sha256)
        assert path is not None
        return path.read_bytes()[begin : begin + most]


@pytest.fixture
def office(tmp_path: Path, ward_keys: WardKeys) -> Office:
    home = make_home(tmp_path / "ward")
    (home.folder / "signing.key").write_text(ward_keys.signing_key, "ascii")
    return Office(home)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A folder that can be published."""
    return write(tmp_path / "good", GOOD)


def take(point: Point, office: Office, number: int, *, apart: bool = False) -> bool:
    """As the uploader does; only with *apart* is it looked through in a process of its own."""
    return take_publication(point, office, number, check=check_apart if apart else check_here)


def check_here(place: Path) -> None:
    if found := mistakes_in(place):
        raise PublicationWrong("\n".join(found))


def in_place(point: Point) -> list[str]:
    """The files that stand, by their paths."""
    place = point.sent_down.now.place
    return [path for path in paths_in(place) if path != "publication.json"] if place else []


def stand(point: Point, number: int, files: dict[str, str | bytes]) -> None:
    """As after a taking, without a ward: for tests of what is shown."""
    place = write(point.shelf.arriving(number), files)
    contents = {path: (place / path).read_bytes() for path in files}
    listed = tuple(
        PublishedFile(path=path, sha256=sha256_hex(content), bytes=len(content))
        for path, content in contents.items()
    )
    told = Publication(number=number, made_at=TellingClock()(), files=listed)
    (place / LIST).write_text(told.model_dump_json())
    point.shelf.put_in_place(number)
