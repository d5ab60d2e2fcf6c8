"""How a person's findings are judged, as what they said so far stands."""

from dataclasses import dataclass, replace

from monitor.domain.assessment import Assessment, assess
from monitor.domain.flag import Ruling
from monitor.domain.reasons.subject import Inventory, Subject
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

    @property
    def _unlearnt(self) -> Inventory:
        return replace(self.said, lessons=NONE_YET)
