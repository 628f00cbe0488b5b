"""The demo's ports are still its own when its services come to them."""

from __future__ import annotations

import socket

from appliance.demo.ports import free_port, taken


def test_a_port_is_none_that_the_kernel_gives_to_somebody_else() -> None:
    for _ in range(50):
        assert not 32_768 <= free_port() <= 60_999  # as Linux is shipped: ip(7)


def test_a_port_that_is_taken_is_not_offered() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        port = server.getsockname()[1]
        assert taken([0, port]) == port
