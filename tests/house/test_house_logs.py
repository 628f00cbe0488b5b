"""An error's text goes to the journal: it says what is wrong, never what somebody typed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from appliance.core.wire.manifest import Contents, Event, OurMessage, TheirMessage
from appliance.store.card.database import Database
from web.ward.database import open_database, writing

SECRET = "Cao Thị Bí Mật"


@pytest.mark.parametrize("message", [Contents, Event])
def test_a_message_that_does_not_fit_tells_nothing_of_its_content(
    message: type[OurMessage | TheirMessage],
) -> None:
    with pytest.raises(ValidationError) as error:
        message.model_validate({"answers": SECRET, "text_vi": SECRET, "dossier_id": SECRET})
    assert SECRET not in str(error.value)


def point_door(folder: Path) -> AbstractContextManager[Connection]:
    return Database(folder / "point.db").writing()


def ward_door(folder: Path) -> AbstractContextManager[Connection]:
    return writing(open_database(f"sqlite:///{folder / 'ward.db'}"))


@pytest.mark.parametrize("door", [point_door, ward_door])
def test_a_row_that_cannot_be_written_tells_nothing_of_its_content(
    tmp_path: Path, door: Callable[[Path], AbstractContextManager[Connection]]
) -> None:
    with pytest.raises(OperationalError) as error, door(tmp_path) as connection:
        connection.execute(text("INSERT INTO nothing VALUES (:name)"), {"name": SECRET})
    assert SECRET not in str(error.value)
