"""Write what a week costs into docs/sources.md, from the plan: `python -m docs.question_costs`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from docs.sources import FILE, fill_in
from monitor.domain.planning.budget import SELF_CHECK_SHARE, ApiCost, CostLimits
from monitor.domain.planning.rotation import MAX_INTERVAL, AnswerNovelty
from monitor.domain.planning.selection import BEST_RANKS, SETTLED_WEEKS, QueryRotation
from monitor.services.lookalike_checks import MOST_NAMES_A_WEEK
from monitor.services.question_costs import (
    CANARIES,
    DISTRICT,
    EVERYTHING,
    FREE_A_WEEK,
    FULL,
    NAMED,
    PLAIN,
    PRICE,
    SEARCHED,
    count_watch_questions,
    list_candidates,
    list_district_candidates,
)
from scrapers.models import Query
from scrapers.search.brave import BRAVE

STAFF = (130, 200, 400)
# What is added one by one, and to whom.
FEATURES = (
    ("name, school, district and one place, and as students write it", PLAIN, SEARCHED),
    ("two nicknames and a former surname", NAMED, SEARCHED),
    ("three usernames", FULL, SEARCHED),
    ("people-search sites", FULL, EVERYTHING),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """Means of a settled week, and how far apart questions are, in weeks.

    `first_round` is in how many weeks everyone's best questions have been asked once.
    """

    wanted: int
    asked: int
    first_round: int
    best_every: float
    others_every: float


@cache
def measure(people: int, quota: int | None = FREE_A_WEEK) -> WeekFigures:
    """Play two years in which everybody has everything, joins in one week, and nothing is new."""
    offered = tuple(
        candidate
        for number in range(people)
        for candidate in list_candidates(replace(FULL, id=f"staff-{number}"), EVERYTHING)
    )
    ranks = {candidate.query.key: candidate.rank for candidate in offered}
    fixed = ApiCost.from_requests(CANARIES + count_watch_questions(), PRICE)
    allowances = {}
    if quota is not None:
        allowances[BRAVE.name] = int(quota * (1 - SELF_CHECK_SHARE)) - fixed.requests
    rotation = QueryRotation(
        offered=(*list_district_candidates(), *offered),
        limits=CostLimits(),
        canaries=fixed,
        allowances=allowances,
    )
    new = {key for key, rank in ranks.items() if rank < BEST_RANKS}
    first_round, bills, best, others = 0, [], 0, 0
    weeks = rotation.simulate_weeks(range(SETTLED_WEEKS.stop), _bring_nothing)
    for week, (choice, bill) in enumerate(weeks):
        if new:
            new -= choice.selected.keys()
            first_round = week + 1
        if week in SETTLED_WEEKS:
            asked = [ranks[key] for key in choice.selected if key in ranks]
            best, others = best + asked.count(0), others + len(asked) - asked.count(0)
            bills.append(bill.requests)
    settled = len(SETTLED_WEEKS)
    return WeekFigures(
        wanted=measure(people, None).asked if quota is not None else 0,
        asked=round(sum(bills) / settled),
        first_round=first_round,
        best_every=people * settled / best,
        others_every=(len(ranks) - people) * settled / others,
    )


def _bring_nothing(_query: Query, _week: int) -> AnswerNovelty:
    return AnswerNovelty.NOTHING


def _list_feature_rows() -> Iterator[str]:
    before, settled_before = 0, 0.0
    for words, person, scopes in FEATURES:
        offered = list_candidates(person, scopes)
        begun = sum(1 / candidate.interval for candidate in offered)
        added = len(offered) - before
        yield f"| {words} | {added} | {begun - settled_before:.2f} | {added / MAX_INTERVAL:.2f} |\n"
        before, settled_before = len(offered), begun
    yield (
        f"| **one person with all of that** | **{before}** | **{settled_before:.2f}** | "
        f"**{before / MAX_INTERVAL:.2f}** |\n"
    )
    urgent = sum(1 / entry.interval for entry in list_candidates(FULL, EVERYTHING, is_urgent=True))
    yield (
        f"| the same while a case of theirs is open | {before} | {urgent:.2f} | {urgent:.2f}, "
        "until it ends |\n"
    )


def build_page() -> str:
    schools = len(DISTRICT.schools)
    district = len(list_district_candidates()) - schools
    watch = count_watch_questions()
    rows = "".join(
        f"| {people} | {figures.wanted} | {figures.asked} | {figures.first_round} weeks | "
        f"every {figures.best_every:.0f} weeks | every {figures.others_every:.0f} weeks |\n"
        for people in STAFF
        for figures in (measure(people),)
    )
    part = COSTS.format(
        free=FREE_A_WEEK,
        kept=FREE_A_WEEK - int(FREE_A_WEEK * (1 - SELF_CHECK_SHARE)),
        features="".join(_list_feature_rows()),
        canaries=CANARIES,
        district=district,
        schools=schools,
        watch=watch,
        names=MOST_NAMES_A_WEEK,
        fixed=CANARIES + district + schools + watch,
        rows=rows,
    )
    return fill_in({"costs": part})


COSTS = """\
On Brave without its news. Of one person:

| what is known of them | questions | a week at first | a week once settled |
|---|---|---|---|
{features}
At first, the best question is weekly and the others come every four or eight weeks. Where nothing
new turns up, all come every eight weeks in the end; what is new makes them frequent again. While
somebody has an open case, the best is weekly and the others come every second week. "As
students write it" is two of them: a title or a joke word with the family name, beside the school as
they say it (*Oak Hill* for Oak Hill Elementary School).

| of one district | questions a week |
|---|---|
| self-tests | {canaries} |
| the district's name, next to "teacher" and its mail domain | {district} |
| each school under `[official]`, here three, next to titles and joke words, no name | {schools} |
| look-alikes, with `[official]`: up to {names} names of it and its schools | {watch} |
| **together, however many staff** | **{fixed}** |

Brave gives five dollars of credit a month, which is about {free} questions a week: set
`per_week = {free}` and `news = false` under `[sources.brave]`. Of those, {kept} are kept for people
who check themselves. Here everybody has joined in one week with all of the above, and nothing new
turns up:

| staff | due a week, settled | asked | all best three asked within | then the best | others |
|---|---|---|---|---|---|
{rows}
So the credit is enough for 130 staff. With 400, everything is asked, but half as often or less, and
an account that appears is found up to four months later. For 400 as often as for 130, pay:
[what searches cost](set-up.md#what-searches-cost).
"""


if __name__ == "__main__":
    FILE.write_text(build_page(), "utf-8")
