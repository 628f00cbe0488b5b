"""The stick, looked at every other second on a thread of its own: no dossier waits behind it."""

from __future__ import annotations

import logging
import threading

from appliance.core.errors import ApplianceError
from appliance.core.errors.folder import FolderAbsent
from appliance.desk.point import Point
from appliance.desk.sending.carrying import tend_stick
from appliance.destinations.folder import Stick, find_stick
from appliance.destinations.ward_address import checked_token, checked_verify_key
from appliance.keys.signing import device_key_of
from appliance.services.steady import told

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
REST_S = 10.0  # after a stick that is full, locked or broken: somebody must take it out first


class FolderWatch:
    """Tends the configured stick; with none configured it does nothing."""

    def __init__(self, point: Point, token: str) -> None:
        """
        Raises:
            ConfigWrong: what the ward gave cannot be used.
        """
        self._point, self._path = point, point.config.folder.path
        if self._path is not None:
            self._ward = checked_verify_key(point.config.ward.verify_key)
            self._key = device_key_of(checked_token(token))
        self._stopping = threading.Event()
        self._said = ""
        self._thread = threading.Thread(target=self._watch, name="folder", daemon=True)

    def start(self) -> None:
        """Look until ``stop``."""
        if self._path is not None:
            self._thread.start()

    def stop(self) -> None:
        """Look no more. What is being copied may stay unfinished: it is begun again."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(0.5)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._look())

    def _look(self) -> float:
        """How many seconds to rest until the next one."""
        try:
            tend_stick(self._point, self._find)
        except Exception as fault:
            error = told(fault)
            self._tell(error, fault)
            return LOOK_EVERY_S if isinstance(error, FolderAbsent) else REST_S
        self._said = ""
        return LOOK_EVERY_S

    def _find(self) -> Stick:
        if self._path is None:
            raise FolderAbsent("no folder is configured")
        return find_stick(self._path, self._ward, self._key)

    def _tell(self, error: ApplianceError, fault: Exception) -> None:
        if error.code != self._said:
            log.info("%s: %s", error.code, error, exc_info=None if error is fault else fault)
        self._said = error.code
