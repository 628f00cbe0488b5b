"""Lighthouse on the pages that people use most."""
