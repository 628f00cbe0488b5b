"""How fast and how light the page is with a year's dossiers in the store.

.venv/bin/python -m benchmarks.page [--dossiers 5000] [--rounds 100] [--seconds 40]

The demo's processes: the real web service behind waitress, asked over a socket by browsers that
keep their connection. First one asks alone, each page in turn; CPU is that of the web service
while it answered, so a slow page is told from a machine that was busy. Then two volunteers and a
phone work at once, each with its page's own looks beside what the person does, while the virtual
scanner feeds one page a second and the station cleans them. Last, Chromium loads every page with
an empty cache and scrolls to its end.
"""

from __future__ import annotations

import math
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from appliance.demo.house import House
from appliance.desk.dossier.dossiers import look_at
from appliance.desk.point import Point, open_point
from benchmarks.full_house import (
    SLOT,
    Answer,
    Visitor,
    cpu_clock,
    fill_store,
    filled_dossier,
    phone_at,
    volunteer,
)
from benchmarks.machine import Row, counts, report
from tests.station_page.chromium import open_window

ALONE, TOGETHER, LIGHT = "≤ 60 ms p95", "≤ 150 ms p95", "≤ 150 kB"
TOPIC = "topics/3"  # the child: seven questions, the longest lists
PAGES = 10  # in the dossier that is looked at
THINKS_S = 1.0  # between two things a person does; nobody is quicker for long
SERVICES = ("station", "web", "uploader")
FIRST = 2  # answers of each page that are not counted: compiled templates, a cold cache


class Asked(NamedTuple):
    """One thing to ask, as a person would call it."""

    what: str
    ask: Callable[[], Answer]


class Scene(NamedTuple):
    """The people at a full house, and what they work on."""

    house: House
    point: Point
    desk: Visitor
    other: Visitor
    phone: Visitor
    filled: str  # ten pages, every answer given
    beside: str  # the other volunteer's
    delivered: str


def main() -> None:
    """Measure and print."""
    asked = counts(__doc__, dossiers=5000, rounds=100, seconds=40)
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        point = open_point(house.config())
        try:
            scene = open_scene(house, point, asked.dossiers)
            rows = [*alone(scene, asked.rounds), *loads(scene), *together(scene, asked.seconds)]
        finally:
            point.database.close()
    report(rows, ("flask", "waitress", "sqlalchemy"))


def open_scene(house: House, point: Point, dossiers: int) -> Scene:
    """Fill the store, then let people in."""
    delivered = fill_store(point, dossiers)
    desk, other = volunteer(house, 0), volunteer(house, 1)
    beside = filled_dossier(house, point, other, 0)
    filled = filled_dossier(house, point, desk, PAGES)
    phone = phone_at(house, point, filled)
    return Scene(house, point, desk, other, phone, filled, beside, delivered)


def alone(scene: Scene, rounds: int) -> Iterator[Row]:
    """Every page in turn, nobody else asking."""
    took: dict[str, list[Answer]] = {}
    for _ in range(rounds + FIRST):
        for one in every_page(scene):
            took.setdefault(one.what, []).append(checked(one))
    for what, answers in took.items():
        kept = answers[FIRST:]
        wall, cpu = [one.wall_ms for one in kept], [one.cpu_ms for one in kept]
        yield Row(
            f"server time of {what}",
            ALONE,
            f"{p95(wall):.0f} ms; median {p50(wall):.0f}; CPU p95 {p95(cpu):.0f}, "
            f"median {p50(cpu):.0f}",
            f"{len(kept)} times, {len(kept[-1].body) / 1000:.1f} kB each",
        )


def every_page(scene: Scene) -> tuple[Asked, ...]:
    """What the desk and the phone open, and what their pages ask by themselves."""
    desk, phone, work = scene.desk, scene.phone, f"/dossiers/{scene.filled}"
    page_id = look_at(scene.point, scene.filled).pages[0].id
    picture = re.findall(r'src="([^"]+/pages/[^"]+)"', desk.get(work).text)[0]
    return (
        Asked("the first screen, with the list of deliveries", lambda: desk.get("/")),
        Asked("its moving part", lambda: desk.get("/now", X_Live="1")),
        Asked("the lamp in the head of each page", lambda: desk.get("/lamp", X_Live="1")),
        Asked("the choice of a procedure", lambda: desk.get("/dossiers/new")),
        Asked("a search there", lambda: desk.get("/dossiers/new?q=khai+sinh")),
        Asked("a dossier's list, ten pages scanned", lambda: desk.get(work)),
        Asked("a look at the list, drawn anew", lambda: desk.get(f"{work}/now", X_Live="1")),
        Asked("a topic of the form, papers beside it", lambda: desk.get(f"{work}/{TOPIC}")),
        Asked("a paper's own page", lambda: desk.get(f"{work}/slots/{SLOT}")),
        Asked("a look at the papers, drawn anew", lambda: desk.get(f"{work}/papers", X_Live="1")),
        Asked("a look at the papers, nothing new", again(desk, f"{work}/papers")),
        Asked("a page of paper, large", lambda: desk.get(f"{work}/pages/{page_id}")),
        Asked("a picture beside the form", lambda: desk.get(picture)),
        Asked("the check", lambda: desk.get(f"{work}/check")),
        Asked("a delivery", lambda: desk.get(f"/dossiers/{scene.delivered}/delivery")),
        Asked("the phone's first page", lambda: phone.get("/phone")),
        Asked("the phone's form", lambda: phone.get("/phone/form")),
        Asked("the phone's papers", lambda: phone.get("/phone/papers")),
        Asked("the phone's copy for the portal", lambda: phone.get("/phone/portal")),
    )


def again(visitor: Visitor, path: str) -> Callable[[], Answer]:
    """Ask as a page's script does that holds the fragment already."""
    tag = visitor.get(path, X_Live="1").headers.get("etag", "")
    return lambda: visitor.get(path, X_Live="1", If_None_Match=tag)


def together(scene: Scene, seconds: int) -> Iterator[Row]:
    """Two volunteers, a phone, a scan that runs from before the first answer to after the last."""
    scene.house.scanner.pace_s = 1.0
    scene.house.lay_papers(seconds + 20)
    before = look_at(scene.point, scene.filled)
    scene.house.press()
    wait_for_page(scene, len(before.pages) + 1)
    clocks = {name: cpu_clock(scene.house.pid(name)) for name in SERVICES}
    spent = {name: time.clock_gettime(clock) for name, clock in clocks.items()}
    busy, began = busy_s(), time.monotonic()
    answers = at_once(people(scene), began + seconds)
    wall_s = time.monotonic() - began
    busy = (busy_s() - busy) / wall_s / (os.cpu_count() or 1)
    after = look_at(scene.point, scene.filled)
    if after.scan is None or after.scan.state != "scanning":
        raise SystemExit("the scan did not run all the time")
    shares = ", ".join(
        f"{name} {(time.clock_gettime(clock) - spent[name]) / wall_s:.0%}"
        for name, clock in clocks.items()
    )
    every = [ms for took in answers.values() for ms in took]
    yield Row(
        "all answers while two volunteers, a phone and a scan are at work",
        TOGETHER,
        f"{p95(every):.0f} ms; median {p50(every):.0f}, worst {max(every):.0f}",
        f"{len(every)} in {wall_s:.0f} s, {len(after.pages) - len(before.pages)} pages scanned; "
        f"of one core: {shares}; both cores busy {busy:.0%}",
    )
    for what, took in sorted(answers.items(), key=lambda one: -p95(one[1])):
        yield Row(
            f"of these, {what}",
            TOGETHER,
            f"{p95(took):.0f} ms; median {p50(took):.0f}",
            f"{len(took)} times",
        )


def people(scene: Scene) -> list[Callable[[dict[str, list[float]], float], None]]:
    """Each person, and each page that looks by itself, on a connection of its own."""
    doers = []
    for person, dossier_id in ((scene.desk, scene.filled), (scene.other, scene.beside)):
        work = f"/dossiers/{dossier_id}"
        doers += [
            every(THINKS_S, *works(person, work)),
            every(0.7, looks(person.also(), "a look at the papers", f"{work}/papers")),
            every(2.0, looks(person.also(), "a look at the lamp", "/lamp")),
        ]
    phone, papers = scene.phone.also(), f"/phone/papers/now/{SLOT}"
    doers.append(every(1.5, looks(phone, "the phone looks at a paper", papers)))
    pages = ("/phone", "/phone/form", "/phone/papers", "/phone/portal")
    phones = [Asked("a page of the phone", partial(scene.phone.get, path)) for path in pages]
    doers.append(every(THINKS_S, *phones))
    return doers


def works(person: Visitor, work: str) -> list[Asked]:
    """What a volunteer does: look, type, check, see who else is there."""
    hidden = person.form(f"{work}/{TOPIC}", "/answers").hidden
    names = iter(range(10**9))

    def save() -> Answer:
        fields = hidden | {"child_name": f"Cao Minh Mẫu {'I' * (next(names) % 9)}"}
        return person.post(f"{work}/answers", fields, X_Live="1")

    return [
        Asked("a dossier's list", lambda: person.get(work)),
        Asked("a topic of the form", lambda: person.get(f"{work}/{TOPIC}")),
        Asked("an answer is saved", save),
        Asked("an answer is saved", save),
        Asked("the check", lambda: person.get(f"{work}/check")),
        Asked("the first screen", lambda: person.get("/")),
        Asked("the choice of a procedure", lambda: person.get("/dossiers/new?q=khai+sinh")),
    ]


def looks(visitor: Visitor, what: str, path: str) -> Asked:
    """A page's own script: it holds what it was told last."""
    held = [""]

    def look() -> Answer:
        answer = visitor.get(path, X_Live="1", If_None_Match=held[0])
        held[0] = answer.headers.get("etag", "")
        return answer

    return Asked(what, look)


def every(rest_s: float, *things: Asked) -> Callable[[dict[str, list[float]], float], None]:
    """Do *things* in turn, one each *rest_s*, and note how long each took."""

    def go(took: dict[str, list[float]], until: float) -> None:
        turn = 0
        while time.monotonic() < until:
            due = time.monotonic() + rest_s
            thing = things[turn % len(things)]
            took.setdefault(thing.what, []).append(checked(thing).wall_ms)
            turn += 1
            time.sleep(max(0.0, due - time.monotonic()))

    return go


def at_once(
    doers: Sequence[Callable[[dict[str, list[float]], float], None]], until: float
) -> dict[str, list[float]]:
    """All of them in threads; one that fails fails the bench."""
    notes: list[dict[str, list[float]]] = [{} for _ in doers]
    failed: list[BaseException] = []

    def guarded(go: Callable[[dict[str, list[float]], float], None], note: Any) -> None:
        try:
            go(note, until)
        except BaseException as error:
            failed.append(error)

    threads = [
        threading.Thread(target=guarded, args=pair) for pair in zip(doers, notes, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    together: dict[str, list[float]] = {}
    for note in notes:
        for what, took in note.items():
            together.setdefault(what, []).extend(took)
    return together


def loads(scene: Scene) -> Iterator[Row]:
    """Each page in Chromium with an empty cache, all its pictures seen."""
    work = f"/dossiers/{scene.filled}"
    yield from weights(
        scene.desk, 1366, "/", "/dossiers/new", work, f"{work}/{TOPIC}", f"{work}/slots/{SLOT}",
        f"{work}/check", f"/dossiers/{scene.delivered}/delivery",
    )  # fmt: skip
    yield from weights(scene.phone, 360, "/phone", "/phone/form", "/phone/papers", "/phone/portal")


def weights(visitor: Visitor, width: int, *paths: str) -> Iterator[Row]:
    """Bytes over the wire, without what the page asks for again later by itself."""
    address = visitor.house.web_url.rstrip("/")
    with open_window(address, width=width) as window:
        window.context.add_cookies(
            [{"name": k, "value": v, "url": address} for k, v in visitor.cookies.items()]
        )
        session = window.context.new_cdp_session(window.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        kinds: dict[str, str] = {}
        bytes_of: dict[str, float] = {}
        session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
        session.on(
            "Network.loadingFinished",
            lambda e: bytes_of.update({e["requestId"]: e["encodedDataLength"]}),
        )
        for path in paths:
            kinds.clear()
            bytes_of.clear()
            page = window.go(path)
            if not page.url.endswith(path):
                raise SystemExit(f"{path} led to {page.url}")
            page.wait_for_load_state("load")
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")  # lazy pictures too
            page.wait_for_timeout(500)
            sums: dict[str, float] = {}
            for request, weight in bytes_of.items():
                kind = kinds.get(request, "Other")
                sums[kind] = sums.get(kind, 0.0) + weight
            whole = sum(weight for kind, weight in sums.items() if kind not in {"Fetch", "XHR"})
            yield Row(
                f"first load of {path.replace(visitor_id(path), '…')}, {width} px",
                LIGHT,
                f"{whole / 1000:.0f} kB",
                ", ".join(f"{kind} {weight / 1000:.0f}" for kind, weight in sorted(sums.items())),
            )


def visitor_id(path: str) -> str:
    """The dossier's id in a path; something that is in none where there is none."""
    return next((part for part in path.split("/") if len(part) == 36), "\0")


def wait_for_page(scene: Scene, pages: int) -> None:
    """Until the scan has brought its first page."""
    deadline = time.monotonic() + 60
    while len(look_at(scene.point, scene.filled).pages) < pages:
        if time.monotonic() > deadline:
            raise SystemExit("no page within a minute of the press")
        time.sleep(0.1)


def checked(one: Asked) -> Answer:
    """An answer that is what was asked for: an error is quick and light."""
    answer = one.ask()
    if answer.status not in {200, 304}:
        raise SystemExit(f"{one.what} was answered with {answer.status}")
    return answer


def busy_s() -> float:
    """Seconds of all cores in which somebody computed, since the machine started."""
    words = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    user, nice, system, _idle, _wait, irq, soft, *_ = (int(word) for word in words[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def p95(values: Sequence[float]) -> float:
    """Nineteen of twenty are no slower."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


def p50(values: Sequence[float]) -> float:
    """Half are no slower."""
    return sorted(values)[math.ceil(len(values) * 0.5) - 1]


if __name__ == "__main__":
    main()
