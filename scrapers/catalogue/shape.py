"""The shape of an account's address: two entries of one shape are one site."""

from functools import lru_cache

from scrapers.catalogue.entry import Entry
from scrapers.catalogue.row import place
from scrapers.platforms import BY_HOST


def shapes(entry: Entry) -> frozenset[str]:
    """Return the shapes of where it is asked and of where it is shown."""
    return frozenset((shape(entry.uri_check), shape(entry.uri_pretty or entry.uri_check)))


def shape(template: str) -> str:
    """Return one spelling of host, path and parameters."""
    where = place(template)
    asked = "&".join(sorted(where.query.split("&")))
    return f"{_site(where.netloc.lower())}{where.path.rstrip('/').lower()}?{asked}#{where.fragment}"


@lru_cache(maxsize=16_384)
def _site(host: str) -> str:
    bare = host.removesuffix(":443").removesuffix(":80").removeprefix("www.").removeprefix("m.")
    platform = BY_HOST.get(bare)
    return bare if platform is None or platform.federated else platform.hosts[0]
