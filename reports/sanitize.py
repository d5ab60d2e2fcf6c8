"""Text from the web, made fit to be read: cleaned, capped, and never a link."""

import re
import unicodedata
from html import unescape
from urllib.parse import SplitResult, urlsplit

from monitor.domain.names.normalize import is_hidden_sign
from reports.translation import translate_message, translate_plural

CAP = 300
SENTENCE_CAP = 1000
TOKEN = 40
INPUT_CAP = 4000
ROUNDS = 5
MARKS = 3

# A joiner between two pictures, or the wish for a coloured one, hides nothing from anyone.
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_EMOJI_GLUE = re.compile(
    f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])",
)

# Mail programs turn whatever looks like an address into a link.
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}:/{2,}", re.IGNORECASE)
_OPAQUE = re.compile(r"\b(mailto|tel|sms|javascript|data|vbscript|file):(?=\S)", re.IGNORECASE)
_NAME_DOT = re.compile(r"(?<=[\w-])([.\u3002\uff0e\uff61])(?=[^\W\d_]{2})")
_NUMBER_DOTS = re.compile(r"\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b")
_ENCODED_WORD = "=?"
_ANGLES = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "'": "%27"})
# Breaks that a browser keeps in a field, and shows as nothing.
_LINES = str.maketrans({"\u2028": "\n", "\u2029": "\n"})
# Plain words, one blank apart, none so long that it is broken: nothing to clean, and nothing that
# a mail program takes for an address. Nearly all that pages print is of this kind.
_WORD = rf"[\w'()!?-]{{1,{TOKEN - 1}}}+[.,:;]?"
_HARMLESS = re.compile(rf"{_WORD}(?: {_WORD})*+", re.ASCII)
_NO_MARKUP = str.maketrans("", "", "<>&")


class CleanText(str):
    """Text that was cleaned and may be shown as it is; HTML still escapes it."""

    __slots__ = ()


def clean_web_text(text: str, cap: int = CAP) -> CleanText:
    """Clean text from the web; what was dropped unseen is counted in brackets."""
    if len(text) <= cap and _HARMLESS.fullmatch(text):
        return CleanText(text)
    visible, hidden = _strip_markup(text[:INPUT_CAP])
    line = _truncate_text(" ".join(visible.split()), cap)
    return CleanText(
        _append_hidden_count(_defang_text(re.sub(rf"(\S{{{TOKEN}}})(?=\S)", r"\1 ", line)), hidden)
    )


def clean_sentence(text: str) -> CleanText:
    """Clean a sentence of our own, in which an address may stay an address."""
    visible, hidden = _strip_markup(text[:INPUT_CAP])
    return CleanText(
        _append_hidden_count(_truncate_text(" ".join(visible.split()), SENTENCE_CAP), hidden)
    )


def clean_form_input(text: str) -> CleanText:
    """Give back what someone typed into a form, line breaks included, for them to go on with."""
    return CleanText(_remove_hidden(text[:INPUT_CAP].translate(_LINES))[0])


def clean_username(text: str) -> CleanText:
    """Give a username as it is written; only a page may, where nothing makes a link of it."""
    return CleanText(_truncate_text(_remove_hidden(text.translate(_LINES))[0], CAP))


def defang_url(url: str) -> CleanText:
    """Show where a page is (`site[.]tld/path`) without leading anyone there."""
    visible, hidden = _remove_hidden(url[:INPUT_CAP])
    address = "".join(visible.split()).translate(_ANGLES)
    try:
        parts = urlsplit(address)
        place = _format_defanged(parts)
    except ValueError:
        return clean_web_text(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return clean_web_text(url)
    return CleanText(_append_hidden_count(place, hidden))


def clean_header_line(text: str, cap: int = 200) -> str:
    """Make one header line: no line breaks, no controls, no encoded words."""
    line = " ".join(_remove_hidden(text[:INPUT_CAP])[0].split())
    while _ENCODED_WORD in line:
        line = line.replace(_ENCODED_WORD, "")
    return _truncate_text(" ".join(line.split()), cap)


def _strip_markup(text: str) -> tuple[str, int]:
    """Take markup and hidden characters out, also those that entities spell."""
    if _is_plain(text):
        return text, 0
    import nh3  # noqa: PLC0415 - 2 MiB, for the little text that has markup

    hidden = 0
    for _ in range(ROUNDS):
        text, dropped = _remove_hidden(text)
        hidden += dropped
        plain = unescape(nh3.clean(text, tags=set()))
        if plain == text:
            return text, hidden
        text = plain
    text, dropped = _remove_hidden(text)
    return text.translate(_NO_MARKUP), hidden + dropped


def _is_plain(text: str) -> bool:
    """Tell whether there is nothing to take out: so it is with nearly all that pages print."""
    return _is_printable_ascii(text) and "<" not in text and "&" not in text


def _is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _remove_hidden(text: str) -> tuple[str, int]:
    if _is_printable_ascii(text):
        return text, 0
    kept: list[str] = []
    hidden = marks = 0
    for character in _EMOJI_GLUE.sub("", text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if character not in "\t\n\r" and is_hidden_sign(character):
            hidden += 1
        elif marks <= MARKS:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)), hidden


def _truncate_text(text: str, cap: int) -> str:
    return text if len(text) <= cap else f"{text[: cap - 1].rstrip()}…"


def _defang_text(text: str) -> str:
    text = _OPAQUE.sub(r"\1: ", _SCHEME.sub("", text))
    return _NAME_DOT.sub("[.]", _NUMBER_DOTS.sub(r"\1[.]\2[.]\3[.]\4", text))


def _append_hidden_count(text: str, hidden: int) -> str:
    if not hidden:
        return text
    note = translate_plural("[%(num)s hidden character]", "[%(num)s hidden characters]", hidden)
    return f"{text} {note % {'num': hidden}}".lstrip()


def _format_defanged(parts: SplitResult) -> str:
    """Leave out scheme, credentials and fragment; raise ValueError for a port that is none."""
    port = f":{parts.port}" if parts.port else ""
    path = "" if parts.path == "/" else parts.path
    query = f"?{parts.query}" if parts.query else ""
    host = parts.hostname or ""
    labels = [label for label in re.split("[.\u3002\uff0e\uff61]", host) if label]
    # As the network spells it, and as a person reads it.
    plain = ".".join(map(_encode_punycode, labels))
    reading = ".".join(map(_decode_punycode, labels))
    place = _truncate_text(f"{_defang_dots(plain)}{port}{_defang_dots(path + query)}", CAP)
    if plain == reading:
        return place
    facts = {"place": place, "reading": _truncate_text(_defang_dots(reading), TOKEN * 2)}
    return translate_message("%(place)s (reads as %(reading)s)") % facts


def _defang_dots(text: str) -> str:
    return text.replace(".", "[.]").replace("://", "[:]//")


def _encode_punycode(label: str) -> str:
    folded = unicodedata.normalize("NFKC", label).casefold()
    return folded if folded.isascii() else f"xn--{folded.encode('punycode').decode()}"


def _decode_punycode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return "".join(_remove_hidden(label[4:].encode().decode("punycode"))[0].split())
    except (UnicodeError, ValueError):
        return label
