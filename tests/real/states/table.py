"""All states of all pages, by chapter.

What a row did is there for the next ones of its chapter, and for no other chapter: each has a scene
of its own. A new page fails `tests/monitor/web/test_app_states.py` until it has a row in one of
them; each row is looked at in a browser by `tests/real/test_states.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tests.real.states import table_entrance as entrance
from tests.real.states import table_review as review
from tests.real.states import table_staff as staff
from tests.real.states.state import State

CHAPTERS: Mapping[str, tuple[State, ...]] = MappingProxyType(
    {
        "signing in": entrance.SIGNING_IN,
        "accounts of the district": entrance.ACCOUNTS,
        "a proxy that signs in": entrance.VOUCHED,
        "errors": entrance.ERRORS,
        "invitations": entrance.INVITED,
        "joining": entrance.JOINING,
        "findings": staff.FINDINGS,
        "sharing": staff.SHARING,
        "sorting": staff.SORTED,
        "checks": staff.CHECKS,
        "own data": staff.DATA,
        "a new address": staff.MOVING,
        "standings": staff.STANDINGS,
        "review": review.REVIEW,
        "operating": review.OPERATING,
        "nobody has joined": review.EMPTY,
    }
)
