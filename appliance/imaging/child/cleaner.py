"""Cleans pages in a child process, one at a time, so that a crash or a leak stays there.

The station asks with ``submit`` and hears through ``fileno``. This module knows no image
library: the station stays small, and what Pillow takes is given back when the child goes.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from appliance.core.errors import PageDamaged
from appliance.imaging.child.running import Child, ChildGone
from appliance.imaging.child.wire import CleanOrder, CleanPage, Refusal

Master = bytes | Callable[[], bytes]
"""A master, or where to get it once its turn comes: a waiting line of pages then costs nothing.

The callable runs on the cleaner's thread; what it raises becomes the page's outcome.
"""

_ATTEMPTS = 2
_NO_PICTURE = b""
_GET_READY = "get ready"


@dataclass(slots=True)
class _Asked:
    page_id: str
    master: Master
    other: bytes
    order: CleanOrder
    announce: bool
    future: Future[CleanPage] = field(default_factory=Future)


class Cleaner:
    """Starts its child with the first page, lets it go after *idle_s* without one.

    A page during which the child dies, says nothing for *page_deadline_s* or runs out of
    memory is tried once more in a fresh child, then reported as PageDamaged.
    """

    def __init__(
        self,
        *,
        page_deadline_s: float = 120.0,
        idle_s: float = 60.0,
        memory_limit_mb: int = 400,
    ) -> None:
        self._deadline_s, self._idle_s, self._memory_mb = page_deadline_s, idle_s, memory_limit_mb
        self._asked: SimpleQueue[_Asked | str | None] = SimpleQueue()
        self._done: deque[tuple[str, Future[CleanPage]]] = deque()
        self._child: Child | None = None
        self._thread: threading.Thread | None = None
        self._door = threading.Lock()
        self._closing = False
        self._bell_out, self._bell_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def submit(
        self, page_id: str, master: Master, order: CleanOrder, other: bytes = _NO_PICTURE
    ) -> Future[CleanPage]:
        """Put a page in line and return at once. The outcome also comes through ``finished``.

        *other* is the other side of the sheet, for an order with ``other_dpi``.
        """
        return self._put(_Asked(page_id, master, other, order, announce=True))

    def clean(self, master: bytes, order: CleanOrder) -> CleanPage:
        """One page, now. Waits its turn; not told by ``finished``.

        Raises:
            PageDamaged: *master* is not wholly a JPEG, or the child failed on it twice.
            CancelledError: the cleaner was closed meanwhile; the page is as it was.
        """
        return self._put(_Asked("", master, _NO_PICTURE, order, announce=False)).result()

    def get_ready(self) -> None:
        """A page is about to come: the child starts now, and the page need not wait for that."""
        with self._door, suppress(CancelledError):
            self._enter(_GET_READY)

    def fileno(self) -> int:
        """Readable when ``finished`` would return something; for selectors."""
        return self._bell_out

    def finished(self) -> list[tuple[str, Future[CleanPage]]]:
        """Page ids and outcomes since the last call, in order. Never waits."""
        with suppress(BlockingIOError):
            os.read(self._bell_out, 4096)
        return [self._done.popleft() for _ in range(len(self._done))]

    @property
    def child_pid(self) -> int | None:
        """The process that cleans now, if any."""
        child = self._child
        return child.pid if child else None

    def close(self) -> None:
        """No survivors. Pages still in line or in hand are cancelled. Safe to repeat."""
        with self._door:
            if self._closing:
                return
            self._closing = True
            self._asked.put(None)
        child = self._child
        if child:
            child.kill()
        if self._thread:
            self._thread.join()
        os.close(self._bell_out)
        os.close(self._bell_in)

    def _put(self, asked: _Asked) -> Future[CleanPage]:
        with self._door:
            self._enter(asked)
        return asked.future

    def _enter(self, asked: _Asked | str) -> None:
        """Get in line, under the door's lock: behind close()'s None nobody would come."""
        if self._closing:
            raise CancelledError
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="cleaner", daemon=True)
            self._thread.start()
        self._asked.put(asked)

    def _serve(self) -> None:
        while True:
            try:
                asked = self._asked.get(timeout=self._idle_s)
            except Empty:
                self._drop_child()
                continue
            if asked is None or self._closing:
                break
            if isinstance(asked, str):
                self._child = self._child or Child(self._memory_mb)
            else:
                self._answer(asked)
                del asked  # while it waits, nothing holds the last page
        while asked is not None:
            if not isinstance(asked, str):
                asked.future.cancel()
            asked = self._asked.get()  # close() put a None behind the last one
        self._drop_child()

    def _answer(self, asked: _Asked) -> None:
        if not asked.future.set_running_or_notify_cancel():
            return
        try:
            master = asked.master if isinstance(asked.master, bytes) else asked.master()
            asked.future.set_result(self._cleaned(master, asked))
        except BaseException as error:  # the future carries it to whoever asked
            asked.future.set_exception(error)
        if asked.announce:
            self._done.append((asked.page_id, asked.future))
            with suppress(BlockingIOError):  # a pipe full of unheard bells rings already
                os.write(self._bell_in, b"!")

    def _cleaned(self, master: bytes, asked: _Asked) -> CleanPage:
        trouble = ""
        for _ in range(_ATTEMPTS):
            if self._child is None:
                self._child = Child(self._memory_mb)
            if self._closing:  # looked at after the child is visible: close() kills what it sees
                raise CancelledError
            try:
                answer = self._child.ask(asked.order, master, asked.other, self._deadline_s)
            except ChildGone as error:
                trouble = str(error)
                self._drop_child()
                continue
            if not isinstance(answer, Refusal):
                return answer
            if answer.damaged:
                raise PageDamaged(answer.text)
            trouble = answer.text
            self._drop_child()  # it ran out of memory: a fresh one starts with all of it
        if self._closing:
            raise CancelledError
        raise PageDamaged(f"cleaning failed {_ATTEMPTS} times: {trouble}")

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child:
            child.close()
