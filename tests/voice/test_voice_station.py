"""The voice says what the lamp shows, at the station as it runs."""

from __future__ import annotations

from appliance.core.panel.prompt import Moment, Prompt
from appliance.core.ports import Signal
from appliance.pretend.scanner import Fault, VirtualScanner
from appliance.wording.spoken import sentence_of
from tests.station.conftest import *
from tests.station.conftest import RunningStation

SCANNING = sentence_of(Prompt(Moment.SCANNING))


def test_a_batch_is_told_with_its_pages(station: RunningStation, dossier_id: str) -> None:
    station.press()
    station.until(lambda: station.lamp is Signal.SAVED)
    station.until(lambda: len(station.speaker.heard) == 2)
    assert list(station.speaker.heard) == [SCANNING, sentence_of(Prompt(Moment.SAVED, 5))]
    assert station.panel.words == sentence_of(Prompt(Moment.SAVED, 5))


def test_an_empty_tray_is_told_with_what_to_do(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.load_tray([])
    station.press()
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    station.until(lambda: sentence_of(Prompt("feeder-empty")) in station.speaker.heard)


def test_a_jam_is_told_and_not_called_saved(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.misbehave(Fault.JAM, at_page=3)
    station.press()
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    jam = sentence_of(Prompt("paper-jam"))
    station.until(lambda: jam in station.speaker.heard)
    assert sentence_of(Prompt(Moment.SAVED, 2)) not in station.speaker.heard


def test_nothing_of_a_dossier_is_ever_said(station: RunningStation, dossier_id: str) -> None:
    station.press()
    station.press()
    station.until(lambda: station.lamp is Signal.SAVED)
    known = {SCANNING, *(sentence_of(Prompt(Moment.SAVED, n)) for n in range(1, 6))}
    assert set(station.speaker.heard) <= {*known, sentence_of(Prompt(Moment.BUSY))}
