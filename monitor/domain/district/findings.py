"""What looks like the district and is not its own: what is stored of it, and how it changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.domain.district.domains import LookalikeDomain
from monitor.domain.district.inventory import (
    DistrictInventory,
    HandleMatch,
    OfficialAccount,
    match_handle,
    match_name,
)
from monitor.domain.names.normalize import fold_text
from monitor.domain.reason import Name, Reason
from monitor.domain.schedule import SECOND_PROOF_AFTER
from monitor.domain.vocabulary import DistrictFindingKind, DistrictFindingState
from scrapers.models import DomainRecords, Trace, TraceKind
from scrapers.urls.canonical import canonicalize_url

NEWS_PERIOD = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictTrace:
    """What one look shows of an account or a domain, and nothing of a person.

    `shown_name` is empty unless it is a name of the district's own with words of an office.
    `digest` is a hash of what the account says of itself, so that a change is noticed.
    """

    kind: DistrictFindingKind
    key: str
    source: str
    address: str
    reasons: tuple[Reason, ...]
    account: str = ""
    handle: str = ""
    shown_name: str = ""
    digest: str = ""
    web_addresses: tuple[str, ...] = ()
    mail_servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictFinding:
    """`missing_since` is since when its own address denies it; `gone_at` is when that was proven.

    `changed_at` is None while it looks as it did at first; `decided_at` until IT has decided.
    """

    id: str
    trace: DistrictTrace
    first_seen: datetime
    last_seen: datetime
    state: DistrictFindingState = DistrictFindingState.OPEN
    changed_at: datetime | None = None
    missing_since: datetime | None = None
    gone_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""

    @property
    def is_open(self) -> bool:
        return self.state is DistrictFindingState.OPEN and self.gone_at is None

    def build_official_account(self) -> OfficialAccount | None:
        """Return the entry of the inventory that it is by IT's word; None if it is none."""
        if (
            self.state is not DistrictFindingState.OURS
            or self.trace.kind is not DistrictFindingKind.ACCOUNT
        ):
            return None
        return OfficialAccount(
            name=self.trace.shown_name or self.trace.handle, address=self.trace.address
        )


def build_account_trace(
    account: Trace, source: str, inventory: DistrictInventory
) -> DistrictTrace | None:
    """Return what makes an account a look-alike of ours; None where nothing does.

    An account that shows any name but ours, with words of an office, is not looked at further
    unless its handle is taken from an official account.
    """
    if account.kind is not TraceKind.ACCOUNT or _is_official(account, inventory):
        return None
    handle = match_handle(account.handle, inventory) if account.handle else None
    named = match_name(account.name, inventory) if account.name else None
    mentions = tuple(_list_mentions(account, inventory))
    if account.name and named is None and not (handle and handle.own.declared):
        return None
    if named is None and not (handle and (handle.own.declared or mentions)):
        return None
    if named and named.owner != inventory.name and handle is None and not mentions:
        return None  # schools far away have the same name
    likenesses = [side.reason for side in (named, handle) if side]
    return DistrictTrace(
        kind=DistrictFindingKind.ACCOUNT,
        key=account.account or account.key,
        source=source,
        address=account.url,
        reasons=(*likenesses, *mentions, *_warn_about_elsewhere(handle)),
        account=account.account,
        handle=account.handle,
        shown_name=named.shown if named else "",
        digest=_hash_texts(account),
    )


def _is_official(account: Trace, inventory: DistrictInventory) -> bool:
    keys = {account.account, *account.account_aliases, account.key, canonicalize_url(account.url)}
    return not keys.isdisjoint(inventory.official_keys)


def _list_mentions(account: Trace, inventory: DistrictInventory) -> Iterator[Reason]:
    """Yield what the page says that binds it to this district."""
    text = fold_text(f"{account.bio} {account.title} {account.snippet} {account.location}")
    if any(domain.casefold() in fold_text(" ".join(account.links)) for domain in inventory.domains):
        yield Reason("district-link")
    for place in (inventory.name, *inventory.places):
        if fold_text(place) in text:
            yield Reason("district-place", {"place": Name(place)})
            return


def _warn_about_elsewhere(handle: HandleMatch | None) -> Iterator[Reason]:
    if handle and handle.is_same and handle.own.declared:
        yield Reason("district-handle.elsewhere")


def _hash_texts(account: Trace) -> str:
    texts = (account.name, account.handle, account.bio, account.location, *account.links)
    return sha256("\x1f".join(texts).encode("utf-8", "replace")).hexdigest()[:32]


def build_domain_trace(
    domain: LookalikeDomain, source: str, records: DomainRecords
) -> DistrictTrace:
    reasons = [Reason("district-domain", {"domain": Name(domain.original)}), domain.reason]
    if records.mail_servers:
        reasons.append(Reason("district-domain.mail"))
    return DistrictTrace(
        kind=DistrictFindingKind.DOMAIN,
        key=domain.name,
        source=source,
        address=f"https://{domain.name}",
        reasons=tuple(reasons),
        digest=sha256(" ".join(records.mail_servers).encode()).hexdigest()[:32],
        web_addresses=records.addresses,
        mail_servers=records.mail_servers,
    )


def build_told_trace(key: str, address: str) -> DistrictTrace:
    """Return what a colleague told: an address that nothing of ours has opened, or will."""
    return DistrictTrace(
        kind=DistrictFindingKind.TOLD,
        key=key,
        source="",
        address=address,
        reasons=(Reason("told-by-colleague"),),
    )


def record_sighting(
    known: DistrictFinding | None, trace: DistrictTrace, now: datetime, new_id: str
) -> DistrictFinding:
    """Return the finding after a look that showed it; it is new without a `known` one.

    What IT called harmless is open again if it says something else, takes email, or came back.
    """
    if known is None:
        return DistrictFinding(id=new_id, trace=trace, first_seen=now, last_seen=now)
    trace = _merge_traces(known.trace, trace)
    changed = trace.digest != known.trace.digest
    returned = known.gone_at is not None
    again = (changed or returned) and known.state is DistrictFindingState.HARMLESS
    return replace(
        known,
        trace=trace,
        last_seen=now,
        changed_at=now if changed or returned else known.changed_at,
        missing_since=None,
        gone_at=None,
        state=DistrictFindingState.OPEN if again else known.state,
    )


def _merge_traces(before: DistrictTrace, after: DistrictTrace) -> DistrictTrace:
    """Keep what another source told: each source shows its own part of an account.

    What a colleague told is an address alone, and a sighting of ours says more.
    """
    if before.source == after.source or before.kind is not DistrictFindingKind.ACCOUNT:
        return after
    return before


def record_absence(known: DistrictFinding, now: datetime) -> DistrictFinding:
    """Return it after its own address denied it: gone after two such looks, days apart."""
    if known.gone_at is not None:
        return known
    since = known.missing_since or now
    proven = now - since >= SECOND_PROOF_AFTER
    return replace(known, missing_since=since, gone_at=now if proven else None)


def decide_finding(
    known: DistrictFinding, state: DistrictFindingState, by: str, now: datetime
) -> DistrictFinding:
    """Return it with what IT says of it; OPEN takes the last word back."""
    if state is DistrictFindingState.OPEN:
        return replace(known, state=state, decided_at=None, decided_by="")
    return replace(known, state=state, decided_at=now, decided_by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictNews:
    """How many look-alikes appeared, changed and went in a week, and how many wait for IT."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    open: int = 0


def count_district_news(findings: Iterable[DistrictFinding], now: datetime) -> DistrictNews:
    """Count those that are not the district's own."""
    others = [finding for finding in findings if finding.state is not DistrictFindingState.OURS]
    after = now - NEWS_PERIOD
    return DistrictNews(
        new=sum(other.first_seen > after for other in others),
        changed=sum(other.changed_at is not None and other.changed_at > after for other in others),
        gone=sum(other.gone_at is not None and other.gone_at > after for other in others),
        open=sum(other.is_open for other in others),
    )
