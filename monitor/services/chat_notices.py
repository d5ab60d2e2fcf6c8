"""Tells operators and reviewers in their chat that something waits: counts and a link, no more.

At most one message an hour goes to each of the two: what comes meanwhile waits for the next one.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from monitor.app import App
from monitor.config.sections import Config, read_secret
from monitor.db.audit import AuditEntry
from monitor.db.database import Database
from monitor.domain.errors import MonitorError, UnavailableError
from monitor.domain.health import HealthResult, report_failure, report_ok
from monitor.domain.reason import Count, Facts, Plain, Reason
from monitor.domain.vocabulary import HealthLevel, NoticeKind, Role
from monitor.mail.chat import ChatEndpoint, parse_chat_endpoints
from monitor.services.review import count_opened_cases
from reports.labels.office import NEW_WARNINGS, NOTICES, OFFICES
from reports.reason_rendering import render_in_english

LOG = logging.getLogger(__name__)
NOTICE_INTERVAL = timedelta(hours=1)
# The first message is not about all that ever was.
LOOKS_BACK = timedelta(days=1)
Warned = tuple[str, HealthLevel]
"""The part that a warning is about, and how bad it is: as in journal and metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who gets which messages; `office` is the prefix of their IDs in the outbox."""

    role: Role
    office: str
    secret: str
    page: str
    kinds: tuple[NoticeKind, ...]

    @property
    def sent_action(self) -> str:
        return f"notice-sent-{self.office}"

    @property
    def failed_action(self) -> str:
        return f"notice-failed-{self.office}"


OPERATORS: Final = Audience(
    role=Role.OPERATOR,
    office="operator",
    secret="notify-operators",  # noqa: S106 - the name of one
    page="/operate",
    kinds=(
        NoticeKind.DISK_FULL,
        NoticeKind.SOURCES_PARKED,
        NoticeKind.ADDRESS_SUPPRESSED,
        NoticeKind.STAFF_FILE,
    ),
)
REVIEWERS: Final = Audience(
    role=Role.REVIEWER,
    office="reviewer",
    secret="notify-reviewers",  # noqa: S106 - the name of one
    page="/review",
    kinds=(NoticeKind.CASE_OPENED, NoticeKind.LOOKALIKE_SEEN),
)
AUDIENCES: Final = (OPERATORS, REVIEWERS)


def load_chat_endpoints(
    audience: Audience, variables: Mapping[str, str]
) -> tuple[ChatEndpoint, ...]:
    """Return where an audience is told; nowhere, without its secret. Raises ConfigError."""
    return parse_chat_endpoints(read_secret(audience.secret, variables), audience.secret)


def load_all_chat_endpoints(variables: Mapping[str, str]) -> dict[str, tuple[ChatEndpoint, ...]]:
    """Return the endpoints of each audience by its office; a secret that is wrong stops nothing."""
    found = {}
    for audience in AUDIENCES:
        try:
            found[audience.office] = load_chat_endpoints(audience, variables)
        except MonitorError as error:
            LOG.warning("chat_left_out", extra={"reason": str(error)})
    return found


@dataclass(slots=True, kw_only=True)
class NoticeSender:
    """`endpoints` are by office. When each was last told is stored, and remembered meanwhile.

    A full disk, which may forbid to store it, is told once an hour as well.
    """

    endpoints: Mapping[str, Sequence[ChatEndpoint]]
    _last_tried: dict[str, datetime] = field(default_factory=dict)
    _told_warnings: frozenset[Warned] | None = None

    def send_due_notices(
        self, app: App, warnings: AbstractSet[Warned] | None = frozenset()
    ) -> None:
        """Tell each audience what came since the last message; operators, which warnings began.

        As long as nobody knows `warnings`, None, operators are told nothing.
        """
        now = app.clock.now()
        for audience in AUDIENCES:
            chats = self.endpoints.get(audience.office, ())
            last = self._last_tried.get(audience.office)
            if chats and not (last and now - last < NOTICE_INTERVAL):
                present = warnings if audience is OPERATORS else frozenset()
                if present is not None:
                    self._send_notice(app, audience, chats, present)

    def _find_new_warnings(
        self, present: AbstractSet[Warned], sent: AuditEntry | None
    ) -> list[Warned]:
        """Return those not told yet, the worst first; what ended is told when it comes back."""
        told = self._told_warnings
        if told is None:
            details = sent.details if sent else {}
            told = frozenset(
                (part, HealthLevel(level))
                for part, levels in details.items()
                for level in levels.split("+")
            )
        self._told_warnings = told & present
        return sorted(present - told, key=lambda one: (one[1] is not HealthLevel.BAD, one))

    def _send_notice(
        self,
        app: App,
        audience: Audience,
        chats: Sequence[ChatEndpoint],
        present: AbstractSet[Warned],
    ) -> None:
        now, audit = app.clock.now(), app.db.audit
        sent = audit.find_last_entry_of_action(audience.sent_action)
        failed = audit.find_last_entry_of_action(audience.failed_action)
        if any(now - last.at < NOTICE_INTERVAL for last in (sent, failed) if last):
            return
        counts = count_news(app, audience, sent.at if sent else now - LOOKS_BACK)
        warnings = self._find_new_warnings(present, sent) if audience is OPERATORS else []
        if counts or warnings:
            self._last_tried[audience.office] = now
            title, body = build_notice(app.config, audience, counts, warnings)
            faults = {chat.number: chat.send_message(title, body) for chat in chats}
            # `faults` are by line of the secret.
            dead = {number: fault for number, fault in faults.items() if fault}
            for number, fault in dead.items():
                LOG.warning(
                    "notice_failed",
                    extra={"kind": audience.office, "line": number, "reason": fault},
                )
            with app.db.begin_transaction():
                if len(dead) < len(faults):
                    if audience is OPERATORS:
                        self._told_warnings = frozenset(present)
                    levels: defaultdict[str, list[str]] = defaultdict(list)
                    for part, level in sorted(present):
                        levels[part].append(level)
                    details = {part: "+".join(named) for part, named in levels.items()}
                    app.db.audit.append_entry(now, "namesake", audience.sent_action, "", details)
                    LOG.info(
                        "notice_sent",
                        extra={"kind": audience.office, "sent": len(faults) - len(dead)},
                    )
                if dead:
                    details = {"lines": " ".join(map(str, dead))}
                    app.db.audit.append_entry(now, "namesake", audience.failed_action, "", details)


def count_news(app: App, audience: Audience, since: datetime) -> Mapping[NoticeKind, int]:
    """Count by kind what came after `since`, in the order in which it is told."""
    counts = {kind: _count_kind(app, kind, audience, since) for kind in audience.kinds}
    return {kind: count for kind, count in counts.items() if count}


def _count_kind(app: App, kind: NoticeKind, audience: Audience, since: datetime) -> int:
    match kind:
        case NoticeKind.CASE_OPENED:
            return count_opened_cases(app, since)
        case NoticeKind.LOOKALIKE_SEEN:
            found = app.db.district_findings.list_district_findings()
            return sum(1 for finding in found if finding.is_open and finding.first_seen > since)
    return app.db.email_counts.count_office_emails(audience.office, kind, since)


def build_notice(
    config: Config,
    audience: Audience,
    counts: Mapping[NoticeKind, int],
    warnings: Sequence[Warned] = (),
) -> tuple[str, str]:
    """Return title and text. What is counted has no name, and the link takes signing in."""
    title = f"Namesake, {config.district.name}: {OFFICES[audience.role]}"
    lines = [f"{NOTICES[kind]}: {count}" for kind, count in counts.items()]
    if warnings:
        named = ", ".join(f"{part} ({level})" for part, level in warnings)
        lines.insert(0, f"{NEW_WARNINGS}: {named}")
    return title, "\n".join((*lines, f"{config.portal.address}{audience.page}"))


def find_failed_notice(db: Database, audience: Audience) -> AuditEntry | None:
    """Return the last failure, if no message went out to all since."""
    failed = db.audit.find_last_entry_of_action(audience.failed_action)
    sent = db.audit.find_last_entry_of_action(audience.sent_action)
    return None if failed and sent and sent.seq > failed.seq else failed


def check_notices(variables: Mapping[str, str]) -> Iterator[HealthResult]:
    """Say of each audience with a secret where it is told, or why it cannot be."""
    for audience in AUDIENCES:
        try:
            count = len(load_chat_endpoints(audience, variables))
        except MonitorError as error:
            remedy = Reason("remedy.notice-secret")
            yield report_failure("notices", str(error), remedy, error.exit_code)
            continue
        if count:
            facts: Facts = {"office": Plain(OFFICES[audience.role]), "count": Count(count)}
            yield report_ok("notices", Reason("health.notices", facts))


def send_test_notices(config: Config, variables: Mapping[str, str]) -> Iterator[HealthResult]:
    """Send a message to each place, and say what became of it."""
    for audience in AUDIENCES:
        try:
            endpoints = load_chat_endpoints(audience, variables)
        except MonitorError:
            continue  # reported already
        title, _ = build_notice(config, audience, {})
        for endpoint in endpoints:
            fault = endpoint.send_message(title, render_in_english(Reason("notice.test")))
            place: Facts = {"line": Count(endpoint.number), "secret": Plain(audience.secret)}
            if fault:
                message = Reason("health.notice-test.failed", {**place, "fault": Plain(fault)})
                remedy = Reason("remedy.notice-test")
                yield report_failure("notices", message, remedy, UnavailableError.exit_code)
            else:
                yield report_ok("notices", Reason("health.notice-test", place))
