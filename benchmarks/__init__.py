"""What the product costs in time and memory: one module for each bench, each prints a table.

Run one from the repository's root: ``.venv/bin/python -m benchmarks.scan``. The figures of one
machine are in docs/benchmarks.md.
"""
