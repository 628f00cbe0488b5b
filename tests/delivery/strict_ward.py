"""A ward on loopback that follows tus 1.0.0 and the contract to the letter, and keeps a log.

It is not the product's ward (that one is tested too): it says any status it is told to say,
and it writes down every step that a lenient server would forgive.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
import uuid
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from appliance.core.wire.manifest import Receipt
from appliance.keys.canonical import canonical_json, repr_digest, sha256_hex
from appliance.keys.signing import new_signing_key, sign, verify_key_of

BASE = "/intake/v1"
TOKEN = "box-token"
TUS = {"Tus-Resumable": "1.0.0"}
PROBLEM = {"Content-Type": "application/problem+json"}


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Order:
    """Say this instead of the truth."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Upload:
    length: int
    metadata: dict[str, str]
    content: bytearray = field(default_factory=bytearray)
    looked_at: bool = False  # by a HEAD, since it was made
    # Who asked last has the upload: bytes of a line cut meanwhile may still lie in the kernel,
    # and a thread that goes on reading them would write behind the offset that was told.
    turn: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> tuple[int, int]:
        """The turn that is ours from now on, and the bytes held at that moment."""
        with self.lock:
            self.turn += 1
            return self.turn, len(self.content)

    def add(self, piece: bytes, turn: int) -> None:
        with self.lock:
            if turn != self.turn:
                raise ConnectionError("another request has the upload")
            self.content += piece


class StrictWard:
    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.signing_key = new_signing_key()
        self.verify_key = verify_key_of(self.signing_key)
        self.uploads: dict[str, Upload] = {}
        self.receipts: dict[str, tuple[bytes, bytes]] = {}  # by path: body, receipt
        self.asked: list[Asked] = []
        self.faults: list[str] = []  # what a strict server may not forgive
        self.orders: dict[str, deque[Order]] = defaultdict(deque)  # by method
        self.patch_sizes: list[int] = []
        self.keeps_partial_patches = True
        self.largest_patch = 1 << 40
        ward = self

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A cut line is what we are here for."""

        class Conversation(_Conversation):
            def __init__(self, *args: object) -> None:
                self.ward = ward
                super().__init__(*args)  # type: ignore[arg-type]

        self._server = Server(("127.0.0.1", 0), Conversation)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{BASE}"

    def said(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]

    def holds(self, sha256: str) -> bool:
        return any(
            len(upload.content) == upload.length and sha256_hex(bytes(upload.content)) == sha256
            for upload in self.uploads.values()
        )

    def receipt_for(self, dossier_id: str, body: bytes, **other: str) -> bytes:
        plain = {
            "dossier_id": dossier_id,
            "code": "BD-7K3M-94QX",
            "received_at": "2026-11-22T01:02:03Z",
            "manifest_sha256": sha256_hex(body),
        } | other
        unsigned = Receipt.model_validate({**plain, "signature": "x"})
        signed = unsigned.model_dump(mode="json", exclude_none=True, exclude={"signature"})
        return json.dumps(
            {**signed, "signature": sign(canonical_json(signed), self.signing_key)}
        ).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ward: StrictWard

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self._answer(self._create)

    def do_HEAD(self) -> None:
        self._answer(self._head)

    def do_PATCH(self) -> None:
        self._answer(self._patch)

    def do_PUT(self) -> None:
        self._answer(self._put)

    def do_GET(self) -> None:
        self._answer(self._events)

    def _answer(self, truth) -> None:
        self.ward.asked.append(Asked(self.command, self.path, dict(self.headers)))
        if self.ward.orders[self.command]:
            order = self.ward.orders[self.command].popleft()
            self._body()
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._body()
            order = Order(401, PROBLEM, b'{"title": "unknown device", "status": 401}')
        else:
            order = truth()
        self.send_response_only(order.status)
        for name, value in order.headers.items():
            self.send_header(name, value)
        if order.status != 204:
            self.send_header("Content-Length", str(len(order.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(order.body)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _fault(self, text: str) -> Order:
        self.ward.faults.append(text)
        return Order(400, TUS, text.encode())

    def _create(self) -> Order:
        if self.path != f"{BASE}/files" or self.headers.get("Tus-Resumable") != "1.0.0":
            return self._fault("a creation that is not tus")
        upload_id = uuid.uuid4().hex
        metadata = self.headers.get("Upload-Metadata")
        pairs = [pair.split(" ") for pair in metadata.split(",")] if metadata else []
        self.ward.uploads[upload_id] = Upload(
            int(self.headers["Upload-Length"]),
            {key: base64.b64decode(value).decode() for key, value in pairs},
        )
        return Order(201, {**TUS, "Location": f"{BASE}/files/{upload_id}"})

    def _upload(self) -> Upload | None:
        return self.ward.uploads.get(self.path.rpartition("/")[2])

    def _head(self) -> Order:
        upload = self._upload()
        if upload is None:
            return Order(404, TUS)
        upload.looked_at = True
        _, offset = upload.taken()
        return Order(
            200,
            {
                **TUS,
                "Upload-Offset": str(offset),
                "Upload-Length": str(upload.length),
                "Cache-Control": "no-store",
            },
        )

    def _patch(self) -> Order:
        upload, length = self._upload(), int(self.headers["Content-Length"])
        if upload is None or length > self.ward.largest_patch:
            self._body()
            return Order(404 if upload is None else 413, TUS)
        if not upload.looked_at:
            return self._fault("a PATCH before any HEAD")
        if self.headers.get("Content-Type") != "application/offset+octet-stream":
            return self._fault("a PATCH of the wrong type")
        turn, start = upload.taken()
        if int(self.headers["Upload-Offset"]) != start:
            self._body()
            return Order(409, TUS)
        self.ward.patch_sizes.append(length)
        left = length
        while left and (piece := self.rfile.read1(left)):
            upload.add(piece, turn)
            left -= len(piece)
        if left:
            with upload.lock:
                if not self.ward.keeps_partial_patches and turn == upload.turn:
                    del upload.content[start:]
            raise ConnectionError("cut")
        return Order(204, {**TUS, "Upload-Offset": str(len(upload.content))})

    def _put(self) -> Order:
        body = self._body()
        if self.path == f"{BASE}/heartbeat":
            told = {"server_time": "2026-11-22T01:02:03Z", "min_version": "0.1.0", "new": 1}
            return _json(200, told)
        if self.headers.get("Repr-Digest") != repr_digest(body):
            return self._fault("a commit whose digest does not fit")
        uuid.UUID(self.headers["Idempotency-Key"])
        before = self.ward.receipts.get(self.path)
        if before is not None:
            same = before[0] == body
            return Order(200, _JSON, before[1]) if same else _json(409, {"title": "other"})
        manifest = json.loads(body)
        missing = [f["sha256"] for f in manifest["files"] if not self.ward.holds(f["sha256"])]
        if missing:
            return _json(409, {"title": "files missing", "missing": missing})
        receipt = self.ward.receipt_for(manifest["dossier_id"], body)
        self.ward.receipts[self.path] = body, receipt
        return Order(201, _JSON, receipt)

    def _events(self) -> Order:
        asked = parse_qs(urlsplit(self.path).query)
        after = int(asked.get("after", ["0"])[0])
        event = {
            "seq": str(after + 1),
            "dossier_id": "0198c0de-0000-7000-8000-000000000001",
            "at": "2026-11-22T01:02:03Z",
            "type": "state_changed",
            "state": "accepted",
        }
        return _json(200, {"items": [event], "next": str(after + 1)})


_JSON = {"Content-Type": "application/json"}


def _json(status: int, plain: dict[str, object]) -> Order:
    kind = _JSON if status < 400 else PROBLEM
    return Order(status, kind, json.dumps({**plain, "status": status}).encode())


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
