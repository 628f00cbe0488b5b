"""The box's tus client against ``@tus/server`` whose bytes lie in S3: cut, killed, compared.

``python -m tests.campaigns.tus_on_s3 --swift SWIFT [--files 12] [--seed 1]`` with SWIFT a virtual
environment as ``swift_engine`` says, after ``npm ci --prefix tests/tus_s3``. Each file goes over a
line that is cut at a random byte; for some the tus server is killed (-9) on the way and started
again, another one on the same bucket. Then every byte is read back from S3. Before that the
engine must refuse bytes that are not those announced. Prints one JSON object, ends with 1 on
damage.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import select
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import requests

from appliance.core.errors import DestinationUnreachable
from appliance.destinations.http import Patience, Wire
from appliance.destinations.tus import Tus
from appliance.pretend.bad_network import BadNetwork, Trouble
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.swift_engine import swift_engine

FOLDER = Path(__file__).resolve().parents[1] / "tus_s3"
SIZES = (1, 300_000, 2_000_000, 5 << 20, 9_000_000, 20_000_000)  # either side of S3's smallest part
BUCKET = "tramhoso"
TIMEOUT_S = 120.0


@dataclass
class TusServer:
    """``@tus/server`` on the engine; it can be killed and another started."""

    engine: str
    port: int = 0
    child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.child = subprocess.Popen(
            ["node", FOLDER / "server.mjs", self.engine, BUCKET, str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"NODE_NO_WARNINGS": "1"},
        )
        assert self.child.stdout
        ready, _, _ = select.select([self.child.stdout], [], [], TIMEOUT_S)
        assert ready, "the tus server did not start"
        self.port = int(self.child.stdout.readline())

    def kill(self) -> None:
        assert self.child
        self.child.kill()
        self.child.wait(30)


def campaign(swift: Path, home: Path, files: int, seed: int) -> dict[str, object]:
    """Upload them over bad lines, read them back from S3."""
    die, damage, seen = random.Random(seed), Counter[str](), Counter[str]()
    with swift_engine(swift, home / "swift") as engine:
        server = TusServer(engine)
        server.start()
        try:
            refuses = _checks(engine)
            damage["the engine takes wrong bytes"] += sum(
                answer == "taken" for what, answer in refuses.items() if what.startswith("wrong")
            )
            began, total = time.monotonic(), 0
            for number in range(files):
                size = SIZES[number % len(SIZES)] + die.randrange(1000) * (number % len(SIZES) > 0)
                path = home / "sealed.age"
                path.write_bytes(die.randbytes(size))
                total += size
                url = _uploaded(server, path, die, seen)
                answer = requests.get(url, timeout=TIMEOUT_S)
                same = (
                    hashlib.sha256(answer.content).digest()
                    == hashlib.sha256(path.read_bytes()).digest()
                )
                damage["other bytes in S3"] += not (answer.status_code == 200 and same)
            took = time.monotonic() - began
        finally:
            server.kill()
    return {
        "files": files,
        "bytes": total,
        "seconds": round(took, 1),
        "the engine on announced checksums": refuses,
        "seen": dict(seen),
        "load": [round(one, 1) for one in os.getloadavg()],
        "damage": dict(+damage),
    }


def _uploaded(server: TusServer, path: Path, die: random.Random, seen: Counter[str]) -> str:
    """Upload until it is all there; returns the URL at the server itself."""
    size, known = path.stat().st_size, None
    cut_at = die.randrange(size) if size > 100_000 else None
    kill_at = die.randrange(size) if size > 1_000_000 and die.random() < 0.5 else None
    wire = Wire("any-token", patience=Patience(connect_s=5, answer_s=30))

    def trouble(number: int) -> Trouble:
        return Trouble(cut_up_after=cut_at, reset=True) if number == 1 and cut_at else Trouble()

    def remember(url: str) -> None:
        nonlocal known
        known = url

    try:
        with BadNetwork(server.port, trouble) as network:
            ended = threading.Event()
            killer = threading.Thread(
                target=_kill_at, args=(server, network, kill_at, ended, seen), daemon=True
            )
            killer.start()
            for _ in range(60):
                tus = Tus(wire, f"http://127.0.0.1:{network.port}/files", pause=time.sleep)
                try:
                    url = tus.upload(path, {"sha256": "x"}, known_url=known, remember=remember)
                    break
                except DestinationUnreachable:
                    seen["gave up and came again"] += 1
                    time.sleep(1)
            else:
                raise TimeoutError("the file never arrived")
            ended.set()
            killer.join(60)
            seen["cuts"] += network.traffic.cuts
            seen["bytes sent again"] += max(0, network.traffic.up - size)
    finally:
        wire.close()
    return url.replace(f":{network.port}/", f":{server.port}/")


def _kill_at(
    server: TusServer,
    network: BadNetwork,
    kill_at: int | None,
    ended: threading.Event,
    seen: Counter[str],
) -> None:
    while kill_at is not None and not ended.wait(0.01):
        if network.traffic.up > kill_at:
            server.kill()
            server.start()
            seen["kills of the tus server"] += 1
            return


def _checks(engine: str) -> dict[str, str]:
    done = subprocess.run(
        ["node", FOLDER / "checks.mjs", engine, BUCKET],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=True,
        env=os.environ | {"NODE_NO_WARNINGS": "1"},
    )
    told: dict[str, str] = json.loads(done.stdout)
    return told


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, files=12, seed=1)
    parser.add_argument("--swift", type=Path, required=True)
    run(
        parser,
        lambda home, asked: campaign(asked.swift.absolute(), home, asked.files, asked.seed),
    )


if __name__ == "__main__":
    main()
