"""Whose profile is this, and why do we think so.

How a person's traces are assessed, given their answers so far. The parts of an assessment: what
was weighed, the chances, and what each answer costs.
"""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.appearance import (
    AssessmentInput,
    Inventory,
    Subject,
    build_input,
    is_declared,
)
from monitor.domain.detection.claim_signs import (
    match_claim_rules,
    match_context_rules,
    match_control_rules,
    presents_as_person,
)
from monitor.domain.detection.evidence import (
    STRONG_BITS,
    Evidence,
    EvidenceAxis,
    EvidenceSums,
    LabelProbabilities,
    Priors,
    choose_cheapest_label,
    compute_label_cost,
    compute_probabilities,
)
from monitor.domain.detection.imitation import (
    match_impersonation_rules,
    match_known_impersonator,
    match_likeness_rules,
)
from monitor.domain.detection.lessons import NO_LESSONS
from monitor.domain.detection.made_by_others import is_common_name, match_mock_rules
from monitor.domain.detection.waves import match_wave_rules
from monitor.domain.detection.weights import Weights
from monitor.domain.names.matching import FULL_LEVELS, MatchLevel
from monitor.domain.names.normalize import squash_text
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import Decision, OwnershipLabel
from scrapers.models import Trace, TraceKind

# What does not double the odds is no reason to tell, and nobody reads a fourth.
_LEAST_BITS = 1.0
_MOST_REASONS = 3
# What weighs nothing, and decides that the person is asked.
_ASKING_RULES = frozenset(
    {
        evidence_rules.SPEAKS_OF_PERSON.name,
        evidence_rules.NEW_UNDER_NAME.name,
        evidence_rules.WAVE.name,
    }
)
_ASKING_OF_OWN = frozenset({evidence_rules.ASKING_PAGE.name})
_FIRST_TOLD = _ASKING_RULES | _ASKING_OF_OWN | {evidence_rules.SAYS_MISSING.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`evidence` is sorted, strongest first. `lowered_by` says what would have weakened it.

    `suggestion` is what the evidence says where only the person can: an account that they did not
    declare is never called theirs before they say so, however likely that is. `weights` is the
    version of the weights, 0 if it was not stored yet. `judged` is what the words said that were
    not kept, where the person's own word stands in its place; else None.
    """

    label: OwnershipLabel
    bits: float
    suggestion: OwnershipLabel | None = None
    evidence: tuple[Evidence, ...] = ()
    lowered_by: tuple[Reason, ...] = ()
    weights: int = 0
    judged: "Assessment | None" = None

    @property
    def shown_evidence(self) -> tuple[Evidence, ...]:
        return select_reasons(self.evidence)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(piece.reason for piece in self.shown_evidence)

    def list_reasons(self, *, in_favor: bool) -> tuple[Reason, ...]:
        """Return what speaks for it, or against it, strongest first, of three reasons at most.

        For what: of a likely fake that it is one, and what it imitates or mocks comes first; of all
        else that it is the person. Of what is called a fake, three of each: before a report, all
        that is against it counts.
        """
        is_flagged = self.label in _FAKES
        is_fake = is_flagged or self.suggestion in _FAKES
        told = [piece for piece in self.evidence if is_fake or not _is_of_fakes(piece)]
        if is_fake:
            told.sort(key=lambda piece: piece.axis is EvidenceAxis.CLAIM)
        if is_flagged:
            told = [piece for piece in told if _is_in_favor(piece, is_fake=True) is in_favor]
        return tuple(
            piece.reason
            for piece in select_reasons(told)
            if _is_in_favor(piece, is_fake=is_fake) is in_favor
        )

    @property
    def doubts(self) -> tuple[Reason, ...]:
        """What speaks against a fake, strongest first, whoever calls it one: three at most."""
        against = (piece for piece in self.evidence if not _is_in_favor(piece, is_fake=True))
        return tuple(piece.reason for piece in select_reasons(against))

    @property
    def made_openly(self) -> Reason | None:
        """What it says of itself as a page that others made; None where it says no such thing."""
        said = {one.rule: one.reason for one in self.evidence if one.bits > 0}
        return next((said[rule.name] for rule in _SAID_OPENLY if rule.name in said), None)

    @property
    def without_quotes(self) -> "Assessment":
        """The same without a word of the web, for when the words themselves are to be forgotten."""
        forgotten = (replace(piece, reason=piece.reason.without_quotes) for piece in self.evidence)
        return replace(self, evidence=tuple(forgotten))

    @property
    def axis_sums(self) -> EvidenceSums:
        return sum_by_axis(self.evidence)


def select_reasons(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Keep three reasons at most, each fact once: what has the person asked first, then in order.

    Where nothing tells much, the first is all there is to say.
    """
    pieces = tuple(evidence)
    asking = (piece for piece in pieces if piece.rule in _FIRST_TOLD)
    weighty = (piece for piece in pieces if abs(piece.bits) >= _LEAST_BITS)
    chosen: list[Evidence] = []
    told: set[str] = set()
    for piece in (*asking, *weighty):
        topics = evidence_rules.list_topics(piece)
        if told.isdisjoint(topics):
            chosen.append(piece)
            told.update(topics)
    return tuple(chosen[:_MOST_REASONS]) or pieces[:1]


_FAKES = frozenset({OwnershipLabel.IMPERSONATION, OwnershipLabel.MOCK})
# What no impostor says of an account, the clearest first.
_SAID_OPENLY = (evidence_rules.MOCK_BIO, evidence_rules.MOCK_NAME, evidence_rules.MOCK_HINT)


def _is_in_favor(piece: Evidence, *, is_fake: bool) -> bool:
    """Tell on which side it stands: what the person runs, such as a class's account, is no fake."""
    if is_fake:
        return (piece.bits < 0) is (piece.axis is EvidenceAxis.CONTROL)
    return piece.bits >= 0 or piece.axis is EvidenceAxis.MOCK


def _is_of_fakes(piece: Evidence) -> bool:
    """Tell whether it says little but whether something is a fake: not whose it is."""
    return piece.axis is EvidenceAxis.IMITATION and piece.bits < STRONG_BITS


# What a person ruled, and what follows; the other decisions speak of a case, not of the account.
_LABEL_BY_DECISION = {
    Decision.MINE: (OwnershipLabel.MINE, evidence_rules.SAID_MINE),
    Decision.NAMESAKE: (OwnershipLabel.NAMESAKE, evidence_rules.SAID_NAMESAKE),
    Decision.UNRELATED: (OwnershipLabel.UNRELATED, evidence_rules.SAID_UNRELATED),
    Decision.MOCK: (OwnershipLabel.MOCK, evidence_rules.SAID_MOCK),
    Decision.IMPERSONATION: (OwnershipLabel.IMPERSONATION, evidence_rules.SAID_IMPERSONATION),
    Decision.REPORTED: (OwnershipLabel.IMPERSONATION, evidence_rules.SAID_IMPERSONATION),
    Decision.REMOVED: (OwnershipLabel.IMPERSONATION, evidence_rules.SAID_IMPERSONATION),
    Decision.REFUSED: (OwnershipLabel.IMPERSONATION, evidence_rules.SAID_IMPERSONATION),
}
LINK_RULES = frozenset({evidence_rules.LINKED_FROM_OWN.name, evidence_rules.LINKED_BOTH_WAYS.name})


def assess_trace(
    subject: Subject,
    trace: Trace,
    inventory: Inventory,
    decision: Decision | None,
    weights: Weights,
) -> Assessment:
    """Say whose a trace is; the person's own data and answers decide first."""
    return assess_input(build_input(subject, trace, inventory), decision, weights)


def assess_input(
    inputs: AssessmentInput, decision: Decision | None, weights: Weights
) -> Assessment:
    """Say whose the trace is."""
    if is_declared(inputs.trace, inputs.subject, inputs.inventory):
        known = weights.weigh_matches([evidence_rules.DECLARED.build_match()])
        return _build_assessment(OwnershipLabel.MINE, known, weights)
    shown = tuple(collect_evidence(inputs, decision, weights))
    if decision in _LABEL_BY_DECISION:
        label, rule = _LABEL_BY_DECISION[decision]
        decided = (*weights.weigh_matches([rule.build_match()]), *shown)
        return _build_assessment(_adapt_to_kind(label, inputs), decided, weights)
    return assess_evidence(inputs, shown, weights)


def assess_evidence(
    inputs: AssessmentInput, shown: tuple[Evidence, ...], weights: Weights
) -> Assessment:
    """Say whose the trace is by what was weighed; nobody decided it."""
    label = _choose_label(inputs, shown, weights)
    found = {piece.rule for piece in shown}
    # Who mocks a teacher of another school may mean one of the same name.
    if label is OwnershipLabel.MOCK and (
        _names_another(inputs, found) or _may_mean_another(inputs, found)
    ):
        label = OwnershipLabel.UNKNOWN
    # Bait under their name and trade is as often a scammer's who took the name from nobody.
    if label is OwnershipLabel.IMPERSONATION and found.isdisjoint(_TIES):
        label = OwnershipLabel.UNKNOWN
    shares = _compute_shares(inputs, shown, weights)
    if inputs.is_account and label in _SOMEBODY_ELSES and shares.other < _HARDLY_OTHERS:
        is_likely = shares.mine >= _LIKELY_THEIRS
        label = OwnershipLabel.MINE if is_likely else OwnershipLabel.UNKNOWN
    # Whoever bears a username of theirs under their name is theirs, or is playing them.
    bears_both = inputs.has_same_handle and inputs.appearance.is_whole_match
    if label in _SOMEBODY_ELSES and bears_both and found.isdisjoint(_CONTRADICTIONS):
        label = OwnershipLabel.UNKNOWN
    asked = _should_ask_person(inputs, shown, label, weights)
    doubtful = label is OwnershipLabel.MINE and not _is_certain(inputs, shown)
    if asked or doubtful or label is OwnershipLabel.UNKNOWN:
        undecided = _build_assessment(OwnershipLabel.UNKNOWN, shown, weights)
        held = asked and any(
            _is_strong_imitation(piece) or piece.rule in _ASKING_OF_OWN for piece in shown
        )
        # With signs of someone else, such as another trade, it is no best guess, nor is an account
        # of a relative, or one that only names the person.
        look = inputs.appearance
        unlike = look.match_level is MatchLevel.DIFFERENT or look.mock_signs.in_text
        likely = _CONTRADICTIONS.isdisjoint(found) and not unlike
        seems_theirs = label is OwnershipLabel.MINE or _seems_theirs(shares)
        suggestion = (
            OwnershipLabel.MINE
            if seems_theirs and likely and not held
            else _suggest_made_by_others(inputs, shown, weights)
        )
        return replace(
            undecided, suggestion=_adapt_to_kind(suggestion, inputs) if suggestion else None
        )
    return _build_assessment(_adapt_to_kind(label, inputs), shown, weights)


def _seems_theirs(shares: LabelProbabilities) -> bool:
    """Tell whether it is safe to call theirs, though that would be cheap to miss."""
    risk = compute_label_cost(OwnershipLabel.MINE, shares)
    return shares.mine > _LIKELIER_THAN_NOT and risk < _SMALL_RISK


# In minutes: of five generators' accounts that were asked about below it, 45 were own ones, 3 not.
_SMALL_RISK = 3.0


# What more than a name says that it means this person: where they are, what is theirs, a disguise.
_TIES = frozenset(
    rule.name
    for rule in (
        *(evidence_rules.EMPLOYER, evidence_rules.PLACE, evidence_rules.ADDRESSED),
        *(evidence_rules.SAME_WORDS, evidence_rules.SAME_PICTURE, evidence_rules.WAVE),
        *(evidence_rules.LINKS_TO_OWN, evidence_rules.LINKED_FROM_OWN, evidence_rules.SAME_HANDLE),
        *(evidence_rules.SAME_HANDLE_LONGER, evidence_rules.SAME_HANDLE_NAME),
        *(evidence_rules.LOOKALIKE, evidence_rules.LOOKALIKE_ELSEWHERE, evidence_rules.ABSENT),
        *(evidence_rules.COPIED_BIO, evidence_rules.COPIED_ELSEWHERE),
        *(evidence_rules.COPIED_PICTURE, evidence_rules.WATCHED_WORDS),
        *(evidence_rules.WATCHED_PICTURE, evidence_rules.MIXED, evidence_rules.DISGUISED),
        evidence_rules.LABELED_IMITATION,
    )
)
# Whatever a question costs, what is theirs or plays them is never called somebody else's.
_HARDLY_OTHERS = 0.1
_LIKELY_THEIRS = 0.8
_SOMEBODY_ELSES = frozenset({OwnershipLabel.NAMESAKE, OwnershipLabel.UNRELATED})


def _suggest_made_by_others(
    inputs: AssessmentInput, evidence: Iterable[Evidence], weights: Weights
) -> OwnershipLabel | None:
    """Suggest what others made, where that is likelier than not; a bare handle shows too little."""
    shares = _compute_shares(inputs, evidence, weights)
    if inputs.is_bare_handle or shares.impersonation + shares.mock <= _LIKELIER_THAN_NOT:
        return None
    is_mock = shares.mock > shares.impersonation
    return OwnershipLabel.MOCK if is_mock else OwnershipLabel.IMPERSONATION


_LIKELIER_THAN_NOT = 0.5


def _adapt_to_kind(label: OwnershipLabel, inputs: AssessmentInput) -> OwnershipLabel:
    """Say of a page that it is about the person; it may be written by others, like a school."""
    about = label is OwnershipLabel.MINE and not inputs.is_account
    return OwnershipLabel.ABOUT_ME if about else label


_CONTRADICTIONS = frozenset(
    rule.name
    for rule in (
        *(evidence_rules.OTHER_ROLE, evidence_rules.OTHER_EMPLOYER, evidence_rules.OTHER_PLACE),
        *(evidence_rules.TITLE_OTHER, evidence_rules.OBITUARY_PAGE, evidence_rules.CRIME_PAGE),
    )
)


_OTHER_WORK = frozenset({evidence_rules.OTHER_ROLE.name, evidence_rules.OTHER_EMPLOYER.name})


def _is_certain(inputs: AssessmentInput, evidence: Iterable[Evidence]) -> bool:
    """Tell whether more than likeness makes it the person's: else only they can say so.

    An account needs proof that they control it. A page needs no sign that it is about someone else.
    """
    found = {piece.rule for piece in evidence}
    if inputs.is_account:
        return evidence_rules.LINKED_BOTH_WAYS.name in found
    return found.isdisjoint(_CONTRADICTIONS)


def collect_evidence(
    inputs: AssessmentInput, decision: Decision | None, weights: Weights
) -> Iterator[Evidence]:
    """Yield all that speaks for and against: whatever a new kind of evidence says is added here."""
    claimed = tuple(match_claim_rules(inputs))
    claimed = (*claimed, *match_context_rules(inputs, claimed))
    yield from weights.weigh_matches(claimed)
    yield from weights.weigh_matches(
        match_likeness_rules(inputs.inventory.lessons, inputs.trace, inputs.person.name)
    )
    yield from weights.weigh_matches(match_control_rules(inputs))
    if inputs.is_account and decision is not Decision.MINE:
        signs = inputs.appearance.mock_signs
        made = (
            *match_mock_rules(signs, is_bait=inputs.has_lure),
            *match_impersonation_rules(inputs, presented=presents_as_person(claimed)),
            *match_known_impersonator(inputs),
        )
        yield from weights.weigh_matches(made)
        yield from weights.weigh_matches(match_wave_rules(inputs, (*claimed, *made)))
        found = {claim_rule.rule.name for claim_rule in claimed}
        if why := _find_why_asked(inputs, found):
            rule = evidence_rules.SPEAKS_OF_PERSON
            told = rule.build_match(reason=Reason(f"{rule.name}.{why}"))
            yield from weights.weigh_matches([told])
        elif _is_new_under_name(inputs, found):
            yield from weights.weigh_matches([evidence_rules.NEW_UNDER_NAME.build_match()])


NEARNESS = frozenset({evidence_rules.EMPLOYER.name, evidence_rules.PLACE.name})
_FEW_NAMESAKES = 1.0


def _find_why_asked(inputs: AssessmentInput, found: AbstractSet[str]) -> str:
    """Return why an account means the person, no matter who runs it, or since when; empty if not.

    A title and the family name are enough where it names the person's school or town, or where the
    name is rare; so is the family name among words of the lists, the whole name with a title, and
    a title or the whole name with such words or bait. Another place or job is a sign that it means
    someone else.
    """
    look, signs = inputs.appearance, inputs.appearance.mock_signs
    is_rare = inputs.subject.commonness < _FEW_NAMESAKES
    in_handle = look.handle_covers_name and look.shares_name_word
    hinted = signs.hinted or signs.spoken_of
    of_another = signs.is_of_some_star or signs.in_text
    worded = signs.by_family or hinted or (signs.in_name and not of_another)
    titled = (signs.addressed or signs.by_family) and (
        look.match_level in FULL_LEVELS or look.handle_covers_name
    )
    baits = signs.in_bio or (signs.solicits and not signs.with_given) or inputs.has_lure
    whole = look.match_level in FULL_LEVELS or signs.by_family or look.handle_covers_name
    called = titled or hinted or (baits and whole)
    means_someone = signs.by_family or signs.in_text or look.handle_joins_school
    is_whole = (
        look.is_whole_match
        or in_handle
        or not is_common_name(squash_text(inputs.person.name.family))
    )
    rare = "rare" if is_whole else "family"
    whys = (
        (means_someone and _is_near(inputs, found), "place"),
        (inputs.copies_username, "copy"),
        # Bait under a rare name means them, wherever it says that it is.
        (
            is_rare
            and inputs.has_lure
            and (look.is_whole_match or in_handle)
            and found.isdisjoint(_OTHER_WORK),
            rare,
        ),
        (not _CONTRADICTIONS.isdisjoint(found), ""),
        (signs.harmful and whole, "harm"),
        (signs.is_of_fame, ""),
        ((worded or signs.in_text) and is_rare, rare),
        (worded and inputs.is_new_account, "new"),
        (called, "absent" if inputs.is_on_new_network else "called"),
    )
    return next((why for holds, why in whys if holds), "")


def _is_near(inputs: AssessmentInput, found: AbstractSet[str]) -> bool:
    return inputs.appearance.mock_signs.is_near or not NEARNESS.isdisjoint(found)


def _names_another(inputs: AssessmentInput, found: AbstractSet[str]) -> bool:
    return not _CONTRADICTIONS.isdisjoint(found) and not _is_near(inputs, found)


def _may_mean_another(inputs: AssessmentInput, found: AbstractSet[str]) -> bool:
    """Tell whether all that names them is a family name that other teachers have."""
    signs = inputs.appearance.mock_signs
    named = signs.with_given or inputs.appearance.is_whole_match or _is_near(inputs, found)
    return not named and is_common_name(squash_text(inputs.person.name.family))


def _is_new_under_name(inputs: AssessmentInput, found: AbstractSet[str]) -> bool:
    """Tell whether it is what students make first: the name, where the person has nothing.

    A rare family name is enough.
    """
    look = inputs.appearance
    shown = look.is_whole_match or (look.name_match is None and look.handle_covers_name)
    whole = shown and look.match_level not in _PARTIAL_LEVELS
    is_rare = inputs.subject.commonness < _FEW_NAMESAKES
    return (
        inputs.is_new_account
        and inputs.is_on_new_network
        and (whole or (is_rare and look.match_level is MatchLevel.FAMILY))
        and not inputs.is_lived_in
        and _CONTRADICTIONS.isdisjoint(found)
    )


_PARTIAL_LEVELS = frozenset({MatchLevel.INITIAL, MatchLevel.FAMILY_INITIAL})


def sum_by_axis(evidence: Iterable[Evidence]) -> EvidenceSums:
    bits = dict.fromkeys(EvidenceAxis, 0.0)
    for piece in evidence:
        bits[piece.axis] += piece.bits
    return EvidenceSums(
        claim=bits[EvidenceAxis.CLAIM],
        control=bits[EvidenceAxis.CONTROL],
        imitation=bits[EvidenceAxis.IMITATION],
        mock=bits[EvidenceAxis.MOCK],
    )


_NEVER = float("-inf")


def compute_priors(kind: TraceKind, weights: Weights) -> Priors:
    """Return what is likely beforehand; a page is about someone and plays no one."""
    if kind is TraceKind.ACCOUNT:
        return weights.priors
    return replace(weights.priors, impersonation=_NEVER, mock=_NEVER)


def _compute_shares(
    inputs: AssessmentInput, evidence: Iterable[Evidence], weights: Weights
) -> LabelProbabilities:
    priors = compute_priors(inputs.trace.kind, weights)
    return compute_probabilities(
        sum_by_axis(evidence),
        priors,
        linked=inputs.contacts.flagged,
        glimpsed=inputs.is_account and inputs.is_glimpse,
        is_page=not inputs.is_account,
    )


def _choose_label(
    inputs: AssessmentInput, evidence: Collection[Evidence], weights: Weights
) -> OwnershipLabel:
    shares = _compute_shares(inputs, evidence, weights)
    unlike = inputs.appearance.match_level is MatchLevel.DIFFERENT or not (
        inputs.appearance.name_match or inputs.appearance.handle_uses_name
    )
    label = choose_cheapest_label(
        shares, OwnershipLabel.UNRELATED if unlike else OwnershipLabel.NAMESAKE
    )
    return (
        OwnershipLabel.UNKNOWN
        if inputs.is_bare_handle and _needs_more_than_handle(label, inputs, evidence)
        else label
    )


def _should_ask_person(
    inputs: AssessmentInput, evidence: tuple[Evidence, ...], label: OwnershipLabel, weights: Weights
) -> bool:
    """Tell whether this is a question for the person, whatever answer would be cheapest.

    A link one way decides nothing: it may be to a friend, or placed by a visitor. Beside a strong
    sign of imitation no link does. An account under the person's name that says it is not there
    is shown to them, and so is one that means them, and a page about them that asks for money or
    a password. What is called an imitation is asked about anyway, as a case.
    """
    if label in _FAKES:
        return False
    somebody_elses = inputs.appearance.match_level is MatchLevel.DIFFERENT
    if any(piece.rule == evidence_rules.SAYS_MISSING.name for piece in evidence):
        return not somebody_elses
    asking = _ASKING_OF_OWN if label is OwnershipLabel.MINE else _ASKING_RULES
    if any(piece.rule in asking for piece in evidence):
        return True
    if not any(piece.rule in LINK_RULES for piece in evidence):
        return False
    if any(map(_is_strong_imitation, evidence)):
        return True
    unlinked = tuple(
        piece for piece in evidence if piece.rule != evidence_rules.LINKED_FROM_OWN.name
    )
    one_way = len(unlinked) < len(evidence)
    return (
        one_way
        and not somebody_elses
        and _choose_label(inputs, unlinked, weights) is not OwnershipLabel.MINE
    )


def _is_strong_imitation(piece: Evidence) -> bool:
    """Tell whether a sign of imitation outweighs a link; who is new or unfollowed copies none."""
    strong = piece.axis is EvidenceAxis.IMITATION and piece.bits >= STRONG_BITS
    return strong and piece.rule not in _COPY_NOTHING


_COPY_NOTHING = frozenset({evidence_rules.HOLLOW.name, evidence_rules.NEW_ACCOUNT.name})


_MORE_THAN_HANDLE = frozenset({evidence_rules.PLACE.name, evidence_rules.LINKED_BOTH_WAYS.name})


def _needs_more_than_handle(
    label: OwnershipLabel, inputs: AssessmentInput, evidence: Iterable[Evidence]
) -> bool:
    """Tell whether a handle alone cannot bear a label: others bear the name it is made of.

    Their town beside it, or links both ways, make it more than that.
    """
    if label is not OwnershipLabel.MINE:
        return label is OwnershipLabel.IMPERSONATION
    found = {piece.rule for piece in evidence}
    return not inputs.has_telltale_handle and _MORE_THAN_HANDLE.isdisjoint(found)


def _build_assessment(
    label: OwnershipLabel, evidence: Iterable[Evidence], weights: Weights
) -> Assessment:
    ordered = sorted(evidence, key=lambda piece: -abs(piece.bits))
    weakened = (evidence_rules.RULES.get(piece.rule) for piece in ordered if piece.bits > 0)
    otherwise = (rule.counterfactual for rule in weakened if rule)
    return Assessment(
        label=label,
        bits=sum(piece.bits for piece in ordered),
        evidence=tuple(ordered),
        lowered_by=tuple(dict.fromkeys(filter(None, otherwise))),
        weights=weights.version,
    )


NOT_ME_DECISIONS = frozenset({Decision.NAMESAKE, Decision.UNRELATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessor:
    subject: Subject
    inventory: Inventory
    weights: Weights

    def assess_with_feedback(self, trace: Trace, decision: Decision | None) -> Assessment:
        """Assess a trace; what was judged itself taught the lessons, and is not held to them."""
        said = self.inventory if decision is None else self._inventory_without_lessons
        return assess_trace(self.subject, trace, said, decision, self.weights)

    def keep_assessment(
        self, known: Assessment, trace: Trace, decision: Decision | None
    ) -> Assessment:
        """Return what is known of an account whose words were not kept, as its person has it now.

        Judged again, it would be nobody's.
        """
        first = known.judged or known
        if is_declared(trace, self.subject, self.inventory):
            label, rule = OwnershipLabel.MINE, evidence_rules.DECLARED
        elif decision in _LABEL_BY_DECISION:
            label, rule = _LABEL_BY_DECISION[decision]
        else:
            return first
        said = self.weights.weigh_matches([rule.build_match()])
        decided = _build_assessment(label, (*said, *first.evidence), self.weights)
        return replace(decided, judged=first)

    def is_decision_outdated(self, changed: Trace, decision: Decision | None) -> bool:
        """Tell whether a decision for someone else no longer fits what an account has become.

        Else an impostor would only have to look like a namesake first.
        """
        if decision not in NOT_ME_DECISIONS:
            return False
        found = assess_trace(
            self.subject, changed, self._inventory_without_lessons, None, self.weights
        )
        return found.label is OwnershipLabel.IMPERSONATION

    @property
    def _inventory_without_lessons(self) -> Inventory:
        return replace(self.inventory, lessons=NO_LESSONS)


_DECISIVE_RULES = frozenset(
    rule.name
    for rule in (
        *(evidence_rules.DECLARED, evidence_rules.SAID_MINE, evidence_rules.SAID_NAMESAKE),
        *(
            evidence_rules.SAID_UNRELATED,
            evidence_rules.SAID_IMPERSONATION,
            evidence_rules.SAID_MOCK,
        ),
    )
)
_BOLD_LABELS = frozenset({OwnershipLabel.MINE, OwnershipLabel.IMPERSONATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCosts:
    """What each answer costs on average, in minutes; `mine` is that of a page about them, too."""

    mine: float
    impersonation: float
    mock: float
    namesake: float
    unrelated: float
    unknown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`settled` says that the person decided, so nothing was weighed.

    `held_back` says that another answer was cheaper, but a handle alone does not show it, or
    `asked_for` forbids it: a link from the person's own account, words that hide the account, or
    words that mean the person.
    `suggestion` is the answer that only the person can give. `weights` is the version by which the
    evidence was weighed, `priors` are those of today, None for a page.
    """

    label: OwnershipLabel
    evidence: tuple[Evidence, ...]
    sums: EvidenceSums
    bits: float
    suggestion: OwnershipLabel | None
    priors: Priors | None
    chances: LabelProbabilities
    costs: LabelCosts
    lowered_by: tuple[Reason, ...]
    settled: bool
    held_back: bool
    asked_for: str
    weights: int


def explain_assessment(assessment: Assessment, kind: TraceKind, weights: Weights) -> Explanation:
    priors = compute_priors(kind, weights)
    is_page = kind is TraceKind.PAGE
    shares = compute_probabilities(assessment.axis_sums, priors, is_page=is_page)
    settled = any(piece.rule in _DECISIVE_RULES for piece in assessment.evidence)
    likeliest = choose_cheapest_label(shares, OwnershipLabel.NAMESAKE)
    held = {piece.rule for piece in assessment.evidence}
    asking = _FIRST_TOLD | LINK_RULES
    asked_for = next(iter(sorted(held & asking)), "")
    return Explanation(
        label=assessment.label,
        evidence=assessment.evidence,
        sums=assessment.axis_sums,
        bits=assessment.bits,
        suggestion=assessment.suggestion,
        priors=None if is_page else priors,
        chances=shares,
        costs=LabelCosts(
            **{
                label.value: compute_label_cost(label, shares)
                for label in OwnershipLabel
                if label is not OwnershipLabel.ABOUT_ME
            }
        ),
        lowered_by=assessment.lowered_by,
        settled=settled,
        held_back=assessment.label is OwnershipLabel.UNKNOWN
        and (bool(asked_for) or likeliest in _BOLD_LABELS),
        asked_for=asked_for,
        weights=assessment.weights,
    )
