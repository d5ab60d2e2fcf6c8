"""An email: one subject, and the same facts as plain text and as HTML."""

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import css_inline

from reports.emails.sections import MOST
from reports.sanitize import header_line
from reports.templating import ENVIRONMENT

WIDTH = 72
# Gmail cuts a message off near 102 kB, and with it the way out of the list.
HEAVIEST = 90_000
_FEWER = (MOST, 12, 6, 3)
_LINES = ("subject", "preheader", "heading")
_CHARSET = '<meta charset="utf-8">'
_LIVE_LINE = re.compile(r"\s*https?://\S+")
_BULLET = re.compile(r"\s*(?:(?:-|\d+\.) +|[A-Z][a-z ]+:  +)")
_INLINER: Final = css_inline.CSSInliner(
    keep_style_tags=False,
    keep_at_rules=True,
    load_remote_stylesheets=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`media_type` is such as `application/zip`."""

    name: str
    media_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def composed(folder: str, facts: Mapping[str, object]) -> Letter:
    """Fill in the templates of a folder; both bodies open with the same lines."""
    lines = {each: filled(f"{folder}/{each}.txt", facts) for each in _LINES}
    lines["subject"] = header_line(lines["subject"])
    told = {**facts, **lines}
    return Letter(
        subject=lines["subject"],
        text=wrapped(filled(f"{folder}/body.txt", told)),
        html=_inlined(filled(f"{folder}/body.html", told)),
    )


def fitted(folder: str, facts: Callable[[int], Mapping[str, object]]) -> Letter:
    """Compose with as many lines as a mail program will show in full."""
    for most in _FEWER[:-1]:
        letter = composed(folder, facts(most))
        if len(letter.html.encode()) < HEAVIEST:
            return letter
    return composed(folder, facts(_FEWER[-1]))


def wrapped(text: str) -> str:
    """Wrap each line under its own indent; a live link alone on its line stays whole."""
    lines = "\n".join(_wrapped_line(line) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _wrapped_line(line: str) -> str:
    if _LIVE_LINE.fullmatch(line):
        return line.rstrip()
    bullet = _BULLET.match(line)
    indent = bullet.end() if bullet else len(line) - len(line.lstrip())
    return textwrap.fill(
        line.rstrip(),
        WIDTH,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )


def filled(template: str, facts: Mapping[str, object]) -> str:
    """Fill in one template; raise jinja2.UndefinedError where a fact is missing."""
    return ENVIRONMENT.get_template(template).render(facts)


def _inlined(page: str) -> str:
    """Inline the style; the character set must come first, within 1,024 bytes."""
    inlined = _INLINER.inline(page)
    bare = inlined.replace(_CHARSET, "", 1)
    return bare.replace("<head>", f"<head>{_CHARSET}", 1)
