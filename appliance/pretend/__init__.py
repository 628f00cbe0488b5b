"""Pretend hardware that ships with the product and keeps the promises of the real thing."""
