"""A source is judged by its canaries first, and only then by what it says of people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.finding import Sighting
from monitor.domain.source_trust import (
    WITHHELD,
    CanaryProbe,
    SourceTrust,
    apply_learned_canaries,
    assess_trust,
    distrust_mass_loss,
    is_learned_canary,
)
from scrapers.models import CONCLUSIVE_OUTCOMES, Outcome, ParseResult, Trace, TraceKind

EXISTS = CanaryProbe(expects=Outcome.FOUND, result=ParseResult(outcome=Outcome.FOUND))
NOBODY = CanaryProbe(expects=Outcome.ABSENT, result=ParseResult(outcome=Outcome.ABSENT))
AGREEING = (NOBODY, EXISTS)
INCONCLUSIVE = sorted(set(Outcome) - CONCLUSIVE_OUTCOMES)

outcomes = st.sampled_from(Outcome)
readings = st.lists(
    st.builds(ParseResult, outcome=outcomes, note=st.sampled_from(["", "a reason"])), max_size=6
)
probes = st.lists(
    st.builds(
        CanaryProbe,
        expects=st.sampled_from([Outcome.FOUND, Outcome.ABSENT]),
        result=st.builds(ParseResult, outcome=outcomes),
    ),
    max_size=4,
)


def read(*outcomes: Outcome, note: str = "") -> list[ParseResult]:
    return [ParseResult(outcome=outcome, note=note) for outcome in outcomes]


def test_a_source_whose_canaries_agree_is_proven():
    assert assess_trust(AGREEING, ()).status is SourceTrust.PROVEN


@pytest.mark.parametrize("asked", [(), (NOBODY,)])
def test_a_source_that_never_showed_what_it_surely_has_is_unproven(asked):
    assert assess_trust(asked, read(Outcome.FOUND)).status is SourceTrust.UNPROVEN


def test_what_a_canary_noted_is_said_where_nothing_else_is():
    noted = CanaryProbe(
        expects=Outcome.FOUND, result=ParseResult(outcome=Outcome.FOUND, note="beware")
    )
    nobody = CanaryProbe(
        expects=Outcome.ABSENT, result=ParseResult(outcome=Outcome.ABSENT, note="none")
    )

    assert assess_trust((nobody, noted), read(Outcome.FOUND)).note == "beware"
    assert assess_trust((nobody, EXISTS), read(Outcome.FOUND)).note == ""
    assert assess_trust((nobody, noted), read(Outcome.BLOCKED, note="a wall")).note == "a wall"


@pytest.mark.parametrize("outcome", INCONCLUSIVE)
@pytest.mark.parametrize("expects", [Outcome.FOUND, Outcome.ABSENT])
def test_a_canary_without_an_answer_refutes_and_says_why(outcome, expects):
    silent = CanaryProbe(expects=expects, result=ParseResult(outcome=outcome, note="a reason"))

    trust = assess_trust((*AGREEING, silent), read(Outcome.FOUND))

    assert (trust.status, trust.outcome, trust.note) == (SourceTrust.REFUTED, outcome, "a reason")


def test_a_source_that_shows_what_cannot_exist_is_unreadable():
    everybody = CanaryProbe(expects=Outcome.ABSENT, result=ParseResult(outcome=Outcome.FOUND))

    trust = assess_trust((everybody, EXISTS), read(Outcome.FOUND))

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert trust.note == "invents-accounts"


def test_a_source_that_does_not_show_what_surely_exists_is_unreadable():
    empty = CanaryProbe(expects=Outcome.FOUND, result=ParseResult(outcome=Outcome.ABSENT))

    trust = assess_trust((NOBODY, empty), read(Outcome.ABSENT))

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert trust.note == "misses-accounts"


def test_a_page_that_has_not_changed_is_no_answer_to_a_canary():
    same = CanaryProbe(expects=Outcome.ABSENT, result=ParseResult(outcome=Outcome.UNCHANGED))

    assert assess_trust((same,), ()).status is SourceTrust.REFUTED


@pytest.mark.parametrize(
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
    assert assess_trust(AGREEING, read(*said)).outcome is outcome


def test_it_is_noted_that_accounts_asked_to_be_left_out():
    silent, left_out = read(Outcome.FOUND), [replace(read(Outcome.FOUND)[0], withheld=2)]

    assert assess_trust(AGREEING, silent).note == ""
    assert assess_trust(AGREEING, left_out).note == WITHHELD
    assert assess_trust(AGREEING, read(Outcome.DECLINED, Outcome.FOUND)).note == WITHHELD
    assert assess_trust(AGREEING, [*left_out, *read(Outcome.FAILED)]).outcome is Outcome.PARTIAL


def test_the_note_is_that_of_the_outcome_told():
    said = [*read(Outcome.LIMITED, note="limits"), *read(*[Outcome.FAILED] * 2, note="fails")]

    assert assess_trust(AGREEING, said).note == "fails"


def test_a_source_that_was_checked_needs_no_note():
    assert assess_trust(AGREEING, read(Outcome.FOUND, note="one of two names")).note == ""


def test_a_source_that_would_lose_nearly_everything_is_not_believed():
    trust = distrust_mass_loss()

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert trust.note


@pytest.mark.parametrize(("asked", "probed"), [((), False), (AGREEING, True), ((NOBODY,), True)])
def test_it_is_known_whether_canaries_were_asked(asked, probed):
    assert assess_trust(asked, ()).probed is probed


@given(asked=probes, said=readings)
def test_only_canaries_refute(asked, said):
    agree = all(probe.result.outcome is probe.expects for probe in asked)

    assert (assess_trust(asked, said).status is not SourceTrust.REFUTED) is agree


@given(said=readings)
def test_a_gap_is_never_summed_up_as_checked(said):
    gaps = [entry for entry in said if not entry.outcome.is_conclusive]
    trust = assess_trust(AGREEING, said)

    if any(gap.outcome is not Outcome.DECLINED for gap in gaps):
        assert not trust.outcome.is_conclusive
    else:
        assert trust.outcome.is_conclusive


@given(said=readings, order=st.randoms(use_true_random=False))
def test_the_order_of_the_answers_decides_nothing_but_the_note(said, order):
    shuffled = order.sample(said, len(said))

    assert assess_trust(AGREEING, shuffled).outcome is assess_trust(AGREEING, said).outcome


UNPROVEN = assess_trust((NOBODY,), read(Outcome.FOUND))
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

    assert trust == replace(UNPROVEN, status=SourceTrust.PROVEN)


def test_a_source_whose_learned_canaries_are_all_gone_is_unreadable():
    trust = apply_learned_canaries(UNPROVEN, (Outcome.ABSENT, Outcome.ABSENT))

    assert (trust.status, trust.outcome) == (SourceTrust.REFUTED, Outcome.UNREADABLE)
    assert trust.note == "misses-accounts"


def test_without_learned_canaries_nothing_changes():
    assert apply_learned_canaries(UNPROVEN, ()) == UNPROVEN


def test_a_learned_canary_proves_nothing_if_no_impossible_name_was_asked_for():
    unasked = assess_trust((), read(Outcome.FOUND))

    assert apply_learned_canaries(unasked, (Outcome.FOUND,)) == unasked


def test_a_learned_canary_saves_no_source_that_its_own_canaries_refute():
    refuted = distrust_mass_loss()

    assert apply_learned_canaries(refuted, (Outcome.FOUND,)) == refuted
