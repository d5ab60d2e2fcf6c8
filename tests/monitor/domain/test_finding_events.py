"""What is worth telling a person of what comes, changes and goes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.finding import Finding, Presence
from monitor.domain.finding_events import (
    FLIPS_WINDOW,
    MAX_FLIPS,
    Event,
    FindingAbsence,
    FindingObservation,
    create_finding,
    is_mass_loss,
    merge_events,
    refresh_portrait,
    update_seen_finding,
    update_unseen_finding,
)
from monitor.domain.snapshot_diff import ChangeKind, TraceChange, diff_snapshots
from monitor.domain.vocabulary import EventKind
from scrapers.models import QueryKind, Trace, TraceKind

SUNDAY = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
PROFILE = Trace(
    key="https://skies.example/rosa",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/rosa",
    account="skies:1",
    name="Rosa Marchetti",
    handle="rosa",
)
FINDING = Finding(
    id="finding", person_id="rosa", portrait=PROFILE, first_seen=SUNDAY, last_seen=SUNDAY
)
GONE = replace(FINDING, presence=Presence.GONE, missing_since=SUNDAY)
AT_ITS_ADDRESS = FindingObservation(kind=QueryKind.PROFILE, trace=PROFILE)
IN_A_LIST = FindingObservation(kind=QueryKind.SEARCH, trace=PROFILE)
NO_PROFILE = FindingAbsence(kind=QueryKind.PROFILE)


def altered(**values):
    after = replace(PROFILE, **values)
    (change,) = diff_snapshots({"skies:1": PROFILE}, {"skies:1": after})
    return FindingObservation(kind=QueryKind.PROFILE, trace=after, change=change)


def kinds(step):
    return [event.kind for event in step.events]


def test_a_new_finding_appears():
    step = create_finding("finding", "rosa", (IN_A_LIST,), SUNDAY)

    assert kinds(step) == [EventKind.APPEARED]
    assert step.finding == FINDING


def test_a_baseline_query_appears_silently():
    quiet = replace(IN_A_LIST, baseline=True)

    assert kinds(create_finding("finding", "rosa", (quiet,), SUNDAY)) == []


def test_one_query_that_is_no_baseline_is_enough_to_appear():
    quiet = replace(IN_A_LIST, baseline=True)

    step = create_finding("finding", "rosa", (quiet, AT_ITS_ADDRESS), SUNDAY)

    assert kinds(step) == [EventKind.APPEARED]


def test_a_known_finding_under_a_new_query_is_no_event():
    added = TraceChange(kind=ChangeKind.ADDED, key="skies:1", after=PROFILE)

    step = update_seen_finding(FINDING, (replace(IN_A_LIST, change=added),), SUNDAY + WEEK)

    assert kinds(step) == []
    assert step.finding.last_seen == SUNDAY + WEEK


def test_a_material_change_names_its_fields():
    step = update_seen_finding(
        FINDING, (altered(name="Rosa", bio="hello", title="x"),), SUNDAY + WEEK
    )

    (event,) = step.events
    assert event.kind is EventKind.CHANGED
    assert event.fields == ("bio", "name")


@pytest.mark.parametrize(
    "look",
    [
        altered(title="Rosa | Skies", snippet="3 days ago", counts=(("followers", 12),)),
        altered(name=" Rosa  Marchetti"),
        replace(altered(name="Rosa"), baseline=True),
    ],
)
def test_noise_is_no_event(look):
    assert kinds(update_seen_finding(FINDING, (look,), SUNDAY + WEEK)) == []


def test_one_proof_of_absence_only_asks_for_a_second():
    step = update_unseen_finding(FINDING, NO_PROFILE, SUNDAY)

    assert kinds(step) == []
    assert step.finding.presence is Presence.MISSING
    assert step.second_proof_at == SUNDAY + 2 * DAY


def test_a_second_proof_two_days_later_makes_a_finding_vanish():
    first = update_unseen_finding(FINDING, NO_PROFILE, SUNDAY)

    hasty = update_unseen_finding(first.finding, NO_PROFILE, SUNDAY + DAY)
    second = update_unseen_finding(hasty.finding, NO_PROFILE, SUNDAY + 2 * DAY)

    assert kinds(hasty) == []
    assert hasty.second_proof_at == SUNDAY + 2 * DAY
    assert kinds(second) == [EventKind.VANISHED]
    assert second.finding.presence is Presence.GONE


def test_a_finding_vanishes_once():
    assert kinds(update_unseen_finding(GONE, NO_PROFILE, SUNDAY + WEEK)) == []


@pytest.mark.parametrize(
    "absence",
    [
        *(FindingAbsence(kind=kind) for kind in QueryKind if not kind.proves_absence),
        FindingAbsence(kind=QueryKind.PROFILE, baseline=True),
        FindingAbsence(kind=QueryKind.PROFILE, elsewhere=True),
    ],
)
def test_what_proves_nothing_leaves_a_finding_where_it_is(absence):
    assert update_unseen_finding(FINDING, absence, SUNDAY + WEEK).finding == FINDING


def test_a_finding_seen_between_two_proofs_did_not_vanish():
    missing = update_unseen_finding(FINDING, NO_PROFILE, SUNDAY).finding

    back = update_seen_finding(missing, (AT_ITS_ADDRESS,), SUNDAY + DAY)
    again = update_unseen_finding(back.finding, NO_PROFILE, SUNDAY + WEEK)

    assert kinds(back) == []
    assert kinds(again) == []
    assert again.second_proof_at == SUNDAY + WEEK + 2 * DAY


def test_a_gone_finding_at_its_own_address_reappears():
    step = update_seen_finding(GONE, (AT_ITS_ADDRESS,), SUNDAY + WEEK)

    assert kinds(step) == [EventKind.REAPPEARED]
    assert step.finding.presence is Presence.PRESENT
    assert step.finding.first_seen == SUNDAY


def test_a_result_list_that_still_shows_a_gone_finding_does_not_bring_it_back():
    step = update_seen_finding(GONE, (IN_A_LIST,), SUNDAY + WEEK)

    assert kinds(step) == []
    assert step.finding.presence is Presence.GONE


def test_a_baseline_brings_a_gone_finding_back_silently():
    step = update_seen_finding(GONE, (replace(AT_ITS_ADDRESS, baseline=True),), SUNDAY + WEEK)

    assert kinds(step) == []
    assert step.finding.presence is Presence.PRESENT


def flip(finding, at):
    """Let a finding go that is there, or come back if it is gone."""
    if finding.presence is Presence.GONE:
        return update_seen_finding(finding, (AT_ITS_ADDRESS,), at)
    missing = update_unseen_finding(finding, NO_PROFILE, at - 2 * DAY).finding
    return update_unseen_finding(missing, NO_PROFILE, at)


def test_a_finding_that_comes_and_goes_is_told_as_flapping_once_and_then_left_alone():
    finding, told = FINDING, []
    for number in range(12):
        step = flip(finding, SUNDAY + number * 5 * DAY)
        finding = step.finding
        told.append(kinds(step))

    assert told[:4] == [
        [EventKind.VANISHED],
        [EventKind.REAPPEARED],
        [EventKind.VANISHED],
        [EventKind.FLAPPING],
    ]
    assert told[4:] == [[]] * 8
    assert len(finding.flips) <= 12


def test_a_finding_that_has_calmed_down_is_told_of_again():
    finding = FINDING
    for number in range(6):
        finding = flip(finding, SUNDAY + number * 5 * DAY).finding

    step = flip(finding, SUNDAY + 25 * DAY + 40 * DAY)

    assert kinds(step) == [EventKind.VANISHED]


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=40))
def test_however_it_flips_a_finding_is_never_told_of_more_than_four_times_a_window(gaps):
    finding, at, told = FINDING, SUNDAY, []
    for gap in gaps:
        at += gap * DAY
        step = flip(finding, at)
        finding = step.finding
        told += [event.at for event in step.events]

    for start in told:
        window = [entry for entry in told if start <= entry < start + FLIPS_WINDOW]
        assert len(window) <= MAX_FLIPS + 1


def test_a_portrait_is_painted_from_what_is_shown_now():
    bare = replace(PROFILE, bio="")
    finding = replace(FINDING, portrait=replace(PROFILE, bio="what it said before"))

    assert refresh_portrait(finding, (bare,)).portrait.bio == ""
    assert refresh_portrait(finding, ()) == finding


def test_one_sweep_tells_of_a_finding_once_with_the_fields_of_all():
    event = Event(
        person_id="rosa", finding_id="finding", kind=EventKind.CHANGED, at=SUNDAY, fields=("name",)
    )
    other = replace(event, at=SUNDAY + DAY, fields=("bio", "name"))
    apart = replace(event, finding_id="another")

    assert set(merge_events((other, apart, event))) == {
        apart,
        replace(event, fields=("bio", "name")),
    }


@given(
    st.lists(
        st.builds(
            Event,
            person_id=st.sampled_from(["a", "b"]),
            finding_id=st.sampled_from(["1", "2"]),
            kind=st.sampled_from(EventKind),
            at=st.just(SUNDAY),
            fields=st.lists(st.sampled_from(["bio", "name"])).map(tuple),
        )
    ),
    st.randoms(use_true_random=False),
)
def test_merging_is_done_once_and_in_any_order(events, random):
    once = list(merge_events(events))

    assert list(merge_events(once)) == once
    assert list(merge_events(random.sample(events, len(events)))) == once


@pytest.mark.parametrize(
    ("before", "ending", "held"),
    [(4, 4, False), (5, 5, True), (10, 6, False), (10, 7, True), (35, 21, False), (35, 22, True)],
)
def test_a_source_that_loses_most_of_its_findings_at_once_is_not_believed(before, ending, held):
    assert is_mass_loss(before, ending) is held


def test_what_a_search_engine_makes_of_a_title_is_no_change():
    look = altered(name="Rosa | Skies")

    assert kinds(update_seen_finding(FINDING, (look,), SUNDAY)) == [EventKind.CHANGED]
    assert kinds(update_seen_finding(FINDING, (replace(look, listed=True),), SUNDAY)) == []


def test_an_account_that_a_list_shows_with_a_new_name_and_bait_has_changed() -> None:
    """Many networks are seen in no other way than through a search engine."""
    own = Trace(
        key="tiktok.example/@profe.jose",
        url="https://tiktok.example/@profe.jose",
        kind=TraceKind.ACCOUNT,
        name="José Ramírez",
        snippet="Bilingual aide, Millbrook",
    )
    bait = replace(own, name="Giveaway", snippet="Double your money, link in bio")
    look = FindingObservation(
        kind=QueryKind.SEARCH,
        trace=bait,
        change=TraceChange(kind=ChangeKind.ALTERED, key="x", before=own, after=bait),
        listed=True,
    )
    named_anew = replace(own, name="Profe José")
    harmless = replace(look, trace=named_anew, change=replace(look.change, after=named_anew))

    (event,) = update_seen_finding(FINDING, (look,), SUNDAY).events
    assert (event.kind, event.fields) == (EventKind.CHANGED, ("name",))
    assert kinds(update_seen_finding(FINDING, (harmless,), SUNDAY)) == []
