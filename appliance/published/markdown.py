"""Markdown into HTML that can do nothing but be read. The only file that knows markdown-it.

No HTML of the author's, no picture from elsewhere, no address but http, https, tel and our own
guides. A text with a mistake is refused where it is checked; should one be shown all the same,
what is not allowed comes out as the letters that were typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

OUTSIDE = re.compile(r"https?://[^\s\\]+|tel:\+?[0-9][0-9 .-]*", re.IGNORECASE)
PICTURE = re.compile(r"images/([a-z0-9][a-z0-9_-]*\.(?:png|jpg))")
GUIDE = re.compile(r"[a-z0-9][a-z0-9_-]*")  # another guide of the same publication
OURS = re.compile(r"/guides(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DEEPEST = 4  # headings: # stands as h2, below the page's own title

Address = Callable[[str], str]


def faults(
    text: str, pictures: frozenset[str], guides: frozenset[str]
) -> Iterator[tuple[int, str]]:
    """Line, counted from 1, and what is wrong there. *pictures* and *guides* are what there is."""
    before = 0
    for token in _parser(True).parse(text):
        line = (token.map[0] if token.map else 0) + 1
        if token.type == "heading_open":
            level = int(token.tag[1:])
            if level > before + 1:
                yield line, f"a heading {'#' * level} needs one of {'#' * (level - 1)} above it"
            if level > _DEEPEST:
                yield line, f"headings go down to {'#' * _DEEPEST}"
            before = level
        for inside, following in pairwise([*(token.children or ()), Token("end", "", 0)]):
            yield from ((line, fault) for fault in _fault_of(inside, pictures, guides))
            if (inside.type, following.type) == ("link_open", "link_close"):
                yield line, "a link needs words to touch"
            line += inside.type in ("softbreak", "hardbreak")


def to_html(
    text: str, *, picture: Address, guide: Address, leads_out: bool = True, below: int = 1
) -> str:
    """*picture* and *guide* say where a picture or another guide of the publication is found;
    *below* is the level of the heading above the text, 1 that of the page.

    Without *leads_out* (a screen that nobody sits at) addresses elsewhere are words to read.
    """
    tokens = _parser(False).parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + below, 6)}"
        token.attrs.pop("style", None)  # of a table's cells; the page's policy forbids it
        if token.children:
            token.children = list(_led(token.children, picture, guide, leads_out))
    parser = _parser(False)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _led(inside: list[Token], picture: Address, guide: Address, leads_out: bool) -> Iterator[Token]:
    left_out = False
    for token in inside:
        if token.type == "image":
            found = PICTURE.fullmatch(str(token.attrs.get("src", "")))
            if found:
                token.attrs["src"] = picture(found[1])
                yield token
            continue
        if token.type == "link_open":
            target = str(token.attrs.get("href", ""))
            left_out = not leads_out and OUTSIDE.fullmatch(target) is not None
            if GUIDE.fullmatch(target):
                token.attrs["href"] = guide(target)
            if OUTSIDE.fullmatch(target) and target.lower().startswith("http"):
                token.attrs["rel"] = "noopener noreferrer"
        if left_out and token.type in ("link_open", "link_close"):
            continue
        yield token


def _fault_of(token: Token, pictures: frozenset[str], guides: frozenset[str]) -> Iterator[str]:
    if token.type == "image":
        source = str(token.attrs.get("src", ""))
        found = PICTURE.fullmatch(source)
        if found is None:
            yield f"a picture must lie in images/ of this folder, not at {source[:80]!r}"
        elif found[1] not in pictures:
            yield f"there is no images/{found[1]}"
        if not token.content.strip():
            yield "a picture needs words for those who cannot see it: ![words](images/…)"
    elif token.type == "link_open":
        target = str(token.attrs.get("href", ""))
        if not _may_lead_to(target):
            yield f"an address must be http, https, tel or one of our guides, not {target[:80]!r}"
        elif GUIDE.fullmatch(target) and target not in guides:
            yield f"there is no guide {target!r} in this folder"
    elif token.type == "text" and _TAG.search(token.content):
        yield "HTML is not for here: it would be shown as letters"


def _may_lead_to(target: str) -> bool:
    allowed = (OUTSIDE, OURS, GUIDE)
    return any(shape.fullmatch(target) for shape in allowed)


@cache
def _parser(takes_all: bool) -> MarkdownIt:
    """With *takes_all* every address becomes a link, so that a wrong one can be told."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")

    def allowed(target: str) -> bool:
        return takes_all or _may_lead_to(target) or PICTURE.fullmatch(target) is not None

    parser.validateLink = allowed  # type: ignore[method-assign,assignment]
    return parser
