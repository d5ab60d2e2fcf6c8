"""All commands but those of the web framework, by their names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

from monitor.cli import (
    backup,
    check,
    district,
    doctor,
    findings,
    fleet,
    jobs,
    mail,
    me,
    plan,
    roster,
    service,
    setup,
    sources,
    staff,
    units,
)

COMMANDS_BY_NAME: Final[Mapping[str, click.Command]] = MappingProxyType(
    {
        "audit": service.audit,
        "backup": backup.backup,
        "check": check.check,
        "digest": mail.digest,
        "district": district.district,
        "doctor": doctor.doctor,
        "evidence": findings.evidence,
        "explain": findings.explain_item,
        "flags": findings.flags,
        "fleet": fleet.fleet,
        "init": setup.init,
        "jobs": jobs.jobs,
        "mail": mail.mail,
        "me": me.me,
        "metrics": service.metrics,
        "plan": plan.plan,
        "purge": service.purge,
        "restore": backup.restore,
        "roster": roster.roster,
        "run": service.run,
        "sources": sources.sources,
        "staff": staff.staff,
        "sweep": check.sweep,
        "timeline": findings.show_timeline,
        "units": units.units,
        "weights": findings.weights,
    }
)
