"""Which APIs of profiles, and which servers of the fediverse, a configuration names."""

from collections.abc import Iterator
from dataclasses import replace

from monitor.config_sources import (
    Budgeted,
    Dialect,
    ProfilesConfig,
    ServerConfig,
    SiteConfig,
    SourcesConfig,
    StackExchangeConfig,
)
from scrapers.profiles.activitypub import ActivityPub
from scrapers.profiles.github import GITHUB
from scrapers.profiles.gitlab import GITLAB
from scrapers.profiles.gravatar import Gravatar
from scrapers.profiles.mastodon import Mastodon
from scrapers.profiles.stack_exchange import KEYLESS, stack_exchange
from scrapers.profiles.wordpress import WordPress
from scrapers.profiles.youtube import YOUTUBE
from scrapers.recipes.profile_api import ProfileApi
from scrapers.source import Budget, Source


def budget_of(chosen: Budgeted) -> Budget:
    return Budget(daily=chosen.per_day, weekly=chosen.per_week)


def profile_sources(chosen: SourcesConfig) -> Iterator[Source]:
    tables = (
        (GITHUB, chosen.github),
        (GITLAB, chosen.gitlab),
        (Gravatar(), chosen.gravatar),
        (YOUTUBE, chosen.youtube),
    )
    for api, table in tables:
        if table:
            yield _api(api, table)
    if chosen.stack_exchange:
        yield from _sites(chosen.stack_exchange)
    yield from (_authors(each) for each in chosen.wordpress)
    yield from (_server(each) for each in chosen.fediverse)


def _api(api: ProfileApi, chosen: ProfilesConfig) -> ProfileApi:
    return replace(
        api,
        base_url=chosen.url or api.base_url,
        known=chosen.canary or api.known,
        seconds_between=chosen.seconds_between or api.seconds_between,
        allow_private=chosen.allow_private,
        budget=budget_of(chosen),
    )


def _sites(chosen: StackExchangeConfig) -> Iterator[ProfileApi]:
    """Share one budget, which the service counts for all of its sites together."""
    told = budget_of(chosen)
    whole = told if told.limited else KEYLESS
    part = Budget(daily=_part(whole.daily, chosen), weekly=_part(whole.weekly, chosen))
    for site in chosen.sites:
        yield replace(_api(stack_exchange(site), chosen), budget=part)


def _part(whole: int | None, chosen: StackExchangeConfig) -> int | None:
    return None if whole is None else max(whole // len(chosen.sites), 1)


def _authors(chosen: SiteConfig) -> Source:
    site = WordPress(base_url=chosen.url)
    return replace(_api(site, chosen), name=f"wordpress-{site.platform}")


def _server(chosen: ServerConfig) -> Source:
    kind = Mastodon if chosen.speaks is Dialect.MASTODON else ActivityPub
    server = kind(
        base_url=chosen.url,
        domain=chosen.domain,
        known=chosen.canary,
        pictures=chosen.pictures,
        allow_private=chosen.allow_private,
        budget=budget_of(chosen),
    )
    pause = chosen.seconds_between or server.seconds_between
    return replace(server, name=server.domain, seconds_between=pause)
