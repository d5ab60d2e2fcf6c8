"""What one reader may know of a finding: an account or page over time.

`monitor/services/disclosure.py` alone makes these, for one reader. What they may not know is not
there: None, or empty. Pages, emails, programs and the evidence show them, and nothing beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.reason import Day, Label, Reason, Told
from monitor.domain.vocabulary import (
    Decision,
    DiffMarkKind,
    FieldLikeness,
    FindingGroup,
    OwnershipLabel,
    PairSign,
    WhoSees,
    WithheldKind,
)
from reports import answer_choices
from reports.labels.findings import format_site_name
from scrapers.facts.fact import FactReliability

_MADE_BY_OTHERS = frozenset({Decision.IMPERSONATION, Decision.MOCK})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOutlook:
    """What follows for IT from an answer on a page.

    `before` and `after` are who there sees the case; after it they do `until` then, None for no
    day yet, and from then on who does `later`. It `goes_on` where the answer does not end it. What
    pretends to be its person IT reports, from `reports_from` on where the day is known, or it
    `is_reported` already, or it `is_doubted`, and only its person reports it. IT takes its report
    back by `back_by`, None where it made none, or rightly. By a link in an email alone it
    `needs_sign_in` before it counts.
    """

    before: WhoSees
    after: WhoSees
    until: datetime | None = None
    later: WhoSees = WhoSees.NOBODY
    goes_on: bool = False
    is_for_it_to_report: bool = False
    reports_from: datetime | None = None
    is_reported: bool = False
    is_doubted: bool = False
    back_by: datetime | None = None
    needs_sign_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChoice:
    """An answer: the word that is sent, what it means, and in a few words what follows from it.

    `then` says what that changes for IT, None where a page does not say it.
    """

    value: str
    words: str
    hint: str = ""
    then: AnswerOutlook | None = None


def describe_source(known: FactReliability, day: date | None) -> Reason:
    """Say how we know a fact, and as of which day; None where nothing that we have bears one."""
    source = Label("guide-sources", known)
    if day is None:
        return Reason("guide-source", {"source": source})
    return Reason("guide-source.dated", {"source": source, "day": Day(day)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceLine:
    """One next step. `path` leads to a page of ours, `url` to another site's, `mail` to a mailbox.

    `unconfirmed` says that no one has looked at that address for long, or ever. `terms` say who
    may send it, what it asks for and how long it takes, `known_words` how we know. One that
    `is_now` waits for nothing else.
    """

    words: Reason
    terms: Reason | None = None
    known_words: Reason | None = None
    path: str = ""
    link: str = ""
    url: str = ""
    mail: str = ""
    unconfirmed: bool = False
    is_now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One account or page over time. IT reads where it is and when it was seen, and no more.

    `title`, `handle` and `snippet` are words from the web; where none are kept, `withheld` says
    why. `declared` is the username of their own account as its person typed it, empty where they
    did not: it alone is no text of the web. `label` is whose we think it is, `answer` what its
    person said, `suggested` what we would say; None for nothing. The reasons are strongest first;
    `aside` says why it is taken for somebody else's. `group` is where the list of all has it, None
    elsewhere. `link_url` is put in when an email is sent. One that `is_found_now` may have been
    there for long: it is what a new question showed first. An own account that `is_nameless` has
    shown neither their exact name nor a proof: no change of it raises an alert.
    """

    url: str
    first_seen: datetime
    last_seen: datetime
    id: str = ""
    platform: str = ""
    is_account: bool = False
    is_missing: bool = False
    is_gone: bool = False
    title: str = ""
    handle: str = ""
    declared: str = ""
    snippet: str = ""
    withheld: WithheldKind | None = None
    label: OwnershipLabel = OwnershipLabel.UNKNOWN
    answer: Decision | None = None
    suggested: Decision | None = None
    speaks_for: tuple[Reason, ...] = ()
    speaks_against: tuple[Reason, ...] = ()
    aside: tuple[Reason, ...] = ()
    group: FindingGroup | None = None
    link_url: str = ""
    is_found_now: bool = False
    is_nameless: bool = False

    @property
    def full_title(self) -> str:
        """Add the username where the address does not show it."""
        if self.handle and self.handle.casefold() not in self.url.casefold():
            return f"{self.title} (@{self.handle})"
        return self.title

    @property
    def said(self) -> str:
        """What its person answered, in the words of the button that they pressed."""
        if self.answer is None:
            return ""
        words = {} if self.is_account else answer_choices.PAGE_ANSWERS
        return words.get(self.answer) or answer_choices.ANSWERS[self.answer]

    @property
    def said_next(self) -> str:
        """What follows from their answer; empty where a case tells it."""
        if self.answer in {None, Decision.IMPERSONATION, Decision.MOCK}:
            return ""
        return answer_choices.ANSWER_NEXT_STEPS[self.answer]

    @property
    def question(self) -> str:
        return "Is this you?" if self.is_account else "Is this about you?"

    def list_choices(
        self, foreseen: Mapping[Decision, AnswerOutlook] | None, *, has_reviewer: bool
    ) -> tuple[AnswerChoice, ...]:
        """Return the answers to whose it is; the first one about it begins its case, if any."""
        answers = answer_choices.ANSWERS if self.is_account else answer_choices.PAGE_ANSWERS
        if foreseen is None:
            foreseen = _FIRST_ANSWERS if has_reviewer else {}
        return build_choices(answers, answer_choices.OWNERSHIP_HINTS, foreseen)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        lead = (self.likely_fake,) if self.likely_fake else ()
        return (*lead, *self.speaks_for, *self.speaks_against)

    @property
    def likely_fake(self) -> Reason | None:
        """Say first of what is asked about that others may have made it: likelier than not."""
        asked = self.label is OwnershipLabel.UNKNOWN and self.answer is None
        if asked and self.suggested in {Decision.IMPERSONATION, Decision.MOCK}:
            return Reason(f"likely-fake.{self.suggested}")
        return None

    @property
    def searchable_text(self) -> str:
        return f"{self.title} {self.url} {format_site_name(self.platform)}".casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class HighlightPiece:
    text: Told
    mark: DiffMarkKind = DiffMarkKind.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPair:
    """An account that was found beside the own one that is most like it.

    `theirs` and `ours` are their usernames with what differs marked, and `change` says how.
    `signs` say what else is alike, the most telling first. `declared` is the username as its person
    typed it, empty where they did not name the account: it alone is no text of the web. A picture
    is there to be shown if `shows_theirs` or `shows_ours` says so.
    """

    their_id: str
    own_id: str
    their_platform: str
    own_platform: str
    theirs: tuple[HighlightPiece, ...]
    ours: tuple[HighlightPiece, ...]
    change: Reason | None = None
    signs: tuple[PairSign, ...] = ()
    declared: str = ""
    shows_theirs: bool = False
    shows_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonLine:
    """One field of two accounts. `reason` says more of how alike they are, or nothing."""

    field: str
    theirs: tuple[HighlightPiece, ...]
    ours: tuple[HighlightPiece, ...]
    likeness: FieldLikeness
    copied: bool
    reason: Reason | None = None

    @property
    def texts(self) -> tuple[str, str]:
        """Return both as plain text."""
        return "".join(str(piece.text) for piece in self.theirs), "".join(
            str(piece.text) for piece in self.ours
        )


# Of what has no case yet, an answer begins one: only what pretends to be its person opens it.
_FIRST_ANSWERS: Mapping[Decision, AnswerOutlook] = {
    Decision.IMPERSONATION: AnswerOutlook(
        before=WhoSees.NOBODY, after=WhoSees.REVIEWERS, goes_on=True, is_for_it_to_report=True
    ),
    Decision.MOCK: AnswerOutlook(before=WhoSees.NOBODY, after=WhoSees.NOBODY, goes_on=True),
}


def build_choices(
    answers: Mapping[Decision, str],
    hints: Mapping[Decision, str],
    foreseen: Mapping[Decision, AnswerOutlook],
) -> tuple[AnswerChoice, ...]:
    return tuple(
        AnswerChoice(value=value, words=words, hint=hints.get(value, ""), then=foreseen.get(value))
        for value, words in answers.items()
    )
