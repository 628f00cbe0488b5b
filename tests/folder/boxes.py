"""A box with sealed dossiers, and the stick between it and the ward."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from appliance.config import (
    Config,
    FolderSection,
    PathsSection,
    PointSection,
    TextSection,
    WardSection,
)
from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import (
    Bound,
    SealedFile,
    Submission,
    SubmissionState,
    revision_id,
)
from appliance.core.wire.carried import Marker
from appliance.desk.dossier import dossiers as desk
from appliance.desk.point import Point, open_point
from appliance.desk.sending.carrying import tend_stick
from appliance.desk.sending.delivery import Sending, deliver
from appliance.destinations.folder import Stick, find_stick
from appliance.destinations.http import Patience
from appliance.destinations.ward_service import WardService
from appliance.keys.canonical import sha256_hex
from appliance.keys.signing import device_key_of
from appliance.procedures.catalogue import Catalogue
from appliance.stick import marker_of, prepare
from appliance.store.card.database import Database
from appliance.store.dossier import dossiers, outbox
from appliance.store.people.volunteers import Role, add_volunteer
from tests.folder import media
from tests.quickly import LIGHT_PIN, lay_tables
from tests.ward.papers import SealedDossier, pdf, sealed_dossier
from web.ward.init import WardMade

LAN = 1  # the one volunteer of `point_with_lan`


@cache
def shipped_procedures() -> Catalogue:
    return Catalogue(None)


def point_with_lan(path: Path) -> None:
    """A database with all tables and one volunteer."""
    database = Database(path)
    lay_tables(database)
    with database.writing() as connection:
        add_volunteer(connection, "Lan", "482915", Role.VOLUNTEER, datetime.now(UTC), LIGHT_PIN)
    database.close()


def new_stick(place: Path, ward: WardMade) -> Path:
    """A plain folder that boxes of *ward* take for a prepared stick."""
    place.mkdir()
    prepare(place, Marker(stick=str(uuid.uuid4()), ward=ward.verify_key))
    return place


class CarryingBox:
    """A point that seals to *ward* and finds its stick at *stick*."""

    def __init__(self, home: Path, ward: WardMade, stick: Path, token: str, url: str = "") -> None:
        self.ward, self.token, self.stick_place = ward, token, stick
        self.config = Config(
            point=PointSection(code="KV-0007"),
            paths=PathsSection(state=home / "state", runtime=home / "run"),
            ward=WardSection(url=url, recipient=ward.recipient, verify_key=ward.verify_key),
            folder=FolderSection(path=stick),
            text=TextSection(layer="off"),
        )
        self.point: Point = open_point(self.config)
        # read once for all boxes: nothing here changes it
        self.point.__dict__["procedures"] = shipped_procedures()

    def seal(self, size: int = 30_000, to: Bound = Bound.FOLDER) -> SealedDossier:
        """A whole dossier in the outbox; its papers were sealed for real."""
        dossier_id = desk.open_dossier(self.point, "khai-sinh", LAN)
        with self.point.database.writing() as connection:
            dossiers.move_dossier(connection, dossier_id, DossierState.OPEN, DossierState.SEALED)
        return self._put_in_outbox(
            sealed_dossier(
                self.ward.recipient,
                dossier_id=dossier_id,
                papers={"giay_chung_sinh": pdf(dossier_id, size)},
            ),
            to,
        )

    def seal_revision(self, first: SealedDossier, to: Bound = Bound.FOLDER) -> SealedDossier:
        """The next one of a dossier, as a supplement makes it; the ward's request goes unseen."""
        with self.point.database.writing() as connection:
            dossiers.set_columns(connection, first.id, state=DossierState.SEALED, revision=2)
        return self._put_in_outbox(
            sealed_dossier(self.ward.recipient, dossier_id=first.id, revision=2), to
        )

    def _put_in_outbox(self, made: SealedDossier, to: Bound) -> SealedDossier:
        name = revision_id(made.id, made.manifest.revision)
        for content in made.files.values():
            self.point.sealed_files(name).save(content)
        with self.point.database.writing() as connection:
            outbox.add_submission(
                connection,
                Submission(
                    id=name,
                    dossier_id=made.id,
                    revision=made.manifest.revision,
                    destination=to,
                    state=SubmissionState.WAITING,
                    body=made.body,
                    manifest_sha256=sha256_hex(made.body),
                    created_at=self.point.clock(),
                    attempts=0,
                    next_try_at=None,
                    error_code=None,
                    error_text=None,
                    files=tuple(
                        SealedFile(f.slot, f.sha256, f.bytes, "0" * 64, 1, 1)
                        for f in made.manifest.files
                    ),
                ),
            )
        return made

    def find(self) -> Stick:
        return find_stick(self.stick_place, self.ward.verify_key, device_key_of(self.token))

    def look(self) -> int:
        """One look of the uploader at the stick."""
        return tend_stick(self.point, self.find)

    def send_by_network(
        self, url: str, progress: Callable[[int, int], None] = lambda sent, total: None
    ) -> Exception | None:
        """One try of the uploader; None when the receipt is stored."""
        sending = Sending(self.point, "uploader-1")
        taken = sending.take()
        assert taken is not None, "nothing is due"
        service = WardService(
            url, self.token, self.ward.verify_key, sending,
            progress=progress, patience=Patience(5, 20),
        )  # fmt: skip
        try:
            return deliver(self.point, taken, service, lambda: 0.0)
        finally:
            service.close()

    def submission(self, made: SealedDossier) -> Submission:
        with self.point.database.reading() as connection:
            return outbox.get_submission(connection, revision_id(made.id, made.manifest.revision))

    def state_of(self, made: SealedDossier) -> SubmissionState:
        return self.submission(made).state

    def has_sealed_bytes(self, made: SealedDossier) -> bool:
        return self.point.sealed_files(self.submission(made).id).folder.exists()

    def on_stick(self, made: SealedDossier) -> Path:
        """Its folder there."""
        return self.stick_place / "tramhoso" / self.submission(made).id


def on_real(box: CarryingBox, place: Path, stick: media.Stick) -> None:
    """Another stick of the same ward, as a real file system."""
    marker = marker_of(place)
    assert marker is not None
    stick.plug_in()
    prepare(stick.place, marker.model_copy(update={"stick": str(uuid.uuid4())}))
    box.stick_place = stick.place
