"""An email: one subject, and the same facts as plain text and as HTML."""

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from reports.sanitize import clean_header_line

if TYPE_CHECKING:
    from css_inline import CSSInliner

WIDTH = 72
# Lines of a list, before it says how many more there are.
MOST = 25
# Gmail cuts a message off near 102 kB, and with it the way out of the list.
HEAVIEST = 90_000
_FEWER = (MOST, 12, 6, 3)
_LINES = ("subject", "preheader", "heading")
_CHARSET = '<meta charset="utf-8">'
_LIVE_LINE = re.compile(r"\s*https?://\S+")
_LETTER = re.compile(r"\w")
# Between what an email says and why its reader got it.
_FOOT = "--------"
_BULLET = re.compile(r"\s*(?:(?:-|\d+\.) +|[^\W\d_](?:[^\W\d_A-Z]| )+:  +)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`media_type` is such as `application/zip`."""

    name: str
    media_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def compose_email(folder: str, context: Mapping[str, object]) -> Email:
    """Fill in the templates of a folder; both bodies open with the same lines."""
    template_context = _add_lines(folder, context)
    return Email(
        subject=template_context["subject"],
        text=wrap_text(fill_template(f"{folder}/body.txt", template_context)),
        html=_inline_styles(fill_template(f"{folder}/body.html", template_context)),
    )


def _add_lines(folder: str, context: Mapping[str, object]) -> dict[str, Any]:
    lines = {line: fill_template(f"{folder}/{line}.txt", context) for line in _LINES}
    return {**context, **lines, "subject": clean_header_line(lines["subject"])}


def count_words(email: Email) -> int:
    """Count what its reader has to read before the footer."""
    return sum(1 for word in email.text.partition(_FOOT)[0].split() if _LETTER.search(word))


def compose_fitting_email(
    folder: str, build_context: Callable[[int], Mapping[str, object]]
) -> Email:
    """Compose with as many lines as a mail program will show in full."""
    for most in _FEWER[:-1]:
        letter = compose_email(folder, build_context(most))
        if len(letter.html.encode()) < HEAVIEST:
            return letter
    return compose_email(folder, build_context(_FEWER[-1]))


def wrap_text(text: str) -> str:
    """Wrap each line under its own indent; a live link alone on its line stays whole."""
    lines = "\n".join(_wrap_line(line) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _wrap_line(line: str) -> str:
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


def fill_template(template: str, context: Mapping[str, object]) -> str:
    """Fill in one template; raise jinja2.UndefinedError where a fact is missing."""
    # Who queues an email names its facts alone; who sends it fills them in.
    from reports.templating import ENVIRONMENT  # noqa: PLC0415 - takes long, see above

    return ENVIRONMENT.get_template(template).render(context)


@cache
def _build_inliner() -> "CSSInliner":
    from css_inline import CSSInliner  # noqa: PLC0415 - as above

    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def _inline_styles(page: str) -> str:
    """Inline the style; the character set must come first, within 1,024 bytes."""
    inlined = _build_inliner().inline(page)
    bare = inlined.replace(_CHARSET, "", 1)
    return bare.replace("<head>", f"<head>{_CHARSET}", 1)
