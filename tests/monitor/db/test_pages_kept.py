"""No table stands outside of the rule on how long things are kept."""

from monitor.db.pages import RETENTION_BY_TABLE
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind

# What is kept in a table beside something else, as `outbox` has letters and that they were sent.
PARTS = {RetainedKind.STUDENT_EVIDENCE, RetainedKind.EMAIL, RetainedKind.EXPIRED_CONSENT}


def test_every_table_holds_something_whose_time_is_known(world):
    assert set(RETENTION_BY_TABLE) == set(world.state.count_rows())
    assert set(RETENTION_BY_TABLE.values()) == set(RETENTION_PERIODS) - PARTS
