"""Against a tus server by other hands, killed in the middle of a PATCH."""

import os
import select
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.core.errors import DestinationUnreachable
from appliance.destinations.http import Patience, Wire
from appliance.destinations.line import LARGEST_CHUNK
from appliance.destinations.tus import Tus
from appliance.pretend.bad_network import BadNetwork, Trouble

pytestmark = pytest.mark.npm

SIZE = 20_000_000
HEADERS_OF_ALL_REQUESTS = 20_000  # bytes; one has about 300


class NpmServer:
    def __init__(self, script: Path, folder: Path) -> None:
        self._command = ["node", str(script), str(folder)]
        self.folder = folder
        self.port = 0
        self.start()

    def start(self) -> None:
        self.child = subprocess.Popen(
            [*self._command, str(self.port)], stdout=subprocess.PIPE, text=True
        )
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], 30)
        assert ready, "the npm server did not start within 30 s"
        self.port = int(self.child.stdout.readline())

    def kill(self) -> None:
        self.child.kill()
        self.child.wait(10)

    def received(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if path.suffix != ".json"]


@pytest.fixture
def server(npm_tus_server: Path, tmp_path: Path) -> Iterator[NpmServer]:
    server = NpmServer(npm_tus_server, tmp_path / "files")
    yield server
    server.kill()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sealed.age"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire("any-token", patience=Patience(connect_s=5, answer_s=20))
    yield wire
    wire.close()


def files_at(port: int) -> str:
    return f"http://127.0.0.1:{port}/files"


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)


def test_a_file_arrives_byte_for_byte_at_another_make_of_server(server, wire, file):
    Tus(wire, files_at(server.port)).upload(file, {"sha256": "ab" * 32})
    [there] = server.received()
    assert there.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("kill_at", [1_500_000, 9_000_000, 17_000_000])
def test_a_server_killed_in_mid_patch_ends_up_with_the_same_bytes(server, wire, file, kill_at):
    urls: list[str] = []
    with BadNetwork(server.port, lambda number: Trouble(delay_s=0.001)) as network:

        def kill_in_mid_patch() -> None:
            wait_until(lambda: network.traffic.up > kill_at)
            server.kill()

        killer = threading.Thread(target=kill_in_mid_patch)
        killer.start()
        tus = Tus(wire, files_at(network.port), pause=lambda seconds: None)
        with pytest.raises(DestinationUnreachable):
            tus.upload(file, {"sha256": "x"}, remember=urls.append)
        killer.join(30)
        [half] = server.received()
        assert 0 < half.stat().st_size < SIZE

        server.start()
        tus.upload(file, {"sha256": "x"}, known_url=urls[0], remember=urls.append)
        again = network.traffic.up - SIZE
    [there] = server.received()
    assert there.read_bytes() == file.read_bytes()
    assert len(urls) == 1
    assert again <= LARGEST_CHUNK + HEADERS_OF_ALL_REQUESTS


def test_a_cut_line_to_another_make_of_server_costs_at_most_one_chunk(server, wire, file):
    def trouble(number: int) -> Trouble:
        return Trouble(cut_up_after=9_000_000, reset=True) if number == 1 else Trouble()

    with BadNetwork(server.port, trouble) as network:
        Tus(wire, files_at(network.port)).upload(file, {"sha256": "x"})
        assert network.traffic.cuts == 1
        assert network.traffic.up - SIZE <= LARGEST_CHUNK + HEADERS_OF_ALL_REQUESTS
    [there] = server.received()
    assert there.read_bytes() == file.read_bytes()
