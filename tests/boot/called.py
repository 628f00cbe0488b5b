"""Runs in a network outside: asks by mDNS who has a name, as a phone does. NAME… → ADDRESS…"""

from __future__ import annotations

import socket
import struct
import sys
import time

GROUP, PATIENCE_S = ("224.0.0.251", 5353), 30.0


def asked(own_address: str, name: str) -> str:
    """The IPv4 address that the network answers with; asks again until there is one."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = struct.pack("!6H", 7, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)
    deadline = time.monotonic() + PATIENCE_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own_address))
        wire.settimeout(0.5)
        while time.monotonic() < deadline:
            wire.sendto(question, GROUP)
            try:
                said = wire.recv(1500)
            except TimeoutError:
                continue
            if struct.unpack("!H", said[6:8])[0]:
                return socket.inet_ntoa(said[-4:])
    return "nobody"


if __name__ == "__main__":
    print(*(asked(sys.argv[1], name) for name in sys.argv[2:]))  # noqa: T201
