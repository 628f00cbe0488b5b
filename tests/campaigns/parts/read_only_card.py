"""A card that refuses every write beneath all running services, while people come.

``full_disk --read-only``. ext4 makes its card so by itself when it finds a fault, and stays so
until the box starts again. Nobody may be told *saved* of what is not: the witness's last look must
stand after the next start. No service may crash, lamp or page must tell it, and with the next
start everything goes on.
"""

from __future__ import annotations

import html
import json
import random
import time
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.error import HTTPError

from appliance.core.errors import CardReadOnly
from appliance.core.ports import Signal
from appliance.demo.browser import Browser, PageRefused
from appliance.demo.visit import PROCEDURE
from appliance.wording import notice_for
from tests.campaigns.parts.card import turn_read_only
from tests.campaigns.parts.card_days import Days, house_with_a_card, one_more_visit, people_come
from tests.campaigns.parts.card_house import POINT_SERVICES, CardHouse

CARD_BYTES = 192 << 20
WAIT_S, LASTS_S, SETTLE_S = 60.0, (3.0, 6.0), 240.0


def campaign(home: Path, times: int, seed: int = 1) -> dict[str, object]:
    """*times* times: let people come, refuse every write, start again, look."""
    dice = random.Random(seed)
    told: Counter[str] = Counter()
    days = Days()
    with house_with_a_card(home, CARD_BYTES) as (image, house):
        for number in range(times):
            come = people_come(house, seed * 1000 + number, dice, WAIT_S)
            turn_read_only(house.state)
            said = _watch(house, dice.uniform(*LASTS_S))
            told += said
            seen = come.witness.stop()
            days.damage["nobody told it"] += not any("told" in one for one in said)
            days.damage += _crashed(house)
            house.fall()
            come.visitors.stop()
            days.lie_anew(image, house)
            days.look(house, come, seen, f"{number + 1}: {dict(said)}")
            house.begin_again()
        arrived = one_more_visit(house, days, SETTLE_S)
    return {"times": times, "seen while it lasted": dict(told), **days.figures(arrived)}


def _watch(house: CardHouse, seconds: float) -> Counter[str]:
    """What lamp and page say to somebody who presses, and tries to open a dossier."""
    seen: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while True:
        seen[_lamp(house)] += 1
        seen[_page(house)] += 1
        if time.monotonic() > end:
            return seen
        time.sleep(0.5)


def _lamp(house: CardHouse) -> str:
    press = urllib.request.Request(f"{house.panel_url}press", b"", method="POST")
    try:
        with urllib.request.urlopen(press, timeout=10):
            pass
        time.sleep(0.3)
        with urllib.request.urlopen(f"{house.panel_url}lamp", timeout=10) as answer:
            signal = str(json.load(answer)["signal"])
    except (OSError, ValueError) as error:
        return f"lamp: {type(error).__name__}"
    return f"lamp told: {signal}" if signal == Signal.NEEDS_PERSON else f"lamp: {signal}"


def _page(house: CardHouse) -> str:
    """The page answers: as always, or with the three sentences about the card."""
    (name, pin), *_ = house.pins.items()
    browser = Browser(house.web_url)
    try:
        browser.submit(browser.get("/sign-in").form("/sign-in"), name=name, pin=pin)
        browser.submit(browser.get("/dossiers/new").form("/dossiers"), procedure=PROCEDURE)
    except PageRefused as refused:
        cause = refused.__cause__
        said = cause.read().decode() if isinstance(cause, HTTPError) else ""
        is_told = notice_for(CardReadOnly.code).what in html.unescape(said)
        return "page told: card-read-only" if is_told else f"page: {cause}"
    return "page: a dossier was opened"


def _crashed(house: CardHouse) -> Counter[str]:
    """Services that ended by a signal; one that ends by itself is begun again by systemd."""
    ended = {name: house._running[name].poll() for name in POINT_SERVICES}
    return Counter(f"{name} ended with {code}" for name, code in ended.items() if code is not None)
