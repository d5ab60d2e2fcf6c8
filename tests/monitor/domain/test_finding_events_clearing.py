"""Which private contacts are proved to be gone, and which wait for another look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.finding import Finding, Presence, Sighting
from monitor.domain.finding_events import (
    Event,
    FindingUpdate,
    add_cleared_event,
    update_cleared_contacts,
)
from monitor.domain.private_details import VanishedContact, list_vanished_contacts
from monitor.domain.vocabulary import ContactKind, EventKind
from scrapers.models import Trace, TraceKind

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TWO_DAYS = timedelta(days=2)
PHONE, MAIL = ContactKind.PHONE, ContactKind.MAIL
BARE = Trace(
    kind=TraceKind.ACCOUNT, key="https://alpha.example/rosa", url="https://alpha.example/rosa"
)
SHOWING = replace(BARE, exposed=("phone:bio",))
FINDING = Finding(id="i", person_id="p", portrait=BARE, first_seen=NOW, last_seen=NOW)
SINCE_LONG = (VanishedContact(kind=PHONE, since=NOW - TWO_DAYS),)


def sighting(query: str = "own", trace: Trace = BARE, **changed) -> Sighting:
    return replace(
        Sighting(finding_id="i", query=query, source="alpha", trace=trace, first=NOW, last=NOW),
        **changed,
    )


def cleared(*sightings: Sighting, told=frozenset({PHONE})):
    return update_cleared_contacts(FINDING, told, sightings, NOW)


def test_what_was_left_out_for_two_days_is_gone():
    (event,) = cleared(sighting(unshown=SINCE_LONG)).events

    assert (event.kind, event.fields) == (EventKind.CLEARED, (PHONE,))


def test_what_was_left_out_for_less_waits_until_two_days_are_over():
    since = NOW - TWO_DAYS + timedelta(seconds=1)
    step = cleared(sighting(unshown=(VanishedContact(kind=PHONE, since=since),)))

    assert step.events == ()
    assert step.second_proof_at == since + TWO_DAYS


def test_a_query_that_did_not_answer_now_proves_nothing():
    old = sighting(unshown=SINCE_LONG, last=NOW - TWO_DAYS)

    assert cleared(old).events == ()


def test_what_another_query_still_shows_is_still_shown():
    assert cleared(sighting(unshown=SINCE_LONG), sighting("search", SHOWING)).events == ()


def test_what_only_a_missing_sighting_shows_is_shown_no_longer():
    missing = sighting("other", SHOWING, misses=1)

    assert cleared(sighting(unshown=SINCE_LONG), missing).events


def test_what_nobody_was_told_of_is_no_news():
    assert cleared(sighting(unshown=SINCE_LONG), told=frozenset({MAIL})).events == ()


def test_what_is_left_out_again_keeps_the_time_of_its_first_proof():
    known = list_vanished_contacts((), SHOWING, BARE, NOW)

    assert known == (VanishedContact(kind=PHONE, since=NOW),)
    assert list_vanished_contacts(known, BARE, BARE, NOW + TWO_DAYS) == known


def test_what_is_shown_again_is_left_out_no_more():
    assert list_vanished_contacts(SINCE_LONG, BARE, SHOWING, NOW) == ()


def test_half_an_answer_proves_nothing_and_the_proofs_begin_anew():
    half = list_vanished_contacts(SINCE_LONG, BARE, BARE, None)

    assert half == (VanishedContact(kind=PHONE, since=None),)
    assert cleared(sighting(unshown=half)).events == ()
    assert list_vanished_contacts(half, BARE, BARE, NOW) == (
        VanishedContact(kind=PHONE, since=NOW),
    )


MISSING = replace(FINDING, presence=Presence.MISSING)
GONE = replace(FINDING, presence=Presence.GONE)


def goes(*told_events: EventKind, before: Finding = MISSING, after: Finding = GONE):
    said = tuple(Event(person_id="p", finding_id="i", kind=kind, at=NOW) for kind in told_events)
    step = add_cleared_event(before, FindingUpdate(finding=after, events=said), {PHONE, MAIL}, NOW)
    return [event.kind for event in step.events]


def test_what_a_finding_showed_goes_with_it_though_nobody_hears_that_it_went():
    assert goes() == [EventKind.CLEARED]
    assert goes(EventKind.FLAPPING) == [EventKind.FLAPPING, EventKind.CLEARED]


def test_where_its_reader_hears_that_a_finding_vanished_that_says_it_all():
    assert goes(EventKind.VANISHED) == [EventKind.VANISHED]


def test_a_finding_that_does_not_go_now_takes_nothing_with_it():
    assert goes(after=MISSING) == []
    assert goes(before=GONE) == []
