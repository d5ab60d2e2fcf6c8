from datetime import UTC, datetime

import pytest

from monitor.directory.health import assess_directory
from monitor.domain.vocabulary import HealthLevel

NOW = datetime(2026, 9, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written_at", "waiting", "has_token", "level", "says"),
    [
        (NOW, (0, 0), True, HealthLevel.OK, "last wrote on"),
        (None, (0, 0), True, HealthLevel.WARN, "has not written yet"),
        (NOW, (3, 1), True, HealthLevel.WARN, "New and not invited: 3."),
        (NOW, (0, 1), True, HealthLevel.WARN, "no longer lists: 1."),
        (NOW, (3, 1), False, HealthLevel.BAD, "no secret scim-token"),
    ],
)
def test_a_staff_directory_needs_attention_where_something_is_left_to_do(
    written_at, waiting, has_token, level, says
):
    newcomers, leavers = waiting
    found = assess_directory(written_at, newcomers=newcomers, leavers=leavers, has_token=has_token)

    assert (found.level, bool(found.remedy)) == (level, level is not HealthLevel.OK)
    assert says in found.message
