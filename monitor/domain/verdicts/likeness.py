"""Whether a finding is like what the person said is them, or like what they said is not."""

from collections.abc import Iterator, Mapping

from monitor.domain.evidence import Sign
from monitor.domain.person import PersonName
from monitor.domain.reasons import rules
from monitor.domain.verdicts.lessons import Lessons, Side
from monitor.domain.verdicts.traits import Sort, Trait, Traits, traits
from scrapers.finding import Finding

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
            in_full=f"It shares {_named(others, shown)} with what you said is not you.",
        )


def _like_me(me: Side, common: Mapping[Trait, float], shown: Traits) -> Sign:
    likeness = sum(common.values())
    if likeness < USUAL:
        return rules.UNLIKE_ME.holds(amount=me.weight * (1 - likeness / USUAL))
    return rules.LIKE_ME.holds(
        amount=min(_MOST, me.weight * (likeness - USUAL)),
        in_full=f"It shares {_named(common, shown)} with what you said is you.",
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
