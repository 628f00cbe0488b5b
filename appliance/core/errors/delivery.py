"""What can go wrong on the way to the ward; the sealed dossier stays in the box."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class DeliveryError(ApplianceError):
    """The dossier did not arrive this time; it stays, sealed, in the outbox."""


class DestinationUnreachable(DeliveryError):
    """No answer, or an answer that promises nothing (DNS, time-out, cut, 5xx)."""

    code, who = "destination-unreachable", Who.TIME


class CaptivePortal(DeliveryError):
    """Somebody else answered: a Wi-Fi log-in page instead of the ward."""

    code, who = "captive-portal", Who.VOLUNTEER


class CertificateProblem(DeliveryError):
    """The ward's certificate is expired, unknown or for another name."""

    code, who = "certificate-problem", Who.TECHNICIAN


class SlowDown(DeliveryError):
    """429 or 503 with Retry-After; ``retry_after_s`` says how long to rest."""

    code, who = "slow-down", Who.TIME

    def __init__(self, text: str, retry_after_s: int | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class DeviceRefused(DeliveryError):
    """401/403: the ward does not know this box's token, or has revoked it."""

    code, who = "device-refused", Who.TECHNICIAN


class ConflictAtWard(DeliveryError):
    """409: the ward holds other content under this id; an officer must look."""

    code, who = "conflict-at-ward", Who.WARD


class SoftwareTooOld(DeliveryError):
    """The ward asks for a newer release; what is sealed is sent all the same."""

    code, who = "software-too-old", Who.TECHNICIAN


class SupplementNotWanted(DeliveryError):
    """409 ``not-asked-for``: the office went on without this supplement."""

    code, who = "supplement-not-wanted", Who.VOLUNTEER


class FilesMissingAtWard(DeliveryError):
    """409 with ``missing``: the ward lost some uploads; they are sent again."""

    code, who = "files-missing-at-ward", Who.TIME

    def __init__(self, text: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.missing = missing


class TooLargeForWard(DeliveryError):
    """413: the ward refuses a file of this size; it will never succeed as it is."""

    code, who = "too-large-for-ward", Who.WARD


class RefusedByWard(DeliveryError):
    """422 or another final 4xx: the ward does not accept this dossier as it is."""

    code, who = "refused-by-ward", Who.WARD


class ReceiptForged(DeliveryError):
    """A receipt whose signature or digest does not fit the pinned ward key; not a receipt."""

    code, who = "receipt-forged", Who.TECHNICIAN


class SealedFileDamaged(DeliveryError):
    """A sealed file on the box no longer has the digest of its manifest."""

    code, who = "sealed-file-damaged", Who.TECHNICIAN
