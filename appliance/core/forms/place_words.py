"""Names of places compared as people write them: with or without kind, marks and blanks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from appliance.core.forms.normalise import unmarked

# With their marks on purpose: "Quan Hóa" and "Phương Liên" are names, not a district and a ward.
_KIND = re.compile(
    r"(?:thành phố|thị xã|thị trấn|đặc khu|tỉnh|quận|huyện|phường|xã|tp|tx|tt|p\.|q\.|h\.|x\.|t\.)"
    r"[\s.]+|(?:tp|tx|tt|p|q|h|x|t)\.(?=\S)",
    re.IGNORECASE,
)
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def without_kind(name: str) -> str:
    """*name* without "Phường", "TP." and the like in front; unchanged if nothing would be left."""
    found = _KIND.match(name)
    return (name[found.end() :].strip() if found else "") or name


def place_key(name: str) -> str:
    """What is compared: small letters without marks and blanks, ``01`` like ``1``.

    The kind stays: pass ``without_kind(name)`` where it should not count.
    """
    return "".join(word.lstrip("0") or word for word in re.findall(r"\d+|[a-z]+", unmarked(name)))


@lru_cache(maxsize=512)  # a province's wards ask for the same few districts again and again
def keys_of(name: str) -> frozenset[str]:
    """Every key a unit of that official name answers to: with its kind and without."""
    return frozenset({place_key(name), place_key(without_kind(name))})


def spelling(name: str) -> str:
    """The name with its marks: ``Hòa`` and ``Hoà`` are one, ``Tơ`` and ``Tô`` are two."""
    words = []
    for word in unicodedata.normalize("NFD", without_kind(name).casefold()).split():
        letters = "".join(sign for sign in word if sign not in _TONES)
        words.append(letters + "".join(sorted(sign for sign in word if sign in _TONES)))
    return " ".join(words)
