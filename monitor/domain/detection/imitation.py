"""Whether an account is made to be taken for the person's own.

Whether an account comes again with what another one pretended to be the person with. Whether a
finding is like what the person said is them, or like what they said is not.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.domain.detection import rules
from monitor.domain.detection.case import SHORTEST_BIO, Case
from monitor.domain.detection.images import nearness
from monitor.domain.detection.lessons import Lessons, Side, Sort, Trait, Traits, traits
from monitor.domain.evidence import Sign
from monitor.domain.handles.handles import local_part
from monitor.domain.names.matching import disguised
from monitor.domain.names.normalize import mixes_alphabets, squashed
from monitor.domain.person import PersonName
from scrapers.models import Finding, PicturePrint

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
    if case.portrait.says_missing:
        yield rules.SAYS_MISSING.holds()


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


def watched(case: Case) -> Iterator[Sign]:
    """Weigh words and picture that an impostor showed; the person's own ones are no sign of it.

    An account that repeats the person's own words is weighed for that already, and a picture of
    theirs may stand on another account of theirs.
    """
    others = [each for each in case.inventory.impostors if each.key != case.portrait.key]
    words = (replace(each, bio=each.bio or each.snippet) for each in others)
    if not case.copied and any(map(case.repeats, words)):
        yield rules.WATCHED_WORDS.holds()
    if any(_same_picture(case.portrait, each) for each in others) and not any(
        _same_picture(case.portrait, own) for own in case.inventory.own
    ):
        yield rules.WATCHED_PICTURE.holds()


def _same_picture(one: Finding, other: Finding) -> bool:
    """Tell by its address, or by what was kept of it: a picture may be cut, or lie elsewhere."""
    if one.picture_hash and one.picture_hash == other.picture_hash:
        return True
    shown, known = map(PicturePrint.read, (one.picture_print, other.picture_print))
    return shown is not None and known is not None and nearness(shown, known).same


# What two findings of one person have in common without more: from here on it speaks for them.
USUAL = 0.22
# However alike, words do not settle a matter.
_MOST = 1.5
# More words than these are no sentence.
_NAMED = 3


def likeness(lessons: Lessons, finding: Finding, name: PersonName) -> Iterator[Sign]:
    """Weigh what a finding shares with what the person judged; nothing, where it shows nothing."""
    shown = traits(finding, name)
    if not shown:
        return
    unit = lessons.unit(shown)
    if lessons.me.findings:
        yield _like_me(lessons.me, _shared(unit, lessons.me), shown)
    others = _shared(unit, lessons.other)
    if others:
        yield rules.LIKE_OTHERS.holds(
            amount=lessons.other.weight * sum(others.values()),
            in_full=f"It shares {_named(others, shown)} with results you said are not you.",
        )


def _like_me(me: Side, common: Mapping[Trait, float], shown: Traits) -> Sign:
    likeness = sum(common.values())
    if likeness < USUAL:
        return rules.UNLIKE_ME.holds(amount=me.weight * (1 - likeness / USUAL))
    return rules.LIKE_ME.holds(
        amount=min(_MOST, me.weight * (likeness - USUAL)),
        in_full=f"It shares {_named(common, shown)} with results you said are you.",
    )


def _shared(unit: Mapping[Trait, float], side: Side) -> Mapping[Trait, float]:
    """Return what each common trait adds to the cosine of a finding and the middle of a side."""
    return {
        trait: weight * side.middle[trait] for trait, weight in unit.items() if trait in side.middle
    }


def _named(common: Mapping[Trait, float], shown: Traits) -> str:
    """Name what weighs most, in the words of the finding; a site is not spelt out."""
    strongest = sorted(common, key=lambda trait: (-common[trait], trait))[:_NAMED]
    *most, last = (
        shown[each] if each.sort is Sort.SITE else f"“{shown[each]}”" for each in strongest
    )
    return f"{', '.join(most)} and {last}" if most else last
