"""How many people bear a name: the tables of the census, read once."""

from functools import cache
from importlib.resources import files

from monitor.domain.names.commonness import Counts, NameCounts


@cache
def census() -> NameCounts:
    """Read how many people bear a name, as docs/name-counts.md says; 2.5 MB, and no parsing."""
    folder = files("monitor.domain.names")
    return NameCounts(
        given=Counts(folder.joinpath("given_counts.tsv").read_bytes()),
        family=Counts(folder.joinpath("family_counts.tsv").read_bytes()),
    )
