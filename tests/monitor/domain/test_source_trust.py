"""A source is judged by its canaries first, and only then by what it says of people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.finding import Sighting
from monitor.domain.source_trust import (
    MASS_LOSS,
    UNTESTED,
    WITHHELD,
    Belief,
    CanaryProbe,
    MethodAnswer,
    SourceTrust,
    TrustAssessment,
    apply_learned_canaries,
    assess_trust,
    believe_result,
    distrust_lookups,
    is_learned_canary,
)
from scrapers.models import (
    CONCLUSIVE_OUTCOMES,
    Contact,
    Outcome,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)
from scrapers.source import Canary, Method
from tests.rows import over_rows

INCONCLUSIVE = sorted(set(Outcome) - CONCLUSIVE_OUTCOMES)
KINDS = {
    Method.LOOKUP: QueryKind.PRESENCE,
    Method.SEARCH: QueryKind.SEARCH,
    Method.NEXT_PAGE: QueryKind.SEARCH,
    Method.CONTACTS: QueryKind.FOLLOWS,
}


def build_probe(
    expects: Outcome,
    outcome: Outcome,
    method: Method = Method.LOOKUP,
    *,
    note: str = "",
    blind_note: str = "",
) -> CanaryProbe:
    query = Query(
        source="alpha",
        kind=KINDS[method],
        terms=("somebody",),
        request=Request(url="https://alpha.example"),
        page=2 if method is Method.NEXT_PAGE else 1,
    )
    canary = Canary(query=query, expects=expects, blind_note=blind_note)
    return CanaryProbe(canary=canary, result=ParseResult(outcome=outcome, note=note))


def right(expects: Outcome, method: Method = Method.LOOKUP) -> CanaryProbe:
    return build_probe(expects, expects, method)


EXISTS, NOBODY = right(Outcome.FOUND), right(Outcome.ABSENT)
AGREEING = (NOBODY, EXISTS)
SEARCHES = right(Outcome.FOUND, Method.SEARCH)

NORA = Trace(
    key="alpha.example/nora",
    kind=TraceKind.ACCOUNT,
    url="https://alpha.example/nora",
    name="Nora Quill",
)


def names_person(_: Trace) -> bool:
    return True


def names_nobody(_: Trace) -> bool:
    return False


outcomes = st.sampled_from(Outcome)
methods = st.sampled_from(Method)
readings = st.lists(
    st.builds(ParseResult, outcome=outcomes, note=st.sampled_from(["", "a reason"])), max_size=6
)
answers = st.lists(
    st.builds(
        MethodAnswer,
        method=st.sampled_from([Method.LOOKUP, Method.SEARCH, Method.CONTACTS]),
        result=st.builds(ParseResult, outcome=outcomes),
    ),
    max_size=6,
)
probes = st.lists(
    st.builds(
        build_probe,
        st.sampled_from([Outcome.FOUND, Outcome.ABSENT]),
        outcomes,
        methods,
        blind_note=st.sampled_from(["", "members only"]),
    ),
    max_size=5,
)


def read(*outcomes: Outcome, note: str = "") -> list[ParseResult]:
    return [ParseResult(outcome=outcome, note=note) for outcome in outcomes]


def assess(
    asked: tuple[CanaryProbe, ...] | list[CanaryProbe],
    said: list[ParseResult] | tuple[ParseResult, ...],
    method: Method = Method.LOOKUP,
    *,
    was_proven: bool = False,
) -> TrustAssessment:
    given = [MethodAnswer(method=method, result=result) for result in said]
    return assess_trust(asked, given, was_proven=was_proven)


def test_a_source_whose_canaries_agree_is_proven():
    trust = assess(AGREEING, ())

    assert (trust.status, trust.can_raise_cases) == (SourceTrust.PROVEN, True)


@pytest.mark.parametrize("asked", [(), (NOBODY,)])
def test_a_source_that_never_showed_what_it_surely_has_is_unproven(asked):
    trust = assess(asked, read(Outcome.FOUND))

    assert (trust.status, trust.can_raise_cases) == (SourceTrust.UNPROVEN, False)


def test_what_a_canary_noted_is_said_where_nothing_else_is():
    noted = build_probe(Outcome.FOUND, Outcome.FOUND, note="beware")
    nobody = build_probe(Outcome.ABSENT, Outcome.ABSENT, note="none")

    assert assess((nobody, noted), read(Outcome.FOUND)).note == "beware"
    assert assess((nobody, EXISTS), read(Outcome.FOUND)).note == ""
    assert assess((nobody, noted), read(Outcome.BLOCKED, note="a wall")).note == "a wall"


@over_rows("outcome", INCONCLUSIVE)
@over_rows("expects", [Outcome.FOUND, Outcome.ABSENT])
def test_a_canary_that_cannot_be_read_withholds_that_someone_is_absent_and_says_why(
    outcome, expects
):
    silent = build_probe(expects, outcome, note="a reason")

    trust = assess((*AGREEING, silent), read(Outcome.ABSENT))

    assert trust.status is SourceTrust.REFUTED
    assert trust.note == "a reason"
    assert not trust.outcome.is_conclusive
    assert trust.get_belief(QueryKind.PRESENCE) is not Belief.WHOLE


@pytest.mark.parametrize("was_proven", [True, False])
def test_what_cannot_be_read_today_takes_no_earlier_proof_away(was_proven):
    silent = (
        build_probe(Outcome.ABSENT, Outcome.UNREADABLE),
        build_probe(Outcome.FOUND, Outcome.BLOCKED),
    )

    assert assess(silent, (), was_proven=was_proven).can_raise_cases is was_proven


def test_one_missing_key_of_a_search_leaves_what_it_finds():
    """An engine whose empty answers cannot be read goes on to show its hits."""
    engine = (
        build_probe(Outcome.ABSENT, Outcome.UNREADABLE, Method.SEARCH, note="answer-lacks:a key"),
        SEARCHES,
    )

    trust = assess(engine, read(Outcome.FOUND, Outcome.UNREADABLE), Method.SEARCH)

    assert (trust.outcome, trust.note) == (Outcome.PARTIAL, "answer-lacks:a key")
    assert trust.can_raise_cases
    hits = ParseResult(outcome=Outcome.FOUND, traces=(NORA,))
    kept = believe_result(trust.get_belief(QueryKind.SEARCH), QueryKind.SEARCH, hits, names_nobody)
    assert kept is not None
    assert (kept.outcome, kept.traces) == (Outcome.PARTIAL, (NORA,))


def test_a_source_that_shows_what_cannot_exist_is_unreadable_and_raises_no_case():
    everybody = build_probe(Outcome.ABSENT, Outcome.FOUND)

    trust = assess((everybody, EXISTS), read(Outcome.FOUND), was_proven=True)

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert trust.note == "invents-accounts"
    assert not trust.can_raise_cases
    assert trust.get_belief(QueryKind.PROFILE) is Belief.NAMED


@pytest.mark.parametrize(
    ("method", "note"),
    [
        (Method.LOOKUP, "misses-accounts"),
        (Method.SEARCH, "search-misses-all"),
        (Method.CONTACTS, "contacts-missing"),
    ],
)
def test_a_source_that_does_not_show_what_surely_exists_is_unreadable(method, note):
    empty = build_probe(Outcome.FOUND, Outcome.ABSENT, method)

    trust = assess((NOBODY, empty), read(Outcome.ABSENT), method)

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert trust.note == note


def test_an_empty_search_for_a_name_that_many_have_is_a_broken_search_and_not_nobody():
    broken = build_probe(Outcome.FOUND, Outcome.ABSENT, Method.SEARCH)

    trust = assess((*AGREEING, broken), read(Outcome.ABSENT), Method.SEARCH)

    assert trust.outcome is Outcome.UNREADABLE
    assert trust.doubts == {Method.SEARCH: Belief.NAMED}


def test_what_one_method_comes_to_says_nothing_of_another():
    broken = build_probe(Outcome.FOUND, Outcome.ABSENT, Method.SEARCH)

    trust = assess((*AGREEING, broken), read(Outcome.ABSENT))

    assert (trust.outcome, trust.note) == (Outcome.PARTIAL, "search-misses-all")
    assert trust.get_belief(QueryKind.PROFILE) is Belief.WHOLE
    assert trust.can_raise_cases


def test_a_source_that_is_blind_by_its_own_rules_says_so_and_is_right_in_all_else():
    blind = build_probe(Outcome.FOUND, Outcome.ABSENT, Method.SEARCH, blind_note="members only")

    trust = assess((*AGREEING, blind), read(Outcome.FOUND))

    assert (trust.status, trust.note) == (SourceTrust.BLIND, "members only")
    assert trust.outcome is Outcome.PARTIAL
    assert trust.get_belief(QueryKind.SEARCH) is Belief.SHOWN
    assert trust.can_raise_cases


@pytest.mark.parametrize("outcome", [Outcome.ABSENT, Outcome.DECLINED])
def test_a_list_that_a_service_withholds_from_strangers_is_blindness_and_no_fault(outcome):
    hidden = build_probe(Outcome.FOUND, outcome, Method.CONTACTS, blind_note="no lists")

    trust = assess((*AGREEING, hidden), read(Outcome.ABSENT), Method.CONTACTS)

    assert (trust.status, trust.note) == (SourceTrust.BLIND, "no lists")
    assert trust.outcome is Outcome.UNREADABLE


@pytest.mark.parametrize("outcome", [Outcome.ABSENT, Outcome.FAILED])
def test_without_a_second_page_no_search_proves_that_someone_is_absent(outcome):
    deeper = build_probe(Outcome.FOUND, outcome, Method.NEXT_PAGE)

    trust = assess((SEARCHES, deeper), read(Outcome.ABSENT, Outcome.FOUND), Method.SEARCH)

    assert trust.doubts == {Method.SEARCH: Belief.SHOWN}
    assert trust.outcome is Outcome.PARTIAL


def test_where_a_service_lists_no_more_than_a_first_page_that_page_is_whole_and_it_is_said():
    shallow = build_probe(
        Outcome.FOUND, Outcome.ABSENT, Method.NEXT_PAGE, blind_note="first results"
    )

    trust = assess((*AGREEING, SEARCHES, shallow), read(Outcome.ABSENT), Method.SEARCH)

    assert (trust.status, trust.outcome) == (SourceTrust.PROVEN, Outcome.ABSENT)
    assert (trust.note, trust.doubts) == ("first results", {})


@pytest.mark.parametrize("method", [Method.SEARCH, Method.CONTACTS])
def test_of_a_method_without_a_canary_nobody_is_absent(method):
    trust = assess(AGREEING, read(Outcome.ABSENT), method)

    assert (trust.outcome, trust.note) == (Outcome.UNREADABLE, UNTESTED)
    assert trust.doubts == {method: Belief.SHOWN}


@pytest.mark.parametrize("was_proven", [True, False])
def test_a_source_without_any_canary_is_believed_only_after_an_earlier_proof(was_proven):
    trust = assess((), read(Outcome.ABSENT), was_proven=was_proven)

    assert trust.outcome.is_conclusive is was_proven
    assert trust.can_raise_cases is was_proven


def test_a_page_that_has_not_changed_is_no_answer_to_a_canary():
    same = build_probe(Outcome.ABSENT, Outcome.UNCHANGED)

    assert assess((same,), ()).status is SourceTrust.REFUTED


@over_rows(
    ("said", "outcome"),
    [
        ((), Outcome.ABSENT),
        ((Outcome.ABSENT, Outcome.ABSENT), Outcome.ABSENT),
        ((Outcome.ABSENT, Outcome.FOUND), Outcome.FOUND),
        ((Outcome.FAILED, Outcome.FAILED), Outcome.FAILED),
        ((Outcome.FAILED, Outcome.FOUND), Outcome.PARTIAL),
        ((Outcome.PARTIAL, Outcome.FOUND), Outcome.PARTIAL),
        ((Outcome.BLOCKED, Outcome.BLOCKED, Outcome.FAILED), Outcome.BLOCKED),
        ((Outcome.DECLINED, Outcome.FOUND), Outcome.FOUND),
        ((Outcome.DECLINED, Outcome.FAILED), Outcome.FAILED),
        ((Outcome.PARTIAL, Outcome.PARTIAL), Outcome.PARTIAL),
    ],
)
def test_what_a_source_says_of_people_is_summed_up(said, outcome):
    assert assess(AGREEING, read(*said)).outcome is outcome


def test_it_is_noted_that_accounts_asked_to_be_left_out():
    silent, left_out = read(Outcome.FOUND), [replace(read(Outcome.FOUND)[0], withheld=2)]

    assert assess(AGREEING, silent).note == ""
    assert assess(AGREEING, left_out).note == WITHHELD
    assert assess(AGREEING, read(Outcome.DECLINED, Outcome.FOUND)).note == WITHHELD
    assert assess(AGREEING, [*left_out, *read(Outcome.FAILED)]).outcome is Outcome.PARTIAL


def test_the_note_is_that_of_the_outcome_told():
    said = [*read(Outcome.LIMITED, note="limits"), *read(*[Outcome.FAILED] * 2, note="fails")]

    assert assess(AGREEING, said).note == "fails"


def test_a_source_that_was_checked_needs_no_note():
    assert assess(AGREEING, read(Outcome.FOUND, note="one of two names")).note == ""


def test_a_source_that_would_lose_nearly_everything_is_not_believed():
    trust = distrust_lookups(assess(AGREEING, read(Outcome.ABSENT)), MASS_LOSS)

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert (trust.note, trust.get_belief(QueryKind.PRESENCE)) == (MASS_LOSS, Belief.NAMED)


@pytest.mark.parametrize(("asked", "probed"), [((), False), (AGREEING, True), ((NOBODY,), True)])
def test_it_is_known_whether_canaries_were_asked(asked, probed):
    assert assess(asked, ()).probed is probed


@given(asked=probes, said=answers)
def test_only_canaries_refute(asked, said):
    agree = all(probe.is_right or probe.is_blind for probe in asked)

    assert (assess_trust(asked, said).status is not SourceTrust.REFUTED) is agree


@given(asked=probes, said=answers)
def test_nobody_is_absent_by_a_method_whose_canaries_are_missing_or_wrong(asked, said):
    trust = assess_trust(asked, said)

    for answer in said:
        own = [probe for probe in asked if probe.canary.method is answer.method]
        if not own or not all(probe.is_right for probe in own):
            belief = trust.doubts[answer.method]
            nobody = ParseResult(outcome=Outcome.ABSENT)
            assert believe_result(belief, KINDS[answer.method], nobody, names_person) is None
            if answer.result.outcome is Outcome.ABSENT:
                assert not trust.outcome.is_conclusive


@given(asked=probes, said=answers, kind=st.sampled_from(QueryKind))
def test_a_hit_that_names_the_person_survives_whatever_canaries_say(asked, said, kind):
    hit = ParseResult(outcome=Outcome.FOUND, traces=(NORA,))

    kept = believe_result(assess_trust(asked, said).get_belief(kind), kind, hit, names_person)

    assert kept is not None
    assert kept.traces == (NORA,)


def test_of_what_may_be_invented_only_what_names_the_person_is_left():
    hits = ParseResult(
        outcome=Outcome.FOUND,
        traces=(NORA, replace(NORA, name="")),
        contacts=(Contact(name="Pat", handle="pat"),),
    )

    kept = believe_result(Belief.NAMED, QueryKind.PRESENCE, hits, lambda trace: bool(trace.name))

    assert kept == ParseResult(outcome=Outcome.PARTIAL, traces=(NORA,))
    assert believe_result(Belief.NAMED, QueryKind.PRESENCE, hits, names_nobody) is None
    assert believe_result(Belief.SHOWN, QueryKind.PRESENCE, hits, names_nobody) == hits


@pytest.mark.parametrize("outcome", INCONCLUSIVE)
def test_that_nothing_could_be_learned_is_always_believed(outcome):
    reading = ParseResult(outcome=outcome, note="why")

    kept = believe_result(Belief.NAMED, QueryKind.SEARCH, reading, names_nobody)

    assert kept == (None if outcome is Outcome.PARTIAL else reading)


@given(said=readings)
def test_a_gap_is_never_summed_up_as_checked(said):
    gaps = [entry for entry in said if not entry.outcome.is_conclusive]
    trust = assess(AGREEING, said)

    if any(gap.outcome is not Outcome.DECLINED for gap in gaps):
        assert not trust.outcome.is_conclusive
    else:
        assert trust.outcome.is_conclusive


@given(said=readings, order=st.randoms(use_true_random=False))
def test_the_order_of_the_answers_decides_nothing_but_the_note(said, order):
    shuffled = order.sample(said, len(said))

    assert assess(AGREEING, shuffled).outcome is assess(AGREEING, said).outcome


UNPROVEN = assess((NOBODY,), read(Outcome.FOUND))
NOON = datetime(2026, 9, 12, 12, tzinfo=UTC)


def build_sighting(**changes: object) -> Sighting:
    seen = Sighting(
        finding_id="finding",
        query="q",
        source="alpha",
        trace=Trace(
            key="k", kind=TraceKind.ACCOUNT, url="https://alpha.example/nora", account="alpha:@n"
        ),
        first=NOON,
        last=NOON + timedelta(days=7),
    )
    return replace(seen, **changes)


def test_a_learned_canary_is_an_own_account_that_was_found_twice():
    assert is_learned_canary(build_sighting(), ("beta:@n", "alpha:@n"))


@pytest.mark.parametrize(
    ("changes", "accounts"),
    [
        ({}, ()),
        ({}, ("beta:@n",)),
        ({"last": NOON}, ("alpha:@n",)),
        ({"last": NOON + timedelta(hours=23)}, ("alpha:@n",)),
        ({"misses": 1}, ("alpha:@n",)),
    ],
)
def test_what_is_not_own_or_was_found_once_or_missed_is_no_canary(changes, accounts):
    assert not is_learned_canary(build_sighting(**changes), accounts)


@pytest.mark.parametrize("shown", [Outcome.FOUND, Outcome.UNCHANGED])
def test_one_learned_canary_that_is_still_there_proves_a_source(shown):
    trust = apply_learned_canaries(UNPROVEN, (Outcome.ABSENT, shown))

    assert trust == replace(UNPROVEN, status=SourceTrust.PROVEN, can_raise_cases=True)


def test_a_source_whose_learned_canaries_are_all_gone_is_unreadable():
    trust = apply_learned_canaries(UNPROVEN, (Outcome.ABSENT, Outcome.ABSENT))

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert trust.note == "misses-accounts"


def test_without_learned_canaries_nothing_changes():
    assert apply_learned_canaries(UNPROVEN, ()) == UNPROVEN


def test_a_learned_canary_proves_nothing_if_no_impossible_name_was_asked_for():
    unasked = assess((), read(Outcome.FOUND))

    assert apply_learned_canaries(unasked, (Outcome.FOUND,)) == unasked


def test_a_learned_canary_saves_no_source_that_its_own_canaries_refute():
    refuted = distrust_lookups(UNPROVEN, MASS_LOSS)

    assert apply_learned_canaries(refuted, (Outcome.FOUND,)) == refuted
