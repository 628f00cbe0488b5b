"""The citizen's page at the ward: state words for whoever holds the slip, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe

from appliance.core.wire.manifest import Follow
from appliance.keys.canonical import canonical_json, sha256_hex
from tests.screenshots import keep_picture
from tests.station_page.chromium import chromium
from tests.ward.box import TIMEOUT_S, Box
from tests.ward.conftest import RunningWard
from tests.ward.officer import Officer
from tests.ward.papers import CHILD, SealedDossier, sealed_dossier

NUMBER, SECRET = "TH-0001-20261122-07", "ACDEFGHJKM"


def followed(recipient: str, number: str = NUMBER, secret: str = SECRET) -> SealedDossier:
    made = sealed_dossier(recipient)
    follow = Follow(number=number, secret_sha256=sha256_hex(secret.encode()))
    manifest = made.manifest.model_copy(update={"follow": follow})
    return SealedDossier(manifest, canonical_json(manifest), made.files, made.plain)


def ask(ward: RunningWard, code: str, secret: str) -> requests.Response:
    typed = {"code": code, "secret": secret}
    return requests.post(f"{ward.site}/follow", data=typed, timeout=TIMEOUT_S)


def test_number_and_secret_of_the_slip_tell_where_the_dossier_stands(
    ward: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = followed(recipient)
    receipt = box.deliver(dossier).json()
    officer.answer(dossier.id, "supplement", text=f"{CHILD}: giấy chứng sinh bị mờ.")
    for code, secret in (
        (NUMBER, SECRET),
        (f" {NUMBER.lower()} ", SECRET.lower()),
        (receipt["code"], receipt["secret"]),
    ):
        answer = ask(ward, code, secret)
        assert answer.status_code == 200
        assert "Cần bổ sung" in answer.text
        for personal in (CHILD, "giấy chứng sinh bị mờ", "Đăng ký khai sinh"):
            assert personal not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    track = requests.get(f"{ward.base}/track/{NUMBER}", params={"s": SECRET}, timeout=TIMEOUT_S)
    assert track.json()["state"] == "supplement_requested"


@pytest.mark.parametrize(
    ("code", "secret"),
    [
        (NUMBER, "ACDEFGHJKN"),
        ("TH-0001-20261122-08", SECRET),
        (NUMBER, ""),
        ("", ""),
        ("<b>x</b>", "1"),
        ("\0" * 12, "\0"),
    ],
)
def test_a_wrong_number_and_a_wrong_secret_are_told_alike(
    ward: RunningWard, code: str, secret: str
) -> None:
    answer = ask(ward, code, secret)
    assert answer.status_code == 404
    assert "Không tìm thấy hồ sơ với số và mã riêng này." in answer.text
    assert "<b>x" not in answer.text


def test_two_boxes_of_one_number_are_told_apart_by_the_secret(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    codes = {}
    for secret in ("CDEFGHJKMN", "DEFGHJKMNP"):
        dossier = followed(recipient, "TH-0002-20261122-01", secret)
        codes[secret] = box.deliver(dossier).json()["code"]
    for secret, code in codes.items():
        assert code in ask(ward, "TH-0002-20261122-01", secret).text


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 360])
def test_the_slips_qr_opens_the_page_and_no_log_could_hold_the_secret(
    ward: RunningWard, box: Box, recipient: str, tmp_path: Path, width: int
) -> None:
    number = f"TH-{width}-20261122-01"
    box.deliver(followed(recipient, number))
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 740})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{ward.site}/follow")
        assert Axe().run(page).violations_count == 0
        keep_picture(page, f"ward-follow-ask-{width}")
        page.goto("about:blank")
        page.goto(f"{ward.site}/follow#{number}.{SECRET}")
        page.get_by_text("Phường đã nhận", exact=True).wait_for()
        keep_picture(page, f"ward-follow-{width}")
        assert Axe().run(page).violations_count == 0
        assert all(SECRET not in url.partition("#")[0] for url in asked)
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0


def test_whoever_guesses_is_asked_to_wait(ward: RunningWard) -> None:
    answers = [ask(ward, "TH-0009-20261122-01", f"A{n:09d}") for n in range(31)]
    late = answers[-1]
    assert late.status_code == 429
    assert "Mời bác chờ" in late.text
    assert int(late.headers["Retry-After"]) > 0
