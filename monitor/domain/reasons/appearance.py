"""What a finding shows of a person."""

import re
from dataclasses import dataclass

from monitor.domain.handles.fit import Cover, HandleFit, fits
from monitor.domain.handles.handles import local_part
from monitor.domain.names.names import Agreement, Level, agreement, disguised, mention
from monitor.domain.names.spelling import plain, squashed
from monitor.domain.names.words import TITLES, words_of
from monitor.domain.person import PersonName
from scrapers.finding import Finding, Kind

# Nobody writes a name or a description this long in good faith.
_LONGEST_NAME = 200
_LONGEST_TEXT = 4000
# In the title of a result, the handle and the network's name follow the display name.
_AFTER_NAME = re.compile(r"\(|[|•·]|\s-\s|\son\s")
COVERED = frozenset({Cover.FULL, Cover.NICK})
_NAMED = COVERED | {Cover.INITIALS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """`written` is None where no name is shown, or only a pseudonym.

    `half` says that a word of the name shown is the person's given or family name.
    `description` is what an account says of itself; `text` is everything that is shown.
    """

    shown: str
    description: str
    text: str
    written: Agreement | None
    half: bool
    fit: HandleFit

    @property
    def whole(self) -> bool:
        return self.written is not None and self.written.whole

    @property
    def level(self) -> Level | None:
        return self.written.level if self.written else None

    @property
    def covered(self) -> bool:
        """The handle holds given and family name."""
        return self.fit.cover in COVERED

    @property
    def named(self) -> bool:
        """The handle is made of the name, or of initials and a part of it."""
        return self.fit.cover in _NAMED


def appearance(finding: Finding, name: PersonName) -> Appearance:
    account = finding.kind is Kind.ACCOUNT
    shown = _shown(finding) if account else ""
    parts = (finding.name, finding.title, finding.bio, finding.snippet)
    text = "\n".join(part for part in parts if part)[:_LONGEST_TEXT]
    return Appearance(
        shown=shown,
        description=(finding.bio or finding.snippet)[:_LONGEST_TEXT] if account else "",
        text=text,
        written=_written(finding, shown, name) if account else mention(text, name),
        half=bool(_words_in(shown) & _words_in(f"{name.full} {' '.join(name.nicknames)}")),
        fit=fits(finding.handle, name),
    )


def _shown(finding: Finding) -> str:
    return (finding.name or _AFTER_NAME.split(finding.title)[0]).strip()[:_LONGEST_NAME]


def _written(finding: Finding, shown: str, name: PersonName) -> Agreement | None:
    """Compare the display name; where that is a pseudonym, look for the name in the rest."""
    if disguised(shown, name):
        return Agreement(level=Level.NEAR)
    agreed = agreement(shown, name)
    if agreed.level is Level.DIFFERENT and _titled(shown):
        agreed = mention(shown, name)
    one_word = len(shown.split()) == 1
    handle_again = one_word and squashed(shown) == squashed(local_part(finding.handle))
    told = agreed.level is not Level.DIFFERENT and not handle_again
    if told or len(words_of(shown)) > 1:
        return agreed
    inside = mention(f"{finding.bio}\n{finding.snippet}"[:_LONGEST_TEXT], name)
    return inside if inside.whole else None


def _titled(shown: str) -> bool:
    """Tell whether somebody is addressed, as in "Mrs. Doe's Classroom"."""
    return plain(shown).partition(" ")[0].rstrip(".") in TITLES


def _words_in(text: str) -> frozenset[str]:
    return frozenset(words_of(text.replace("-", " ")))
