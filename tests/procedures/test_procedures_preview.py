"""The page for the officer shows everything a procedure file says, in words."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from appliance.commands.procedures import procedures
from appliance.procedures.preview import preview
from appliance.procedures.reader import load_procedures, read_procedure
from appliance.procedures.shelf import SHIPPED as FOLDER

SHIPPED = load_procedures()
EACH = pytest.mark.parametrize("procedure", SHIPPED.values(), ids=list(SHIPPED))


class Outline(HTMLParser):
    """Which tags stand open, so that a forgotten end shows."""

    def __init__(self):
        super().__init__()
        self.open, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@EACH
def test_the_page_shows_every_label_paper_fact_and_source(procedure):
    text = unescape(preview(procedure))
    for field in procedure.fields.values():
        assert field.label in text
        assert (field.help or "") in text
        assert (field.portal or "") in text
    for slot in procedure.slots:
        assert slot.title in text
    for open_fact in procedure.to_confirm:
        assert open_fact.fact in text
    for refusal in procedure.refuses:
        assert refusal.instead in text
    for source in procedure.sources:
        assert source.title in text
    assert procedure.sha256 in text


@EACH
def test_the_page_is_whole_has_one_heading_and_no_script(procedure):
    outline = Outline()
    outline.feed(preview(procedure))
    assert outline.open == []
    assert outline.tags.count("h1") == 1
    assert not {"script", "link", "img"} & set(outline.tags)


def test_a_condition_is_said_in_words():
    text = unescape(preview(SHIPPED["khai-sinh"]))
    assert "Chỉ hỏi khi Quan hệ với người được khai sinh là “Khác”." in text
    assert "khi ô “Số định danh người yêu cầu” để trống" in text
    assert (
        "Chỉ hỏi khi Loại khai sinh là “Đã xác định được cả cha lẫn mẹ” hoặc "
        "“Chưa xác định được cha”." in text
    )
    assert "Bắt buộc khi không phải (Loại khai sinh là “Trẻ bị bỏ rơi”)." in text


def test_what_is_not_certain_is_said_beside_the_fact():
    text = unescape(preview(SHIPPED["khai-tu"]))
    assert "khi phải xác minh: ghi theo trí nhớ, cần đối chiếu" in text
    assert "10.000 đồng" in unescape(preview(SHIPPED["thuong-tru"]))


def test_signs_of_html_in_a_file_stay_text(write, small, tmp_path):
    text = (tmp_path / "thu_nho.yaml").read_text("utf-8")
    changed = read_procedure(write(text.replace("label: Số bản", 'label: "<script>a</script>"')))
    page = preview(changed)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_command_writes_the_page_or_says_what_is_wrong(tmp_path):
    target = tmp_path / "page.html"
    good = CliRunner().invoke(
        procedures, ["preview", str(FOLDER / "ket_hon.yaml"), "--to", str(target)]
    )
    assert good.exit_code == 0, good.output
    assert "Đăng ký kết hôn" in target.read_text("utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: x\n", encoding="utf-8")
    told = CliRunner().invoke(procedures, ["preview", str(bad)])
    assert told.exit_code == 1
    assert f'{bad}:1: key "code" is missing' in told.output
    assert not bad.with_suffix(".html").exists()
