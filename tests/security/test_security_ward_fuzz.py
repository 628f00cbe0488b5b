"""Requests that nobody would think of, made from the ward's own contract by schemathesis.

A bounded run here; ``TRAMHOSO_FUZZ=2000 pytest tests/security/test_security_ward_fuzz.py
--timeout=3600`` asks two thousand times at each door.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.ward.test_ward_contract import CONTRACT
from web.ward.app import create_app
from web.ward.init import init_ward
from web.ward.settings import WardSettings

SHORT = 40
EXAMPLES = int(os.environ.get("TRAMHOSO_FUZZ", SHORT))
# An undocumented status is a fault, so a 500 is; 503, come later, stands in the contract.
KEPT = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def doors() -> list[Any]:
    schema = schemathesis.openapi.from_path(CONTRACT)
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, str]:
    """The ward's app and a box's token."""
    limits = WardSettings(tmp_path_factory.mktemp("ward") / "home", look_ups_per_minute=10**6)
    made = init_ward(limits)
    assert made.token
    return create_app(limits), made.token


@pytest.mark.parametrize("door", doors(), ids=lambda door: door.label)
@given(data=st.data())
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == SHORT,  # the short run asks the same each time
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_ward_keeps_its_contract_whatever_it_is_asked(
    ward: tuple[Any, str], door: Any, data: st.DataObject
) -> None:
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = data.draw(door.as_strategy(generation_mode=mode))
    if case.query and "wait" in case.query:
        case.query["wait"] = "0"  # long polls are no news here
    app, token = ward
    door.schema.app = app
    known = data.draw(st.integers(0, 9)) > 0
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}" if known else "x"}
    answer = case.call_and_validate(checks=KEPT, app=app)
    public = door.label.startswith("GET /track")
    assert public or (answer.status_code != 401 if known else answer.status_code in {401, 404, 429})
