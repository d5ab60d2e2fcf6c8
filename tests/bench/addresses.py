"""How long an address takes to its key: `python -m tests.bench.addresses` prints microseconds."""

import sys
from collections.abc import Callable
from random import Random
from time import process_time

from scrapers.urls.canonical import canonicalize_url, extract_account_keys
from tests.scrapers.drawn_addresses import drawn_address

ADDRESSES = 20_000


def microseconds(job: Callable[[str], object], addresses: list[str]) -> float:
    start = process_time()
    for address in addresses:
        job(address)
    return (process_time() - start) * 1e6 / len(addresses)


def main(number: int) -> None:
    drawn = Random(4)  # noqa: S311 - the same addresses in each run
    addresses = [drawn_address(drawn) for _ in range(number)]
    for name, job in (("key", canonicalize_url), ("account", extract_account_keys)):
        sys.stdout.write(f"{name:8}{microseconds(job, addresses):6.1f} microseconds\n")


if __name__ == "__main__":
    main(ADDRESSES)
