"""How much text of strangers goes on from a reader, whichever it is: the one place that cuts.

Our own readers stay within these bounds; a plug-in may not, nor a process that a page took over.
"""

from dataclasses import replace

from scrapers.models import Breach, Outcome, ParseResult, Trace

# Longer than any platform allows.
LONGEST_TEXT = 5_000
LONGEST_URL = 2_048
# A key spells a character of an address as up to four bytes, and each of them as three letters.
LONGEST_KEY = 12 * LONGEST_URL
MOST_LINKS = 100
OUT_OF_BOUNDS = "answer-long-names"


def cut_to_bounds(result: ParseResult) -> ParseResult:
    """Cut texts, and leave out what a shorter name or address would no longer name.

    An answer of which nothing is left proves nothing.
    """
    traces = tuple(_cut_trace(trace) for trace in result.traces if _is_named_shortly(trace))
    contacts = tuple(
        replace(contact, name=contact.name[:LONGEST_TEXT], bio=contact.bio[:LONGEST_TEXT])
        for contact in result.contacts
        if len(contact.handle) <= LONGEST_URL
    )
    if (result.traces or result.contacts) and not (traces or contacts):
        return ParseResult(outcome=Outcome.UNREADABLE, note=OUT_OF_BOUNDS)
    return replace(
        result, traces=traces, contacts=contacts, breaches=tuple(map(_cut_breach, result.breaches))
    )


def _is_named_shortly(trace: Trace) -> bool:
    named = (trace.key, trace.url, trace.account, trace.handle)
    return all(len(entry) <= LONGEST_KEY for entry in named)


def _cut_trace(trace: Trace) -> Trace:
    return replace(
        trace,
        account_aliases=_keep_short(trace.account_aliases, LONGEST_KEY),
        title=trace.title[:LONGEST_TEXT],
        snippet=trace.snippet[:LONGEST_TEXT],
        name=trace.name[:LONGEST_TEXT],
        bio=trace.bio[:LONGEST_TEXT],
        location=trace.location[:LONGEST_TEXT],
        links=_keep_short(trace.links, LONGEST_URL),
        picture="".join(_keep_short((trace.picture,), LONGEST_URL)),
        picture_hash=trace.picture_hash[:LONGEST_TEXT],
        picture_print=trace.picture_print[:LONGEST_TEXT],
    )


def _keep_short(addresses: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(address for address in addresses if len(address) <= most)[:MOST_LINKS]


def _cut_breach(breach: Breach) -> Breach:
    return replace(
        breach,
        name=breach.name[:LONGEST_TEXT],
        title=breach.title[:LONGEST_TEXT],
        data=tuple(value[:LONGEST_TEXT] for value in breach.data[:MOST_LINKS]),
    )
