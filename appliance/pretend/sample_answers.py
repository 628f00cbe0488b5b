"""What an invented family answers, procedure by procedure."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from importlib import resources
from typing import Any


def sample_answers(procedure_id: str, today: date) -> dict[str, Any]:
    """Complete answers as a person would type them on *today*; a fresh copy."""
    text = (
        resources.files("appliance.pretend").joinpath("sample_answers_vi.toml").read_text("utf-8")
    )
    return {key: _dated(value, today) for key, value in tomllib.loads(text)[procedure_id].items()}


def _dated(value: Any, today: date) -> Any:
    if isinstance(value, dict) and "days_ago" in value:
        return f"{today - timedelta(days=value['days_ago']):%d/%m/%Y}"
    return value
