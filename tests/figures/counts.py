"""Months as a machine makes them up."""

from __future__ import annotations

from hypothesis import strategies as st

from appliance.core.point.figures import LONGEST_HOURS, LONGEST_MINUTES, Channel, Figures
from appliance.core.point.visits import Face, HowDone, Purpose

_COUNT = st.integers(1, 900)


def figures() -> st.SearchStrategy[Figures]:
    """Any month, also one in which nobody came."""
    return st.builds(
        Figures,
        visits=st.dictionaries(st.sampled_from(Purpose), _COUNT),
        helped=st.dictionaries(st.sampled_from(HowDone), _COUNT),
        faces=st.dictionaries(st.sampled_from(Face), _COUNT),
        dossiers=st.dictionaries(
            st.sampled_from(["khai-sinh", "ket-hon", "trich-luc"]),
            st.dictionaries(st.sampled_from(Channel), _COUNT, min_size=1),
        ),
        minutes=st.dictionaries(st.integers(0, LONGEST_MINUTES), st.integers(1, 4), max_size=6),
        asked=st.integers(0, 50),
        supplements=st.integers(0, 50),
        answer_hours=st.dictionaries(st.integers(0, LONGEST_HOURS), st.integers(1, 4), max_size=6),
    )
