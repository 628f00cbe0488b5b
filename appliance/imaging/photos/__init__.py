"""Sheets photographed with a phone."""
