"""Pages that harm someone: which published list of words they match, with a name and a place."""

import re
from dataclasses import replace

from monitor.domain.detection.affiliation_words import count_named_employers, mentions_place
from monitor.domain.detection.made_by_others import addresses_family
from monitor.domain.detection.slang import Slang, has_slang, read_plain_words
from monitor.domain.finding import withhold_page_text
from monitor.domain.names.matching import FULL_LEVELS, MatchLevel, match_mention
from monitor.domain.names.nicknames import is_listed_given
from monitor.domain.names.normalize import split_words
from monitor.domain.person import Person, PersonName
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import HarmKind
from scrapers.models import Trace, TraceKind

# Words of pages that list arrests, which search engines show under the names of strangers, too.
CRIME = re.compile(
    r"\b(?:mug ?shots?|arrest(?:ed|s)?|inmates?|jail roster|booking (?:photo|report)|"
    r"sex offenders?|criminal records?|indict(?:ed|ment)|sentenced|charged with|in(?:to)? custody|"
    r"bookings|booked (?:in|into|on|at)|booked \w+day|county jail|pleads? guilty|pleaded|convicted|"
    r"found guilty|police (?:blotter|log|report)|court records?|felon(?:y|ies)|misdemeanors?|"
    r"d[uw]i|under the influence)\b",
    re.IGNORECASE,
)
OBITUARY = re.compile(
    r"\b(?:obituar(?:y|ies)|survived by|preceded in death|passed away|funeral (?:services?|home)|"
    r"in (?:loving )?memory of|laid to rest|celebration of life|visitation)\b",
    re.IGNORECASE,
)


def find_harms(trace: Trace, person: Person) -> tuple[HarmKind, ...]:
    """Return which lists of harmful words a page meets that names the person and where they are.

    News of crimes and notices of deaths are none. Accusations, petitions, reviews and opinions
    have no list.
    """
    text = "\n".join(filter(None, (trace.title, trace.name, trace.bio, trace.snippet)))
    plain = read_plain_words(text)
    harms = tuple(harm for harm, one_list in _LIST_BY_HARM.items() if has_slang(one_list, plain))
    if not harms or trace.kind is not TraceKind.PAGE:
        return ()
    if CRIME.search(text) or OBITUARY.search(text):
        return ()
    named = match_mention(text, person.name).level in FULL_LEVELS | {MatchLevel.FORMER}
    near = count_named_employers(text, person) > 0 or mentions_place(text, person)
    return harms if near and (named or addresses_family(text, person.name)) else ()


_LIST_BY_HARM = {
    HarmKind.SEXUAL: Slang.SEXUAL,
    HarmKind.THREAT: Slang.THREATS,
    HarmKind.DOXXING: Slang.DOXXING,
}


def withhold_harm(trace: Trace, person: Person) -> Trace:
    """Return a trace with its harms; of a page with sexual words only the address is left."""
    harms = find_harms(trace, person)
    if HarmKind.SEXUAL in harms:
        return withhold_page_text(replace(trace, harms=harms))
    return replace(trace, harms=harms) if harms else trace


def find_what_page_asks(trace: Trace, name: PersonName) -> Reason | None:
    """Say what a page called by the person's name asks of its readers; None if nothing.

    It may be a fundraiser of their own, or of whoever took their name.
    """
    if not (match_mention(trace.title, name).is_whole or addresses_family(trace.title, name)):
        return None
    plain = read_plain_words(f"{trace.title}\n{trace.bio}\n{trace.snippet}")
    return next(
        (said for words, said in _REASONS_BY_REQUEST.items() if has_slang(words, plain)), None
    )


_REASONS_BY_REQUEST = {
    Slang.ASKS_LOGIN: Reason("asking-page.password"),
    Slang.ASKS_MONEY: Reason("asking-page"),
}


def names_relative(title: str, person: Person) -> bool:
    """Tell whether another given name, and perhaps an initial, precedes the family name."""
    words = split_words(title)
    family = split_words(person.name.family)
    size = len(family)
    for at in range(1, len(words) - size + 1):
        if size and words[at : at + size] == family:
            before = [word for word in words[max(0, at - 2) : at] if len(word) > 1]
            if any(is_listed_given(word) for word in before):
                return True
    return False
