"""Tables of how many people bear a name, made from a few numbers."""

from collections.abc import Mapping

from monitor.domain.names.frequency import NameCountTable


def build_count_table(numbers: Mapping[str, int]) -> NameCountTable:
    return NameCountTable(
        "".join(f"{name}\t{count}\n" for name, count in sorted(numbers.items())).encode()
    )
