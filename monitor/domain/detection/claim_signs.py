"""Whether a trace presents itself as the person, or is about them.

Whether an account shows the picture of one of the person's own accounts. Whether the person runs
an account. What a trace says of where someone lives and works.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from math import log2

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.affiliation_words import (
    NOT_A_PLACE,
    Locality,
    extract_localities,
    mentions_other_employer,
    mentions_other_role,
    mentions_other_subject,
    mentions_role,
    parse_locality,
)
from monitor.domain.detection.appearance import (
    AssessmentInput,
    Inventory,
    has_link_to,
    is_linked_both_ways,
)
from monitor.domain.detection.evidence import EvidenceRule, RuleMatch
from monitor.domain.detection.harmful_pages import (
    CRIME,
    OBITUARY,
    find_what_page_asks,
    names_relative,
)
from monitor.domain.detection.made_by_others import begins_with_title
from monitor.domain.detection.picture_likeness import PictureSimilarity, compare_prints
from monitor.domain.detection.slang import Slang, has_slang, read_plain_words
from monitor.domain.handles.name_fit import NameCover
from monitor.domain.names.matching import (
    FULL_LEVELS,
    MatchLevel,
    MiddleMatch,
    NameMatch,
    is_disguised_name,
    match_mention,
)
from monitor.domain.names.normalize import contains_phrase, split_words, squash_text
from monitor.domain.person import Person
from monitor.domain.reason import Count, Reason, Site
from scrapers.models import PicturePrint, Trace, TraceKind

# How often the accounts that show a picture may double until it says nothing: one that a network
# gives to everyone who chose none is no one's.
_MOST_DOUBLINGS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMatch:
    """`own` is the account whose picture is shown, None for the picture that the person added.

    `other_bearers` are further accounts that show it.
    """

    own: Trace | None
    similarity: PictureSimilarity
    other_bearers: int

    @property
    def weight_share(self) -> float:
        """Return how much of the rule's weight is left."""
        return 1 - log2(1 + self.other_bearers) / _MOST_DOUBLINGS


def match_picture_rule(trace: Trace, inventory: Inventory) -> Iterator[RuleMatch]:
    """Yield one sign at most: of several own accounts the nearest counts."""
    near = min(
        (
            picture
            for picture in _match_own_pictures(trace, inventory)
            if picture.similarity.is_same_picture
        ),
        key=lambda picture: picture.similarity.distance,
        default=None,
    )
    if near is not None and near.weight_share > 0:
        mirrored = ".mirrored" if near.similarity.mirrored else ""
        place = near.own.platform if near.own else ""
        whose = "account" if place else "page" if near.own else "added"
        facts = {"network": Site(place)} if place else {}
        yield evidence_rules.SAME_PICTURE.build_match(
            amount=near.weight_share,
            reason=Reason("same-picture", {"picture": Reason(f"picture.{whose}{mirrored}", facts)}),
        )


def _match_own_pictures(trace: Trace, inventory: Inventory) -> Iterator[PictureMatch]:
    shown = PicturePrint.from_text(trace.picture_print)
    if shown is None or trace.kind is not TraceKind.ACCOUNT:
        return
    if reference := PicturePrint.from_text(inventory.reference_picture):
        bearers = inventory.picture_use_counts.get(inventory.reference_picture, 0)
        itself = trace.picture_print == inventory.reference_picture
        yield PictureMatch(
            own=None,
            similarity=compare_prints(shown, reference),
            other_bearers=max(bearers - itself, 0),
        )
    for own in inventory.known_traces:
        print_of_own = PicturePrint.from_text(own.picture_print)
        if print_of_own is not None and not _is_network_picture(trace, own):
            bearers = inventory.picture_use_counts.get(own.picture_print, 0)
            itself = trace.picture_print == own.picture_print
            yield PictureMatch(
                own=own,
                similarity=compare_prints(shown, print_of_own),
                other_bearers=max(bearers - itself, 0),
            )


def _is_network_picture(trace: Trace, own: Trace) -> bool:
    """Tell whether both show the network's default picture, which has one address for all."""
    return trace.platform == own.platform and trace.picture == own.picture != ""


_RULE_BY_LEVEL = {
    MatchLevel.EXACT: evidence_rules.NAME_EXACT,
    MatchLevel.NICKNAME: evidence_rules.NAME_NICKNAME,
    MatchLevel.FORMER: evidence_rules.NAME_FORMER,
    MatchLevel.INITIAL: evidence_rules.NAME_INITIAL,
    MatchLevel.FAMILY_INITIAL: evidence_rules.NAME_FAMILY_INITIAL,
    MatchLevel.NEAR: evidence_rules.NAME_NEAR,
    MatchLevel.FAMILY: evidence_rules.NAME_FAMILY,
    MatchLevel.GIVEN: evidence_rules.NAME_GIVEN,
    MatchLevel.DIFFERENT: evidence_rules.NAME_DIFFERENT,
}
_RULE_BY_MIDDLE = {
    MiddleMatch.AGREES: evidence_rules.MIDDLE_AGREES,
    MiddleMatch.CONFLICTS: evidence_rules.MIDDLE_CONFLICTS,
    MiddleMatch.FURTHER: evidence_rules.NAME_LONGER,
}
_REASONS_BY_COVER = {
    NameCover.FULL: Reason("handle-name.whole"),
    NameCover.NICK: Reason("handle-name.other-form"),
    NameCover.INITIALS: Reason("handle-name.initials"),
    NameCover.FAMILY: Reason("handle-name.family"),
}
# What a handle of both halves of a common name weighs: docs/detection.md.
_WHOLE_HANDLE_BITS = 6.9
# What is left of a name that is shown in part, where the handle holds the rest of it.
_COMPLETED = 0.25
# Of the people of one name, result lists show a few: of the pages found for the common names of
# two published sets of queries, one in six and one in three were the person's own.
_MOST_NAMESAKES = 2.0
_MOST_RARE = 2.0
_RARE = 0.5
_RAREST = 0.01
# From here on a handle made of the name alone is taken by someone else on most networks.
_COMMON = 256


def match_claim_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    yield from _match_name_rules(inputs)
    yield from _match_namesake_rules(inputs)
    yield from _match_handle_rules(inputs)
    if inputs.same_bio_accounts:
        yield evidence_rules.SAME_WORDS.build_match()
    if any(has_link_to(inputs.trace.links, own) for own in inputs.inventory.own_traces):
        yield evidence_rules.LINKS_TO_OWN.build_match()
    yield from match_picture_rule(inputs.trace, inputs.inventory)
    if not inputs.is_account:
        # Weigh what tells a page about the person from one about a relative or a stranger.
        title, name = inputs.trace.title, inputs.person.name
        if not match_mention(title, name).is_whole and names_relative(title, inputs.person):
            yield evidence_rules.TITLE_OTHER.build_match()
        elif OBITUARY.search(inputs.appearance.text):
            yield evidence_rules.OBITUARY_PAGE.build_match()
        if CRIME.search(inputs.appearance.text):
            yield evidence_rules.CRIME_PAGE.build_match()
        if wanted := find_what_page_asks(inputs.trace, name):
            yield evidence_rules.ASKING_PAGE.build_match(reason=wanted)


def presents_as_person(matches: Iterable[RuleMatch]) -> bool:
    """Tell whether this is more than a name that others bear, too."""
    return any(match.rule in _MORE_THAN_NAME_RULES for match in matches)


_MORE_THAN_NAME_RULES = (
    *(
        evidence_rules.EMPLOYER,
        evidence_rules.PLACE,
        evidence_rules.NAME_RARE,
        evidence_rules.SAME_WORDS,
        evidence_rules.SAME_PICTURE,
    ),
    *(
        evidence_rules.SAME_HANDLE,
        evidence_rules.SAME_HANDLE_LONGER,
        evidence_rules.SAME_HANDLE_NAME,
    ),
    *(evidence_rules.SAME_HANDLE_COMMON, evidence_rules.SAME_HANDLE_FAMILY),
)


def _match_name_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    written = inputs.appearance.name_match
    addressed = inputs.appearance.mock_signs.addressed
    if inputs.trace.harms:
        # Of a page with sexual words nothing else is kept.
        yield evidence_rules.HARM_PAGE.build_match()
        return
    if inputs.appearance.mock_signs.in_text:
        near = inputs.appearance.mock_signs.is_near
        yield evidence_rules.NAME_IN_TEXT.build_match(
            amount=1.0 if near else _WITHOUT_PLACE,
            reason=None if near else Reason("name-in-text.alone"),
        )
        return
    if written is None:
        chosen = _match_rule_without_name(inputs)
        initial = addressed and chosen.rule is evidence_rules.NOTHING_SHOWN
        yield _match_addressed(inputs) if initial else chosen
        return
    if addressed and written.level is MatchLevel.DIFFERENT:
        yield _match_addressed(inputs)
        return
    other = written.level is MatchLevel.DIFFERENT and not inputs.appearance.shares_name_word
    rule = evidence_rules.NAME_OTHER if other else _RULE_BY_LEVEL[written.level]
    if written.level in _COMPLETED_LEVELS and inputs.appearance.handle_covers_name:
        yield rule.build_match(amount=_COMPLETED, reason=Reason(f"{rule.name}.completed"))
    elif other and written.is_empty:
        yield rule.build_match(reason=_describe_nothing_shown(inputs))
    else:
        yield rule.build_match(reason=_describe_exact_name(written))
    if written.middle in _RULE_BY_MIDDLE:
        yield _RULE_BY_MIDDLE[written.middle].build_match()


# A title and a family name mean others, too.
_WITHOUT_PLACE = 3.0
# Where the name shown is a part of theirs, and the handle may hold the rest.
_COMPLETED_LEVELS = frozenset(
    {MatchLevel.INITIAL, MatchLevel.FAMILY_INITIAL, MatchLevel.FAMILY, MatchLevel.GIVEN}
)


def _describe_exact_name(written: NameMatch) -> Reason | None:
    """Say what else is shown beside an exact name, or nothing."""
    if written.level is not MatchLevel.EXACT:
        return None
    if written.is_part_of_family:
        return Reason("name-exact.part-of-family")
    return _REASONS_BY_MIDDLE.get(written.middle)


_REASONS_BY_MIDDLE = {
    MiddleMatch.UNKNOWN: Reason("name-exact.unknown-middle"),
    MiddleMatch.FURTHER: Reason("name-exact.longer"),
    MiddleMatch.CONFLICTS: Reason("name-exact.without-middle"),
}


def _match_rule_without_name(inputs: AssessmentInput) -> RuleMatch:
    """Look for the name in the handle, or else for a handle or for words of the person's."""
    look = inputs.appearance
    if look.handle_uses_name or look.handle_joins_school:
        whole = look.handle_fit.cover is NameCover.FULL
        lacking = 0.0 if whole else min(0.0, look.handle_bits / _WHOLE_HANDLE_BITS - 1.0)
        # Beside "Mrs. D", which is no name to compare, but is shown.
        beside = evidence_rules.HANDLE_COVERS.reason if len(look.shown_name.split()) > 1 else None
        return evidence_rules.HANDLE_NAME.build_match(
            amount=lacking, reason=beside or _REASONS_BY_COVER.get(look.handle_fit.cover)
        )
    known = (
        inputs.has_same_handle
        or inputs.lookalike_here
        or inputs.lookalike_anywhere
        or inputs.same_bio_accounts
    )
    if known:
        return evidence_rules.NAME_NOT_SHOWN.build_match()
    return evidence_rules.NOTHING_SHOWN.build_match(reason=_describe_nothing_shown(inputs))


_NO_GIVEN_NAME = Reason("given-not-shown")


def _match_addressed(inputs: AssessmentInput) -> RuleMatch:
    whole = inputs.appearance.mock_signs.by_family
    return evidence_rules.NAME_ADDRESSED.build_match(reason=_NO_GIVEN_NAME if whole else None)


def _describe_nothing_shown(inputs: AssessmentInput) -> Reason:
    """Say that no name appears; of a username that holds the family name, which part is lacking."""
    handle, name = squash_text(inputs.trace.handle), inputs.person.name
    lacking = squash_text(name.family) in handle and squash_text(name.given) not in handle
    return _NO_GIVEN_NAME if lacking and inputs.is_account else evidence_rules.NOTHING_SHOWN.reason


def _match_namesake_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    """Weigh how common the name is; no one bears a disguised one."""
    if is_disguised_name(inputs.appearance.shown_name, inputs.person.name):
        return
    others = max(_RAREST, inputs.subject.commonness)
    # Where hardly anyone has the name, it would contradict itself to speak of others who do.
    if others < _RARE and inputs.appearance.match_level in FULL_LEVELS | {MatchLevel.FORMER}:
        yield evidence_rules.NAME_RARE.build_match(amount=min(_MOST_RARE, log2(_RARE / others)))
        return
    amount = min(_MOST_NAMESAKES, log2(1 + others))
    yield evidence_rules.NAMESAKES.build_match(
        amount=amount, reason=_describe_namesake_count(others)
    )


def _describe_namesake_count(others: float) -> Reason:
    if others < 1:
        return Reason("namesakes.perhaps-one")
    return Reason("namesakes", {"count": Count(int(float(f"{others:.1g}")))})


def _match_handle_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    if inputs.has_same_handle:
        yield _choose_same_handle_rule(inputs).build_match()
        return
    if (
        inputs.appearance.is_whole_match
        and inputs.appearance.match_level not in _COMPLETED_LEVELS
        and inputs.appearance.handle_covers_name
    ):
        yield evidence_rules.HANDLE_COVERS.build_match()
    if inputs.lookalike_here or inputs.lookalike_anywhere:
        look = inputs.appearance
        named = look.adds_initial or (look.handle_uses_name and look.handle_fit.is_only_name)
        if not (named and inputs.appearance.handle_covers_name):
            yield evidence_rules.HANDLE_AKIN.build_match(amount=0.5 if named else 1.0)
    elif inputs.trace.handle and inputs.own_handles and not inputs.has_like_handle:
        yield evidence_rules.HANDLE_OTHER.build_match()


def _choose_same_handle_rule(inputs: AssessmentInput) -> EvidenceRule:
    fit = inputs.appearance.handle_fit
    if inputs.appearance.handle_covers_name and fit.residue:
        return evidence_rules.SAME_HANDLE_LONGER
    if inputs.appearance.handle_covers_name:
        common = inputs.subject.commonness >= _COMMON
        return evidence_rules.SAME_HANDLE_COMMON if common else evidence_rules.SAME_HANDLE_NAME
    family_alone = fit.cover is NameCover.FAMILY and fit.is_only_name
    return evidence_rules.SAME_HANDLE_FAMILY if family_alone else evidence_rules.SAME_HANDLE


def match_control_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    if inputs.appearance.match_level is MatchLevel.NEAR:
        yield evidence_rules.NAME_MISSPELLED.build_match()
    mutual = is_linked_both_ways(inputs.trace, inputs.inventory.own_traces)
    if mutual:
        yield evidence_rules.LINKED_BOTH_WAYS.build_match()
    elif any(has_link_to(own.links, inputs.trace) for own in inputs.inventory.own_traces):
        yield evidence_rules.LINKED_FROM_OWN.build_match()
    if not mutual and inputs.own_handles_here:
        yield evidence_rules.SECOND_ACCOUNT.build_match()
    if inputs.trace.platform in inputs.inventory.absent_platforms:
        yield evidence_rules.NONE_HERE.build_match()


# A preposition, or what marks a place, and the capitalised words after it.
_AFTER_IN_OR_FROM = re.compile(
    r"(?:\b(?:[Ii]n|[Ff]rom) |\bLocation: |\N{ROUND PUSHPIN} ?) *"
    r"((?:[A-Z][\w'-]+)(?: +(?:of +)?[A-Z][\w'-]+){0,4})"
)


_ELSEWHERE_RULES = (
    evidence_rules.OTHER_EMPLOYER,
    evidence_rules.OTHER_PLACE,
    evidence_rules.OTHER_ROLE,
)


def match_context_rules(
    inputs: AssessmentInput, claimed: Iterable[RuleMatch]
) -> Iterator[RuleMatch]:
    """Weigh where someone lives and works; `claimed` says what else presents them as the person."""
    matches = (*_match_work_rules(inputs), *_match_place_rules(inputs))
    if any(match.rule in _OTHER_NAME_RULES for match in claimed):
        matches = tuple(_damp(match, _SHARED_RULES, _OF_COLLEAGUES) for match in matches)
    if not inputs.is_account:
        share = _ON_COMPARED_PAGE if inputs.inventory.lessons.me.trace_count else _ON_PAGE
        matches = tuple(_damp(match, _PAGE_RULES, share) for match in matches)
    yield from matches
    says_something = inputs.is_account and (inputs.appearance.description or inputs.trace.location)
    if (
        says_something
        # What others write of someone leaves out where they live.
        and not inputs.appearance.mock_signs.is_mock
        and not inputs.same_bio_accounts
        and all(match.rule in _ELSEWHERE_RULES for match in matches)
    ):
        yield evidence_rules.SILENT.build_match()


# Colleagues have all of these in common, and other names.
_OTHER_NAME_RULES = (evidence_rules.NAME_OTHER, evidence_rules.NOTHING_SHOWN)
_SHARED_RULES = (
    *(evidence_rules.EMPLOYER, evidence_rules.SCHOOL_TOO),
    *(evidence_rules.PLACE, evidence_rules.ROLE),
)
_OF_COLLEAGUES = 0.5
# A page speaks of more than one place and job, and of one that can be compared with the person's,
# its words say more than these.
_PAGE_RULES = (*_ELSEWHERE_RULES, evidence_rules.ROLE, evidence_rules.STATE)
_ON_PAGE, _ON_COMPARED_PAGE = 0.6, 0.3


def _damp(match: RuleMatch, rules: Collection[EvidenceRule], share: float) -> RuleMatch:
    return replace(match, amount=match.amount * share) if match.rule in rules else match


# Others of the name teach, too, and half of those who say what say something else.
_OTHER_SUBJECT = 0.4


def _match_work_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    text, person = inputs.appearance.text, inputs.person
    named = inputs.appearance.named_employers
    if named:
        yield evidence_rules.EMPLOYER.build_match()
    if named > 1:
        yield evidence_rules.SCHOOL_TOO.build_match()
    known = "\n".join(own.bio for own in inputs.inventory.own_traces)
    if not named and mentions_other_employer(text, person, known):
        yield evidence_rules.OTHER_EMPLOYER.build_match()
    if mentions_role(text, person):
        other = mentions_other_subject(text, person)
        yield evidence_rules.ROLE.build_match(amount=_OTHER_SUBJECT if other else 1.0)
    elif inputs.appearance.mock_signs.by_family and inputs.appearance.mock_signs.addressed:
        yield evidence_rules.ROLE.build_match(reason=Reason("role.title"))
    elif mentions_other_role(text, person):
        yield evidence_rules.OTHER_ROLE.build_match()


def _match_place_rules(inputs: AssessmentInput) -> Iterator[RuleMatch]:
    text, person = inputs.appearance.text, inputs.person
    homes = _list_home_localities(person)
    stated = parse_locality(inputs.trace.location)
    if inputs.appearance.names_place or (
        stated and any(stated.is_same_town(home) for home in homes)
    ):
        yield evidence_rules.PLACE.build_match()
        return
    shown = [stated] if stated else list(_extract_places(text, person))
    states = {home.state for home in homes} - {""}
    nearby = [entry for entry in shown if entry.state in states]
    if nearby:
        named = any(entry.town for entry in nearby)
        yield evidence_rules.STATE.build_match(
            reason=Reason("state.beside-town") if named else None
        )
    others = [entry for entry in shown if _is_elsewhere(entry, homes)]
    if others:
        named = any(other.town for other in others)
        yield evidence_rules.OTHER_PLACE.build_match(
            reason=None if named else Reason("other-place.state")
        )


def _list_home_localities(person: Person) -> tuple[Locality, ...]:
    return tuple(home for place in person.places if (home := parse_locality(place)))


def _is_elsewhere(place: Locality, homes: tuple[Locality, ...]) -> bool:
    """Tell whether a place is not the person's; without homes, any place may be the right one."""
    return bool(homes) and all(place.is_other_place(home) for home in homes)


def _extract_places(text: str, person: Person) -> Iterator[Locality]:
    """Yield the places that a text puts someone in; one's own school and name are none."""
    yield from extract_localities(text)
    for found in _AFTER_IN_OR_FROM.finditer(text):
        written = found.group(1)
        words = split_words(written)
        # "Paid out from BTC" is bait.
        is_bait = has_slang(Slang.LURES, read_plain_words(written))
        own = _is_own_school_or_name(words, person)
        if words and not (words[0] in NOT_A_PLACE or is_bait or own or begins_with_title(written)):
            place = parse_locality(written)
            if place:
                yield place


def _is_own_school_or_name(words: tuple[str, ...], person: Person) -> bool:
    own_names = (person.organization, person.school, *_list_all_names(person))
    return any(
        contains_phrase(words, one_words) or contains_phrase(one_words, words)
        for one_words in map(split_words, own_names)
    )


def _list_all_names(person: Person) -> tuple[str, ...]:
    return person.name.given, person.name.family, *person.name.former_families
