"""In the demo a card can be laid on the pretend scanner's glass from the panel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from appliance.core.cards.citizen_card import read_citizen_card
from appliance.imaging.codes import find_codes
from appliance.pretend.panel import ScreenPanel
from appliance.pretend.panel_hands import papers
from appliance.pretend.sample_cards import SAMPLES, write_sample_cards
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner
from tests.panel.test_panel_screen import ask


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    write_sample_pages(folder, 75, 2)
    write_sample_cards(folder / "cards")
    return folder


@pytest.fixture
def scanner(folder: Path) -> Iterator[VirtualScanner]:
    with VirtualScanner(folder) as scanner:
        yield scanner


@pytest.fixture
def panel(scanner: VirtualScanner) -> Iterator[ScreenPanel]:
    panel = ScreenPanel("127.0.0.1:0", scanner.control_url)
    yield panel
    panel.close()


def lay(panel: ScreenPanel, paper: str) -> int:
    return ask(panel, "POST", "/lay", urlencode({"paper": paper}))[0]


def test_every_paper_on_the_panel_can_be_laid(panel: ScreenPanel, scanner: VirtualScanner) -> None:
    for paper in papers():
        assert lay(panel, paper) == 303
        assert f'value="{paper}" aria-pressed="true"' in ask(panel, "GET", "/")[2]


def test_a_card_lies_on_the_glass_and_the_tray_is_empty_until_papers_come_back(
    panel: ScreenPanel, scanner: VirtualScanner
) -> None:
    lay(panel, "chip-card-front")
    assert (scanner.tray.glass.name, len(scanner.tray.left())) == ("chip-card-front.jpg", 0)
    lay(panel, "tray")
    assert len(scanner.tray.left()) == 2  # the cards are never drawn in as sheets


def test_another_site_cannot_lay_papers(panel: ScreenPanel, scanner: VirtualScanner) -> None:
    body = urlencode({"paper": "chip-card-front"})
    assert ask(panel, "POST", "/lay", body, Origin="http://evil.example")[0] == 403
    assert len(scanner.tray.left()) == 2


def test_a_paper_that_nobody_has_cannot_be_laid(panel: ScreenPanel) -> None:
    assert lay(panel, "../../etc/passwd") == 503


def test_a_box_with_a_real_scanner_offers_no_papers(screen: ScreenPanel) -> None:
    assert 'action="lay"' not in ask(screen, "GET", "/")[2]
    assert lay(screen, "tray") == 404


@pytest.mark.parametrize(
    ("file", "key"), [("chip-card-front", "chip-card"), ("new-card-back", "new-card")]
)
def test_the_code_of_each_sample_card_fills_a_form_without_a_doubt(
    folder: Path, file: str, key: str
) -> None:
    with Image.open(folder / "cards" / f"{file}.jpg") as seen:
        (code,) = find_codes(seen.convert("RGB"))
    card = read_citizen_card(code.payload)
    assert card is not None
    assert (card.name, card.doubts) == (SAMPLES[key].name, ())
    assert "123456" in card.number.number
