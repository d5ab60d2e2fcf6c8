"""What is asked for money: the most valuable first, and never for more than is allowed."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.planning.budget import ApiCost, CostCap, CostLimits, WeeklyBudget
from monitor.domain.planning.rotation import MAX_INTERVAL, QueryHistory
from monitor.domain.planning.selection import (
    BEST_RANKS,
    FULL_DEPTH,
    Need,
    SearchDepth,
    rank_candidates,
    select_queries,
)
from tests.monitor.domain.planning.drawn import (
    PEOPLE,
    PRICES,
    WEEK,
    districts,
    limits,
    queries,
    query,
)

depths = st.sampled_from(SearchDepth)
RICH = CostLimits()


def chosen(offered, allowed=RICH, depth=SearchDepth.ROTATING, spent=None, week=WEEK + 1):
    return select_queries(offered, week, WeeklyBudget(allowed, spent or {}), depth)


def in_time(history):
    return history is not None and WEEK + 1 - history.asked <= MAX_INTERVAL


def cost(queries):
    return sum(
        (ApiCost.from_requests(one_query.pages, PRICES[one_query.source]) for one_query in queries),
        ApiCost(),
    )


@given(districts(), limits, depths)
def test_no_budget_is_ever_overrun(offered, allowed, depth):
    asked = chosen(offered, allowed, depth).selected.values()

    assert allowed.district.allows_cost(cost(asked)) or not asked
    for person in PEOPLE:
        theirs = [text for text in asked if text.subject == person]
        assert allowed.person.allows_cost(cost(theirs)) or not theirs


@given(districts(), limits, st.integers(0, 30))
def test_what_was_spent_this_week_counts(offered, allowed, requests):
    spent = {"": ApiCost.from_requests(requests, PRICES["dear"])}
    asked = chosen(offered, allowed, spent=spent).selected.values()

    assert not asked or allowed.district.allows_cost(cost(asked) + spent[""])


@given(districts(), limits, depths)
def test_each_query_is_asked_or_refused_or_rests(offered, allowed, depth):
    choice = chosen(offered, allowed, depth)
    parts = [set(choice.selected), set(choice.over_budget), set(choice.not_due)]

    assert sum(map(len, parts)) == len(offered)
    assert set.union(*parts) == {entry.query.key for entry in offered}


@given(districts(), limits, depths, st.randoms(use_true_random=False))
def test_the_same_inputs_give_the_same_plan_in_whatever_order(offered, allowed, depth, lot):
    shuffled = list(offered)
    lot.shuffle(shuffled)

    assert chosen(shuffled, allowed, depth) == chosen(offered, allowed, depth)


@given(districts(), st.integers(0, 40))
def test_money_goes_to_the_most_valuable_queries(offered, requests):
    allowed = CostLimits(district=CostCap(requests=requests))
    choice = chosen(offered, allowed)
    known = {entry.query.key: entry for entry in offered if in_time(entry.history)}
    asked = [known[key].rank for key in choice.selected if key in known]
    refused = [known[key].rank for key in choice.over_budget if key in known]

    assert not asked or not refused or max(asked) <= min(refused)


@given(districts())
def test_who_was_never_asked_about_comes_first(offered):
    order = list(chosen(offered).selected)
    needs = {entry.query.key: entry.need for entry in offered}

    assert [needs[key] for key in order] == sorted(needs[key] for key in order)
    for entry in offered:
        assert (entry.need is Need.NEW) is (entry.history is None and entry.rank < BEST_RANKS)


def test_need_goes_first_where_a_week_has_room_for_few():
    """Who joined, who has an open case, what brought something new; then the rest."""
    persons = ("new", "in-need", "changed", "usual")
    asked = {person: query(person, "dear", 0) for person in persons}
    ago = QueryHistory(asked=WEEK - 2)
    histories = {"in-need": ago, "changed": replace(ago, hit=WEEK - 2), "usual": ago}
    offered = [
        replace(candidate, is_urgent=person == "in-need")
        for person in persons
        for candidate in rank_candidates(
            [asked[person]], PRICES, {asked[person].key: histories.get(person)}
        )
    ]

    for room in range(2, 6):
        few = CostLimits(district=CostCap(requests=room))
        order = [one.subject for one in chosen(offered[::-1], few).selected.values()]
        assert order == list(persons[: room - 1])


@given(st.integers(0, 7), st.integers(0, 40))
def test_a_person_with_an_open_case_is_asked_about_as_after_news(rank, clean):
    (usual,) = rank_candidates([query("beth", "dear", 0)], PRICES, {})
    usual = replace(usual, rank=rank, history=QueryHistory(asked=WEEK, clean=clean))

    urgent = replace(usual, is_urgent=True)

    assert urgent.interval <= min(usual.interval, 2)
    assert urgent.interval == 1 or rank > 0


@given(districts(), depths, st.integers(0, 12))
def test_no_source_is_asked_more_than_its_quota_leaves(offered, depth, left):
    budget = WeeklyBudget(RICH, {}, {"dear": left})

    choice = select_queries(offered, WEEK + 1, budget, depth)

    spent = [one.pages for one in choice.selected.values() if one.source == "dear"]
    assert sum(spent) <= left
    assert all(one.source == "dear" for one in choice.over_budget.values())


def test_what_is_past_its_floor_comes_before_better_queries():
    best, least = query("beth", "dear", 0), query("beth", "dear", 1)
    ago = {best.key: QueryHistory(asked=WEEK), least.key: QueryHistory(asked=WEEK - MAX_INTERVAL)}
    offered = rank_candidates([best, least], PRICES, ago)

    assert list(chosen(offered, CostLimits(district=CostCap(requests=1))).selected) == [least.key]


def test_of_two_alike_the_longest_unasked_comes_first():
    beth, rosa = query("beth", "dear", 0), query("rosa", "dear", 0)
    ago = {beth.key: QueryHistory(asked=WEEK - 1), rosa.key: QueryHistory(asked=WEEK - 2)}
    offered = (*rank_candidates([beth], PRICES, ago), *rank_candidates([rosa], PRICES, ago))

    choice = chosen(offered, CostLimits(district=CostCap(requests=1)))

    assert list(choice.selected) == [rosa.key]
    assert list(choice.over_budget) == [beth.key]


def test_what_is_asked_for_the_first_time_is_asked_at_full_depth():
    beth = query("beth", "dear", 0)
    (new,) = rank_candidates([beth], PRICES, {})
    known = replace(new, history=QueryHistory(asked=WEEK - 9))

    assert chosen([new]).selected[beth.key].pages == FULL_DEPTH
    assert chosen([known]).selected[beth.key].pages == 1
    assert chosen([known], depth=SearchDepth.FULL).selected[beth.key].pages == FULL_DEPTH


@given(districts())
def test_a_self_check_asks_everything(offered):
    assert len(chosen(offered, depth=SearchDepth.FULL).selected) == len(offered)


def test_each_source_ranks_its_own_queries():
    ranked = rank_candidates(queries("beth", most=3), PRICES, {})

    assert [(candidate.query.source, candidate.rank) for candidate in ranked] == [
        ("cheap", 0),
        ("dear", 0),
        ("cheap", 1),
        ("dear", 1),
        ("cheap", 2),
        ("dear", 2),
    ]


def test_what_costs_nothing_is_asked_every_week():
    free = query("beth", "free", 0)

    assert chosen(rank_candidates(queries("beth"), PRICES, {})).get_selected_query(free) == free


def test_a_sweep_leaves_a_tenth_for_those_who_check_themselves():
    allowed = CostLimits(district=CostCap(requests=20, usd=Decimal(10))).to_sweep_limits()

    assert allowed == CostLimits(district=CostCap(requests=18, usd=Decimal(9)))
