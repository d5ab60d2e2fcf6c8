"""Whether an account is made to be taken for the person's own."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.domain.evidence import Sign
from monitor.domain.handles.handles import local_part
from monitor.domain.names.names import disguised
from monitor.domain.names.spelling import mixes_alphabets, squashed
from monitor.domain.reasons import rules
from monitor.domain.reasons.case import SHORTEST_BIO, Case

_MUCH_LATER = timedelta(days=365)
# Some networks tell no more than a year.
_MUCH_EARLIER = timedelta(days=183)
_BOASTS = re.compile(r"\b(?:real|official|verified|original|backup)\b", re.IGNORECASE)
_LURES = re.compile(
    r"\b(?:cash\s?app|venmo|zelle|paypal|bitcoin|btc|crypto\w*|forex|investments?|investing|"
    r"giveaways?|gift\s?cards?|free gifts?|winners?|whatsapp|telegram|onlyfans|"
    r"dm (?:me|us|for|now|to)|dms open|message me|text me|inbox me|click (?:the |my )?link|"
    r"link in bio for|promo code|earn (?:money|\$)|passive income|how i made|"
    r"(?:new|backup|second|old) (?:accounts?|acct?|page|profile)|follow my|"
    r"(?:got|was|were|one|been) hacked|locked out)\b|\$\d",
    re.IGNORECASE,
)
# Bought followers and mass-made accounts follow many and are followed by few.
_LOPSIDED = 4.0
_MANY = 50
_BALANCED = 2.0
_FEW_POSTS = 20


def imitation(case: Case, *, presented: bool) -> Iterator[Sign]:
    """Weigh an account that is not known to be the person's, but may present itself as them."""
    yield from _handle(case)
    yield from _words(case)
    yield from _letters(case)
    absent = case.portrait.platform in case.inventory.none_on
    if absent and presented and case.look.whole:
        yield rules.ABSENT.holds()
    elif case.alone:
        yield rules.NEW_NETWORK.holds()
    yield from _age(case)
    yield from _counters(case)
    if case.look.whole and _BOASTS.search(case.look.shown):
        yield rules.BOAST.holds()
    if _LURES.search(case.look.text):
        yield rules.LURE.holds()


def _handle(case: Case) -> Iterator[Sign]:
    if case.nearby:
        rule = rules.LOOKALIKE if case.nearby.deliberate else rules.LOOKALIKE_PLAIN
        yield rule.holds(reason=case.nearby.reason)
    elif case.same_handle:
        yield rules.KNOWN_HANDLE.holds()
    elif not case.portrait.handle or not case.handles:
        return
    elif case.elsewhere is None:
        yield rules.UNLIKE_HANDLE.holds()
    elif case.elsewhere.deliberate:
        yield rules.LOOKALIKE_ELSEWHERE.holds(reason=case.elsewhere.reason)


def _words(case: Case) -> Iterator[Sign]:
    here = [own for own in case.copied if own.platform == case.portrait.platform]
    if here:
        yield rules.COPIED_BIO.holds()
        if any(squashed(own.name) == squashed(case.look.shown) for own in here):
            yield rules.COPIED_NAME.holds()
    elif case.copied:
        yield rules.COPIED_ELSEWHERE.holds()
    elif len(case.look.description) >= SHORTEST_BIO and case.described:
        yield rules.OWN_WORDS.holds()


def _letters(case: Case) -> Iterator[Sign]:
    handle = local_part(case.portrait.handle)
    if mixes_alphabets(case.look.shown) or mixes_alphabets(handle):
        yield rules.MIXED.holds()
    elif disguised(case.look.shown, case.person.name):
        yield rules.DISGUISED.holds()


def _age(case: Case) -> Iterator[Sign]:
    """Compare with the own account on the same network, else with the oldest of all."""
    created = case.portrait.created_at
    here = _oldest(case, case.portrait.platform)
    own = here or _oldest(case)
    if not created or not own:
        return
    if own - created > _MUCH_EARLIER:
        yield rules.ELDER.holds()
    elif created - own <= _MUCH_LATER:
        yield rules.OF_AN_AGE.holds()
    else:
        yield (rules.YOUNGER if here else rules.YOUNGER_ELSEWHERE).holds()


def _oldest(case: Case, platform: str | None = None) -> datetime | None:
    own = case.inventory.own if platform is None else case.inventory.on(platform)
    return min((each.created_at for each in own if each.created_at), default=None)


def _counters(case: Case) -> Iterator[Sign]:
    counts = dict(case.portrait.counts)
    followers, following = counts.get("followers"), counts.get("following")
    if followers is None or following is None:
        return
    lopsided = (following + 1) / (followers + 1)
    posts = counts.get("posts")
    if lopsided >= _LOPSIDED and following >= _MANY and (posts is None or posts < _FEW_POSTS):
        yield rules.HOLLOW.holds()
    elif lopsided < _BALANCED and (posts is None or posts >= _FEW_POSTS):
        yield rules.LIVED_IN.holds()
