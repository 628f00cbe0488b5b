"""Two starts that did not become healthy leave the scanner alone; the box gets out by itself."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from appliance.core.errors import SafeMode
from appliance.core.ports import Signal
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.sending.delivery import health
from appliance.desk.sending.status import point_status
from appliance.doctoring.keeping import look_at_station
from appliance.pretend.panel import ScreenPanel
from appliance.services.safe_station import SafeStation
from appliance.store.card.starts import HEALTHY_AFTER_S, Starts


class Uptime:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_third_start_is_safe_after_two_that_were_cut(tmp_path: Path) -> None:
    assert not Starts(tmp_path).is_safe
    assert not Starts(tmp_path).is_safe  # the first was cut
    third = Starts(tmp_path)  # and so was the second
    assert third.is_safe
    assert Starts(tmp_path).is_safe  # safe mode itself was cut: still safe


def test_a_minute_of_turns_or_a_stop_in_good_order_is_a_good_start(tmp_path: Path) -> None:
    uptime = Uptime()
    Starts(tmp_path)
    second = Starts(tmp_path, uptime)
    uptime.now += HEALTHY_AFTER_S - 1
    second.beat()
    assert (tmp_path / "starts").read_text() == "2"
    uptime.now += 1
    second.beat()
    assert not (tmp_path / "starts").exists()
    Starts(tmp_path)
    Starts(tmp_path).ended_well()
    assert not (tmp_path / "starts").exists()


def test_out_of_safe_mode_one_more_cut_leads_back_at_once(tmp_path: Path) -> None:
    for _ in range(2):
        Starts(tmp_path)
    Starts(tmp_path).try_again()
    whole = Starts(tmp_path)
    assert not whole.is_safe
    assert Starts(tmp_path).is_safe


def test_a_spoilt_count_and_a_folder_that_takes_no_file_do_not_lock_anybody_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "starts").write_text("năm")
    assert not Starts(tmp_path).is_safe
    assert not Starts(tmp_path / "not-there").is_safe
    assert not Starts(tmp_path / "not-there").is_safe
    assert not Starts(tmp_path / "not-there").is_safe


def test_in_safe_mode_a_touch_is_told_why_and_the_box_tries_again_by_itself(
    point: Point, dossier_id: str
) -> None:
    panel = ScreenPanel("127.0.0.1:0")
    over: list[bool] = []
    station = SafeStation(point, panel, lambda: over.append(True), safe_for_s=4.0)
    thread = threading.Thread(target=station.run, args=(lambda: False, lambda: None))
    thread.start()

    def until(holds: object) -> None:
        give_up = time.monotonic() + 30
        while not holds():  # type: ignore[operator]
            assert time.monotonic() < give_up
            time.sleep(0.02)

    until(lambda: point_status(point).error_code == SafeMode.code)
    assert panel.frame().signal is Signal.NEEDS_PERSON
    assert [found.code for found in look_at_station(point)] == ["safe-mode"]
    until(lambda: health(point, "1").out_of_service == ("safe-mode",))
    scanning.press(point, scanning.AskedBy.PANEL)
    until(lambda: last_scan_error(point) == SafeMode.code)
    thread.join(30)
    assert over == [True]


def last_scan_error(point: Point) -> str | None:
    with point.database.reading() as connection:
        return connection.exec_driver_sql(
            "SELECT error_code FROM scan_request ORDER BY id DESC LIMIT 1"
        ).scalar()
