"""Whether one account or page links to another, however the address is spelled."""

from collections.abc import Iterable
from functools import lru_cache

from monitor.domain.reasons.subject import account_keys
from scrapers.canonical import account_keys as accounts_at
from scrapers.canonical import canonical_key
from scrapers.finding import Finding


def linked(links: Iterable[str], shown: Finding) -> bool:
    """Tell whether one of the links leads to a finding: to its page, or to its account."""
    names = {canonical_key(shown.url), shown.key, *account_keys(shown)}
    return any(not names.isdisjoint(_names(link)) for link in links)


# The own accounts' links are looked at once for each finding.
@lru_cache(maxsize=4_096)
def _names(link: str) -> frozenset[str]:
    return frozenset({canonical_key(link), *(key.casefold() for key in accounts_at(link))})
