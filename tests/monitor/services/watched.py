"""A district that watches its own names, and public records that say what a test tells them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from msgspec import structs

from monitor.config.sections import Config, OfficialAccountConfig, OfficialConfig
from monitor.demo.data import DemoAccount, DemoProfile, compute_sweep_time
from monitor.demo.district import HIGH_SCHOOL
from monitor.domain.district.findings import DistrictFinding
from scrapers.models import DomainRecords, LoggedNames, Outcome
from tests.monitor.services.world import World

OFFICIAL = OfficialConfig(
    schools=(HIGH_SCHOOL,),
    accounts=(
        OfficialAccountConfig(name=HIGH_SCHOOL, address="http://chalkboard.example/t/cvhighschool"),
        OfficialAccountConfig(
            name="Cedar Valley Panthers", address="https://facebook.com/cedarvalleypanthers"
        ),
    ),
)
NO_NAMES = LoggedNames(outcome=Outcome.ABSENT)
ABSENT = DomainRecords(outcome=Outcome.ABSENT)
FAILED = DomainRecords(outcome=Outcome.FAILED, note="name-service-slow")
PARKED = DomainRecords(outcome=Outcome.FOUND, addresses=("93.184.215.14",))
MAILING = replace(PARKED, mail_servers=("mail.parking.test",))


@dataclass
class FakeRecords:
    """Knows the district's own domain, and what else a test registers."""

    domains: dict[str, DomainRecords] = field(
        default_factory=lambda: {"cedarvalley.example": PARKED}
    )
    otherwise: DomainRecords = ABSENT
    log: LoggedNames = NO_NAMES
    logs: dict[str, LoggedNames] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)

    def look_up_domain(self, domain: str) -> DomainRecords:
        self.asked.append(domain)
        return self.domains.get(domain, self.otherwise)

    def search_certificate_log(self, word: str) -> LoggedNames:
        self.searched.append(word)
        return self.logs.get(word, self.log)


def watching(config: Config, **changes: object) -> Config:
    return structs.replace(config, official=structs.replace(OFFICIAL, **changes))


def watches(world: World, **changes: object) -> FakeRecords:
    """Let a district watch its own names, and return the records that it asks."""
    world.restarts(watching(world.config, **changes))
    records = FakeRecords()
    world.app = world.app.copy_with(records=records)
    return records


def turn_on_telling(world: World) -> World:
    """Let staff tell reviewers of a fake account, in a district that watches its own names."""
    watches(world)
    district = structs.replace(world.config.district, colleagues_tell=True)
    world.app = world.app.copy_with(config=structs.replace(world.app.config, district=district))
    return world


def impostor(**changes: object) -> DemoAccount:
    """An account in the name of the high school, on the network that is searched by name."""
    told = {
        "id": "district-impostor",
        "handle": "cedarva1leyhs.skies.example",
        "name": HIGH_SCHOOL,
        "created": compute_sweep_time(1),
        "bio": "News for families in Cedar Valley.",
        **changes,
    }
    return DemoAccount(**told)  # type: ignore[arg-type]  # a test names fields as they are


def page(handle: str, name: str, bio: str = "") -> DemoProfile:
    return DemoProfile(site="chalkboard", handle=handle, name=name, bio=bio)


def stored(world: World) -> tuple[DistrictFinding, ...]:
    return world.state.district_findings.list_district_findings()


def keys(world: World) -> Iterator[str]:
    return (entry.trace.key for entry in stored(world))
