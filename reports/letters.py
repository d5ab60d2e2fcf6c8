"""Messages about one account that its person or IT copies and sends, in each language.

They name what was found and nothing else that is known of anyone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.vocabulary import Language, LetterKind
from reports.case_view import CaseView
from reports.emails.render import fill_template
from reports.translation import use_language


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """`contact` answers questions; `reported_at` is None while nobody has reported it."""

    case: CaseView
    person: str
    organization: str
    reported_at: datetime | None
    zone: str
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`id` tells it apart on a page."""

    kind: LetterKind
    language: Language
    text: str

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.language}"


def write_letters(kind: LetterKind, facts: LetterFacts) -> Iterator[Letter]:
    """Yield it in each language."""
    for language in Language:
        with use_language(language):
            text = fill_template(f"letters/{kind}.txt", {"view": facts})
        yield Letter(kind=kind, language=language, text=f"{text.strip()}\n")
