"""The one Jinja environment: what it prints is clean, and in HTML escaped, without being asked.

Files that pages load from us, a style sheet and small scripts, are named by what is in them.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    Undefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import Markup

from monitor.domain.reason import Reason, Told
from reports.dates import (
    format_brief_day,
    format_date,
    format_day,
    format_local_time,
    format_near_day,
    format_near_time,
    format_seen_range,
    format_week_start,
)
from reports.labels import account, cases, findings, office, takedown
from reports.labels.cases import REFERENCE
from reports.labels.findings import (
    describe_data_class,
    describe_field,
    format_account,
    strip_platform,
)
from reports.reason_rendering import (
    Others,
    render_in_english,
    render_phrase,
    render_reason,
    translate_site_name,
)
from reports.sanitize import (
    CleanText,
    clean_form_input,
    clean_sentence,
    clean_username,
    clean_web_text,
    defang_url,
)
from reports.translation import get_language, translate_label, translate_message, translate_plural

if TYPE_CHECKING:
    from reports.finding_view import FindingView

STATIC: Final = "/static"
TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@cache
def read_static_file(name: str) -> bytes | None:
    """Return what one of our own files holds; None where there is none of that name."""
    known = {path.name: path for path in (Path(__file__).parent / "static").iterdir()}
    return known[name].read_bytes() if name in known and _get_extension(name) in TYPES else None


def get_media_type(name: str) -> str:
    return TYPES[_get_extension(name)]


@cache
def build_asset_url(name: str) -> CleanText:
    """Give the address of a file, which changes with its content, so that browsers may cache it."""
    body = read_static_file(name)
    if body is None:
        message = f"There is no file {name} among those that pages load."
        raise LookupError(message)
    return CleanText(f"{STATIC}/{name}?v={sha256(body).hexdigest()[:12]}")


def _get_extension(name: str) -> str:
    return name.rpartition(".")[2]


# What a template names as `labels.CASE_KINDS`, whichever topic it is of.
_LABELS = SimpleNamespace(
    **{
        name: words
        for topic in (account, cases, findings, office, takedown)
        for name, words in vars(topic).items()
        if name.isupper() or name.startswith("describe_")
    }
)
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LIVE = re.compile(r"https?://[^\s<>\"'`\\]+")
# A browser reads `//host` and `/\\host` as someone else's address.
_OWN_PLACE = re.compile(r"(?:/(?![/\\])[^\s\\\"'<>]*|#[\w-]+)")
# So little of the words of others takes no room from what else an email tells.
_MOST_WORDS, _LONGEST_QUOTE = 12, 100
_URL_PIECE = re.compile(r"[^/?&=\]-]{0,24}[/?&=\]-]|[^/?&=\]-]{1,24}")


def format_count(number: int, one: str, many: str = "") -> CleanText:
    """`1 change`, `2 changes`."""
    return CleanText(f"{number} {one if number == 1 else many or one + 's'}")


def spell_count(number: int, one: str, many: str = "") -> CleanText:
    """`One change`, `Two changes`: for a headline."""
    return CleanText(f"{spell_number(number)} {one if number == 1 else many or one + 's'}")


def spell_number(number: int) -> CleanText:
    """Write "Two" at the beginning of a headline; a large number has digits."""
    if number >= len(_NUMBERS):
        return CleanText(number)
    return CleanText(translate_message(_NUMBERS[number].capitalize()))


def locate_finding(finding: "FindingView") -> CleanText:
    """Write the username that its own person typed, else its address, which opens nothing."""
    if finding.declared:
        return clean_sentence(finding.declared)
    return defang_url(finding.url)


def clip_words(text: str) -> str:
    """Cut what others wrote to the words that an email has room for; its page has it all."""
    words = text[:_LONGEST_QUOTE].split(maxsplit=_MOST_WORDS)
    clipped = " ".join(words[:_MOST_WORDS])
    return clipped if clipped == " ".join(text.split()) else f"{clipped}…"


def split_for_line_breaks(text: str) -> list[CleanText]:
    """Cut an address where a line may break: behind a mark, or where a word grows too long."""
    return [CleanText(piece) for piece in _URL_PIECE.findall(text)]


def split_commands(sentence: str) -> list[CleanText]:
    """Cut a sentence of our own at its backticks: each second piece is a command."""
    return [CleanText(piece) for piece in clean_sentence(sentence).split("`")]


def mark_own_link(url: str) -> CleanText:
    """Mark our own address as safe to print; raise ValueError for anything but a web page."""
    parts = urlsplit(url)
    if not _LIVE.fullmatch(url) or not parts.hostname or "@" in parts.netloc:
        message = "An email may link to a plain http or https address only."
        raise ValueError(message)
    return CleanText(url)


def mark_own_path(place: str) -> CleanText:
    """Mark a place on our own pages as safe to print; raise ValueError for any other."""
    if not _OWN_PLACE.fullmatch(place):
        message = "A page may link to one of our own pages, or use the macro for outside links."
        raise ValueError(message)
    return CleanText(place)


def mark_web_link(url: str) -> CleanText:
    """Return an address from the web if a reader may follow it, else nothing."""
    try:
        return mark_own_link(url) if url.isascii() else CleanText("")
    except ValueError:
        return CleanText("")


def embed_jpeg(picture: bytes) -> CleanText:
    """Return an address that holds the picture itself: nothing is loaded for it."""
    return CleanText(f"data:image/jpeg;base64,{b64encode(picture).decode()}")


def clean_printed_value(value: object) -> object:
    """Clean whatever a template prints, unless a filter has done so."""
    if isinstance(value, (CleanText, Markup, int, Undefined)):
        return value
    if isinstance(value, str):
        return clean_web_text(value)
    message = f"An email cannot print a {type(value).__name__}."
    raise TypeError(message)


def translate_choices(
    choices: Mapping[str, Told] | Iterable[tuple[str, *tuple[Told, ...]]],
) -> list[tuple[str, ...]]:
    """Translate the words of choices, and leave alone what is sent for them."""
    pairs = choices.items() if isinstance(choices, Mapping) else choices
    return [(value, *map(translate_told, words)) for value, *words in pairs]


def pad_lead(words: str, width: int) -> CleanText:
    """Make the words before each line of a list in plain text as wide as the widest."""
    return CleanText(words.ljust(width))


def render_clean_phrase(reason: Reason, given: str | None = None) -> CleanText:
    """Say a reason in the midst of a sentence; else like `render_clean_reason`."""
    return CleanText(render_phrase(reason, None if given is None else Others(given)))


def render_clean_reason(reason: Reason, given: str | None = None) -> CleanText:
    """Say a reason to the person, or of one called `given` to others; its facts are cleaned."""
    return CleanText(render_reason(reason, None if given is None else Others(given)))


def translate_told(told: Told) -> str:
    """Say what may be a label of ours, or a sentence with facts."""
    return translate_label(told) if isinstance(told, str) else render_clean_reason(told)


def translate_field(field: str) -> str:
    return translate_label(describe_field(field))


def translate_data_class(words: str) -> str:
    return translate_label(describe_data_class(words))


def shorten_id(full_id: str) -> CleanText:
    """Give as much of an id as a reader has to write back."""
    return clean_web_text(full_id[:REFERENCE])


_TIMES = (
    format_date,
    format_day,
    format_local_time,
    format_brief_day,
    format_near_day,
    format_near_time,
    format_seen_range,
    format_week_start,
)


def _list_filters() -> dict[str, Callable[..., object]]:
    words = (
        clean_web_text,
        clean_sentence,
        clean_username,
        defang_url,
        format_count,
        clip_words,
        locate_finding,
        spell_count,
        spell_number,
        split_for_line_breaks,
        split_commands,
        pad_lead,
        translate_choices,
    )
    names = (format_account, strip_platform)
    translated: dict[str, Callable[..., object]] = {
        "describe_data_class": translate_data_class,
        "describe_field": translate_field,
        "format_site_name": translate_site_name,
        "render_in_english": lambda reason: CleanText(render_in_english(reason)),
        "render_phrase": render_clean_phrase,
        "render_reason": render_clean_reason,
        "translate": translate_told,
    }
    ours = (
        mark_own_link,
        shorten_id,
        clean_form_input,
        mark_own_path,
        embed_jpeg,
        mark_web_link,
        build_asset_url,
    )
    times = {time.__name__: _mark_clean(time) for time in _TIMES}
    return translated | times | {word.__name__: word for word in (*words, *names, *ours)}


def _mark_clean(write_date: Callable[..., str]) -> Callable[..., CleanText]:
    """Print a date as it was written, with the spaces that its language has in it."""

    def write_clean(*parts: object) -> CleanText:
        return CleanText(write_date(*parts))

    return write_clean


def _build_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        # The templates are part of the program: no page looks whether they have changed.
        auto_reload=False,
        # None is ever dropped, so threads need not take turns to look one up.
        cache_size=-1,
        # Whatever is not plain text is escaped, whatever it is called.
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        finalize=clean_printed_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_list_filters())
    environment.globals.update(labels=_LABELS, language=get_language)
    # Of `_()` and `ngettext()`, the facts in a text are escaped in HTML, and the text is not.
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        translate_message, translate_plural, newstyle=True
    )
    fill_text: Any = environment.globals["gettext"]
    fill_count: Any = environment.globals["ngettext"]
    # Texts without facts are the same each time, and a page prints a hundred of them.
    filled: dict[tuple[bool, str], object] = {}

    @pass_context
    def translate_text(context: Context, message: str, /, **facts: object) -> object:
        if not facts:
            key = bool(context.eval_ctx.autoescape), translate_message(message)
            if key not in filled:
                filled[key] = _mark_own(fill_text(context, message))
            return filled[key]
        return _mark_own(fill_text(context, message, **_clean_facts(facts)))

    @pass_context
    def translate_count(
        context: Context, one: str, many: str, num: int, /, **facts: object
    ) -> object:
        """Write the form of a text that fits a number, which is the fact `num`."""
        return _mark_own(fill_count(context, one, many, num, **_clean_facts(facts)))

    environment.globals.update(_=translate_text, ngettext=translate_count)
    return environment


def _clean_facts(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: clean_printed_value(fact) for name, fact in facts.items()}


def _mark_own(text: str) -> Markup | CleanText:
    """Let plain text of ours pass as it is, like the rest of its template."""
    return text if isinstance(text, Markup) else CleanText(text)


ENVIRONMENT: Final = _build_environment()
