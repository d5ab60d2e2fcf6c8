"""The flags that may be raised, with their reasons in sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.domain.assessment import Assessment, severity
from monitor.domain.events import Event, EventKind
from monitor.domain.evidence import Axis
from monitor.domain.exposure.cleaned import LINKS, Exposed
from monitor.domain.exposure.contacts import ContactKind
from monitor.domain.flag import FlagKind, Severity
from monitor.domain.students.pupil_cues import Cue
from monitor.domain.students.verdict import ContactVerdict
from monitor.domain.whose import Label
from reports.words import field_words
from scrapers.finding import Finding, Kind
from scrapers.request import QueryKind

CUE_WORDS = {
    Cue.SCHOOL_YEAR: "a year of graduation",
    Cue.CLASS_OF: "a year of graduation",
    Cue.GRADE: "a grade",
    Cue.SCHOOL: "the name of a school",
    Cue.TOWN: "your town",
}

CONTACT_WORDS = {
    ContactKind.PHONE: "a phone number",
    ContactKind.MAIL: "a private mail address",
    ContactKind.HOME: "a street address",
}
PLACE_WORDS = {
    "title": "the title",
    "snippet": "what a search engine shows of the page",
    "name": "the display name",
    "bio": "the description",
    "location": "the place named",
    LINKS: "the links",
}
EXPOSURE = {
    ContactKind.HOME: Severity.HIGH,
    ContactKind.PHONE: Severity.MEDIUM,
    ContactKind.MAIL: Severity.LOW,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A flag to be raised."""

    kind: FlagKind
    severity: Severity
    reasons: tuple[str, ...]
    lowered_by: tuple[str, ...] = ()
    relation: str = ""


def impersonation(assessment: Assessment) -> Draft:
    """Say first what looks made to deceive; what speaks against it is no reason for a flag."""
    speaking = [each for each in assessment.evidence if each.bits > 0]
    told = sorted(speaking, key=lambda each: (each.axis is not Axis.IMITATION, -each.bits))
    return Draft(
        kind=FlagKind.IMPERSONATION,
        severity=severity(assessment),
        reasons=tuple(each.reason for each in told),
        lowered_by=assessment.lowered_by,
    )


def own_account_changed(event: Event, worst: Severity) -> Draft:
    if event.kind is EventKind.VANISHED:
        reason = "Your account is no longer there: its own address says so, twice, days apart."
    else:
        fields = _listed(map(field_words, event.fields))
        have = "has" if len(event.fields) == 1 else "have"
        reason = f"Its {fields} {have} changed since we last looked."
    return Draft(
        kind=FlagKind.OWN_ACCOUNT_CHANGED,
        severity=worst,
        reasons=(reason, "You told us that this account is yours."),
        lowered_by=("It was you who changed it.",),
    )


def student_link(kind: QueryKind, verdict: ContactVerdict) -> Draft:
    """Following is the account's own doing; being followed is not, and only worth knowing."""
    follows = kind is QueryKind.FOLLOWS
    whom = "follows" if follows else "is followed by"
    seem = "account that may be a student's"
    if verdict.count > 1:
        seem = "accounts that may be students' own"
    return Draft(
        kind=FlagKind.STUDENT_LINK,
        severity=Severity.MEDIUM if follows else Severity.LOW,
        reasons=(
            f"Your account {whom} {verdict.count} {seem}.",
            *_cue_reasons(verdict),
            *(
                ()
                if follows
                else ("Who follows you is not your doing; you can remove a follower.",)
            ),
            "We hold that list as keyed hashes only, so we cannot say which students.",
            "Other people bear the same names: this is a question that only you can answer.",
            "You told us that this account is yours.",
        ),
        lowered_by=("They are family, or they are not students at all: only you can tell.",),
        relation=kind,
    )


def exposed_contacts(portrait: Finding, label: Label) -> Iterator[Draft]:
    """Yield one flag for each kind of contact, so that each can be answered by itself."""
    places: dict[ContactKind, list[str]] = {}
    for each in map(Exposed.read, portrait.exposed):
        places.setdefault(each.kind, []).append(PLACE_WORDS[each.place])
    for kind, where in places.items():
        what = CONTACT_WORDS[kind]
        own = label is Label.OWN and portrait.kind is Kind.ACCOUNT
        yield Draft(
            kind=FlagKind.EXPOSED_CONTACT,
            severity=EXPOSURE[kind],
            reasons=(
                f"Beside your name stands {what}, in {_listed(where)}.",
                *(("This account is yours: you can take it out there yourself.",) if own else ()),
                f"We keep that {what} is there, and where: never the value itself.",
            ),
            lowered_by=(
                "It is that of your school or of an office.",
                "It is somebody else's who bears your name.",
            ),
            relation=kind,
        )


def _cue_reasons(verdict: ContactVerdict) -> Iterator[str]:
    listed = "from your district's list of students"
    cues = dict.fromkeys(words for cue, words in CUE_WORDS.items() if cue in verdict.cues)
    if cues:
        yield f"Beside a name {listed} stands {_listed(cues)}."
    if Cue.SEVERAL_NAMES in verdict.cues:
        yield f"Several rare names {listed} are among them; chance would bring fewer."


def _listed(words: Iterable[str]) -> str:
    """Write `one, another and a third`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
