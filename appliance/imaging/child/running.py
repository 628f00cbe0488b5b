"""One cleaning child and its two pipes: asked, answered, or gone within a deadline."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time

from appliance.imaging.child.wire import (
    PREFIX_SIZE,
    CleanOrder,
    CleanPage,
    Refusal,
    answer_size,
    pack_order,
    unpack_answer,
)

_CHUNK = 1 << 16


class ChildGone(Exception):
    """It died, or was killed because it kept silent; whatever it held is lost."""


class Child:
    """A running ``clean_child``. Belongs to one thread; only ``kill`` may come from another."""

    def __init__(self, memory_limit_mb: int) -> None:
        command = [sys.executable, "-m", "appliance.imaging.child.main", str(memory_limit_mb)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # 32 MB a thread that numpy never uses
        )
        to_child, from_child = self._process.stdin, self._process.stdout
        if to_child is None or from_child is None:
            raise ChildGone("started without pipes")  # cannot be: both were asked for
        self._to, self._from = to_child, from_child
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(
        self, order: CleanOrder, master: bytes, other: bytes, deadline_s: float
    ) -> CleanPage | Refusal:
        """Give one order and wait for its answer.

        Raises:
            ChildGone: no whole answer came within *deadline_s*.
        """
        until = time.monotonic() + deadline_s
        unsent = memoryview(pack_order(order, master, other))
        heard = bytearray()
        while len(heard) < PREFIX_SIZE or len(heard) < PREFIX_SIZE + answer_size(
            bytes(heard[:PREFIX_SIZE])
        ):
            unsent = self._exchange(unsent, heard, until - time.monotonic())
        return unpack_answer(bytes(heard))

    def _exchange(self, unsent: memoryview, heard: bytearray, wait_s: float) -> memoryview:
        """One turn of both pipes; what is still to be sent. Neither side can block the other."""
        writers = [self._to] if unsent else []
        ready_to_read, ready_to_write, _ = select.select(
            [self._from], writers, [], max(0.0, wait_s)
        )
        if not (ready_to_read or ready_to_write):
            raise ChildGone(f"no answer in time from {self.pid}")
        if ready_to_write:
            try:
                unsent = unsent[os.write(self._to.fileno(), unsent[:_CHUNK]) :]
            except BrokenPipeError:
                raise ChildGone(self._last_words()) from None
        if ready_to_read:
            piece = os.read(self._from.fileno(), _CHUNK)
            if not piece:
                raise ChildGone(self._last_words())
            heard += piece
        return unsent

    def _last_words(self) -> str:
        self.kill()
        return f"cleaning child {self.pid} ended with {self._process.wait()}"

    def kill(self) -> None:
        """End it now, whatever it does. Safe from any thread, safe to repeat."""
        self._process.kill()

    def close(self) -> None:
        """It is gone and reaped when this returns."""
        self.kill()
        self._process.wait()
        self._to.close()
        self._from.close()
