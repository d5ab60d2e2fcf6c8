"""How often chance makes a wave, and how many real ones are kept: `python -m tests.bench.waves`.

A school of 60, for a year, on one network. New accounts of namesakes come at random; an attack
makes one account about each of some staff within days. A window of three weeks with three people
in it, which is all that was asked before, is counted, too.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from monitor.domain.detection.waves import (
    SMALLEST_WAVE,
    WAVE_WITHIN,
    NewAccount,
    count_people,
    find_wave,
)

STAFF = 60
YEAR = timedelta(days=365)
START = datetime(2026, 1, 1, tzinfo=UTC)
# New accounts a year and member of staff, on one network.
RATES = (0.1, 0.3, 1.0)
ATTACKS = (3, 5, 10, 20)


def draw_ordinary(random: Random, rate: float, staff: int = STAFF) -> list[NewAccount]:
    """Draw a year of namesakes' accounts, each at a time of its own."""
    days = sorted(random.uniform(0, YEAR.days) for _ in range(_draw_count(random, rate * staff)))
    return [
        NewAccount(
            finding_id=f"ordinary-{at}",
            person_id=f"staff-{random.randrange(staff)}",
            appeared_at=START + timedelta(days=day),
        )
        for at, day in enumerate(days)
    ]


def _draw_count(random: Random, mean: float) -> int:
    """Draw a Poisson number: how many gaps of an exponential clock fit into one unit."""
    count, spent = 0, random.expovariate(mean)
    while spent < 1:
        count += 1
        spent += random.expovariate(mean)
    return count


def draw_attack(random: Random, size: int, staff: int = STAFF) -> list[NewAccount]:
    """Draw accounts about different people that are made, or first seen, within ten days."""
    first = random.uniform(0, YEAR.days - WAVE_WITHIN.days)
    return [
        NewAccount(
            finding_id=f"attack-{number}",
            person_id=f"staff-{number}",
            appeared_at=START + timedelta(days=first + random.uniform(0, 10)),
        )
        for number in random.sample(range(staff), size)
    ]


def count_in_window(account: NewAccount, accounts: Sequence[NewAccount]) -> int:
    """Count the people of the fullest three weeks around an account, as was asked before."""
    starts = (
        other.appeared_at
        for other in accounts
        if account.appeared_at - WAVE_WITHIN <= other.appeared_at <= account.appeared_at
    )
    windows = (
        [other for other in accounts if start <= other.appeared_at <= start + WAVE_WITHIN]
        for start in starts
    )
    return max(map(count_people, windows), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveShares:
    """Of what was drawn, the share that stands in a wave, now and by three people alone."""

    now: float
    before: float


def measure_chance(rate: float, years: int, seed: int) -> WaveShares:
    """Return which share of ordinary accounts stands in a wave."""
    random = Random(f"{rate}{seed}")  # noqa: S311  # the same years for the same seed
    met = now = before = 0
    for _ in range(years):
        accounts = draw_ordinary(random, rate)
        for account in accounts:
            met += 1
            now += bool(find_wave(account.finding_id, accounts))
            before += count_in_window(account, accounts) >= SMALLEST_WAVE
    return WaveShares(now=now / max(1, met), before=before / max(1, met))


def measure_attacks(rate: float, size: int, years: int, seed: int) -> float:
    """Return which share of the accounts of attacks stands in a wave."""
    random = Random(f"{rate}{size}{seed}")  # noqa: S311 - draws made-up attacks
    kept = 0
    for _ in range(years):
        attack = draw_attack(random, size)
        accounts = [*draw_ordinary(random, rate), *attack]
        kept += sum(bool(find_wave(account.finding_id, accounts)) for account in attack)
    return kept / (years * size)


def describe(years: int, seed: int) -> Iterator[str]:
    for rate in RATES:
        chance = measure_chance(rate, years, seed)
        kept = ", ".join(
            f"{measure_attacks(rate, size, years, seed):.0%} of {size}" for size in ATTACKS
        )
        yield (
            f"{rate} new accounts a year and person, {STAFF} staff: {chance.now:.1%} of ordinary "
            f"ones stand in a wave ({chance.before:.1%} by three people alone); kept of attacks: "
            f"{kept}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.bench.waves")
    parser.add_argument("--years", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    for line in describe(asked.years, asked.seed):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
