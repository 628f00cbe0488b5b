"""The real uploader hears a served ward's orders, and the station's turn obeys them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import DeviceRefused
from appliance.desk.dossier import dossiers
from appliance.desk.ending import erase_orders
from appliance.desk.sending.ward_key import recipients_now
from appliance.services.orders import Orders
from appliance.services.uploader import Uploader
from tests.delivery.strict_ward import BASE
from tests.folder.boxes import LAN, CarryingBox
from tests.folder.office import Office
from tests.ward.conftest import RunningWard
from web.ward.boxes.devices import revoke_device
from web.ward.boxes.erase_orders import order_everything
from web.ward.database import writing
from web.ward.home import open_home
from web.ward.ward_key import renew_key


@pytest.fixture
def served(office: Office, box: CarryingBox, tmp_path: Path) -> Iterator[CarryingBox]:
    """The box, whose ward is a process with a real socket."""
    running = RunningWard(office.settings, office.made).start()
    token = tmp_path / "token"
    token.write_text(box.token)
    url = running.site + BASE
    ward = box.point.config.ward.model_copy(update={"url": url, "token_file": token})
    config = box.point.config.model_copy(update={"ward": ward})
    object.__setattr__(box.point, "config", config)
    yield box
    running.kill()


def test_a_heartbeat_brings_the_new_key_and_the_order_which_the_station_obeys(
    served: CarryingBox, office: Office
) -> None:
    opened = dossiers.open_dossier(served.point, "khai-sinh", LAN)
    newest = renew_key(open_home(office.settings.home))
    with writing(office.engine) as conn:
        assert order_everything(conn, "hop-1", datetime.now(UTC))
    uploader = Uploader(served.point)
    uploader._tell_how_we_are()
    assert recipients_now(served.point) == (newest,)
    assert erase_orders.is_ordered(served.point)
    station = Orders(served.point)
    station.look()
    station.obey_if_due()
    assert dossiers.look_at(served.point, opened).dossier.state is DossierState.ERASED
    assert not erase_orders.is_ordered(served.point)
    uploader._tell_how_we_are()  # now the ward knows
    assert not erase_orders.is_ordered(served.point)


def test_a_box_whose_token_was_taken_back_hears_the_order_on_the_wire(
    served: CarryingBox, office: Office
) -> None:
    with writing(office.engine) as conn:
        assert order_everything(conn, "hop-1", datetime.now(UTC))
        assert revoke_device(conn, "hop-1", datetime.now(UTC))
    uploader = Uploader(served.point)
    uploader._tell_how_we_are()
    assert erase_orders.is_ordered(served.point)
    with writing(office.engine) as conn:
        conn.exec_driver_sql("UPDATE device SET erase_number = NULL")
    with pytest.raises(DeviceRefused):
        uploader._tell_how_we_are()
