"""The take-down kit: where to report an account, what to write there, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from reports.evidence_pack import ActionLogLine, EvidenceView
from reports.pages.layout import FieldProblem, PageFrame, render_page
from reports.templating import ENVIRONMENT


class AccountSighting(StrEnum):
    """What was seen of the account since it was reported."""

    NOT_YET = "not-yet"
    THERE = "there"
    MISSING = "missing"
    GONE = "gone"


_WHO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "you",
        "representative": "your legal representative",
        "parent": "the parents of a minor",
        "anybody": "anyone, so coworkers can help",
    }
)
_IDENTITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no": "It asks for no proof of who you are.",
        "sometimes": "It often asks for proof of who you are, such as a photo of a document.",
        "always": "It asks for a photo of an identity document.",
        "untold": "It may ask for proof of who you are. We could not find out.",
    }
)
_KNOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "official": "Source: the platform's own page",
        "secondary": "Unconfirmed: reported by others; check the platform's own page",
        "recalled": "Unconfirmed: from memory, not looked up",
    }
)
CHOICES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "reported": ("I reported it", "We will look at the account again in three days."),
        "removed": ("It was removed", ""),
        "refused": (
            "The platform refused",
            "You can report it again and show more copied elements.",
        ),
        "reopened": ("Undo the last entry", ""),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformGuide:
    """What a platform wants; `seen_on` is None where our text has no date.

    `stale` says that nobody has looked at it for long, or ever. `least` is how many copied
    elements its rule wants, 0 for no number.
    """

    name: str
    form: str
    in_app: str
    who: tuple[str, ...]
    asks: tuple[str, ...]
    identity: str
    rule: str
    least: int
    defence: str
    help: str
    known: str
    seen_on: date | None
    stale: bool
    proof: bool

    @property
    def who_words(self) -> tuple[str, ...]:
        return tuple(_WHO[each] for each in self.who)

    @property
    def identity_words(self) -> str:
        return _IDENTITY[self.identity]

    @property
    def known_words(self) -> str:
        when = f" (dated {self.seen_on:%B %-d, %Y})" if self.seen_on else ""
        return f"{_KNOWN[self.known]}{when}."


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownView:
    """`looked` is None before a report; `looks_at` is when we look again, None if we do not.

    `note` is what was typed into a form that came back.
    """

    ref: str
    evidence: EvidenceView
    state: str
    place: PlatformGuide | None
    log: tuple[ActionLogLine, ...]
    choices: tuple[str, ...]
    looked: AccountSighting | None = None
    looked_at: datetime | None = None
    looks_at: datetime | None = None
    note: str = ""
    faults: tuple[FieldProblem, ...] = ()

    @property
    def options(self) -> tuple[tuple[str, str, str], ...]:
        return tuple((each, *CHOICES[each]) for each in self.choices)

    @property
    def report_text(self) -> str:
        """What can be pasted into a platform's form: plain, and nothing but facts."""
        text = ENVIRONMENT.get_template("takedown/text.txt").render(view=self.evidence)
        return f"{text.strip()}\n"

    @property
    def has_enough_copies(self) -> bool:
        """Tell whether as many elements are copied as the platform's rule wants."""
        return self.place is None or len(self.evidence.copies) >= self.place.least


def render_takedown(view: TakedownView, frame: PageFrame) -> str:
    return render_page("takedown", view, frame)
