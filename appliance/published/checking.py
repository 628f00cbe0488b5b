"""Every file of a publication looked at, before a ward signs it and again before a box uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from appliance.core.wire.publication import (
    MOST_BYTES,
    MOST_FILES,
    Kind,
    Tongue,
    kind_of,
    most_bytes,
    name_of,
    tongue_of,
)
from appliance.procedures.located import read_yaml
from appliance.procedures.reader import read_folder
from appliance.published.front import read_text
from appliance.published.labels import Labels, label_faults, read_labels
from appliance.published.markdown import faults
from appliance.published.settings import read_settings
from appliance.published.sound import LONGEST_SENTENCE_S, fault_of_wav
from appliance.published.toml import TomlWrong, line_of
from appliance.wording.spoken import every_name

_PICTURES = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
Told = Iterator[tuple[int, str]]


def paths_in(folder: Path) -> list[str]:
    """Every file below *folder*, as a publication names it; hidden ones are an editor's own."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(p.as_posix() for p in found if not any(part[0] == "." for part in p.parts))


def mistakes_in(folder: Path, ours: Labels | None = None) -> list[str]:
    """``path:line: words`` for every mistake; none: it can be used.

    With *ours*, the words of our own pages, labels are held against them: a ward wants to hear of
    a slip, a box of another release passes over what it does not know.
    """
    paths = paths_in(folder)
    known = {path: kind for path in paths if (kind := kind_of(path)) is not None}
    found = [f"{path}:1: {_unknown(path)}" for path in paths if path not in known]
    sizes = {path: (folder / path).stat().st_size for path in known}
    if len(known) > MOST_FILES or sum(sizes.values()) > MOST_BYTES:
        found.append(f".:1: more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB in all")
    for path, kind in known.items():
        if sizes[path] > most_bytes(kind):
            found.append(f"{path}:1: larger than {most_bytes(kind) >> 10} KiB")
            continue
        look = _LOOKS.get(kind)
        if look is not None:
            content = (folder / path).read_bytes()
            found += [f"{path}:{line}: {words}" for line, words in look(content, path, known)]
        if kind is Kind.WORDS and ours is not None and not found:
            found += _held_against(ours, folder / path, path)
        if kind is Kind.SPOKEN and ours is not None and name_of(path) not in every_name():
            found.append(f"{path}:1: the panel says nothing of that name; see tramhoso voice list")
    return found + _of_procedures(folder) + list(_lonely(known))


def _unknown(path: str) -> str:
    if path.startswith(("guides/", "notices/")):
        return f"a text is called NAME.LANGUAGE.md, language one of {', '.join(Tongue)}"
    if path.startswith(("voice/", "spoken/")):
        return f"a recording is called NAME.LANGUAGE.wav, language one of {', '.join(Tongue)}"
    return "nothing that is sent down has such a name (small letters, digits, - and _)"


def _text(content: bytes, path: str, known: Mapping[str, Kind]) -> Told:
    try:
        text = read_text(content)
    except TomlWrong as error:
        yield error.line, str(error)
        return
    if tongue_of(path) is Tongue.VIETNAMESE and kind_of(path) is Kind.NOTICE and not text.body:
        yield 1, "a notice needs a text"
    pictures = frozenset(p.partition("/")[2] for p, kind in known.items() if kind is Kind.PICTURE)
    guides = frozenset(name_of(p) for p, kind in known.items() if kind is Kind.GUIDE)
    for line, words in faults(text.body, pictures, guides):
        yield line + text.begins - 1, words


def _labels(content: bytes, _path: str, _known: Mapping[str, Kind]) -> Told:
    try:
        read_labels(content)
    except TomlWrong as error:
        yield error.line, str(error)


def _config(content: bytes, _path: str, _known: Mapping[str, Kind]) -> Told:
    _, mistakes = read_settings(content)
    for mistake in mistakes:
        line, _, words = mistake.partition(": ")
        yield int(line), words


def _sound(content: bytes, _path: str, _known: Mapping[str, Kind]) -> Told:
    fault = fault_of_wav(content)
    if fault:
        yield 1, fault


def _sentence(content: bytes, _path: str, _known: Mapping[str, Kind]) -> Told:
    fault = fault_of_wav(content, LONGEST_SENTENCE_S)
    if fault:
        yield 1, fault


def _picture(content: bytes, path: str, _known: Mapping[str, Kind]) -> Told:
    if not content.startswith(_PICTURES[path.rpartition(".")[2]]):
        yield 1, "is no picture of the kind that its name says"


_LOOKS: Mapping[Kind, Callable[[bytes, str, Mapping[str, Kind]], Told]] = {
    Kind.GUIDE: _text,
    Kind.NOTICE: _text,
    Kind.WORDS: _labels,
    Kind.CONFIG: _config,
    Kind.VOICE: _sound,
    Kind.SPOKEN: _sentence,
    Kind.PICTURE: _picture,
}


def _held_against(ours: Labels, file: Path, path: str) -> Iterator[str]:
    lines = file.read_text("utf-8").splitlines()
    for name, words in label_faults(read_labels(file.read_bytes()), ours):
        yield f"{path}:{line_of(lines, name)}: {words}"


def _of_procedures(folder: Path) -> list[str]:
    procedures = folder / "procedures"
    if not procedures.is_dir():
        return []
    wrong = [
        str(mistake)
        for part in sorted(procedures.glob("*/*.yaml"))
        for mistake in read_yaml(part)[1]
    ]
    for mistakes in read_folder(procedures)[1]:
        wrong += mistakes.splitlines()
    return [line.removeprefix(f"{folder}/") for line in dict.fromkeys(wrong)]


def _lonely(known: Mapping[str, Kind]) -> Iterator[str]:
    """Whoever reads Vietnamese only must find each text, and a recording belongs to a text."""
    texts = {Kind.GUIDE: "guides", Kind.NOTICE: "notices"}
    for path, kind in known.items():
        if kind in texts and f"{texts[kind]}/{name_of(path)}.vi.md" not in known:
            yield f"{path}:1: there is no {name_of(path)}.vi.md beside it"
        spoken = [f"{folder}/{name_of(path)}.vi.md" for folder in texts.values()]
        if kind is Kind.VOICE and not any(text in known for text in spoken):
            yield f"{path}:1: there is no guide or notice {name_of(path)} to go with"
