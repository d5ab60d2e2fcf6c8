"""What makes a finding a case: its kind, its severity, and the reasons."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from monitor.domain.case import join_contact_kinds, name_contacts
from monitor.domain.detection import evidence_rules
from monitor.domain.detection.appearance import build_appearance
from monitor.domain.detection.assessment import NEARNESS, Assessment, select_reasons
from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.finding_events import Event
from monitor.domain.person import Person
from monitor.domain.private_details import ExposedContact, list_exposed_kinds
from monitor.domain.reason import Count, Listed, Reason
from monitor.domain.severity import (
    EXPOSURE_SEVERITY,
    HARM_SEVERITY,
    rate_exposure,
    rate_severity,
    rate_student_link,
)
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.takedown_plan import HARMFUL_RULES
from monitor.domain.vocabulary import (
    CaseKind,
    ContactKind,
    Decision,
    EventKind,
    HarmKind,
    OwnershipLabel,
    Severity,
    StudentCue,
)
from scrapers.models import QueryKind, Trace, TraceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """A case to be raised."""

    kind: CaseKind
    severity: Severity
    reasons: tuple[Reason, ...]
    lowered_by: tuple[Reason, ...] = ()
    relation: str = ""


_AXIS_OF_CASE = {
    CaseKind.IMPERSONATION: EvidenceAxis.IMITATION,
    CaseKind.MOCK_ACCOUNT: EvidenceAxis.MOCK,
}
CASE_OF_LABEL = {
    OwnershipLabel.IMPERSONATION: CaseKind.IMPERSONATION,
    OwnershipLabel.MOCK: CaseKind.MOCK_ACCOUNT,
}


def build_ownership_draft(assessment: Assessment, kind: CaseKind) -> CaseDraft:
    """List what makes it the case that it is, then the rest, each strongest first.

    Signs against it are no reasons for a case, nor are signs that they run it themselves. That its
    words do harm is always one, however many signs are stronger: it decides what may be stored,
    and which help cannot wait.
    """
    supporting = [
        piece
        for piece in assessment.evidence
        if (piece.bits > 0 and piece.axis is not EvidenceAxis.CONTROL)
        or piece.rule == evidence_rules.WAVE.name
    ]
    ordered = sorted(supporting, key=lambda piece: (not _makes_case(piece, kind), -piece.bits))
    return CaseDraft(
        kind=kind,
        severity=rate_severity(assessment),
        reasons=tuple(piece.reason.without_quotes for piece in _choose_reasons(ordered)),
        lowered_by=assessment.lowered_by,
    )


def _choose_reasons(ordered: list[Evidence]) -> tuple[Evidence, ...]:
    chosen = select_reasons(ordered)
    harmful = [piece for piece in ordered if piece.rule in HARMFUL_RULES][:1]
    if not harmful or harmful[0] in chosen:
        return chosen
    return (*chosen[:-1], *harmful)


# What doubles the odds at least; less comes after what else is known.
_TELLING_BITS = 1.0


def _makes_case(piece: Evidence, kind: CaseKind) -> bool:
    return piece.axis is _AXIS_OF_CASE[kind] and piece.bits >= _TELLING_BITS


def build_account_change_draft(event: Event, worst: Severity) -> CaseDraft:
    if event.kind is EventKind.VANISHED:
        reason = Reason("account-gone")
    else:
        fields = Listed(tuple(Reason(f"field.{field}") for field in event.fields))
        count = Count(len(event.fields))
        reason = Reason("account-changed", {"fields": fields, "count": count})
    return CaseDraft(
        kind=CaseKind.OWN_ACCOUNT_CHANGED,
        severity=worst,
        reasons=(reason, evidence_rules.DECLARED.reason),
        lowered_by=(Reason("if.changed-by-you"),),
    )


def build_student_link_draft(kind: QueryKind, verdict: ContactMatchResult) -> CaseDraft:
    """People choose whom they follow, but not who follows them."""
    follows = kind is QueryKind.FOLLOWS
    return CaseDraft(
        kind=CaseKind.STUDENT_LINK,
        severity=rate_student_link(kind),
        reasons=(
            Reason(f"student-link-{kind}", {"count": Count(verdict.count)}),
            # Before all else: what can be said of it at all.
            Reason("student-link-hashed"),
            *_list_cues(verdict),
            *(() if follows else (Reason("student-link-unchosen"),)),
            Reason("student-link-names"),
            evidence_rules.DECLARED.reason,
        ),
        lowered_by=(Reason("if.family"),),
        relation=kind,
    )


_REASONS_BY_CUE = {
    StudentCue.SCHOOL_YEAR: Reason("student-cue.graduation"),
    StudentCue.CLASS_OF: Reason("student-cue.graduation"),
    StudentCue.GRADE: Reason("student-cue.grade"),
    StudentCue.SCHOOL: Reason("student-cue.school"),
    StudentCue.TOWN: Reason("student-cue.town"),
}


def _list_cues(verdict: ContactMatchResult) -> Iterator[Reason]:
    cues = dict.fromkeys(said for cue, said in _REASONS_BY_CUE.items() if cue in verdict.cues)
    if cues:
        yield Reason("student-link-cues", {"cues": Listed(tuple(cues))})
    if StudentCue.SEVERAL_NAMES in verdict.cues:
        yield Reason("student-link-several")


def build_contact_draft(
    portrait: Trace, label: OwnershipLabel, kinds: Collection[ContactKind]
) -> CaseDraft:
    """Build one case for all these kinds of contact details: it is one page to take them off."""
    own = label is OwnershipLabel.MINE and portrait.kind is TraceKind.ACCOUNT
    count, listed = Count(len(kinds)), name_contacts(kind for kind in ContactKind if kind in kinds)
    return CaseDraft(
        kind=CaseKind.EXPOSED_CONTACT,
        severity=rate_exposure(kinds),
        reasons=(
            *_list_contact_places(portrait, kinds),
            *((Reason("contact-own-account", {"count": count}),) if own else ()),
            Reason("contact-recorded", {"count": count, "what": listed}),
        ),
        lowered_by=(Reason("if.contact-of-office"), Reason("if.contact-of-namesake")),
        relation=join_contact_kinds(kinds),
    )


def _list_contact_places(portrait: Trace, kinds: Collection[ContactKind]) -> Iterator[Reason]:
    """Yield a reason for each place or list of places, the worst kinds first."""
    places: dict[ContactKind, list[Reason]] = {}
    for exposed in map(ExposedContact.from_stored_text, portrait.exposed):
        places.setdefault(exposed.kind, []).append(Reason(f"contact-place.{exposed.place}"))
    shown: dict[Listed, list[ContactKind]] = {}
    for kind in filter(kinds.__contains__, EXPOSURE_SEVERITY):
        shown.setdefault(Listed(tuple(places[kind])), []).append(kind)
    for where, what in shown.items():
        count, listed = Count(len(what)), name_contacts(what)
        yield Reason("contact-shown", {"what": listed, "where": where, "count": count})


def build_harm_draft(portrait: Trace, exposed: Collection[ContactKind] = ()) -> CaseDraft:
    """Say which lists of words a page met, what it shows of the person, and what is kept of it."""
    harms = [HarmKind(harm) for harm in portrait.harms]
    is_bare = HarmKind.SEXUAL in harms and portrait.kind is TraceKind.PAGE
    kept = "address" if is_bare else "no-page"
    return CaseDraft(
        kind=CaseKind.HARMFUL_PAGE,
        severity=HARM_SEVERITY,
        reasons=(
            *(Reason(f"harm.{harm}") for harm in harms),
            *_list_contact_places(portrait, exposed),
            evidence_rules.HARM_PAGE.reason,
            Reason(f"harm-kept.{kept}"),
        ),
        lowered_by=(Reason("if.harm-of-namesake"),),
        relation=join_contact_kinds(exposed),
    )


def is_contact_likely_theirs(
    person: Person, portrait: Trace, assessment: Assessment, decision: Decision | None
) -> bool:
    """Tell whether the contact details are likely the person's: a namesake has some, too.

    What was learned elsewhere sets nothing aside that names the person and their town or school.
    Whoever plays them, by their own word, gives a number of the player's own; a home may be theirs.
    """
    if assessment.label in {OwnershipLabel.MINE, OwnershipLabel.ABOUT_ME}:
        return True
    likely = decision is None and any(piece.rule in NEARNESS for piece in assessment.evidence)
    if decision and assessment.label is OwnershipLabel.IMPERSONATION:
        likely = ContactKind.HOME in list_exposed_kinds(portrait)
    elif assessment.label not in {OwnershipLabel.NAMESAKE, OwnershipLabel.UNRELATED}:
        likely |= assessment.label is OwnershipLabel.IMPERSONATION or assessment.bits > 0
    return likely and build_appearance(portrait, person).is_whole_match
