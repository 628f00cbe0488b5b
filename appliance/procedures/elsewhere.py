"""What people ask for at a point that is done elsewhere; the chooser finds these too."""

from __future__ import annotations

from appliance.catalogues import read_catalogue
from appliance.core.forms.normalise import unmarked
from appliance.core.forms.offer import Elsewhere
from appliance.core.forms.procedure_facts import Confidence


def elsewhere() -> tuple[Elsewhere, ...]:
    """The rows of ``elsewhere_vi.toml``, as written there. Read anew each time: it is small."""
    listed = read_catalogue("appliance.procedures", "elsewhere_vi")
    return tuple(
        Elsewhere(
            title=row["title"],
            code=row["code"],
            why=row["why"],
            instead=row["instead"],
            search_text=unmarked(" ".join((row["title"], row["code"], *row["search"]))),
            is_sure=row.get("confidence", Confidence.READ) == Confidence.READ,
        )
        for row in listed["elsewhere"]
    )
