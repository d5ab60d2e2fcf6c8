"""No table stands outside of the rule on how long things are kept."""

from monitor.db.pages import KEPT_IN
from monitor.domain.retention import TABLE, Kept

# What is kept in a table beside something else, as `outbox` has letters and that they were sent.
PARTS = {Kept.STUDENT_EVIDENCE, Kept.LETTER, Kept.LAPSED}


def test_every_table_holds_something_whose_time_is_known(world):
    assert set(KEPT_IN) == set(world.state.rows())
    assert set(KEPT_IN.values()) == set(TABLE) - PARTS
