"""A service with something of everything to count, so that no metric is left out."""

from datetime import UTC, datetime, timedelta

from monitor.db.jobs import Job
from monitor.db.sources import SourceHealth
from monitor.domain.health import FailedBackup
from monitor.domain.vocabulary import CaseKind, CaseState, EmailState
from monitor.fleet.health import FleetCollector, FleetState
from monitor.services.health import Vitals
from scrapers.models import Outcome


def build_full_vitals(at: datetime) -> Vitals:
    earlier = at - timedelta(hours=7)
    return Vitals(
        at=at,
        sources=tuple(f"site-{one}" for one in Outcome),
        answered_sources=tuple(
            SourceHealth(source=f"site-{one}", outcome=one, since=earlier, proven_at=earlier)
            for one in Outcome
        ),
        contacts={},
        jobs=(Job(name="mail", subject="", due_at=earlier),),
        email_counts={EmailState.QUEUED: 3, EmailState.SENT: 40, EmailState.DEAD: 1},
        oldest_email=earlier,
        email_trouble="",
        paused_addresses=1,
        waiting_requests=2,
        sweep_closed=earlier,
        sweep_open_since=earlier,
        backed_up=earlier,
        backup_failed=FailedBackup(at=earlier, exit_code=73),
        last_recorded=at,
        notices_failed={"operator": earlier},
        staff_import=None,
        leavers=0,
        database_bytes=1_000_000,
        person_count=40,
        first_joined=None,
        case_counts={(CaseKind.IMPERSONATION, CaseState.OPEN): 12},
    )


FULL_VITALS = build_full_vitals(datetime(2026, 9, 28, 11, tzinfo=UTC))
FULL_FLEET = FleetCollector(
    vitals={},
    faults={"cedar": "no key"},
    database=True,
    state=FleetState(
        server_version=150_006,
        clock_off=timedelta(),
        jobs={"todo": 3, "doing": 2},
        oldest_jobs={"sweep": timedelta(minutes=20), "check": timedelta(seconds=2)},
        workers=(timedelta(seconds=3), timedelta(hours=1)),
        machines={"first": timedelta(seconds=20)},
    ),
)
