"""The named steps of the product: where they stand in the code, and which service passes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]

STATION = (
    "scan-row-before-scanner", "scan-over-before-row",
    "file-before-its-name",
    "page-file-before-row", "page-row-before-commit", "page-row-before-spool",
    "clean-files-before-row", "clean-row-before-old-files",
    "photo-plain-in-memory", "photo-page-file-before-row", "photo-page-before-erase",
    "takeaway-files-before-rows", "takeaway-files-gone-before-rows",
    "walk-up-key-before-file", "walk-up-file-before-row", "walk-up-row-before-spool",
    "seal-earlier-files-gone", "seal-between-files", "seal-files-before-row",
    "seal-row-before-commit", "seal-failed-before-files-gone",
    "sealed-before-erase", "sealed-pages-gone-before-rows",
    "sealed-before-key-retired", "key-gone-before-its-copies",
)  # fmt: skip
SCAN_CHILD = ("scanned-before-its-name", "scanned-before-word")
WEB = (
    "desk-key-before-its-folder", "key-copy-before-its-folder-synced",
    "key-copy-before-dossier-row", "dossier-row-before-word", "answers-row-before-word",
    "photo-file-before-row",
    "claim-files-before-rows", "claim-rows-before-commit", "claimed-before-old-files-gone",
    "claimed-key-gone-before-old-files", "claimed-old-files-gone-before-row",
    "walk-up-erasing-before-key-gone", "walk-up-key-gone-before-files",
    "walk-up-files-gone-before-rows",
    "seal-asked-before-word",
    "supplement-open-before-desk", "given-up-row-before-noted", "given-up-before-pages-gone",
    "draft-row-before-noted", "draft-noted-before-pages-gone",
    "committed-before-diary-line", "diary-line-before-synced",
)  # fmt: skip
UPLOADER = (
    "outbox-held-before-sending", "upload-begun-before-its-row", "upload-bytes-on-their-way",
    "committed-before-receipt-row", "receipt-row-before-commit",
    "receipt-before-sealed-files-gone",
    "events-read-before-rows", "events-before-cursor",
)  # fmt: skip
WARD = (
    "ward-upload-begun-before-answer", "upload-bytes-before-answer",
    "ward-second-name-before-its-place", "ward-files-before-rows", "ward-dossier-before-revision",
    "ward-rows-before-uploads-gone", "ward-receipt-before-answer",
    "ward-state-before-event", "ward-event-before-bell",
)  # fmt: skip
# After a new PIN, which both copies of the database are made for.
UPKEEP = (
    "diary-page-before-copy", "copy-proof-gone-before-bytes", "copy-bytes-before-synced",
    "copy-bytes-before-proof", "copy-proof-before-its-name", "copy-before-old-diary-gone",
)  # fmt: skip
# A scan child runs with what its station was started with.
STEPS_OF = {"station": STATION + SCAN_CHILD, "web": WEB, "uploader": UPLOADER, "ward": WARD}
EVERY_STEP = STATION + SCAN_CHILD + WEB + UPLOADER + WARD + UPKEEP
# What nobody brings about in that house: each has a test of its own that dies there.
BESIDE = {
    "test_campaigns_kill_desk.py": (
        "text-file-before-row",
        "taken-back-row-before-noted", "taken-back-noted-before-files-gone",
        "taken-back-files-gone-before-pages", "withdrawn-row-before-noted",
        "ordered-erased-before-forgotten", "all-erased-before-row",
    ),
    "test_campaigns_kill_copies.py": (
        "damaged-aside-between-files", "damaged-aside-before-copy-back",
        "copy-back-before-its-name", "copy-back-before-found-again",
        "found-file-back-before-row",
    ),
    "test_campaigns_kill_published.py": (
        "publication-piece-on-the-card", "publication-file-before-the-next",
        "publication-whole-before-its-place", "publication-placed-before-it-stands",
        "publication-said-before-its-name", "publication-stands-before-older-ones-go",
    ),
    "test_campaigns_kill_upkeep.py": (
        "forgotten-noted-before-rows", "forgotten-parts-before-row",
        "forgotten-rows-before-sealed-gone", "swept-presses-before-people",
        "swept-before-trail-shortened", "trail-shortened-before-more",
        "room-given-before-more", "room-given-before-checkpoint", "database-before-packed",
    ),
    "test_campaigns_kill_stick.py": (
        "stick-file-before-its-name", "stick-files-before-manifest", "stick-manifest-before-proof",
        "stick-copied-before-row", "stick-proof-gone-before-files",
        "stick-dossier-gone-before-answer", "stick-refused-before-cleared",
    ),
}  # fmt: skip


def modules() -> list[Path]:
    """Every module that a service runs. The set-up is none: it has steps, and a test, of its own
    (``tests/setup/test_setup_broken_off.py``)."""
    found = [path for top in ("appliance", "web") for path in (ROOT / top).rglob("*.py")]
    return sorted(path for path in found if "setup" not in path.parts)


def steps_in(path: Path) -> list[str]:
    """The names of the steps that a module passes."""
    return [str(call.args[0].value) for call in _calls(ast.parse(path.read_text("utf-8")))]


def unguarded(path: Path) -> list[int]:
    """Lines that pass a step outside of ``if __debug__:``."""
    tree = ast.parse(path.read_text("utf-8"))
    guards = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "__debug__"
    ]  # fmt: skip
    guarded = {id(call) for guard in guards for part in guard.body for call in _calls(part)}
    return [call.lineno for call in _calls(tree) if id(call) not in guarded]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "passing"
        ):
            yield node
