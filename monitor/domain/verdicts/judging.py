"""How a person's findings are judged, as what they said so far stands."""

from dataclasses import dataclass, replace

from monitor.domain.assessment import Assessment, assess
from monitor.domain.flag import Ruling
from monitor.domain.reasons.subject import Inventory, Subject, account_keys
from monitor.domain.verdicts.lessons import NONE_YET
from monitor.domain.weights import Weights
from monitor.domain.whose import Label
from scrapers.finding import Finding

_SOMEBODY_ELSE = frozenset({Ruling.NAMESAKE, Ruling.UNRELATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    subject: Subject
    said: Inventory
    weights: Weights

    def judge(self, finding: Finding, verdict: Ruling | None) -> Assessment:
        """Assess a finding; what was judged itself taught the lessons, and is not held to them."""
        said = self.said if verdict is None else self._unlearnt
        return assess(self.subject, finding, said, verdict, self.weights)

    def outgrown(self, changed: Finding, verdict: Ruling | None) -> bool:
        """Tell whether a verdict of somebody else no longer fits what an account has become.

        Else an impostor would only have to look like a namesake first.
        """
        if verdict not in _SOMEBODY_ELSE:
            return False
        found = assess(self.subject, changed, self._unlearnt, None, self.weights)
        return found.label is Label.IMPERSONATION

    def afresh(self, finding: Finding) -> Assessment:
        """Assess a finding as if nothing had been said of it, nor learnt from anything."""
        keys = account_keys(finding)
        person = self.subject.person
        accounts = tuple(each for each in person.accounts if each.casefold() not in keys)
        subject = replace(self.subject, person=replace(person, accounts=accounts))
        own = tuple(each for each in self.said.own if each.key != finding.key)
        return assess(subject, finding, replace(self._unlearnt, own=own), None, self.weights)

    @property
    def _unlearnt(self) -> Inventory:
        return replace(self.said, lessons=NONE_YET)
