"""The pretend bad network does exactly what it is told, or it proves nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from appliance.pretend.bad_network import (
    CAPTIVE_PORTAL,
    HALF_OPEN,
    SWALLOWED_ANSWER,
    BadNetwork,
    Trouble,
)


class Echo:
    """Answers every piece with itself and keeps what it got."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.got = b""
        self.ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with line:
                try:
                    while piece := line.recv(65_536):
                        self.got += piece
                        line.sendall(piece)
                except OSError:
                    pass
            self.ended.set()

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


def call(network: BadNetwork) -> socket.socket:
    return socket.create_connection(("127.0.0.1", network.port), timeout=10)


def read_all(line: socket.socket) -> bytes:
    heard = b""
    try:
        while piece := line.recv(65_536):
            heard += piece
    except ConnectionResetError:
        pass
    return heard


def test_a_good_line_carries_everything_and_counts_it(echo):
    with BadNetwork(echo.port) as network, call(network) as line:
        line.sendall(b"x" * 300_000)
        line.shutdown(socket.SHUT_WR)
        assert read_all(line) == b"x" * 300_000
        assert (network.traffic.up, network.traffic.down) == (300_000, 300_000)
        assert (network.traffic.connections, network.traffic.cuts) == (1, 0)


@pytest.mark.parametrize("after", [0, 1, 1_000])
def test_a_cut_on_the_way_up_lets_exactly_so_many_bytes_through(echo, after):
    with BadNetwork(echo.port, lambda number: Trouble(cut_up_after=after)) as network:
        with call(network) as line:
            line.sendall(b"x" * 5_000)
            read_all(line)
        assert echo.ended.wait(10)
        assert echo.got == b"x" * after
        assert network.traffic.cuts == 1


def test_a_cut_on_the_way_down_lets_exactly_so_many_bytes_through(echo):
    with BadNetwork(echo.port, lambda number: Trouble(cut_down_after=3)) as network:
        with call(network) as line:
            line.sendall(b"x" * 5_000)
            assert read_all(line) == b"xxx"
        assert echo.ended.wait(10)
        assert echo.got == b"x" * 5_000


def test_a_swallowed_answer_was_given_but_never_arrives(echo):
    with BadNetwork(echo.port, lambda number: SWALLOWED_ANSWER) as network, call(network) as line:
        line.sendall(b"order")
        assert read_all(line) == b""
        assert echo.got == b"order"


def test_a_reset_is_a_reset(echo):
    trouble = Trouble(cut_up_after=3, reset=True)
    with BadNetwork(echo.port, lambda number: trouble) as network, call(network) as line:
        line.sendall(b"order")
        with pytest.raises(ConnectionResetError):
            while line.recv(100):
                pass


def test_a_swallowing_line_takes_everything_and_says_nothing(echo):
    with BadNetwork(echo.port, lambda number: Trouble(swallow=True)) as network:
        with call(network) as line:
            line.sendall(b"order")
            line.settimeout(0.1)
            with pytest.raises(TimeoutError):
                line.recv(1)
        assert echo.ended.wait(10)
        assert echo.got == b"order"


def test_a_portal_answers_itself_and_the_server_never_hears_of_it(echo):
    with BadNetwork(echo.port, lambda number: CAPTIVE_PORTAL) as network, call(network) as line:
        line.sendall(b"PUT /dossiers/1 HTTP/1.1\r\n\r\n" + b"x" * 100_000)
        line.shutdown(socket.SHUT_WR)
        heard = read_all(line)
    assert heard.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/html")
    assert echo.got == b""


def test_where_nobody_listens_the_caller_is_turned_away():
    heard = b""
    with BadNetwork(1) as network:
        with suppress(ConnectionResetError), call(network) as line:  # or already while calling
            heard = read_all(line)
        assert (heard, network.traffic.connections) == (b"", 1)


def test_nothing_survives_closing(echo):
    network = BadNetwork(echo.port)
    with call(network) as line:
        line.sendall(b"x")
        assert line.recv(1) == b"x"
        network.close()
        assert read_all(line) == b""
    with pytest.raises(OSError, match=r"."):
        call(network)


def test_a_half_open_line_takes_the_call_and_then_says_nothing_and_passes_nothing_on(echo):
    with BadNetwork(echo.port, lambda number: HALF_OPEN) as network, call(network) as line:
        line.sendall(b"order")
        line.settimeout(0.1)
        with pytest.raises(TimeoutError):
            line.recv(1)
    assert echo.got == b""


def test_what_was_on_its_way_at_a_cut_is_counted_from_the_last_answer_on(echo):
    with BadNetwork(echo.port, lambda number: Trouble(cut_up_after=1_500)) as network:
        with call(network) as line:
            line.sendall(b"x" * 1_000)
            assert len(line.recv(1_000, socket.MSG_WAITALL)) == 1_000
            line.sendall(b"x" * 1_000)
            read_all(line)
        traffic = network.traffic
        assert (traffic.cuts, traffic.lost, traffic.most_lost) == (1, 500, 500)
