"""What holds now of a dossier that was supplemented: the newest of each paper and answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.core.wire.manifest import SUMMARY_SLOT, Contents, ContentsFile, Manifest, Replaced
from appliance.papers.fitting import whole_title


@dataclass(frozen=True, slots=True)
class CurrentFile:
    """A file that holds now."""

    file: ContentsFile
    revision: int  # that brought it
    page: int | None  # of the paper, whose place it takes; None: the paper, or a part of it


@dataclass(frozen=True, slots=True)
class CurrentPaper:
    """A paper as it holds now: its newest whole scan, and pages brought after that."""

    slot: str
    title: str
    files: tuple[CurrentFile, ...]

    @property
    def was_supplemented(self) -> bool:
        """Whether anything of it came after the first time."""
        return any(held.revision > 1 for held in self.files)


def current_papers(opened: Sequence[tuple[Manifest, Contents]]) -> tuple[CurrentPaper, ...]:
    """The papers of a dossier from all its revisions, in the order they first came."""
    held: dict[str, list[CurrentFile]] = {}
    for manifest, contents in sorted(opened, key=lambda one: one[0].revision):
        replaces = {file.sha256: file.replaces for file in manifest.files}
        coming: dict[str, list[CurrentFile]] = {}
        for file in contents.files:
            if file.slot != SUMMARY_SLOT:
                page = _page(replaces[file.sealed_sha256])
                coming.setdefault(file.slot, []).append(CurrentFile(file, manifest.revision, page))
        for slot, files in coming.items():
            held[slot] = list(_with(held.get(slot, []), files))
    return tuple(
        CurrentPaper(slot, whole_title(files[0].file.title), tuple(files))
        for slot, files in held.items()
    )


@dataclass(frozen=True, slots=True)
class Correction:
    """An answer that was brought after the first time, as it holds now."""

    revision: int  # that brought it
    text: str


def corrections(opened: Sequence[tuple[Manifest, Contents]]) -> dict[str, Correction]:
    """The newest text of every answer that a supplement corrected, by the field's key."""
    return {
        row.key: Correction(contents.revision, row.text)
        for _, contents in sorted(opened, key=lambda one: one[0].revision)
        if contents.revision > 1
        for section in contents.sections
        for row in section.rows
        if row.key
    }


def out_of_date(
    opened: Sequence[tuple[Manifest, Contents]], papers: Sequence[CurrentPaper]
) -> frozenset[tuple[int, str]]:
    """Revision and sealed digest of every file that a later one took the place of."""
    holding = {(held.revision, held.file.sealed_sha256) for paper in papers for held in paper.files}
    every = {
        (manifest.revision, file.sealed_sha256)
        for manifest, contents in opened
        for file in contents.files
        if file.slot != SUMMARY_SLOT
    }
    return frozenset(every - holding)


def _with(held: list[CurrentFile], coming: list[CurrentFile]) -> Iterator[CurrentFile]:
    whole = [one for one in coming if one.page is None]
    pages = {one.page for one in coming}
    yield from whole or (one for one in held if one.page is None or one.page not in pages)
    yield from (one for one in coming if one.page is not None)


def _page(replaced: Replaced | None) -> int | None:
    return replaced.page if replaced else None
