"""The tus client against a server that forgives nothing."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.core.errors import (
    CaptivePortal,
    DestinationUnreachable,
    DeviceRefused,
    SealedFileDamaged,
    TooLargeForWard,
)
from appliance.destinations.http import Patience, Wire
from appliance.destinations.line import LARGEST_CHUNK, SMALLEST_CHUNK, Line
from appliance.destinations.sealed_file import FilePart
from appliance.destinations.tus import TRIES, Tus
from appliance.keys.canonical import sha256_hex
from appliance.pretend.bad_network import SWALLOWED_ANSWER, BadNetwork, Trouble

from .strict_ward import BASE, TOKEN, TUS, Order, StrictWard

MIB = 1024 * 1024
HEADERS_OF_ALL_REQUESTS = 20_000  # bytes; a request's headers are about 300


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire(TOKEN, patience=Patience(connect_s=5, answer_s=5))
    yield wire
    wire.close()


@pytest.fixture
def tus(wire: Wire, ward: StrictWard) -> Tus:
    return Tus(wire, f"{ward.url}/files", pause=lambda seconds: None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sealed.age"
    path.write_bytes(os.urandom(20_000_000))
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.age"
    path.write_bytes(os.urandom(5_000))
    return path


def received(ward: StrictWard) -> list[str]:
    """Digests, for pytest would take minutes over the difference of two large files."""
    return [sha256_hex(bytes(upload.content)) for upload in ward.uploads.values()]


def upload_id(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_big_file_arrives_byte_for_byte_in_growing_chunks(tus, ward, file):
    tus.upload(file, {"sha256": "ab" * 32})
    assert received(ward) == [sha256_hex(file.read_bytes())]
    kib = [size // 1024 for size in ward.patch_sizes]
    assert kib[:6] == [128, 256, 512, 1024, 2048, 4096]
    assert max(ward.patch_sizes) == LARGEST_CHUNK
    assert ward.faults == []


def test_the_server_is_asked_where_to_go_on_before_any_patch(tus, ward, small):
    tus.upload(small, {})
    assert [asked.method for asked in ward.asked] == ["POST", "HEAD", "PATCH"]


def test_the_url_is_remembered_before_the_first_byte_is_sent(tus, ward, small):
    at_that_time = []
    tus.upload(small, {}, remember=lambda url: at_that_time.append((url, received(ward))))
    [(url, content)] = at_that_time
    assert content == [sha256_hex(b"")]
    assert upload_id(url) in ward.uploads


def test_progress_tells_what_the_server_has_confirmed(tus, ward, small):
    told = []
    tus.upload(small, {}, progress=told.append)
    assert told == [0, 5_000]


def test_an_upload_goes_on_where_an_earlier_call_stopped(tus, ward, file):
    url = tus.create(file.stat().st_size, {"sha256": "x"})
    ward.uploads[upload_id(url)].content += file.read_bytes()[:19_900_000]
    tus.upload(file, {}, known_url=url)
    assert sum(ward.patch_sizes) == 100_000
    assert received(ward) == [sha256_hex(file.read_bytes())]


def test_a_finished_upload_costs_one_question_and_no_byte(tus, ward, small):
    url = tus.upload(small, {})
    ward.asked.clear()
    assert tus.upload(small, {}, known_url=url) == url
    assert [asked.method for asked in ward.asked] == ["HEAD"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_upload_the_server_has_forgotten_is_made_anew(tus, ward, small, status):
    ward.orders["HEAD"].append(Order(status, TUS))
    remembered = []
    url = tus.upload(small, {}, known_url=f"{ward.url}/files/gone", remember=remembered.append)
    assert remembered == [url]
    assert received(ward) == [sha256_hex(small.read_bytes())]


def test_a_log_in_pages_404_does_not_make_us_forget_what_is_at_the_ward(tus, ward, small):
    ward.orders["HEAD"].append(Order(404, {"Content-Type": "text/html"}))
    with pytest.raises(CaptivePortal):
        tus.upload(small, {}, known_url=f"{ward.url}/files/still-there")
    assert ward.said("POST") == []


def test_an_upload_of_another_length_is_not_ours(tus, ward, small):
    url = tus.create(4_000, {"sha256": "x"})
    assert tus.upload(small, {}, known_url=url) != url
    assert sha256_hex(small.read_bytes()) in received(ward)


def test_a_server_that_forgets_every_upload_is_not_asked_for_ever(tus, ward, small):
    ward.orders["HEAD"].extend(Order(404, TUS) for _ in range(50))
    with pytest.raises(DestinationUnreachable, match="forgot"):
        tus.upload(small, {})
    assert len(ward.said("POST")) == TRIES


def test_after_an_offset_conflict_the_server_is_asked_again(tus, ward, small):
    ward.orders["PATCH"].append(Order(409, TUS))
    tus.upload(small, {})
    assert [a.method for a in ward.asked] == ["POST", "HEAD", "PATCH", "HEAD", "PATCH"]
    assert received(ward) == [sha256_hex(small.read_bytes())]


def test_a_file_the_server_finds_too_large_is_not_sent(tus, ward, small):
    ward.orders["POST"].append(Order(413, TUS))
    with pytest.raises(TooLargeForWard):
        tus.upload(small, {})
    assert ward.said("PATCH") == []


def test_a_proxy_that_takes_only_a_mebibyte_at_once_gets_smaller_chunks(tus, ward, file):
    ward.largest_patch = MIB
    tus.upload(file, {"sha256": "x"})
    assert received(ward) == [sha256_hex(file.read_bytes())]
    refused = [a for a in ward.said("PATCH") if int(a.headers["Content-Length"]) > MIB]
    assert len(refused) == 1


def test_a_proxy_that_takes_not_even_the_smallest_chunk_needs_a_person(tus, ward, file):
    ward.largest_patch = SMALLEST_CHUNK - 1
    with pytest.raises(TooLargeForWard):
        tus.upload(file, {"sha256": "x"})


def test_a_success_without_tus_resumable_is_not_believed(tus, ward, small):
    for method, status in [("POST", 201), ("HEAD", 200), ("PATCH", 204)]:
        lie = {"Location": f"{BASE}/files/1", "Upload-Offset": "5000", "Upload-Length": "5000"}
        ward.orders[method].append(Order(status, lie))
        with pytest.raises(CaptivePortal):
            tus.upload(small, {})


def test_the_token_never_follows_a_location_to_another_host(tus, ward, small):
    with BadNetwork(ward.port) as elsewhere:
        location = f"http://localhost:{elsewhere.port}/files/1"
        ward.orders["POST"].append(Order(201, {**TUS, "Location": location}))
        with pytest.raises(CaptivePortal):
            tus.upload(small, {})
        assert elsewhere.traffic.connections == 0


def test_a_server_behind_a_tls_proxy_may_believe_it_is_elsewhere(tus, ward, small):
    path = tus.create(5_000, {"sha256": "x"}).removeprefix(f"http://127.0.0.1:{ward.port}")
    ward.orders["POST"].append(Order(201, {**TUS, "Location": f"http://127.0.0.1:9{path}"}))
    tus.upload(small, {})
    assert received(ward) == [sha256_hex(small.read_bytes())]


@pytest.mark.parametrize("keeps_partial", [True, False])
def test_after_a_cut_at_most_one_chunk_is_sent_again(wire, ward, file, keeps_partial):
    ward.keeps_partial_patches = keeps_partial
    cut_at = 9_000_000

    def trouble(number: int) -> Trouble:
        return Trouble(cut_up_after=cut_at) if number == 1 else Trouble()

    with BadNetwork(ward.port, trouble) as network:
        tus = Tus(wire, f"http://127.0.0.1:{network.port}{BASE}/files", pause=lambda s: None)
        tus.upload(file, {"sha256": "x"})
        assert network.traffic.cuts == 1
        again = network.traffic.up - 20_000_000
    assert received(ward) == [sha256_hex(file.read_bytes())]
    assert 0 <= again <= LARGEST_CHUNK + HEADERS_OF_ALL_REQUESTS
    if not keeps_partial:
        assert again > HEADERS_OF_ALL_REQUESTS  # else nothing was measured


def test_after_a_cut_chunks_are_smaller(wire, ward, file):
    line = Line()
    line.chunk = LARGEST_CHUNK

    def trouble(number: int) -> Trouble:
        return Trouble(cut_up_after=3_000_000) if number == 1 else Trouble()

    with BadNetwork(ward.port, trouble) as network:
        url = f"http://127.0.0.1:{network.port}{BASE}/files"
        Tus(wire, url, line, pause=lambda s: None).upload(file, {"sha256": "x"})
    assert ward.patch_sizes[:2] == [LARGEST_CHUNK, LARGEST_CHUNK // 2]


def test_when_only_the_answer_was_lost_no_byte_is_sent_twice(wire, ward, small):
    # connection 1: POST and HEAD are answered in about 300 bytes, the PATCH no longer is
    with BadNetwork(ward.port) as network:
        tus = Tus(wire, f"http://127.0.0.1:{network.port}{BASE}/files", pause=lambda s: None)
        url = tus.create(5_000, {"sha256": "x"})
        wire.close()
        assert tus.offset(url, 5_000) == 0
        wire.close()
        network.trouble = lambda number: SWALLOWED_ANSWER if number == 3 else Trouble()
        with small.open("rb") as content, pytest.raises(DestinationUnreachable):
            tus.patch(url, FilePart(content, 0, 5_000))
        tus.upload(small, {}, known_url=url)
        assert network.traffic.cuts == 1
    assert ward.patch_sizes == [5_000]
    assert received(ward) == [sha256_hex(small.read_bytes())]


def test_a_line_that_carries_nothing_ends_the_call(wire, ward, small):
    waits = []
    with BadNetwork(ward.port, lambda number: Trouble(cut_up_after=0, reset=True)) as network:
        tus = Tus(wire, f"http://127.0.0.1:{network.port}{BASE}/files", pause=waits.append)
        with pytest.raises(DestinationUnreachable):
            tus.upload(small, {})
        assert network.traffic.connections == TRIES
    assert waits == [0.5, 1, 2, 4]


def test_a_line_that_brings_a_little_each_time_is_never_given_up(wire, ward, tmp_path):
    path = tmp_path / "sealed.age"
    path.write_bytes(os.urandom(1_500_000))
    with BadNetwork(ward.port, lambda number: Trouble(cut_up_after=100_000)) as network:
        Tus(wire, f"http://127.0.0.1:{network.port}{BASE}/files", pause=lambda s: None).upload(
            path, {"sha256": "x"}
        )
        assert network.traffic.cuts > 2 * TRIES
    assert received(ward) == [sha256_hex(path.read_bytes())]


class Watched(io.BytesIO):
    """Content that notes how much is read at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.largest = max(self.largest, len(piece))
        return piece


def test_a_chunk_leaves_piece_by_piece_so_that_each_has_its_own_time_out(tus, ward):
    url = tus.create(LARGEST_CHUNK, {"sha256": "x"})
    tus.offset(url, LARGEST_CHUNK)
    content = Watched(os.urandom(LARGEST_CHUNK))
    tus.patch(url, FilePart(content, 0, LARGEST_CHUNK))
    assert received(ward) == [sha256_hex(content.getvalue())]
    assert content.largest <= 64 * 1024


def test_a_watchdog_is_fed_for_every_piece_and_every_try(tus, ward, small):
    beats = []
    ward.orders["POST"].extend([Order(500)] * 3)
    tus.upload(small, {}, alive=lambda: beats.append(len(ward.asked)))
    assert beats[:3] == [1, 2, 3]
    assert beats[-1] >= 5  # while the PATCH was on its way


def test_silence_is_not_waited_for_for_ever(ward, small):
    impatient = Wire(TOKEN, patience=Patience(connect_s=1, answer_s=0.2))
    with BadNetwork(ward.port, lambda number: Trouble(swallow=True)) as network:
        url = f"http://127.0.0.1:{network.port}{BASE}/files"
        with pytest.raises(DestinationUnreachable):
            Tus(impatient, url, pause=lambda s: None).upload(small, {})
    impatient.close()


def test_a_wrong_token_is_told_at_once(ward, small):
    stranger = Wire("another-token")
    with pytest.raises(DeviceRefused):
        Tus(stranger, f"{ward.url}/files", pause=lambda s: None).upload(small, {})
    stranger.close()
    assert len(ward.asked) == 1


A_CLIENT = """
import resource, sys
from pathlib import Path
from appliance.destinations.http import Wire
from appliance.destinations.tus import Tus
url, token, small, big = sys.argv[1:]
tus = Tus(Wire(token), url)
peaks = []
for path in (small, big):
    tus.upload(Path(path), {"sha256": "x"})
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print((peaks[1] - peaks[0]) * 1024)
"""


def test_a_file_of_twenty_megabytes_takes_less_memory_than_one_chunk(ward, small, file):
    grown = subprocess.run(
        [sys.executable, "-c", A_CLIENT, f"{ward.url}/files", TOKEN, str(small), str(file)],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert received(ward)[1] == sha256_hex(file.read_bytes())
    assert int(grown.stdout) < LARGEST_CHUNK


def test_a_file_that_becomes_shorter_while_it_is_sent_is_damaged_not_a_bad_line(tus, ward, small):
    def shorten(url: str) -> None:
        os.truncate(small, 1_000)

    with pytest.raises(SealedFileDamaged):
        tus.upload(small, {}, remember=shorten)
