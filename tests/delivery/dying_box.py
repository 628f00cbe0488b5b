"""A box that seals what is asked for, sends it, and ends itself with SIGKILL at a named step.

``python -m tests.delivery.dying_box CONFIG [STEP]``: no stand-ins, the real steps run, with a trap
door in front of or behind one of them. Without a step it works to the end.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any

from appliance.config import read_config
from appliance.desk.point import open_point
from appliance.desk.sending import delivery, sealing
from appliance.desk.sending.delivery import Sending, deliver
from appliance.destinations.ward_service import WardService
from appliance.imaging.child.main import cleaned
from appliance.services.uploader import read_token
from appliance.store.card.page_files import PageFiles
from appliance.store.dossier import outbox
from tests.ward.dying_ward import trapped

STEPS: dict[str, tuple[Any, str, str]] = {  # moment: where the trap door is, and on which side
    "before-the-first-file": (PageFiles, "save", "before"),
    "between-two-files": (PageFiles, "save", "after"),
    "files-written-no-row": (sealing, "_move_to_outbox", "before"),
    "inside-the-one-transaction": (outbox, "add_submission", "after"),
    "sealed-pages-not-erased": (sealing, "erase_pages", "before"),
    "held": (outbox, "take_next", "after"),
    "taken": (Sending, "take", "after"),
    "first-upload-begun": (outbox, "remember_upload", "after"),
    "committed-no-receipt-here": (outbox, "mark_delivered", "before"),
    "inside-the-receipts-transaction": (outbox, "mark_delivered", "after"),
    "receipt-stored-files-not-erased": (delivery, "erase_sealed", "before"),
}


def main(config: Path, step: str | None = None) -> None:
    """Everything the station and the uploader do with it, once."""
    point = open_point(read_config(config))
    if step is not None:
        where, name, when = STEPS[step]
        setattr(where, name, trapped(getattr(where, name), when))
    sealing.finish_erasing(point)
    while sealing.grant_next(point, cleaned) is not None:
        pass
    sending = Sending(point, held_by=f"box-{os.getpid()}")
    ward = point.config.ward
    service = WardService(ward.url, read_token(ward.token_file), ward.verify_key, sending)
    with point.database.writing() as connection:
        outbox.retry(connection)  # the hold of the one that died
    while (taken := sending.take()) is not None:
        error = deliver(point, taken, service, random.random)
        assert error is None, error


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
