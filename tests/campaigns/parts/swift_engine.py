"""A real object store with an S3 door on loopback: OpenStack Swift, one copy of everything.

Swift comes from PyPI into a virtual environment of its own, because it pins other libraries::

    python3 -m venv SWIFT && SWIFT/bin/pip install swift==2.38.3
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

READY_S = 120.0
KINDS = ("account", "container", "object")
PIPELINE = (
    "catch_errors gatekeeper healthcheck listing_formats s3api tempauth copy slo dlo proxy-server"
)
FILTERS = ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "copy", "slo", "dlo")


@contextmanager
def swift_engine(venv: Path, home: Path) -> Iterator[str]:
    """Yield the address of the S3 door; key ``test:tester``, secret ``testing``."""
    (home / "devices" / "d1").mkdir(parents=True)
    (home / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = campaign\nswift_hash_path_prefix = campaign\n"
        "[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    ports = {kind: free_port() for kind in (*KINDS, "proxy")}
    for kind in KINDS:
        device = f"r1z1-127.0.0.1:{ports[kind]}/d1"
        for words in (("create", "4", "1", "1"), ("add", device, "1"), ("rebalance",)):
            subprocess.run(
                [venv / "bin/swift-ring-builder", home / f"{kind}.builder", *words],
                cwd=home,
                stdout=subprocess.DEVNULL,
                timeout=120,
                check=True,
            )
        _write_conf(home, kind, ports[kind], f"{kind}-server", f"[app:{kind}-server]\n")
    _write_conf(home, "proxy", ports["proxy"], PIPELINE, _proxy())
    with ExitStack() as servers:
        for kind in (*KINDS, "proxy"):
            server = subprocess.Popen(
                [venv / "bin" / f"swift-{kind}-server", home / f"{kind}.conf"],
                cwd=home,
                stdout=(home / f"{kind}.log").open("wb"),
                stderr=subprocess.STDOUT,
            )
            servers.callback(server.wait, 30)
            servers.callback(server.kill)
        for port in ports.values():
            _wait_for(port, home)
        yield f"http://127.0.0.1:{ports['proxy']}"


def _write_conf(home: Path, kind: str, port: int, pipeline: str, rest: str) -> None:
    (home / f"{kind}.conf").write_text(
        f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nworkers = 0\nswift_dir = {home}\n"
        f"devices = {home}/devices\nmount_check = false\nuser = {_own_name()}\n"
        f"log_address = {home}/no-log\n[pipeline:main]\npipeline = {pipeline}\n"
        + rest
        + ("" if kind == "proxy" else f"use = egg:swift#{kind}\n")
    )


def _proxy() -> str:
    filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in FILTERS)
    return (
        f"{filters}[filter:s3api]\nuse = egg:swift#s3api\n"
        "[filter:tempauth]\nuse = egg:swift#tempauth\nuser_test_tester = testing .admin\n"
        "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n"
    )


def free_port() -> int:
    """One that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _own_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _wait_for(port: int, home: Path) -> None:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            logs = {path.name: path.read_text()[-600:] for path in home.glob("*.log")}
            assert time.monotonic() < deadline, logs
            time.sleep(0.2)
        else:
            return
