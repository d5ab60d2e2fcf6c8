"""Whether an account is made to be mistaken for the person's own.

Whether an account reuses what another one used to impersonate the person. Whether a
trace is like what the person said is them, or like what they said is not.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.appearance import (
    SHORTEST_BIO,
    Appearance,
    AssessmentInput,
    has_link_to,
    leads_to_chat,
    repeats_bio,
)
from monitor.domain.detection.claim_signs import match_picture_rule
from monitor.domain.detection.evidence import EvidenceRule, RuleMatch
from monitor.domain.detection.lessons import Lessons, Trait, TraitCentroid, Traits, extract_traits
from monitor.domain.detection.picture_likeness import compare_prints
from monitor.domain.handles.handles import extract_local_part
from monitor.domain.handles.lookalike import HandleChange, HandleLookalike
from monitor.domain.handles.name_fit import NameCover
from monitor.domain.names.matching import is_disguised_name
from monitor.domain.names.normalize import mixes_alphabets, split_words, squash_text
from monitor.domain.person import PersonName
from monitor.domain.reason import Fact, Listed, Quoted, Reason
from scrapers.models import NetworkLabel, PicturePrint, Trace, TraceKind

_MUCH_LATER = timedelta(days=365)
# Some networks tell no more than a year.
_MUCH_EARLIER = timedelta(days=183)
_BOAST_WORDS = frozenset({"real", "official", "verified", "original", "backup"})
_LONG_STANDING = timedelta(days=3 * 365)
# Bought followers and mass-made accounts follow many and are followed by few.
_LOPSIDED_RATIO = 4.0
_MANY_FOLLOWED = 50
_BALANCED_RATIO = 2.0
_FEW_POSTS = 100
_SOME_POSTS = 20


def match_impersonation_rules(inputs: AssessmentInput, *, presented: bool) -> Iterator[RuleMatch]:
    """Weigh an account that is not known to be the person's, but may present itself as them."""
    yield from _match_handle_rules(inputs)
    here = [own for own in inputs.same_bio_accounts if own.platform == inputs.trace.platform]
    if here:
        yield evidence_rules.COPIED_BIO.build_match()
        if any(squash_text(own.name) == squash_text(inputs.appearance.shown_name) for own in here):
            yield evidence_rules.COPIED_NAME.build_match()
    elif inputs.same_bio_accounts:
        yield evidence_rules.COPIED_ELSEWHERE.build_match()
    elif len(inputs.appearance.description) >= SHORTEST_BIO and inputs.has_repeatable_bio:
        yield evidence_rules.OWN_WORDS.build_match()
    yield from _match_letter_rules(inputs)
    absent = inputs.trace.platform in inputs.inventory.absent_platforms
    if absent and presented and inputs.appearance.is_whole_match:
        yield evidence_rules.ABSENT.build_match()
    compared = (*_match_age_rules(inputs), *_match_counter_rules(inputs))
    newness = _match_newness_rules(inputs, {circumstance.rule for circumstance in compared})
    circumstances = (*compared, *newness)
    yield from circumstances
    yield from _match_copied_picture(inputs, circumstances)
    yield from _match_boast_rule(inputs)
    if inputs.has_lure or leads_to_chat(inputs.trace, inputs.appearance.text):
        yield evidence_rules.LURE.build_match(amount=1.0 if inputs.has_lure else _CHAT_ALONE)
    signs = inputs.appearance.mock_signs
    theirs = inputs.appearance.presents_name or signs.by_family
    if theirs and signs.harmful and not signs.is_mock:
        yield evidence_rules.LEWD.build_match()
    if inputs.trace.says_missing:
        yield evidence_rules.SAYS_MISSING.build_match()
    yield from (_NETWORK_RULES[label].build_match() for label in inputs.trace.network_labels)


_NETWORK_RULES = {
    NetworkLabel.IMPERSONATION: evidence_rules.LABELED_IMITATION,
    NetworkLabel.VERIFIED: evidence_rules.VERIFIED,
}


def _match_copied_picture(
    inputs: AssessmentInput, circumstances: Iterable[RuleMatch]
) -> Iterator[RuleMatch]:
    """Weigh the person's own picture on an account that none of theirs links to.

    People reuse a picture, too, so alone this says little; an account that is new or bought is
    where impersonators put it.
    """
    if any(has_link_to(own.links, inputs.trace) for own in inputs.inventory.own_traces):
        return
    same = next(match_picture_rule(inputs.trace, inputs.inventory), None)
    if same is None:
        return
    seen = {circumstance.rule for circumstance in circumstances}
    suspect = next((said for rule, said in _SUSPECT_BEARERS if rule in seen), None)
    yield evidence_rules.COPIED_PICTURE.build_match(
        amount=1.0 if suspect else _PICTURE_ALONE,
        reason=Reason(
            "copied-picture", {**same.reason.facts, "suspect": suspect or Reason("bearer.unlinked")}
        ),
    )


_PICTURE_ALONE = 0.25
_CHAT_ALONE = 0.5
_SUSPECT_BEARERS = (
    (evidence_rules.YOUNGER, Reason("bearer.newer")),
    (evidence_rules.NEW_ACCOUNT, Reason("bearer.newer")),
    (evidence_rules.HOLLOW, Reason("bearer.hollow")),
)


def _match_boast_rule(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    """Look for a boast in the name shown, or in a handle that holds the name.

    A handle that is the person's own one and a boast is weighed as an imitation of it.
    """
    look = inputs.appearance
    named = look.is_whole_match or look.mock_signs.by_family
    if named and not _BOAST_WORDS.isdisjoint(split_words(look.shown_name)):
        yield evidence_rules.BOAST.build_match()
    elif look.handle_uses_name and (look.presents_name or named) and not inputs.lookalike_here:
        pieces = {piece.text for piece in look.handle_fit.pieces if not piece.parts}
        if not _BOAST_WORDS.isdisjoint(pieces):
            yield evidence_rules.BOAST.build_match(reason=Reason("boast.handle"))


def _match_handle_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    look = inputs.appearance
    named = _is_name_alone(look)
    if inputs.lookalike_here:
        made = _is_made(inputs.lookalike_here, look)
        rule = evidence_rules.LOOKALIKE if made else evidence_rules.LOOKALIKE_PLAIN
        yield rule.build_match(
            amount=_NAMED if named and not made else 1.0, reason=inputs.lookalike_here.reason
        )
    elif inputs.has_same_handle:
        # Students make the same handle of the name without having seen the person's own.
        only_name = look.handle_uses_name and look.handle_fit.is_only_name
        yield evidence_rules.KNOWN_HANDLE.build_match(amount=0.5 if only_name else 1.0)
    elif not inputs.trace.handle or not inputs.own_handles:
        return
    elif inputs.lookalike_anywhere is None:
        yield evidence_rules.UNLIKE_HANDLE.build_match()
    elif _is_made(inputs.lookalike_anywhere, look):
        yield evidence_rules.LOOKALIKE_ELSEWHERE.build_match(
            reason=inputs.lookalike_anywhere.reason
        )


# Whoever bears a name makes the same handles of it, with a number or without: on three of four
# generators these are no commoner among fakes, and those that are parted otherwise twice as common.
_NAMED = 0.33


def _is_made(found: HandleLookalike, look: Appearance) -> bool:
    """Tell whether a handle was made to look like theirs, and not merely of the same name."""
    # The plain name, where the person's own adds something to it, was there to be had.
    plain = look.handle_covers_name and all(piece.parts for piece in look.handle_fit.pieces)
    if look.adds_initial or (plain and found.dropped and not found.edits):
        return False
    doubled = any(edit.change is HandleChange.DOUBLED for edit in found.edits)
    named = _is_name_alone(look) and not doubled
    return found.is_unmistakable or (found.is_deliberate and not named)


def _is_name_alone(look: Appearance) -> bool:
    only_name = look.handle_fit.cover is not NameCover.NONE and look.handle_fit.is_only_name
    return only_name or look.adds_initial


def _match_letter_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    handle = extract_local_part(inputs.trace.handle)
    if mixes_alphabets(inputs.appearance.shown_name):
        theirs = inputs.appearance.is_whole_match
        yield evidence_rules.MIXED.build_match(
            reason=Reason("mixed-alphabets.name") if theirs else None
        )
    elif mixes_alphabets(handle):
        yield evidence_rules.MIXED.build_match(reason=Reason("mixed-alphabets.handle"))
    elif is_disguised_name(inputs.appearance.shown_name, inputs.person.name):
        yield evidence_rules.DISGUISED.build_match()


def _match_age_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    """Compare with the own account on the same network, else with the oldest of all."""
    created = inputs.trace.created_at
    here = _choose_oldest_creation(inputs, inputs.trace.platform)
    own = here or _choose_oldest_creation(inputs)
    if not created or not own:
        return
    if own - created > _MUCH_EARLIER:
        yield evidence_rules.ELDER.build_match(reason=Reason("elder.here") if here else None)
    elif created - own <= _MUCH_LATER:
        yield evidence_rules.OF_AN_AGE.build_match()
    elif here:
        yield evidence_rules.YOUNGER.build_match()


def _match_newness_rules(
    inputs: AssessmentInput, compared: Collection[EvidenceRule]
) -> Iterator[RuleMatch]:
    """Weigh how old it is, beside whether it is newer than the person's own.

    Both say nearly the same. A clone on one network with its victim may grow old unseen.
    """
    if inputs.is_new_account:
        yield evidence_rules.NEW_ACCOUNT.build_match(
            amount=0.5 if evidence_rules.YOUNGER in compared else 1.0
        )
    elif (
        inputs.age is not None
        and inputs.age > _LONG_STANDING
        and not _COMPARED_HERE.intersection(compared)
    ):
        yield evidence_rules.LONG_STANDING.build_match()


_COMPARED_HERE = frozenset({evidence_rules.YOUNGER, evidence_rules.OF_AN_AGE, evidence_rules.ELDER})


def _choose_oldest_creation(
    inputs: AssessmentInput, platform: str | None = None
) -> datetime | None:
    own = (
        inputs.inventory.own_traces if platform is None else inputs.inventory.list_own_on(platform)
    )
    return min((trace.created_at for trace in own if trace.created_at), default=None)


def _match_counter_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    counts = dict(inputs.trace.counts)
    followers, following = counts.get("followers"), counts.get("following")
    posts = counts.get("posts")
    if followers is None or following is None:
        if (followers or following) and posts is not None and posts >= _FEW_POSTS:
            yield evidence_rules.LIVED_IN.build_match(amount=0.5, reason=Reason("lived-in.posts"))
        return
    lopsided = (following + 1) / (followers + 1)
    if (
        lopsided >= _LOPSIDED_RATIO
        and following >= _MANY_FOLLOWED
        and (posts is None or posts < _FEW_POSTS)
    ):
        yield evidence_rules.HOLLOW.build_match()
    elif followers and lopsided < _BALANCED_RATIO and (posts is None or posts >= _SOME_POSTS):
        unknown = posts is None
        yield evidence_rules.LIVED_IN.build_match(
            amount=0.5 if unknown else 1.0,
            reason=Reason("lived-in.followers") if unknown else None,
        )


def match_known_impersonator(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    """Weigh the words and picture of an earlier impersonator; the person's own do not count.

    Repeating the person's own words is weighed elsewhere, and their own picture may be on another
    account of their own.
    """
    others = [
        impersonator
        for impersonator in inputs.inventory.impersonators
        if impersonator.key != inputs.trace.key
    ]
    words = (replace(other, bio=other.bio or other.snippet) for other in others)
    description = inputs.appearance.description
    if not inputs.same_bio_accounts and any(repeats_bio(description, word) for word in words):
        yield evidence_rules.WATCHED_WORDS.build_match()
    if any(_is_same_picture(inputs.trace, other) for other in others) and not _is_own_picture(
        inputs
    ):
        yield evidence_rules.WATCHED_PICTURE.build_match()


def _is_own_picture(inputs: AssessmentInput) -> bool:
    inventory = inputs.inventory
    if _have_same_print(inputs.trace.picture_print, inventory.reference_picture):
        return True
    return any(_is_same_picture(inputs.trace, own) for own in inventory.known_traces)


def _is_same_picture(one: Trace, other: Trace) -> bool:
    """Compare by address, or by the stored print: a picture may be cropped, or moved."""
    if one.picture_hash and one.picture_hash == other.picture_hash:
        return True
    return _have_same_print(one.picture_print, other.picture_print)


def _have_same_print(one: str, other: str) -> bool:
    shown, known = map(PicturePrint.from_text, (one, other))
    return shown is not None and known is not None and compare_prints(shown, known).is_same_picture


# What two traces of one person have in common without more: from here on it speaks for them.
USUAL_LIKENESS = 0.22
# However alike, words do not settle a matter: six bits on either side.
_MOST_LIKENESS = 1.5
_MOST_LIKENESS_TO_OTHERS = 3.5
# On accounts it is halved, as people and their namesakes write little about themselves.
_LEAD_ON_PAGES = 2.0
# More words than these are no sentence.
_MOST_NAMED_TRAITS = 3


def match_likeness_rules(lessons: Lessons, trace: Trace, name: PersonName) -> Iterator[RuleMatch]:
    """Weigh what a trace shares with what the person judged; nothing, where it shows nothing.

    Before the first answer, what they declared teaches of pages alone: accounts that imitate it
    would be most alike. Pages tell more by their words than by anything else.
    """
    is_page = trace.kind is TraceKind.PAGE
    if not (lessons.rarity and (lessons.from_answers or is_page)):
        return
    shown = extract_traits(trace, name)
    if not shown:
        return
    lead = _LEAD_ON_PAGES if is_page else 1.0
    unit = lessons.build_unit_vector(shown)
    if lessons.me.trace_count:
        common = _weigh_common_traits(unit, lessons.me)
        yield _match_likeness_to_me(lessons.me, common, shown, lead)
    others = _weigh_common_traits(unit, lessons.other)
    if others:
        traits = _describe_common_traits(others, shown)
        yield evidence_rules.LIKE_OTHERS.build_match(
            amount=min(
                _MOST_LIKENESS_TO_OTHERS,
                lead * lessons.other.likeness_weight * sum(others.values()),
            ),
            reason=Reason("like-others.quoted", {"traits": traits}),
        )


def _match_likeness_to_me(
    me: TraitCentroid, common: Mapping[Trait, float], shown: Traits, lead: float
) -> RuleMatch:
    likeness = sum(common.values())
    if likeness < USUAL_LIKENESS:
        return evidence_rules.UNLIKE_ME.build_match(
            amount=me.likeness_weight * (1 - likeness / USUAL_LIKENESS)
        )
    traits = _describe_common_traits(common, shown)
    return evidence_rules.LIKE_ME.build_match(
        amount=min(_MOST_LIKENESS, lead * me.likeness_weight * (likeness - USUAL_LIKENESS)),
        reason=Reason("like-me.quoted", {"traits": traits}),
    )


def _weigh_common_traits(unit: Mapping[Trait, float], side: TraitCentroid) -> Mapping[Trait, float]:
    """Return what each common trait adds to the cosine of a trace and the middle of a side."""
    return {
        trait: weight * side.vector[trait] for trait, weight in unit.items() if trait in side.vector
    }


def _describe_common_traits(common: Mapping[Trait, float], shown: Traits) -> Listed:
    """Say what weighs most, in the words of the trace; a site and names are not spelled out."""
    ordered = sorted(common, key=lambda trait: (-common[trait], trait))
    named = dict.fromkeys(_name_trait(one_trait, shown[one_trait]) for one_trait in ordered)
    return Listed(tuple(named)[:_MOST_NAMED_TRAITS])


def _name_trait(trait: Trait, words: str) -> Fact:
    return Quoted(words) if trait.kind.is_spelled_out else Reason(f"trait.{trait.kind}")
