"""One query's answer beside its last one: findings are found, begun and merged."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.demo.district import MARIA
from monitor.domain.finding import withhold_account_text
from monitor.domain.finding_events import is_listed_as_bait, list_reportable_changes
from monitor.services.finding_changes import SnapshotComparer
from monitor.services.withheld_accounts import forget_withheld_text
from scrapers.models import Outcome, ParseResult, Query, QueryKind, Request, Trace, TraceKind
from scrapers.source import SourceFamily
from tests.monitor.services.world import World

NAMES = ("a", "b", "c", "d")


def finding(key: str, *accounts: str) -> Trace:
    account, *others = accounts or ("",)
    kind = TraceKind.ACCOUNT if accounts else TraceKind.PAGE
    return Trace(
        key=key,
        kind=kind,
        url=f"https://{key}.example",
        account=account,
        account_aliases=tuple(others),
    )


class Desk:
    """Compares readings of one person's queries, one after another."""

    def __init__(self, world: World) -> None:
        self.state = world.state
        self.person = world.joins(MARIA).id
        self.numbers = count()
        self.comparing = SnapshotComparer(
            db=self.state,
            person_id=self.person,
            version=1,
            week=1,
            at=world.clock.at,
            new_id=lambda: f"finding-{next(self.numbers):04}",
        )

    def query(self, word: str, kind: QueryKind = QueryKind.SEARCH) -> Query:
        request = Request(url="https://engine.example")
        return Query(
            source="engine", kind=kind, terms=(word,), request=request, subject=self.person
        )

    def shows(self, word: str, traces: Iterable[Trace]) -> None:
        shown = tuple(traces)
        outcome = Outcome.FOUND if shown else Outcome.ABSENT
        reading = ParseResult(outcome=outcome, traces=shown)
        with self.state.begin_transaction():
            self.comparing.compare_answer(self.query(word), reading)

    @property
    def findings(self) -> set[str]:
        return {finding.id for finding in self.state.findings.list_findings_of_person(self.person)}


@pytest.fixture
def desk(world_of) -> Desk:
    return Desk(world_of("chalkboard"))


def test_two_findings_that_turn_out_one_are_one_from_then_on(desk: Desk):
    desk.shows("maria", [finding("a"), finding("b", "net:@maria")])
    desk.shows("delgado", [finding("c", "net:1", "net:@maria"), finding("a")])

    assert desk.findings == {"finding-0000", "finding-0001"}


def test_a_finding_that_was_merged_away_in_the_same_answer_is_met_as_the_whole(desk: Desk):
    desk.shows("other", [finding("a")])
    desk.shows("maria", [finding("c", "site:@maria"), finding("d", "web:@m")])
    # The first finding proves that the page and both accounts are one.
    desk.shows("maria", [finding("a", "net:1", "site:@maria", "web:@m"), finding("d", "web:@m")])

    assert len(desk.findings) == 1
    sightings = desk.state.sightings.list_sightings_of_person(desk.person)
    assert {sighting.finding_id for sighting in sightings} == desk.findings


def test_an_account_that_bears_anothers_former_handle_is_another_finding(desk: Desk):
    desk.shows("maria", [finding("a", "net:1", "net:@maria")])
    desk.shows("maria", [finding("b", "net:2", "net:@maria")])

    assert len(desk.findings) == 2


def mark(desk: Desk, alias: str) -> None:
    """Let an account be one of which no text is kept."""
    (one,) = desk.state.findings.find_findings_by_aliases(desk.person, (alias,))
    bare = replace(one, portrait=withhold_account_text(one.portrait, "sexual"))
    desk.state.findings.update_finding(bare)
    forget_withheld_text(desk.state, bare)


@pytest.mark.parametrize("marked", ["net:1", "net:@maria"])
def test_of_two_that_turn_out_one_neither_keeps_its_text_if_one_is_withheld(
    desk: Desk, marked: str
):
    words = replace(finding("a", "net:@maria"), name="Words", bio="More words")
    desk.shows("maria", [words])
    desk.shows("delgado", [replace(words, key="b", account="net:1")])
    assert len(desk.findings) == 2
    mark(desk, marked)

    both = replace(words, key="c", account="net:1", account_aliases=("net:@maria",))
    desk.shows("both", [both])

    (whole,) = desk.state.findings.list_findings_of_person(desk.person)
    assert (whole.portrait.withheld, whole.portrait.name) == ("sexual", "")
    shown = desk.state.sightings.list_sightings_of_finding(whole.id)
    versions = desk.state.versions.list_versions(whole.id)
    assert {(one.trace.name, one.trace.bio) for one in (*shown, *versions)} == {("", "")}
    # Judged in memory, all the same.
    assert desk.comparing.finding_changes.unkept == {whole.id: [both]}


@pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.PARTIAL])
def test_of_a_withheld_account_nothing_that_it_says_is_a_change(desk: Desk, outcome: Outcome):
    words = replace(finding("a", "net:1"), name="Words", bio="More words")
    desk.shows("maria", [words])
    mark(desk, "net:1")
    desk.comparing.finding_changes.observations.clear()

    for said in ("Other words", ""):
        again = replace(words, bio=said, links=(said,), private=True)
        answer = ParseResult(outcome=outcome, traces=(again,))
        with desk.state.begin_transaction():
            desk.comparing.compare_answer(desk.query("maria"), answer)

    looks = desk.comparing.finding_changes.observations
    assert [look.change for one in looks.values() for look in one] == [None, None]
    assert len(desk.state.versions.list_versions(*looks)) == 1


def test_what_another_list_shows_first_of_a_reopened_account_is_no_new_name(desk: Desk):
    words = replace(finding("a", "net:1"), name="Words", bio="More words")
    desk.comparing = replace(desk.comparing, family=SourceFamily.SEARCH)
    desk.shows("maria", [words])
    mark(desk, "net:1")
    reopened, later = frozenset(desk.findings), desk.comparing.at + timedelta(weeks=1)
    desk.comparing = replace(desk.comparing, at=later, reopened=reopened)
    desk.comparing.finding_changes.observations.clear()

    desk.shows("delgado", [replace(words, name="FREE CRYPTO GIVEAWAY")])

    ((look,),) = desk.comparing.finding_changes.observations.values()
    assert is_listed_as_bait(look.trace)
    assert list_reportable_changes(look) == ()


accounts = st.lists(
    st.sampled_from(["net:1", "net:2", "net:@m", "net:@d", "web:@m"]), max_size=3, unique=True
)
answers = st.lists(
    st.tuples(
        st.sampled_from(["maria", "delgado"]),
        st.lists(st.builds(finding, st.sampled_from(NAMES)), max_size=1)
        | st.lists(
            st.tuples(st.sampled_from(NAMES), accounts).map(
                lambda told: finding(told[0], *told[1])
            ),
            max_size=4,
        ),
    ),
    min_size=1,
    max_size=5,
)


@given(answers=answers)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_shown_every_sighting_and_every_look_is_of_a_finding_that_exists(
    desk: Desk, answers
):
    for word, shown in answers:
        desk.shows(word, shown)

    sightings = desk.state.sightings.list_sightings_of_person(desk.person)
    assert {sighting.finding_id for sighting in sightings} <= desk.findings
    assert set(desk.comparing.finding_changes.finding_ids) <= desk.findings


def unchanged(desk: Desk, version: int = 1) -> None:
    with desk.state.begin_transaction():
        replace(desk.comparing, version=version).compare_answer(
            desk.query("maria"), ParseResult(outcome=Outcome.UNCHANGED)
        )


def test_an_unchanged_answer_to_a_query_that_was_retired_meanwhile_settles_nothing(desk: Desk):
    unchanged(desk)

    assert desk.state.queries.list_queries_of_person(desk.person) == ()


def test_an_unchanged_answer_was_read_by_the_reader_of_the_time_before(desk: Desk):
    desk.shows("maria", [finding("a")])

    unchanged(desk, version=2)

    (query,) = desk.state.queries.list_queries_of_person(desk.person)
    assert query.version == 1
    assert desk.findings == {"finding-0000"}
