"""What the weeks to come will ask and cost, as far as can be told beforehand."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256

from monitor.domain.planning.budget import Limits, Outlay, Purse
from monitor.domain.planning.choice import Candidate, Choice, Depth, choose
from monitor.domain.planning.rotation import Brought, after
from scrapers.request import Query

# An assumption, for nobody can know: twice a year something new turns up about a person.
NEWS_EVERY = 26
QUARTER = 13
# Whatever was found in the first weeks has come to rest by then.
SETTLED = range(52, 104)

Brings = Callable[[Query, int], Brought]
"""Say what a question's answer brings in a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Means of a week, in requests and dollars, if everybody joined now."""

    first_quarter: Outlay
    settled: Outlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Candidates that go through week after week; `canaries` are asked in each."""

    offered: tuple[Candidate, ...]
    limits: Limits
    canaries: Outlay = field(default_factory=Outlay)

    def played(self, weeks: Iterable[int], brings: Brings) -> Iterator[tuple[Choice, Outlay]]:
        """Yield what each week asks, and what it costs at most."""
        histories = {each.query.key: each.history for each in self.offered}
        for week in weeks:
            purse = Purse(self.limits, {"": self.canaries})
            now = (replace(each, history=histories[each.query.key]) for each in self.offered)
            choice = choose(now, week, purse, Depth.ROTATING)
            for key, query in choice.asked.items():
                # Of what is about nobody no history is kept: it is asked every week.
                if query.subject:
                    histories[key] = after(histories[key], week, brings(query, week))
            yield choice, purse.total


def forecast(rotation: Rotation, week: int) -> Forecast:
    """Play two years from a week on in which nobody was asked about yet."""
    new = tuple(replace(each, history=None) for each in rotation.offered)
    weeks = range(week, week + SETTLED.stop)
    brings = _Assumed({each.query.subject for each in new}, week)
    bills = [bill for _, bill in replace(rotation, offered=new).played(weeks, brings)]
    return Forecast(
        first_quarter=_mean(bills[:QUARTER]), settled=_mean(bills[SETTLED.start : SETTLED.stop])
    )


class _Assumed:
    """News about each person, every so many weeks, for the first question that is asked then."""

    __slots__ = ("_seen",)

    def __init__(self, people: Iterable[str], week: int) -> None:
        self._seen = dict.fromkeys(people, week)

    def __call__(self, query: Query, week: int) -> Brought:
        seen, self._seen[query.subject] = self._seen[query.subject], week
        drawn = int.from_bytes(sha256(query.subject.encode()).digest()[4:8])
        latest = week - (week + drawn) % NEWS_EVERY
        return Brought.NEWS if seen < latest else Brought.NOTHING


def _mean(bills: list[Outlay]) -> Outlay:
    total = sum(bills, Outlay())
    return Outlay(
        requests=round(total.requests / len(bills)),
        usd=(total.usd / len(bills)).quantize(Decimal("0.01")),
    )
