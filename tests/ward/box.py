"""A box as the ward meets it: HTTP with a token, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from appliance.keys.canonical import repr_digest
from tests.ward.papers import SealedDossier

TUS = {"Tus-Resumable": "1.0.0"}
TIMEOUT_S = 60


@dataclass(frozen=True)
class Box:
    """Speaks to the ward at *base* (ends in /intake/v1)."""

    base: str
    token: str

    def ask(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | kwargs.pop("headers", {})
        return requests.request(
            method, self.base + path, headers=headers, timeout=TIMEOUT_S, **kwargs
        )

    def begin(self, length: int, **headers: str) -> str:
        """Create an upload; returns its path below the base."""
        answer = self.ask("POST", "/files", headers=TUS | {"Upload-Length": str(length)} | headers)
        assert answer.status_code == 201, answer.text
        return "/files/" + answer.headers["Location"].rsplit("/", 1)[1]

    def held(self, path: str) -> int:
        answer = self.ask("HEAD", path, headers=TUS)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def patch(self, path: str, offset: int, data: bytes, **headers: str) -> requests.Response:
        kind = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.ask("PATCH", path, data=data, headers=TUS | kind | headers)

    def upload(self, data: bytes) -> str:
        path = self.begin(len(data))
        assert self.patch(path, 0, data).status_code == 204
        return path

    def upload_all(self, dossier: SealedDossier) -> None:
        for data in dossier.files.values():
            self.upload(data)

    def commit(self, dossier: SealedDossier, **headers: str) -> requests.Response:
        number = dossier.manifest.revision
        path = f"/dossiers/{dossier.id}" + (f"/revisions/{number}" if number > 1 else "")
        own = {"Idempotency-Key": dossier.id, "Repr-Digest": repr_digest(dossier.body)}
        own["Content-Type"] = "application/json"
        return self.ask("PUT", path, data=dossier.body, headers=own | headers)

    def deliver(self, dossier: SealedDossier) -> requests.Response:
        self.upload_all(dossier)
        answer = self.commit(dossier)
        assert answer.status_code == 201, answer.text
        return answer
