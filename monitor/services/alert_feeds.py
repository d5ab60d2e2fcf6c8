"""Alert feeds: a person pastes the address of a feed, and each weekly check reads it.

The address is a secret. It is stored encrypted with the person, and never goes into logs, the audit
log, or what IT sees.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from monitor.app import App
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import AlertFeed, Person
from monitor.domain.planning.consented_queries import build_identity
from monitor.domain.reason import Count, Reason
from monitor.domain.vocabulary import Scope
from monitor.services.narrowed_consent import forget_removed_terms
from reports.reason_rendering import render_reason
from scrapers.models import CrawlResult
from scrapers.search.alerts import (
    AlertFeedSource,
    build_alert_searches,
    build_feed_id,
    clean_feed_address,
)
from scrapers.source import PersonalFeedSource, SourceFamily

MOST_FEEDS: Final = 6
FOREIGN_FEED: Final = (
    "This is not the address of a feed. A feed's address begins with "
    "https://www.google.com/alerts/feeds/. "
    "Copy it from the feed icon next to your alert."
)


def find_alert_source(app: App) -> AlertFeedSource | None:
    """Return the source that reads alert feeds, None where the district turned it off."""
    sources = (source for source in app.sources.values() if isinstance(source, AlertFeedSource))
    return next(sources, None)


def lacks_search_engine(app: App, person: Person) -> bool:
    """Tell whether no engine is asked about someone who may be searched for.

    Where the district has alert feeds alone, they are the engine of their owners, and people who
    did not agree to be searched for lack nothing.
    """
    if find_alert_source(app) and not app.db.consents.has_agreed(person.id, Scope.SEARCH):
        return False
    return not has_search_engine(app, person.alert_feeds)


def has_search_engine(app: App, own_feeds: Iterable[AlertFeed]) -> bool:
    """Tell whether an engine is asked here; alert feeds are one to those who have any."""
    others = (source for source in app.sources.values() if not isinstance(source, AlertFeedSource))
    if any(other.family is SourceFamily.SEARCH for other in others):
        return True
    feeds = find_alert_source(app)
    return feeds is not None and bool((*own_feeds, *feeds.district_feeds))


def can_use_alert_feeds(app: App, person_id: str) -> bool:
    """Tell whether feeds are read here, and the person agreed to be searched for."""
    agreed = app.db.consents.has_agreed(person_id, Scope.SEARCH)
    in_force = app.db.consents.has_consent_in_force(person_id, app.clock.now())
    return find_alert_source(app) is not None and agreed and in_force


def list_alert_searches(app: App, person_id: str) -> tuple[str, ...]:
    """Return what to paste into an alert service, word for word; none during a pause."""
    person, now = app.db.people.load_person(person_id), app.clock.now()
    consent = app.db.consents.find_latest_consent(person_id)
    if consent is None or not consent.allows_queries(now) or not person.is_named:
        return ()
    return build_alert_searches(build_identity(person, consent, now))


def add_alert_feed(app: App, person_id: str, pasted: str) -> None:
    """Store a feed. Raises InputError, with a sentence for the person, where it is none."""
    source = find_alert_source(app)
    with app.db.begin_transaction():
        if source is None or not can_use_alert_feeds(app, person_id):
            raise NotPermittedError("Feeds are read only for people who agreed to search engines.")
        address = clean_feed_address(pasted, source.feed_origins)
        if not address:
            raise InputError(FOREIGN_FEED)
        person = app.db.people.load_person(person_id)
        if any(feed.address == address for feed in person.alert_feeds):
            return
        if len(person.alert_feeds) >= MOST_FEEDS:
            problem = Reason("problem.many-feeds", {"count": Count(MOST_FEEDS)})
            raise InputError(render_reason(problem))
        feed = AlertFeed(address=address, added_at=app.clock.now())
        app.db.people.update_person(replace(person, alert_feeds=(*person.alert_feeds, feed)))
        app.db.audit.append_entry(app.clock.now(), person_id, "alert-feed-added", person_id, {})


def remove_alert_feed(app: App, person_id: str, feed_id: str) -> None:
    """Forget a feed, and what only that feed had found."""
    with app.db.begin_transaction():
        before = app.db.people.load_person(person_id)
        kept = tuple(feed for feed in before.alert_feeds if build_feed_id(feed.address) != feed_id)
        if kept == before.alert_feeds:
            return
        after = replace(before, alert_feeds=kept)
        app.db.people.update_person(after)
        forget_removed_terms(app, before, after)
        app.db.audit.append_entry(app.clock.now(), person_id, "alert-feed-removed", person_id, {})


def record_feed_results(
    app: App, person_id: str, source: PersonalFeedSource, visits: Iterable[CrawlResult]
) -> None:
    """Note for each feed of a person when it was read, or why it could not be."""
    person = app.db.people.load_person(person_id)
    feeds = {feed.address: feed for feed in person.alert_feeds}
    for visit in visits:
        address, result = visit.query.request.url, visit.result
        if address not in feeds:
            continue
        if result.outcome.is_conclusive:
            feeds[address] = replace(feeds[address], read_at=visit.at, fault="")
        elif fault := source.find_address_fault(result):
            feeds[address] = replace(feeds[address], fault=fault)
    after: Person = replace(person, alert_feeds=tuple(feeds.values()))
    if after != person:
        app.db.people.update_person(after)
