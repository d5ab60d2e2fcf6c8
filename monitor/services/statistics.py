"""The district as IT sees it: figures that tell nobody apart, coverage, sources, and the audit."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.db.database import State
from monitor.db.review import Happened, Wanted
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import SourceRun
from monitor.domain.disclosure import FEWEST, Count, large_enough
from monitor.domain.planning.budget import Outlay
from monitor.domain.schedule import SWEEP_TAKES, iso_week, sweep_week
from monitor.services.ports import Now
from monitor.services.presenters import Telling
from monitor.services.query_planning import Planning
from monitor.services.review_queue import Admission
from reports.labels import GapKind
from reports.pages.district import DistrictView, HealthLine, WeekLine

WEEKS = 12
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveying:
    state: State
    config: Config
    admission: Admission
    planning: Planning
    telling: Telling
    now: Now

    def view(self) -> DistrictView:
        now, gate = self.now(), self.admission.gate()
        oldest = self.state.openings.oldest(gate)
        spent = self._spent()
        most = self.planning.limits.district.usd
        enough = large_enough(len(self.state.consents.live(now)))
        return DistrictView(
            enough=enough,
            weeks=tuple(self._weeks(now)) if enough else (),
            open=self.state.openings.count(gate, Wanted()),
            oldest=oldest,
            days=(now - oldest).days if oldest else 0,
            coverage=self.telling.coverage(self._runs(now - SWEEP_TAKES)),
            health=tuple(map(_health, self.state.health.all())),
            requests=spent.requests,
            usd=f"${spent.usd:.2f}",
            usd_most=None if most is None else f"${most:.2f}",
            fewest=FEWEST,
        )

    def _runs(self, late: datetime) -> tuple[SourceRun, ...]:
        told = self.state.sweeps.latest_told(late)
        return self.state.sweeps.runs_so_far(told, late) if told else ()

    def _weeks(self, now: datetime) -> Iterator[WeekLine]:
        zone = self.config.district.zone
        since = now - (WEEKS + 1) * 7 * DAY
        raised = _by_week(self.state.figures.raised(since), zone)
        ruled = _by_week(self.state.figures.ruled(since), zone)
        for back in reversed(range(WEEKS)):
            week = iso_week(now - back * 7 * DAY, zone)
            yield WeekLine(week=week, raised=raised[week].shown, ruled=ruled[week].shown)

    def _spent(self) -> Outlay:
        """Return what the week's sources cost; of what was about nobody, too."""
        district = self.config.district
        week = sweep_week(self.now(), district.ref, district.zone)
        return sum(self.planning.spent(week).values(), Outlay())


def _by_week(happened: Iterable[Happened], zone: str) -> defaultdict[str, Count]:
    numbers: Counter[str] = Counter()
    people: defaultdict[str, set[str]] = defaultdict(set)
    for each in happened:
        week = iso_week(each.at, zone)
        numbers[week] += 1
        people[week].add(each.person)
    counts = {week: Count(number=n, people=len(people[week])) for week, n in numbers.items()}
    return defaultdict(Count, counts)


def _health(health: SourceHealth) -> HealthLine:
    gap = None if health.outcome.conclusive else GapKind(health.outcome)
    return HealthLine(source=health.source, gap=gap, since=health.since, proven_at=health.proven_at)
