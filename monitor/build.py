"""Opens a district's folder and joins the parts of its service."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from monitor.config import Config
from monitor.errors import UnavailableError
from monitor.matcher.chosen import matcher_of
from monitor.outside import Outside
from monitor.service import Service
from monitor.sources import all_sources
from monitor.store.state import State
from monitor.workshop import Workshop
from scrapers.parsing.parser import ChildParser

LOG = logging.getLogger(__name__)


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
        yield Workshop(
            config=config,
            outside=outside,
            state=state,
            matcher=matcher,
            parser=parts.enter_context(ChildParser()),
            sources=sources,
        ).service()
