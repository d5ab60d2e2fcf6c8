"""Which scorer answers which question."""

from collections.abc import Mapping

from monitor.domain.handles.imitated_handle import imitated_handle
from monitor.domain.handles.own_handle import OwnHandle
from monitor.domain.names.commonness import NameCounts
from monitor.domain.names.same_name import SameName
from monitor.domain.scoring import Ask, Scorer


def scorers(counts: NameCounts) -> Mapping[Ask, Scorer]:
    return {
        Ask.SAME_NAME: SameName(counts=counts),
        Ask.OWN: OwnHandle(counts=counts),
        Ask.LOOKALIKE: imitated_handle,
    }
