"""The name that the writer had while there were two of them."""

from __future__ import annotations

from appliance.papers.pdf import make_pdf

make_plated_pdf = make_pdf
