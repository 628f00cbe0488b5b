"""A hundred boxes in threads: real clients of the ward, each with sealed dossiers to bring."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from appliance.core.errors import DeliveryError
from appliance.core.wire.manifest import Receipt
from appliance.destinations.http import Patience
from appliance.destinations.ward_service import WardService
from tests.delivery.conftest import Notebook
from tests.ward.papers import SealedDossier, sealed_dossier

PATIENCE = Patience(connect_s=5, answer_s=120)
GIVE_UP_AFTER = 200  # tries of one dossier
TWIN, AGAIN = 0.05, 0.05  # how often one is sent to two processes at once, or once more later


@dataclass
class Tally:
    """What all devices saw."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    plain: dict[str, bytes] = field(default_factory=dict)  # of a few: their one paper
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def delivered(self, dossier: SealedDossier, receipts: Sequence[Receipt], keep: bool) -> int:
        """Returns how many dossiers have a receipt now."""
        with self._lock:
            self.counts["receipts that differ"] += any(one != receipts[0] for one in receipts)
            self.counts["a receipt for two"] += dossier.id in self.receipts
            self.receipts[dossier.id] = receipts[0]
            if keep:
                self.plain[dossier.id] = dossier.plain["giay"]
            return len(self.receipts)


@dataclass
class Device:
    """One box: it knows every process of its ward, as behind a proxy that leads to one of them."""

    number: int
    token: str
    urls: Sequence[str]
    verify_key: str
    recipient: str
    folder: Path
    tally: Tally
    die: random.Random

    def run(self, dossiers: int, size: int, came: Callable[[int], None]) -> None:
        for number in range(dossiers):
            paper = b"%PDF-1.4\n" + self.die.randbytes(size)
            dossier = sealed_dossier(self.recipient, papers={"giay": paper})
            files = self._written(dossier)
            receipts = self._delivered(dossier, files, self.number + number)
            for path in files.values():
                path.unlink()
            came(self.tally.delivered(dossier, receipts, keep=self.die.random() < 0.02))

    def _delivered(self, dossier: SealedDossier, files: dict[str, Path], at: int) -> list[Receipt]:
        """One receipt, or two when the dice want it sent twice."""
        notebook, chance = Notebook(), self.die.random()
        if chance < TWIN:
            self.tally.note("sent to two at once")
            with ThreadPoolExecutor(2) as pool:
                sent = [pool.submit(self._sent, dossier, files, notebook, at + n) for n in (0, 1)]
                return [one.result() for one in sent]
        receipts = [self._sent(dossier, files, notebook, at)]
        if chance > 1 - AGAIN:
            self.tally.note("sent once more")
            receipts.append(self._sent(dossier, files, notebook, at + 1))
        return receipts

    def _sent(
        self, dossier: SealedDossier, files: dict[str, Path], notebook: Notebook, at: int
    ) -> Receipt:
        for tries in range(GIVE_UP_AFTER):
            url = self.urls[(at + tries) % len(self.urls)]
            box = WardService(
                url, self.token, self.verify_key, notebook, patience=PATIENCE, pause=_briefly
            )
            try:
                return box.send(dossier.manifest, dossier.body, files)
            except DeliveryError as error:
                self.tally.note(f"tried again: {type(error).__name__}")
                time.sleep(0.05 * min(tries, 20))
            finally:
                box.close()
        raise TimeoutError(f"dossier {dossier.id} never arrived")

    def _written(self, dossier: SealedDossier) -> dict[str, Path]:
        files = {}
        for digest, data in dossier.files.items():
            files[digest] = self.folder / f"{self.number}-{digest}.age"
            files[digest].write_bytes(data)
        return files


def _briefly(seconds: float) -> None:
    time.sleep(min(seconds, 0.2))
