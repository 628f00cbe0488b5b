"""A house for campaigns about the way of a paper, not its cleaning: small pages, few starts."""

from __future__ import annotations

from pathlib import Path

from appliance.demo.house import House
from appliance.desk.point import open_point
from appliance.pretend.sample_pages import write_sample_pages
from appliance.store.people.volunteers import Role, add_volunteer

DPI = 100
SCANNER = f'[scanner]\nresolution_dpi = {DPI}\nsource = "feeder"\n'
NAME, PIN = "Tình nguyện viên Mẫu", "482915"


class CoarseHouse(House):
    """Papers are drawn as coarse as they are scanned; one volunteer, added by ourselves."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        # the house keeps papers that are there already
        for paper in write_sample_pages(self.home / "papers", dpi=DPI):
            paper.rename(paper.with_name(paper.name.replace(f"-{DPI}.", "-300.")))

    def _write_config(self, made: dict[str, str]) -> None:
        super()._write_config(made)
        told = self.config_path.read_text("utf-8").replace("[scanner]\n", SCANNER)
        self.config_path.write_text(told, "utf-8")

    def _add_volunteers(self) -> None:
        point = open_point(self.config())
        with point.database.writing() as connection:
            add_volunteer(connection, NAME, PIN, Role.VOLUNTEER, point.clock())
        point.database.close()
        self.pins = {NAME: PIN}
