"""A house with a dossier at the ward, an officer who asks, and a volunteer who answers."""

from __future__ import annotations

from appliance.core.dossiers.dossier import DossierState
from appliance.core.wire.manifest import Contents, Manifest
from appliance.demo.browser import Browser, Form
from appliance.demo.house import House
from appliance.demo.visit import SLOT, play_visit
from appliance.desk.dossier.dossiers import DossierView, look_at
from appliance.desk.point import Point
from appliance.keys.signing import receipt_verifies
from appliance.store.dossier import outbox
from tests.journey.waiting import until
from tests.ward.officer import Officer
from web.ward.database import open_database
from web.ward.home import open_home
from web.ward.office.current import CurrentPaper, current_papers
from web.ward.office.reader import Reader
from web.ward.settings import WardSettings


class Supplemented:
    """One dossier that the ward holds, and who works on it."""

    def __init__(self, house: House, point: Point, pages: int = 2) -> None:
        self.house, self.point = house, point
        visit = play_visit(house, pages, say=lambda line: None)
        self.id = visit.dossier
        self.officer = Officer(house.ward_url.rstrip("/"))
        self.officer.sign_in(house.officer, house.officer_password)
        self.browser = Browser(house.web_url)
        (name, pin), *_ = house.pins.items()
        self.browser.submit(self.browser.get("/sign-in").form("/sign-in"), name=name, pin=pin)

    @property
    def view(self) -> DossierView:
        return look_at(self.point, self.id)

    def ask(self, **wishes: str) -> None:
        """The officer sends a request; the point has heard it when this returns."""
        before = self.view.request
        self.officer.answer(self.id, "supplement", **({"text": ""} | wishes))
        until(lambda: self.view.request is not None and self.view.request != before)

    def begin(self) -> None:
        page = self.browser.get(f"/dossiers/{self.id}/supplement")
        token = page.form("/lock").hidden["csrf_token"]  # the button belongs to a form elsewhere
        self.browser.submit(Form(page.url, {"csrf_token": token}))
        assert self.view.dossier.state is DossierState.OPEN

    def scan(self, sheets: int = 1) -> None:
        held = len(self.view.pages)
        self.house.lay_papers(sheets)
        self.house.press()
        until(lambda: len(self.view.pages) == held + sheets and self.batch_ended)

    @property
    def batch_ended(self) -> bool:
        return self.view.scan is not None and self.view.scan.state in ("done", "failed")

    def correct(self, **answers: str) -> None:
        page = self.browser.get(f"/dossiers/{self.id}/supplement/answers")
        self.browser.submit(page.form("/supplement/answers"), next="done", **answers)

    def agree(self, *, in_part: bool = False) -> None:
        part = "?part=1" if in_part else ""
        check = self.browser.get(f"/dossiers/{self.id}/supplement/check{part}")
        self.browser.submit(check.form("/supplement/seal"), consent="yes")

    def arrived(self, revision: int) -> bool:
        view = self.view
        return (
            view.dossier.state is DossierState.DELIVERED
            and view.dossier.revision == revision
            and view.receipt is not None
        )

    def proven(self, revisions: int) -> tuple[CurrentPaper, ...]:
        """Every revision is at the ward once, each receipt is genuine; returns what holds."""
        with self.point.database.reading() as connection:
            sent = outbox.submissions_of(connection, self.id)
            proofs = [outbox.receipt_of(connection, one.id) for one in sent]
        assert [one.revision for one in sent] == list(range(1, revisions + 1))
        for one, proof in zip(sent, proofs, strict=True):
            assert proof is not None
            assert proof.manifest_sha256 == one.manifest_sha256
            assert receipt_verifies(proof, self.point.config.ward.verify_key)
        opened = self.opened()
        assert [manifest.revision for manifest, _ in opened] == list(range(1, revisions + 1))
        for one, (manifest, contents) in zip(sent, opened, strict=True):
            ours = {f.sha256: f.content_sha256 for f in one.files if f.slot != "contents"}
            assert ours == {f.sealed_sha256: f.sha256 for f in contents.files}
            assert {f.sha256 for f in manifest.files} == {f.sha256 for f in one.files}
        # rows come first, files go after them: a reader may come between
        until(lambda: self.point.pages.names() == set(), patience_s=20)
        sealed = self.point.config.paths.state / "outbox"
        until(lambda: not list(sealed.glob("*")), patience_s=20)
        return current_papers(opened)

    def opened(self) -> list[tuple[Manifest, Contents]]:
        """As the ward reads them."""
        settings = WardSettings(self.house.ward_home)
        engine = open_database(settings.database_url)
        try:
            reader = Reader(engine, open_home(settings.home))
            return [reader.contents(self.id, number) for number in reader.revisions(self.id)]
        finally:
            engine.dispose()


__all__ = ["SLOT", "Supplemented"]
