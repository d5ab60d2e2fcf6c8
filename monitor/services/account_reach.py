"""How we see each account that someone says is theirs, and what only they can look at."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from monitor.app import App
from monitor.domain.consent import Consent
from monitor.domain.consent_text import suppose_consent
from monitor.domain.planning.consented_queries import build_account_queries, build_page_queries
from monitor.domain.vocabulary import AccountReach, Scope
from monitor.services.alert_feeds import has_search_engine
from monitor.services.own_accounts import is_trusted_account
from reports.pages.enrollment import AccountLine
from scrapers.models import TraceKind
from scrapers.urls.canonical import canonicalize_url

LOOK_EVERY = timedelta(days=30)
# A weekly check lasts hours, and one that found the site shut says nothing of the account.
MISSED_AFTER = timedelta(days=10)
_DAY = timedelta(days=1)


def describe_own_reach(
    app: App, lines: Iterable[AccountLine], person_id: str
) -> tuple[AccountLine, ...]:
    consent = app.db.consents.find_latest_consent(person_id)
    return tuple(_describe_lines(app, lines, consent) if consent else lines)


def _describe_lines(
    app: App, lines: Iterable[AccountLine], consent: Consent
) -> Iterator[AccountLine]:
    now, since, person_id = app.clock.now(), consent.given_at, consent.person_id
    # A pause changes nothing about how an account is seen.
    supposed = suppose_consent(person_id, consent.scopes, now, _DAY)
    person = app.db.people.load_person(person_id)
    searched = Scope.SEARCH in consent.scopes and has_search_engine(app, person.alert_feeds)
    unasked = AccountReach.SEARCH if searched else AccountReach.NEVER
    next_look = since + ((now - since) // LOOK_EVERY + 1) * LOOK_EVERY
    for line in lines:
        reach = AccountReach.WEEKLY if _is_asked(app, line.value, supposed) else unasked
        key = canonicalize_url(line.value) if "://" in line.value else line.value
        found = app.db.findings.find_findings_by_aliases(person_id, (key,))
        last_seen = max((finding.last_seen for finding in found), default=None)
        if reach is AccountReach.WEEKLY and last_seen and now - last_seen > MISSED_AFTER:
            reach = AccountReach.MISSED
        page = app.facts.privacy_pages.get(line.value.partition(":")[0])
        yield replace(
            line,
            reach=reach,
            last_seen=last_seen,
            look_at=None if reach is AccountReach.WEEKLY else next_look,
            settings_url=(page and page.address) or "",
            unconfirmed=page is not None and page.is_unconfirmed(now),
            is_nameless=any(finding.portrait.kind is TraceKind.ACCOUNT for finding in found)
            and not any(is_trusted_account(app.db, person, finding) for finding in found),
        )


def _is_asked(app: App, value: str, consent: Consent) -> bool:
    sources, now = tuple(app.sources.values()), app.clock.now()
    pages, accounts = ((value,), ()) if "://" in value else ((), (value,))
    asked = chain(
        build_account_queries(accounts, consent, sources, now),
        build_page_queries(pages, consent, sources, now),
    )
    return any(asked)
