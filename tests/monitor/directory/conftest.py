"""The portal of the tests, and a staff directory that writes to it."""

import pytest

from tests.monitor.directory.client import Directory
from tests.monitor.web.conftest import maria, portal, sign_in
from tests.monitor.web.portal import Portal

__all__ = ["directory", "maria", "portal", "sign_in"]


@pytest.fixture
def directory(portal: Portal) -> Directory:
    """The staff directory of a district that wants to hear of newcomers first."""
    return Directory.of_portal(portal)
