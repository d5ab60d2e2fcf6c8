"""Whether a finding is like what the person said is them, or like what they said is not."""

from collections.abc import Iterator, Mapping

from monitor.domain.evidence import Axis, Evidence
from monitor.domain.person import PersonName
from monitor.domain.verdicts.lessons import Lessons
from monitor.domain.verdicts.traits import Sort, Trait, Traits, traits
from scrapers.finding import Finding

# Bits for a cosine of 1, times the weight of the side; and what it costs to share nothing. Fitted
# to pages of invented people, and halved: docs/detection.md.
LIKE_ME = 4.0
LIKE_OTHER = 0.85
UNLIKE_ME = 0.6
# However alike, words do not settle a matter.
MOST, LEAST = 6.0, -4.0
# More words than these are no sentence.
_NAMED = 3

_FOR = "Its words are like those of what you said is you."
_AGAINST = "Its words are like those of what you said is not you."
_NEITHER = "It has little in common with what you said is you."


def likeness(lessons: Lessons, finding: Finding, name: PersonName) -> Iterator[Evidence]:
    """Weigh what a finding shares with what the person judged; nothing, where it shows nothing."""
    shown = traits(finding, name)
    if not shown or not (lessons.me.findings or lessons.other.findings):
        return
    told = shares(lessons, shown)
    bits = min(MOST, max(LEAST, sum(told.values()) - UNLIKE_ME * lessons.me.weight))
    for_, against = _strongest(told, 1), _strongest(told, -1)
    if bits > 0:
        rule, reason = "like-what-is-you", _FOR
    elif against:
        rule, reason = "like-what-is-not-you", _AGAINST
    elif lessons.me.findings:
        rule, reason = "unlike-what-is-you", _NEITHER
    else:
        return
    yield Evidence(
        rule=rule,
        axis=Axis.CLAIM,
        bits=bits,
        reason=reason,
        in_full=_sentence(for_, against, shown),
    )


def shares(lessons: Lessons, shown: Traits) -> Mapping[Trait, float]:
    """Return what each trait adds, in bits: above zero for the person, below against them."""
    me, other = lessons.me, lessons.other
    return {
        trait: weight
        * (
            LIKE_ME * me.weight * me.middle.get(trait, 0.0)
            - LIKE_OTHER * other.weight * other.middle.get(trait, 0.0)
        )
        for trait, weight in lessons.unit(shown).items()
    }


def _strongest(told: Mapping[Trait, float], sign: int) -> tuple[Trait, ...]:
    speaking = [trait for trait, bits in told.items() if bits * sign > 0]
    return tuple(sorted(speaking, key=lambda trait: (-told[trait] * sign, trait))[:_NAMED])


def _sentence(for_: tuple[Trait, ...], against: tuple[Trait, ...], shown: Traits) -> str:
    if for_ and against:
        return (
            f"It shares {_named(for_, shown)} with what you said is you, "
            f"and {_named(against, shown)} with what you said is not you."
        )
    if for_ or against:
        whose = "you" if for_ else "not you"
        return f"It shares {_named(for_ or against, shown)} with what you said is {whose}."
    return ""


def _named(several: tuple[Trait, ...], shown: Traits) -> str:
    *most, last = (
        shown[each] if each.sort is Sort.SITE else f"“{shown[each]}”" for each in several
    )
    return f"{', '.join(most)} and {last}" if most else last
