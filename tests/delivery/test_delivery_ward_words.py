"""What else is said between box and ward: health, news, and what is refused at the start."""

import pytest

from appliance.core.errors import (
    ConfigWrong,
    DestinationUnreachable,
)
from appliance.core.wire.manifest import Heartbeat

from .strict_ward import PROBLEM, Order

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"<html><title>Wi-Fi</title></html>"

HEALTH = Heartbeat(version="0.1.0", queue=2, oldest_waiting_s=60, disk_free_mb=4_000)


def test_the_heartbeat_brings_back_the_wards_clock(service):
    answer = service().heartbeat(HEALTH)
    assert answer.server_time is not None
    assert answer.server_time.year == 2026
    assert answer.min_version == "0.1.0"


def test_events_come_page_after_page(ward, service):
    box = service()
    first = box.events(None)
    second = box.events(first.next, wait_s=99)
    assert [event.seq for event in (*first.items, *second.items)] == ["1", "2"]
    assert ward.said("GET")[1].path.endswith("/events?limit=50&wait=25&after=1")


def test_a_cursor_the_ward_no_longer_knows_means_beginning_again(ward, service):
    ward.orders["GET"].append(Order(410, PROBLEM, b"{}"))
    assert service().events("1") is None


def test_events_of_an_unknown_shape_are_not_half_believed(ward, service):
    ward.orders["GET"].append(Order(200, JSON, b'{"items": [{"seq": 1}], "next": "2"}'))
    with pytest.raises(DestinationUnreachable):
        service().events(None)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ward.example/intake/v1",
        "ftp://ward.example/",
        "http://ward.example/intake/v1",
        "https://box:secret@ward.example/",
        "https://[::1/",
        "https://ward.example:99999/",
    ],
)
def test_an_address_that_cannot_be_used_is_told_at_the_start(service, url):
    with pytest.raises(ConfigWrong, match=r"ward\.url"):
        service(url=url)


@pytest.mark.parametrize("verify_key", ["", "x" * 42, "ssh-ed25519 AAAA"])
def test_a_key_no_receipt_could_fit_is_told_at_the_start(service, verify_key):
    with pytest.raises(ConfigWrong, match="verify_key"):
        service(verify_key=verify_key)


@pytest.mark.parametrize("token", ["", "two words", "ký tự lạ", "line\nline"])
def test_a_token_that_cannot_be_sent_is_told_at_the_start(service, token):
    with pytest.raises(ConfigWrong, match="token_file") as caught:
        service(token=token)
    assert token == "" or token not in str(caught.value)
