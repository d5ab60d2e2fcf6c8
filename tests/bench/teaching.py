"""How much a person's verdicts help to tell their pages from their namesakes'.

`python -m tests.bench.teaching` prints it for 0, 1, 2, 4 and 8 verdicts. The figure is the area
under the curve for traces that were not judged, a mean over people: how often one of theirs gets
more bits than one of somebody else's. What is judged is drawn by lot; the people are invented
(`tests/bench/namesakes.py`), or John Smith of the demo, who here told us nothing but his name; of
him there are at most six verdicts.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from random import Random
from statistics import fmean

from monitor.demo.data import load_demo_contents
from monitor.demo.district import JOHN
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.imitation import match_likeness_rules
from monitor.domain.detection.lessons import learn_from_feedback
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.person import Person
from monitor.domain.vocabulary import Decision
from scrapers.models import Trace, TraceKind
from tests.bench.namesakes import Target, targets
from tests.bench.plain_words import PlainWords

SEED = 20261124
PEOPLE = 100
DRAWS_IN_THE_DEMO = 40
VERDICTS = (0, 1, 2, 4, 8)
MOST_JUDGED = 8
OTHERS_OF_THE_NAME = 30.0
# What tells the other John Smiths of the demo from the one of Cedar Valley.
ELSEWHERE = ("Port Aldous", "Harlan Falls", "ward 3")

Score = Callable[[Trace], float]


class Order(StrEnum):
    """In which order the person rules: of what is theirs alone, or of both sides by turns."""

    MINE = "theirs alone"
    TURNS = "theirs and others' by turns"


Said = tuple[tuple[Trace, Decision], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is judged, and what is left to divide: the same, however many verdicts there are."""

    person: Person
    said_mine: Said
    said_other: Said
    mine: tuple[Trace, ...]
    others: tuple[Trace, ...]

    @property
    def shown(self) -> tuple[Trace, ...]:
        judged = (trace for trace, _ in (*self.said_mine, *self.said_other))
        return (*judged, *self.mine, *self.others)

    def said(self, verdicts: int, order: Order) -> Said:
        if order is Order.MINE:
            return self.said_mine[:verdicts]
        pairs = zip_longest(self.said_mine, self.said_other)
        return tuple(side for pair in pairs for side in pair if side)[:verdicts]


Rule = Callable[[Trial, Said], Score]


def trial(target: Target, random: Random) -> Trial:
    mine, others = (random.sample(side, len(side)) for side in (target.mine, target.others))
    first, second = (min(MOST_JUDGED, (len(side) + 1) // 2) for side in (mine, others))
    return Trial(
        person=target.person,
        said_mine=tuple((trace, Decision.MINE) for trace in mine[:first]),
        said_other=tuple((other, Decision.NAMESAKE) for other in others[:second]),
        mine=tuple(mine[first:]),
        others=tuple(others[second:]),
    )


def by_all_rules(one_trial: Trial, said: Said) -> Score:
    name = one_trial.person.name
    subject = Subject(person=one_trial.person, commonness=OTHERS_OF_THE_NAME)
    inventory = Inventory(lessons=learn_from_feedback(said, (), name))
    return lambda trace: assess_trace(subject, trace, inventory, None, load_own_weights()).bits


def by_verdicts_alone(one_trial: Trial, said: Said) -> Score:
    name = one_trial.person.name
    taught = learn_from_feedback(said, (), name)
    return lambda trace: sum(
        load_own_weights().bits[rule.rule.name] * rule.amount
        for rule in match_likeness_rules(taught, trace, name)
    )


def by_every_word(one_trial: Trial, said: Said) -> Score:
    """Divide by all words, as we decided not to: the difference is the price of it."""
    mine, others = (
        tuple(trace for trace, decision in said if decision is side)
        for side in (Decision.MINE, Decision.NAMESAKE)
    )
    return PlainWords(one_trial.person.name, one_trial.shown).scorer(mine, others)


def divided(score: Score, mine: Iterable[Trace], others: Iterable[Trace]) -> float:
    """Return the area under the curve."""
    theirs = [score(other) for other in others]
    won = [(one > other) + (one == other) / 2 for one in map(score, mine) for other in theirs]
    return fmean(won)


def area(trials: Sequence[Trial], by: Rule, verdicts: int, order: Order) -> float:
    scores = ((one_trial, by(one_trial, one_trial.said(verdicts, order))) for one_trial in trials)
    return fmean(divided(score, one_score.mine, one_score.others) for one_score, score in scores)


def invented(people: int) -> list[Trial]:
    random = Random(SEED)  # noqa: S311  # the same verdicts in each run
    return [trial(target, random) for target in targets(SEED, people)]


def of_the_demo() -> list[Trial]:
    random = Random(SEED)  # noqa: S311  # the same verdicts in each run
    shown = tuple(of_john())
    target = Target(
        person=Person(
            id="john", name=JOHN.person.name, mail="", organization="", zone="America/Chicago"
        ),
        mine=tuple(trace for trace in shown if not elsewhere(trace)),
        others=tuple(trace for trace in shown if elsewhere(trace)),
    )
    return [trial(target, random) for _ in range(DRAWS_IN_THE_DEMO)]


def of_john() -> Iterator[Trace]:
    """Yield what the made-up web shows under the name of John Smith."""
    current, name = load_demo_contents().filter_by_week(1), JOHN.person.name.full_name
    for profile in current.profiles:
        if name in profile.name:
            url = f"https://{profile.site}.example/{profile.handle}"
            yield _account(url, profile.name, f"{profile.bio} In {profile.town}.")
    for account in current.accounts:
        if name in account.name:
            yield _account(f"https://skies.example/{account.handle}", account.name, account.bio)
    for page in current.pages:
        if name in page.text:
            yield Trace(
                key=page.url,
                kind=TraceKind.PAGE,
                url=page.url,
                title=page.title,
                snippet=page.text,
            )


def elsewhere(trace: Trace) -> bool:
    return any(sign in f"{trace.bio} {trace.snippet}" for sign in ELSEWHERE)


def _account(url: str, name: str, bio: str) -> Trace:
    return Trace(key=url, kind=TraceKind.ACCOUNT, url=url, account=url, name=name, bio=bio)


RULES: Mapping[str, Rule] = {
    "all rules": by_all_rules,
    "verdicts alone": by_verdicts_alone,
    "plain TF-IDF, every word": by_every_word,
}


def main() -> None:
    for name, trials in (("invented people", invented(PEOPLE)), ("the demo", of_the_demo())):
        for order in Order:
            sys.stdout.write(f"{name}: verdicts on {order}\n")
            sys.stdout.write(f"{'':30}{''.join(f'{verdict:7}' for verdict in VERDICTS)}\n")
            for rule, by in RULES.items():
                areas = "".join(f"{area(trials, by, verdict, order):7.3f}" for verdict in VERDICTS)
                sys.stdout.write(f"  {rule:28}{areas}\n")


if __name__ == "__main__":
    main()
