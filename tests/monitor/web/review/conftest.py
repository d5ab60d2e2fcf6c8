"""Ana, a reviewer, and Maria, who is impersonated and has shared it with IT."""

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import Decision
from tests.monitor.services.world import IMPOSTOR, Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, fake


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Somebody who is impersonated, and has shared it with IT."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    maria.rules(fake(maria), Decision.SHARED)
    world.later(minutes=1)
    return maria


@pytest.fixture
def ana(portal: Portal) -> Guest:
    return portal.signed_in(ANA)


@pytest.fixture
def here(maria: Staff, ana: Guest) -> str:
    """The page of a case that Ana has opened."""
    return ana.post("/review/open", one=fake(maria).id).leads_to
