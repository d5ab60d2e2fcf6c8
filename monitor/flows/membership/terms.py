"""What this district's people are told before they agree, and what follows from it."""

from dataclasses import dataclass, replace

from monitor.config import Config
from monitor.domain.consent import text_hash
from monitor.domain.consent_text import Section, Terms, consent_text, sections
from monitor.domain.disclosure import DisclosurePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictTerms:
    config: Config
    engines: tuple[str, ...]

    @property
    def text(self) -> str:
        return consent_text(self._terms)

    @property
    def sections(self) -> tuple[Section, ...]:
        """Return the same text part by part, as a page lays it out."""
        return tuple(sections(self._terms))

    @property
    def _terms(self) -> Terms:
        return Terms(engines=self.engines, disclosure=self._decided)

    @property
    def hash(self) -> str:
        return text_hash(self.text)

    @property
    def disclosure(self) -> DisclosurePolicy:
        """Days that a person was not told of do not count for them."""
        return replace(self._decided, told_in=frozenset({self.hash}))

    @property
    def _decided(self) -> DisclosurePolicy:
        students = self.config.students
        return DisclosurePolicy(
            student_link_days=students.share_after_days,
            counsel=students.counsel,
            counsel_approved_on=students.counsel_approved_on,
        )
