"""What an invented family answers, procedure by procedure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from appliance.catalogues import read_catalogue


def sample_answers(procedure_id: str, today: date) -> dict[str, Any]:
    """Complete answers as a person would type them on *today*; a fresh copy."""
    answers = read_catalogue("appliance.pretend", "sample_answers_vi")[procedure_id]
    return {key: _dated(value, today) for key, value in answers.items()}


def _dated(value: Any, today: date) -> Any:
    if isinstance(value, dict) and "days_ago" in value:
        return f"{today - timedelta(days=value['days_ago']):%d/%m/%Y}"
    return value
