"""What one reader may know of a finding: an account or page over time.

`monitor/services/disclosure.py` alone makes these, for one reader. What they may not know is not
there: None, or empty. Pages, emails, programs and the evidence show them, and nothing beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.domain.reason import Day, Label, Reason, Told
from monitor.domain.vocabulary import (
    CaseKind,
    Decision,
    DiffMarkKind,
    FieldLikeness,
    FindingGroup,
    OpeningReason,
    OwnershipLabel,
    PairSign,
)
from reports import answer_choices
from reports.labels.cases import (
    OWNERSHIP_KINDS,
)
from reports.labels.findings import format_site_name
from scrapers.facts.fact import FactReliability

_MADE_BY_OTHERS = frozenset({Decision.IMPERSONATION, Decision.MOCK})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChoice:
    """An answer: the word that is sent, what it means, and in a few words what follows from it.

    `opens` says that IT can see the finding after it. IT is asked to take its report back by
    `back_by` then, None where it made none, or rightly.
    """

    value: str
    words: str
    hint: str = ""
    opens: bool = False
    back_by: datetime | None = None


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

    `title`, `handle` and `snippet` are words from the web. `declared` is the username of their own
    account as its person typed it, empty where they did not: it alone is no text of the web.
    `label` is whose we think it is, `answer` what its person said, `suggested` what we would say;
    None for nothing. The reasons are strongest first; `aside` says why it is taken for somebody
    else's. `group` is where the list of all has it, None elsewhere. `link_url` is put in when an
    email is sent. One that `is_found_now` may have been there for long: it is what a new question
    showed first.
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
    label: OwnershipLabel = OwnershipLabel.UNKNOWN
    answer: Decision | None = None
    suggested: Decision | None = None
    speaks_for: tuple[Reason, ...] = ()
    speaks_against: tuple[Reason, ...] = ()
    aside: tuple[Reason, ...] = ()
    group: FindingGroup | None = None
    link_url: str = ""
    is_found_now: bool = False

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

    @property
    def choices(self) -> tuple[AnswerChoice, ...]:
        """Return the answers to the question whose it is."""
        return self.list_choices(None)

    def list_choices(self, opened_by: OpeningReason | None) -> tuple[AnswerChoice, ...]:
        """Return them as they are while IT sees a case of it, for that reason."""
        answers = answer_choices.ANSWERS if self.is_account else answer_choices.PAGE_ANSWERS
        return _build_choices(CaseKind.IMPERSONATION, answers, opened_by)

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


def _build_choices(
    kind: CaseKind, answers: Mapping[Decision, str], opened_by: OpeningReason | None
) -> tuple[AnswerChoice, ...]:
    hints = dict(answer_choices.ANSWER_HINTS.get(kind, {}))
    if opened_by:
        hints |= answer_choices.SEEN_ANSWER_HINTS.get(kind, {})
        after = answer_choices.UNANSWERED_HINTS.get(opened_by, {})
        # Of details and pages, what says that they are about its person ends nothing.
        about = {CaseKind.EXPOSED_CONTACT: Decision.MINE, CaseKind.HARMFUL_PAGE: Decision.MOCK}
        hints |= {said: hint for said, hint in after.items() if said is not about.get(kind)}
    return tuple(
        AnswerChoice(
            value=value,
            words=words,
            hint=hints.get(value, ""),
            opens=opens_to_it(kind, value),
        )
        for value, words in answers.items()
    )


def keep_closed(choices: tuple[AnswerChoice, ...]) -> tuple[AnswerChoice, ...]:
    """Return the same answers where IT has nobody to whom one could open anything."""
    return tuple(
        replace(choice, hint="", opens=False) if choice.opens else choice for choice in choices
    )


def opens_to_it(kind: CaseKind, answer: Decision) -> bool:
    """Tell whether IT can see a case of this kind once the person gave this answer."""
    return answer is Decision.IMPERSONATION and kind in OWNERSHIP_KINDS
