"""``tramhoso clean``: many kinds of files in, one small PDF out, and every refusal named."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from appliance.imaging.formats.lossless import cuts_without_loss
from tests import pages
from tests.clean.making import encoded, locked_pdf, png


def test_forms_become_one_small_pdf_and_the_blank_side_is_left_out(scans, cleaned):
    done = cleaned(scans["form"], scans["blank"])
    assert done.code == 0
    (pdf,) = done.files
    with pikepdf.open(pdf) as opened:
        assert len(opened.pages) == 1
    form, blank = done.pages
    assert (form["blank"], blank["blank"]) == (False, True)
    assert blank["blank_evidence"]
    assert form["mode"] in ("layers", "palette")
    assert form["bytes"] <= 100_000
    assert done.report["totals"]["blank"] == 1
    assert f"left out: {scans['blank']}, page 1: blank" in done.said


def test_a_blurred_page_is_told_at_the_terminal_too(tmp_path, cleaned):
    path = tmp_path / "blurred.jpg"
    path.write_bytes(pages.spoiled("blurred", 4121, 200, place="bottom-right").jpeg())
    done = cleaned(path)
    assert done.code == 0
    assert f"unsharp: {path}, page 1: Ảnh bị mờ ở góc dưới bên phải." in done.said


def test_a_blank_side_stays_when_asked_to(scans, cleaned):
    done = cleaned(scans["form"], scans["blank"], options=("--keep-blank",))
    with pikepdf.open(done.files[0]) as opened:
        assert len(opened.pages) == 2


def test_the_report_says_of_each_page_what_was_found(scans, cleaned):
    (page,) = cleaned(scans["form"]).pages
    assert set(page) == {
        "source", "page", "angle_deg", "turn", "quad", "items", "blank", "blank_evidence",
        "mode", "dpi", "bytes", "codes", "warnings", "seconds",
    }  # fmt: skip
    assert len(page["quad"]) == 4
    assert abs(page["angle_deg"] - pages.paper("form", 1201, 200).angle_deg) < 0.15


def test_the_pages_are_as_large_as_the_sheets_and_qpdf_finds_nothing_wrong(scans, cleaned):
    (pdf,) = cleaned(scans["form"], scans["certificate"], options=("--threads", "2")).files
    with pikepdf.open(pdf) as opened:
        for page in opened.pages:
            wide, high = (float(v) * 25.4 / 72 for v in page.mediabox[2:])
            assert wide == pytest.approx(210, abs=0.5)
            assert high == pytest.approx(297, abs=0.5)
    subprocess.run(["qpdf", "--check", pdf], check=True, capture_output=True, timeout=60)


def test_the_same_papers_give_the_same_file_with_one_thread_or_three(scans, cleaned):
    order = (scans["form"], scans["certificate"], scans["form"])
    first = cleaned(*order, out="x.pdf").files[0].read_bytes()
    second = cleaned(*order, out="x.pdf", options=("--threads", "3")).files[0].read_bytes()
    assert first == second


@pytest.fixture(scope="module")
def small() -> Image.Image:
    """A sheet small enough to try many kinds of files with."""
    image = Image.new("RGB", (840, 1188), (244, 242, 236))
    pen = ImageDraw.Draw(image)
    for line in range(20):
        for word in range(6):
            left = 80 + word * 115
            pen.rectangle((left, 100 + line * 30, left + 60 + word * 5, 110 + line * 30), fill=30)
    return image


SAVED = {
    "scan.jpg": {"format": "JPEG"},
    "scan.png": {"format": "PNG"},
    "scan.tif": {"format": "TIFF", "compression": "tiff_lzw"},
    "scan.ppm": {"format": "PPM"},
    "grey.pgm": {"format": "PPM", "mode": "L"},
    "black.pbm": {"format": "PPM", "mode": "1"},
    "palette.png": {"format": "PNG", "mode": "P"},
    "fax.tif": {"format": "TIFF", "mode": "1", "compression": "group4"},
    "scan.pdf": {"format": "PDF", "resolution": 101.6},
}


@pytest.mark.parametrize("name", SAVED)
def test_every_kind_of_picture_is_taken_whatever_its_name(name, small, tmp_path, cleaned):
    save = dict(SAVED[name])
    path = tmp_path / f"{name}.tmp"
    small.convert(save.pop("mode", "RGB")).save(path, **save)
    done = cleaned(path)
    assert done.code == 0, done.said
    with pikepdf.open(done.files[0]) as opened:
        assert [float(v) for v in opened.pages[0].mediabox[2:]] == pytest.approx(
            [595.3, 841.9], abs=1.5
        )


def test_every_page_of_a_tiff_and_of_a_pdf_is_taken(small, tmp_path, cleaned):
    other = small.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    for name in ("three.tif", "three.pdf"):
        small.save(tmp_path / name, save_all=True, append_images=[other, small])
        done = cleaned(tmp_path / name)
        assert [page["page"] for page in done.pages] == [1, 2, 3]


def many_pages(kind: str) -> bytes:
    if kind == "PDF":
        out = io.BytesIO()
        with pikepdf.new() as pdf:
            for _ in range(501):
                pdf.add_blank_page()
            pdf.save(out)
        return out.getvalue()
    tiny = Image.new("1", (8, 8), 1)
    return encoded(tiny, kind, save_all=True, append_images=[tiny] * 500)


def sheet_of_five_metres() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14_400, 14_400))
        pdf.save(out)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_each_bad_file_is_named_and_the_others_go_on(small, scans, tmp_path, cleaned):
    jpeg = encoded(small, "JPEG")
    png16 = Image.new("I;16", (100, 100), 7)
    ghost = small.convert("RGBA")
    ghost.putalpha(100)
    bad = {
        "nothing.jpg": (b"", "file-empty"),
        "half.jpg": (jpeg[: len(jpeg) // 2], "file-damaged"),
        "half-but-closed.jpg": (jpeg[: len(jpeg) // 2] + b"\xff\xd9", "file-damaged"),
        "half.png": (encoded(small, "PNG")[:2000], "file-damaged"),
        "half.pdf": (encoded(small, "PDF")[:500], "file-damaged"),
        "bomb.png": (png(30_000, 30_000, 8, bytes(90_001)), "picture-too-large"),
        "text.jpg": ("Kính gửi ủy ban".encode(), "not-a-picture"),
        "cmyk.jpg": (encoded(small.convert("CMYK"), "JPEG"), "picture-unsupported"),
        "deep.png": (encoded(png16, "PNG"), "picture-unsupported"),
        "deep-color.png": (png(200, 200, 16, bytes(200 * 1201)), "picture-unsupported"),
        "deep.ppm": (b"P6 200 200 65535\n" + bytes(240_000), "picture-unsupported"),
        "icon.png": (png(32, 32, 8, bytes(32 * 97)), "picture-too-small"),
        "deep.tif": (encoded(png16, "TIFF"), "picture-unsupported"),
        "ghost.png": (encoded(ghost, "PNG"), "picture-unsupported"),
        "ghost-palette.png": (
            encoded(small.convert("P"), "PNG", transparency=3),
            "picture-unsupported",
        ),
        "head-only.jpg": (jpeg[:4], "file-damaged"),
        "half.ppm": (encoded(small, "PPM")[:9000], "file-damaged"),
        "half.tif": (encoded(small, "TIFF", compression="tiff_lzw")[:5000], "file-damaged"),
        "broken.heic": (b"\0\0\0\x18ftypheic" + bytes(400), "file-damaged"),
        "bomb.ppm": (b"P6 30000 30000 255\n" + bytes(100), "picture-too-large"),
        "bomb.pdf": (sheet_of_five_metres(), "picture-too-large"),
        "many.tif": (many_pages("TIFF"), "picture-too-large"),
        "many.pdf": (many_pages("PDF"), "picture-too-large"),
    }
    for name, (content, _) in bad.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "locked.pdf").write_bytes(locked_pdf())
    sources = [tmp_path / name for name in bad]
    done = cleaned(*sources, scans["form"], tmp_path / "locked.pdf")
    expected = {name: code for name, (_, code) in bad.items()} | {"locked.pdf": "pdf-locked"}
    assert done.refused == expected
    assert done.code == 3
    assert [Path(page["source"]).name for page in done.pages] == ["form.jpg"]
    for name, code in expected.items():
        assert f"{code}: {tmp_path / name}" in done.said


def test_a_nonsense_orientation_is_told_and_the_page_goes_on(small, tmp_path, cleaned):
    exif = Image.Exif()
    exif[0x0112] = 0
    (tmp_path / "odd.jpg").write_bytes(encoded(small, "JPEG", exif=exif))
    done = cleaned(tmp_path / "odd.jpg")
    assert done.code == 0
    said = {warning["code"]: warning["what"] for warning in done.pages[0]["warnings"]}
    assert said["orientation-unknown"] == "Chưa rõ chiều của ảnh này."


def test_nothing_good_means_no_file_and_says_so(tmp_path, cleaned):
    (tmp_path / "text.jpg").write_text("không phải ảnh", "utf-8")
    done = cleaned(tmp_path / "text.jpg")
    assert done.code == 1
    assert not list(tmp_path.glob("*.pdf"))


def test_what_a_killed_run_left_beside_the_file_goes_with_the_next_one(scans, tmp_path, cleaned):
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    left = tmp_path / f".Giay [1].pdf.{killed.pid}.part"
    others = [
        tmp_path / f".Giay [1].pdf.{os.getppid()}.part",  # it is being written
        tmp_path / f".Giay 1.pdf.{killed.pid}.part",
        tmp_path / f".Giay [1].pdf.old.{killed.pid}.part",
        tmp_path / ".Giay [1].pdf.my.part",
    ]
    for part in (left, *others):
        part.write_bytes(b"%PDF-")
    assert cleaned(scans["form"], out="Giay [1].pdf").code == 0
    assert not left.exists()
    assert all(part.exists() for part in others)


def test_both_sides_of_a_card_come_on_one_sheet_front_first(tmp_path, cleaned):
    for side in ("back", "front"):
        (tmp_path / f"{side}.jpg").write_bytes(pages.card(side, 1204, 300).jpeg())
    done = cleaned(tmp_path / "back.jpg", tmp_path / "front.jpg", options=("--kind", "id-card"))
    with pikepdf.open(done.files[0]) as opened:
        (page,) = opened.pages
        assert len(page.obj.Resources.XObject) == 2
    assert any(pages.holder(1204).number in code for p in done.pages for code in p["codes"])


def test_the_cards_of_two_people_never_share_a_sheet(tmp_path, cleaned):
    for seed in (1204, 1205):
        (tmp_path / f"{seed}.jpg").write_bytes(pages.card("front", seed, 300).jpeg())
    done = cleaned(*(tmp_path / f"{s}.jpg" for s in (1204, 1205)), options=("--kind", "id-card"))
    with pikepdf.open(done.files[0]) as opened:
        assert [len(page.obj.Resources.XObject) for page in opened.pages] == [1, 1]


@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_that_lay_sideways_or_upside_down_comes_out_upright(turn, tmp_path, cleaned):
    page = pages.paper("letter", 1210 + turn, 200, turn=turn)
    (tmp_path / "turned.jpg").write_bytes(page.jpeg())
    done = cleaned(tmp_path / "turned.jpg")
    assert done.pages[0]["turn"] == turn
    with pikepdf.open(done.files[0]) as opened:
        wide, high = (float(v) for v in opened.pages[0].mediabox[2:])
    assert wide < high


def test_a_telephone_photograph_is_opened(small, tmp_path, cleaned):
    pi_heif = pytest.importorskip("pi_heif")
    assert pi_heif.libheif_info()["decoders"]
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Phone", 6
    table = Image.new("RGB", (1600, 1300), (90, 70, 50))
    table.paste(small.rotate(90, expand=True), (200, 220))
    (tmp_path / "photo.jpg").write_bytes(encoded(table, "JPEG", exif=exif, quality=90))
    done = cleaned(tmp_path / "photo.jpg")
    assert done.code == 0
    with pikepdf.open(done.files[0]) as opened:
        wide, high = (float(v) for v in opened.pages[0].mediabox[2:])
    assert wide < high


@given(
    size=st.tuples(st.integers(60, 500), st.integers(60, 500)),
    mode=st.sampled_from(["1", "L", "RGB", "P"]),
    noise=st.integers(0, 120),
    kind=st.sampled_from(["auto", "form", "certificate", "id-card", "photo"]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_picture_becomes_a_page_or_is_named(size, mode, noise, kind, tmp_path, cleaned):
    path = tmp_path / "any.png"
    Image.effect_noise(size, noise).convert(mode).save(path)
    done = cleaned(path, options=("--kind", kind, "--keep-blank"))
    assert bool(done.pages) != bool(done.refused)
    assert bool(done.files) == bool(done.pages)
    assert all(file.stat().st_size <= 1_900_000 for file in done.files)


def test_what_does_not_fit_even_at_its_floor_becomes_parts_that_each_fit(tmp_path, cleaned):
    sources = []
    for seed in (1, 2, 3):
        picture = Image.effect_noise((620, 877), 60).convert("RGB")
        sources.append(tmp_path / f"{seed}.jpg")
        picture.save(sources[-1], quality=90, dpi=(75, 75))
    once = cleaned(sources[0], options=("--kind", "photo", "--budget", "20000000"))
    budget = int(once.files[0].stat().st_size * 1.5)
    done = cleaned(*sources, options=("--kind", "photo", "--budget", str(budget)))
    assert len(done.files) > 1
    assert not done.refused
    assert all(path.stat().st_size <= budget for path in done.files)
    assert done.files[0].name == f"Giay phan 1-{len(done.files)}.pdf"
    pages_in_all = 0
    for path in done.files:
        with pikepdf.open(path) as opened:
            pages_in_all += len(opened.pages)
    assert pages_in_all == 3
    with pikepdf.open(done.files[0]) as opened:
        assert str(opened.docinfo.Title) == f"Giay (phần 1/{len(done.files)})"


def test_a_page_alone_over_the_budget_is_named_and_the_others_go_on(scans, tmp_path, cleaned):
    Image.effect_noise((1240, 1754), 80).convert("RGB").save(tmp_path / "noise.jpg", quality=90)
    done = cleaned(tmp_path / "noise.jpg", scans["form"], options=("--budget", "60000"))
    assert done.refused == {"noise.jpg": "pdf-too-big"}
    assert done.code == 3
    assert len(done.files) == 1
    assert done.files[0].stat().st_size <= 60_000


@pytest.mark.skipif(not cuts_without_loss(), reason="jpegtran is not installed")
def test_a_card_that_lay_crooked_keeps_the_scanners_own_blocks(tmp_path, cleaned):
    sources = []
    for side, clockwise in (("front", 187.0), ("back", 31.0)):
        page = pages.card(side, 1231, 300, clockwise=clockwise)
        sources.append(tmp_path / f"{side}.jpg")
        sources[-1].write_bytes(page.jpeg())
    done = cleaned(*sources, options=("--kind", "id-card"))
    with pikepdf.open(done.files[0]) as opened:
        (leaf,) = opened.pages
        drawn = [image.read_raw_bytes() for _, image in leaf.obj.Resources.XObject.items()]
    for jpeg, source in zip(drawn, sources, strict=True):
        with Image.open(io.BytesIO(jpeg)) as ours, Image.open(source) as theirs:
            assert ours.quantization == theirs.quantization
            assert min(theirs.size) - 20 > min(ours.size) > 640
    assert any(pages.holder(1231).number in code for p in done.pages for code in p["codes"])
    tight = cleaned(*sources, options=("--kind", "id-card", "--budget", "150000"))
    assert not tight.refused, "over the budget its ladder begins"
    assert tight.files[0].stat().st_size <= 150_000
