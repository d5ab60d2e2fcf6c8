"""Opens a district's folder and joins the parts of its service."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from monitor.config import Config
from monitor.db.database import State
from monitor.errors import UnavailableError
from monitor.matcher.process import MatcherElsewhere, NoMatcher, matcher_of
from monitor.outside import Outside
from monitor.service import Service
from monitor.sources import all_sources
from monitor.workshop import Workshop
from scrapers.http.ssrf_guard import Egress, resolve_nothing
from scrapers.sandbox.client import ChildParser

LOG = logging.getLogger(__name__)


@contextmanager
def build_pages(config: Config, outside: Outside) -> Iterator[Service]:
    """Join the parts for a process that shows pages: without a way out, and without the roster."""
    nowhere = replace(outside, egress=Egress(address_map={}, resolve=resolve_nothing))
    with State.open(config.state) as state, ChildParser() as parser:
        yield Workshop(
            config=config,
            outside=nowhere,
            state=state,
            matcher=MatcherElsewhere() if config.students.enabled else NoMatcher(),
            parser=parser,
            sources=all_sources(config),
        ).service()


@contextmanager
def build(config: Config, outside: Outside) -> Iterator[Service]:
    """Join the parts of one district, and take them apart again."""
    with ExitStack() as parts:
        state = parts.enter_context(State.open(config.state))
        matcher = matcher_of(config, outside.clock.now)
        try:
            parts.enter_context(matcher)
        except UnavailableError as error:
            # It is asked all the same, and cannot tell; nobody is kept from leaving meanwhile.
            LOG.warning("%s", error)
        sources = all_sources(config)
        for fault in sources.faults:
            LOG.warning("%s", fault)
        workshop = Workshop(
            config=config,
            outside=outside,
            state=state,
            matcher=matcher,
            parser=parts.enter_context(ChildParser()),
            sources=sources,
        )
        parts.callback(workshop.lanes.close)
        yield workshop.service()
