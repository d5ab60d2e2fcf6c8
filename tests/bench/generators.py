"""Accounts from several independent sources, each with what it is, as the engine meets them.

Weights are fitted on some of these and judged on another (`tests.bench.fit`). Who wrote one of them
should have read neither the rules nor the others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from random import Random
from types import ModuleType

from monitor.domain.detection.appearance import (
    AssessmentInput,
    Inventory,
    Subject,
    build_input,
    is_declared,
)
from monitor.domain.detection.assessment import (
    Assessment,
    assess_evidence,
    assess_input,
    collect_evidence,
)
from monitor.domain.detection.evidence import Evidence, Priors
from monitor.domain.detection.evidence_rules import RULES
from monitor.domain.detection.weights import Weights, load_own_weights
from monitor.domain.names.frequency import estimate_namesakes, load_census
from scrapers.models import Trace, TraceKind
from tests.bench import (
    kinds_of_pages,
    made_by_habits,
    made_by_reports,
    made_by_stories,
    staff_harm,
)
from tests.bench.detection import MADE_BY_OTHERS, end_year
from tests.bench.kinds_of_pages import Shown, show_own_account
from tests.bench.labels.rows import rows as draw_label_rows
from tests.bench.score.rows import collect_schools, read_profile
from tests.bench.score.scorers import Profile, ProfileLabel
from tests.bench.staff_harm import NOW, SITES, view_in_search

PROFILE, SEARCH = "profile", "search"
FAKE = "impersonation"
# The person's, or somebody else's: nobody made it to play or mock them.
INNOCENT = "innocent"
YEAR = 2026
Row = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Example:
    """One account, and what it is: a label of the scorer's rows, or `INNOCENT`.

    `view` says whether the network shows it, or a search engine, without dates, counts, pictures.
    """

    inputs: AssessmentInput
    gold: str
    kind: str
    view: str

    @cached_property
    def amounts(self) -> tuple[Evidence, ...]:
        """All that speaks for and against, with how often each rule holds instead of bits."""
        return tuple(collect_evidence(self.inputs, None, _ONE_EACH))

    @cached_property
    def is_declared(self) -> bool:
        inputs = self.inputs
        return is_declared(inputs.trace, inputs.subject, inputs.inventory)

    @property
    def is_open(self) -> bool:
        """It is an account that the person did not declare."""
        return self.inputs.is_account and not self.is_declared

    def assess(self, by: Weights) -> Assessment:
        """Assess it by other weights, with no look at its words again."""
        if self.is_declared:
            return assess_input(self.inputs, None, by)
        weighed = (replace(one, bits=one.bits * by.bits[one.rule]) for one in self.amounts)
        return assess_evidence(self.inputs, tuple(weighed), by)


_ONE_EACH = Weights(
    version=0,
    priors=Priors(impersonation=0.0, mock=0.0),
    bits=dict.fromkeys(RULES, 1.0),
    sources={},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """`met` is what was found, of `people` in a year, or 0 if in no natural mix; `fakes` more."""

    met: Sequence[Example]
    fakes: Sequence[Example] = ()
    people: int = 0

    @property
    def examples(self) -> Sequence[Example]:
        return (*self.met, *self.fakes)


def read_examples(rows: Iterable[tuple[Row, Mapping[str, str]]], now: datetime) -> list[Example]:
    """Read rows as `tests.bench.score` does: the matcher is told all schools of a district.

    What stands on no network is a page, which `tests.bench.score` does not know, and what is seen
    in a search has a title and a snippet.
    """
    read = [
        (_show_in_search(profile) if gold["view"] == SEARCH else profile, gold)
        for row, gold in rows
        for profile in [_show_pages(read_profile(row))]
    ]
    whose = ProfileLabel(
        counts=load_census(),
        weights=load_own_weights(),
        now=now,
        schools=collect_schools(profile for profile, _ in read),
    )
    return [
        Example(
            inputs=whose.inputs(profile), gold=gold["gold"], kind=gold["kind"], view=gold["view"]
        )
        for profile, gold in read
    ]


def _show_pages(profile: Profile) -> Profile:
    found = profile.found
    if found.platform != "web":
        return profile
    page = Trace(
        key=found.handle,
        kind=TraceKind.PAGE,
        url=f"https://{found.handle}",
        title=found.name,
        snippet=found.bio,
        links=found.links,
    )
    return replace(profile, found=page)


def _show_in_search(profile: Profile) -> Profile:
    """Show an account as a search engine does, unless its row does so already."""
    found = profile.found
    if found.kind is TraceKind.PAGE or not (found.name or found.bio):
        return profile
    handle = "" if found.handle in found.name else f" (@{found.handle})"
    seen = replace(found, name="", bio="", title=f"{found.name}{handle}", snippet=found.bio)
    return replace(profile, found=seen)


def draw_profiles(seed: int, people: int) -> Drawn:
    """Draw ten profiles a person, every other one as a search engine shows it."""
    random = Random(seed)  # noqa: S311  # the same rows for the same seed
    drawn: list[tuple[Row, Mapping[str, str]]] = []
    for at, (row, gold) in enumerate(draw_label_rows(random, 10 * people)):
        view = SEARCH if at % 2 else PROFILE
        told = show_row_in_search(row) if at % 2 else row
        drawn.append((told, {"gold": gold, "kind": gold, "view": view}))
    return Drawn(met=read_examples(drawn, end_year(YEAR)))


def show_row_in_search(row: Row) -> Row:
    """Show the found account of a row as a search engine does: its name, username and words."""
    found = row["found"]
    assert isinstance(found, dict)
    platform = str(found["platform"])
    site = SITES.get(platform, platform.title())
    shown = {
        "platform": platform,
        "handle": found["handle"],
        "title": f"{found.get('display_name', '')} (@{found['handle']}) | {site}".lstrip(),
        "snippet": found.get("bio", ""),
        "link_back": found.get("link_back", False),
    }
    return {**row, "found": shown}


# What a kind of page is; all others are made by others, or no accounts.
_GOLD_BY_KIND = {
    "own, declared": "own",
    "own, undeclared": "own",
    "classroom": "own",
    "work profile": "own",
    "fans of a famous namesake": "namesake",
    "boosters, sports fans, clubs": INNOCENT,
    "payment page": INNOCENT,
    **dict.fromkeys((*sorted(MADE_BY_OTHERS), kinds_of_pages.NEW), FAKE),
}


def draw_kinds(seed: int, people: int) -> Drawn:
    return Drawn(met=tuple(_draw_kinds(seed, people // 2)))


def _draw_kinds(seed: int, number: int) -> Iterator[Example]:
    for kind, gold in _GOLD_BY_KIND.items():
        random = Random(f"{kind}{seed}")  # noqa: S311  # the same pages for the same seed
        for _ in range(number):
            shown = kinds_of_pages.draw_shown(random)
            trace = kinds_of_pages.KINDS[kind](shown)
            if trace.kind is TraceKind.ACCOUNT:
                view = PROFILE if trace.name else SEARCH
                inputs = _compare(shown, trace, None)
                yield Example(inputs=inputs, gold=gold, kind=kind, view=view)


_GOLD_OF_INNOCENT = {"namesake": "namesake"}


def draw_harms(seed: int, people: int) -> Drawn:
    return Drawn(met=tuple(_draw_harms(seed, people // 2)))


def _draw_harms(seed: int, number: int) -> Iterator[Example]:
    for kind, drawn in staff_harm.KINDS.items():
        random = Random(f"{kind}{seed}")  # noqa: S311  # the same accounts for the same seed
        gold = FAKE if drawn.made else _GOLD_OF_INNOCENT.get(kind, "unrelated")
        for at in range(number):
            shown, trace = drawn.draw(random)
            view = SEARCH if at % 2 else PROFILE
            seen = view_in_search(trace) if at % 2 else trace
            inputs = _compare(shown, seen, NOW)
            yield Example(inputs=inputs, gold=gold, kind=kind, view=view)


def _compare(shown: Shown, trace: Trace, now: datetime | None) -> AssessmentInput:
    person = shown.person
    subject = Subject(person=person, commonness=estimate_namesakes(person.name, load_census()))
    inventory = Inventory(own_traces=(show_own_account(person),), seen_at=now)
    return build_input(subject, trace, inventory)


def draw_stories(seed: int, people: int) -> Drawn:
    return _draw_years(made_by_stories, seed, people)


def draw_habits(seed: int, people: int) -> Drawn:
    return _draw_years(made_by_habits, seed, people)


def draw_reports(seed: int, people: int) -> Drawn:
    return _draw_years(made_by_reports, seed, people)


_FAKES_A_PERSON = 4


def _draw_years(source: ModuleType, seed: int, people: int) -> Drawn:
    """Draw what a year brings to people, and many fakes, as a year brings few."""
    fakes = source.draw_fakes(seed, _FAKES_A_PERSON * people)
    return Drawn(
        met=read_examples(source.draw_rows(seed, people), NOW),
        fakes=read_examples(fakes, NOW),
        people=people,
    )


# The same accounts for the same seed.
Generator = Callable[[int, int], Drawn]
GENERATORS: Mapping[str, Generator] = {
    "profiles": draw_profiles,
    "kinds": draw_kinds,
    "harms": draw_harms,
    "stories": draw_stories,
    "habits": draw_habits,
}
# Weights are judged on these, and never fitted on them, nor is a rule written for them.
JUDGES: Mapping[str, Generator] = {"reports": draw_reports}
