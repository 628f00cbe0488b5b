"""Runs inside a box: the same small work over and over, until SIGTERM. Prints how much a second.

A second is one of its own CPU time. What else runs on the cores makes that second do less, and
does the same to whatever is started beside it; so the product of the two is the start's own.
"""

from __future__ import annotations

import marshal
import signal
import sys
import time

AT_LEAST_S = 0.5
# what a start is made of: stored code is read and run, classes and small strings are made
SOURCE = "".join(f"def f{n}(a, b=({n}, 'x{n}')):\n    return [a, b, {n}]\n" for n in range(80))


def main() -> None:
    """Begin at once: whoever is measured begins now."""
    stored = marshal.dumps(compile(SOURCE, "work", "exec"))
    over: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: over.append(number))
    rounds, began = 0, time.process_time()
    while not over or time.process_time() - began < AT_LEAST_S:
        space: dict[str, object] = {}
        exec(marshal.loads(stored), space)
        str(sorted(type("Some", (), space).__dict__)).split(",")
        rounds += 1
    sys.stdout.write(f"{rounds / (time.process_time() - began)}\n")


if __name__ == "__main__":
    main()
