"""How many planted look-alikes of a district are asked for, within one week and within four.

`python -m tests.bench.lookalikes` prints the shares. The planted ones are written by hand, as
people on forums and in reports describe them, and not by the rules that look for them.
"""

import sys
from collections.abc import Iterator

from monitor.domain.district.domains import list_lookalike_domains
from monitor.domain.district.findings import build_account_trace
from monitor.domain.district.inventory import (
    DistrictInventory,
    OfficialAccount,
    choose_weekly_part,
    list_lookalike_handles,
    list_own_handles,
)
from monitor.services.lookalike_checks import MOST_LOOKALIKES_A_WEEK
from scrapers.models import Trace, TraceKind

INVENTORY = DistrictInventory(
    name="Oak Hill Unified School District",
    schools=("Oak Hill High School", "Willow Creek Elementary School"),
    domains=("oakhillusd.org",),
    places=("Oak Hill",),
    accounts=(
        OfficialAccount(name="Oak Hill USD", address="https://www.facebook.com/oakhillusd"),
        OfficialAccount(name="Oak Hill Panthers", address="https://x.com/ohpanthers"),
    ),
)
BIO = "News for families in Oak Hill"
# Handle, and name shown.
PLANTED_ACCOUNTS = (
    *(("oakhillusd", ""), ("ohpanthers", "Oak Hill Panthers"), ("oakhillhs", "Oak Hill High")),
    *(("oakhillusd_official", "Oak Hill Unified School District"), ("oakhillusdnews", "")),
    *(("0akhillusd", ""), ("oakhi11usd", ""), ("oakhillusd1", ""), ("the_ohpanthers", "")),
    *(("official.ohpanthers", ""), ("ohpanthers_", ""), ("ohpantherss", ""), ("ohpanther", "")),
    *(("oakhillhighschool", "Oak Hill High School"), ("oak_hill_hs", "Oak Hill High School")),
    *(("oakhil1hs", "Oak Hill High School"), ("realohpanthers", ""), ("0hpanthers", "")),
    *(("oakhillusdalerts", ""), ("oakhillusdhelpdesk", ""), ("willowcreekelementary", "")),
    *(("willowcreekes", "Willow Creek Elementary"), ("oakhlilusd", ""), ("oakhillusd.org", "")),
)
# Accounts that a search by name alone can find.
PLANTED_NAMES = (
    ("ohusd_77", "Oak Hill Unified School District"),
    ("schoolupdates24", "Oak Hill High School"),
    ("wce.families", "Willow Creek Elementary School - Official"),
    ("oh.district", "Oak Hill Unified SchooI District"),
)
PLANTED_DOMAINS = (
    *("oakhillusd.com", "oakhillusd.net", "oakhillusd.us", "oakhillusd.info", "oakhillusd.co"),
    *("oakhill-usd.org", "oakhill-usd.com", "oakhillusd-portal.com", "oakhillusd-login.com"),
    *("oakhillusdpayroll.com", "oakhillusd-hr.org", "oakhi1lusd.org", "0akhillusd.org"),
    *("oakhillussd.org", "oakhilusd.org", "oakhlilusd.org", "oakhillsud.org", "oakhillusds.org"),
    *("my-oakhillusd.org", "oakhillusd-benefits.com", "oakhillusd.org.co", "oakhill-schools.org"),
    *("oakhiilusd.org", "0akhi11usd.com", "oakhillusd-edu.org", "staff-oakhillusd.com"),
)
# What no one should have to decide about: people, classes, fans, other schools and companies.
HARMLESS = (
    *(("oakhillhs", "Maria Rivera"), ("mrsrivera_oakhillhs", "Ms. Rivera, Oak Hill High School")),
    *(("oakhillhs2027", "Oak Hill High School Class of 2027"), ("oakhillhsconfessions", "")),
    *(("oakhillgolf", "Oak Hill Golf Club"), ("oakhillms", "Oak Hill Middle School")),
    *(("ohpanthersfans", "Panther Nation"), ("coachlee_ohpanthers", "Coach Lee")),
    *(("oakhillrealty", "Oak Hill Realty"), ("willowcreek", "Willow Creek Church")),
)


def is_told(handle: str, name: str) -> bool:
    address = f"https://site.example/{handle}"
    account = Trace(
        key=address,
        kind=TraceKind.ACCOUNT,
        url=address,
        account=f"site:@{handle}",
        handle=handle,
        name=name,
        bio=BIO,
    )
    return build_account_trace(account, "site", INVENTORY) is not None


def list_asked_handles(weeks: int) -> frozenset[str]:
    """Return the handles that a site is asked for in so many weeks."""
    lookalikes = list_lookalike_handles(INVENTORY)
    asked = {handle.handle for handle in list_own_handles(INVENTORY)}
    for week in range(weeks):
        asked |= set(choose_weekly_part(lookalikes, week, MOST_LOOKALIKES_A_WEEK))
    return frozenset(asked)


def measure_handles(weeks: int) -> int:
    """Count the planted accounts on a site without a search that are asked for, and told."""
    asked = list_asked_handles(weeks)
    return sum(handle in asked and is_told(handle, name) for handle, name in PLANTED_ACCOUNTS)


def measure_names() -> int:
    """Count the planted accounts that are told where a search by name shows them."""
    return sum(is_told(*account) for account in (*PLANTED_ACCOUNTS, *PLANTED_NAMES))


def measure_domains() -> int:
    looked_up = {domain.name for domain in list_lookalike_domains(INVENTORY)}
    return len(looked_up & set(PLANTED_DOMAINS))


def count_false_alarms() -> int:
    return sum(is_told(*entry) for entry in HARMLESS)


def describe_shares() -> Iterator[str]:
    every = len(PLANTED_ACCOUNTS)
    for weeks in (1, 4):
        yield f"accounts asked by handle, in {weeks} weeks: {measure_handles(weeks)} of {every}"
    shown = every + len(PLANTED_NAMES)
    yield f"accounts that a search shows: {measure_names()} of {shown}"
    yield f"domains, in a week: {measure_domains()} of {len(PLANTED_DOMAINS)}"
    yield f"harmless accounts told: {count_false_alarms()} of {len(HARMLESS)}"


if __name__ == "__main__":
    for line in describe_shares():
        sys.stdout.write(f"{line}\n")
