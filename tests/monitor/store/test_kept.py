"""No table stands outside of the rule on how long things are kept."""

from monitor.domain.retention import TABLE
from monitor.store.kept import KEPT_IN


def test_every_table_holds_something_whose_time_is_known(world):
    assert set(KEPT_IN) == set(world.state.rows())
    assert set(KEPT_IN.values()) <= set(TABLE)
