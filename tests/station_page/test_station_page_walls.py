"""What every answer carries, what is refused, and how an error is told."""

from __future__ import annotations

import pytest
from flask import Flask

from appliance.desk.point import Point
from tests.station_page.conftest import Browser
from tests.station_page.test_station_page_door import path_of


def test_a_foreign_host_name_is_refused(stranger: Browser) -> None:
    assert stranger.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    assert stranger.get("/sign-in", headers={"Host": "hop.test:8443"}).status_code == 200
    assert stranger.get("/sign-in", headers={"Host": "127.0.0.1:1"}).status_code == 200


def test_a_phone_that_knows_no_local_names_comes_by_the_address_on_this_network(stranger):
    assert stranger.get("/sign-in", headers={"Host": "192.168.7.1"}).status_code == 200
    assert stranger.get("/sign-in", headers={"Host": "203.0.113.9"}).status_code == 400
    assert stranger.get("/sign-in", headers={"Host": "192.168.7.1.evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/dossiers/new", "/nowhere", "/healthz", "/lamp"])
def test_every_answer_keeps_others_out_and_leaves_no_copy(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store, private"


def test_pages_have_no_script_or_style_of_their_own(browser: Browser, dossier: str) -> None:
    for path in ("/sign-in", "/", "/dossiers/new", dossier, f"{dossier}/check"):
        text = browser.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert "onclick" not in text
        assert text.count("<script") == text.count('<script src="/static/')


def test_a_form_without_its_token_is_refused_in_three_sentences(browser: Browser) -> None:
    browser.token = "made up"
    answer = browser.post("/dossiers", procedure="khai-sinh")
    assert answer.status_code == 400
    assert "Trang này mở đã quá lâu" in answer.text
    assert "Việc cần làm:" in answer.text


def test_every_change_needs_the_token(app: Flask, browser: Browser) -> None:
    changing = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("phone.")
    ]
    assert len(changing) > 30
    for rule in changing:
        browser.token = ""  # some refusals come as a page that has a fresh one
        assert browser.post(path_of(rule)).status_code == 400, rule.rule


def test_a_page_elsewhere_cannot_press_our_buttons(browser: Browser) -> None:
    answer = browser.client.post(
        "/dossiers",
        data={"csrf_token": browser.token, "procedure": "khai-sinh"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 400


def test_only_what_is_used_of_bootstrap_is_served(stranger: Browser) -> None:
    assert stranger.get("/bootstrap/static/css/bootstrap.min.css").status_code == 200
    assert stranger.get("/bootstrap/static/js/bootstrap.min.js").status_code == 404


def test_a_huge_form_is_refused(browser: Browser, dossier: str) -> None:
    answer = browser.post(f"{dossier}/answers", child_name="a" * 300_000)
    assert answer.status_code == 413
    assert "quá dài" in answer.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/dossiers/not-an-id", "/dossiers/01a200dc-545d-7588-9b9a-f9a50bdca954"]
)
def test_what_does_not_exist_is_told_in_three_sentences(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert 'class="told-what"' in answer.text
    assert "Về trang đầu" in answer.text


def test_a_fault_of_ours_leaks_nothing(browser: Browser, point: Point) -> None:
    with point.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE receipt")
        connection.exec_driver_sql("DROP TABLE submission_file")
        connection.exec_driver_sql("DROP TABLE submission")
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "Hộp gặp lỗi ngoài dự kiến." in answer.text
    assert "submission" not in answer.text
    assert "Traceback" not in answer.text


def test_health_is_bad_when_the_store_cannot_be_read(stranger: Browser, point: Point) -> None:
    assert stranger.get("/healthz").text == "ok\n"
    with point.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE dossier RENAME TO elsewhere")
    assert stranger.get("/healthz").status_code == 500
