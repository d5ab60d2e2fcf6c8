"""The evidence pack: one ZIP that a person hands to a platform, or to IT."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reports.sheet import sheet
from reports.theme import ENVIRONMENT
from reports.warc import PageCopy, warc
from reports.words import FlagKind, Severity, field_words

# Mail servers and forms refuse more, and a pack is to be sent.
MOST_OF_PAGES = 8 << 20
REPORT, FINDINGS, COPIED = "report.html", "findings.json", "copied-elements.csv"
PAGES, MANIFEST = "pages.warc.gz", "MANIFEST.sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedLine:
    """One element of both accounts. `own` is the address of the person's account it is beside."""

    field: str
    theirs: str
    ours: str
    copied: bool
    likeness: str
    own: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """What was done about it: `who` and `what` are words of ours, `note` is theirs."""

    at: datetime
    who: str
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """What the person may hand out about one account that is not what it seems.

    `account` is the platform's own key of it, `name` and `handle` as it shows them. `pages` are
    the newest first. Nothing in it depends on when it is made.
    """

    ref: str
    person: str
    organisation: str
    zone: str
    kind: FlagKind
    severity: Severity
    platform: str
    url: str
    account: str
    handle: str
    name: str
    first_seen: datetime
    last_seen: datetime
    reasons: tuple[str, ...]
    own: tuple[str, ...]
    copied: tuple[CopiedLine, ...]
    log: tuple[LogLine, ...]
    pages: tuple[PageCopy, ...] = ()

    @property
    def copies(self) -> tuple[CopiedLine, ...]:
        return tuple(each for each in self.copied if each.copied)


def pack(view: EvidenceView) -> bytes:
    """Make the ZIP. The same view gives the same bytes."""
    pages = tuple(_fitting(view.pages))
    files = dict(_files(view, pages))
    files[MANIFEST] = _manifest(files)
    archive = BytesIO()
    with ZipFile(archive, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(_entry(name, view.last_seen), content)
    return archive.getvalue()


def pack_name(view: EvidenceView) -> str:
    return f"evidence-{view.ref[:8]}.zip"


def _files(view: EvidenceView, pages: tuple[PageCopy, ...]) -> Iterator[tuple[str, bytes]]:
    left_out = len(view.pages) - len(pages)
    told = {"view": view, "pages": pages, "left_out": left_out, "archive": PAGES}
    yield REPORT, ENVIRONMENT.get_template("evidence/report.html").render(told).encode()
    # ASCII alone: a hidden character shows as what it is, and no viewer takes it for another.
    findings = json.dumps(_findings(view, pages), indent=1, sort_keys=True)
    yield FINDINGS, findings.encode()
    yield COPIED, sheet(_rows(view)).encode()
    if pages:
        yield PAGES, warc(pages)


def _findings(view: EvidenceView, pages: tuple[PageCopy, ...]) -> Mapping[str, object]:
    return {
        "reference": view.ref,
        "about": {"name": view.person, "organisation": view.organisation, "own": view.own},
        "account": _account(view),
        "kind": view.kind,
        "severity": view.severity,
        "reasons": view.reasons,
        "elements": [_element(each) for each in view.copied],
        "log": [
            {"at": _utc(each.at), "who": each.who, "what": each.what, "note": each.note}
            for each in view.log
        ],
        "pages": [_page(each) for each in pages],
    }


def _account(view: EvidenceView) -> Mapping[str, object]:
    return {
        "platform": view.platform,
        "address": view.url,
        "key": view.account,
        "handle": view.handle,
        "display_name": view.name,
        "first_seen": _utc(view.first_seen),
        "last_seen": _utc(view.last_seen),
    }


def _element(line: CopiedLine) -> Mapping[str, object]:
    return {
        "field": line.field,
        "theirs": line.theirs,
        "yours": line.ours,
        "beside": line.own,
        "likeness": line.likeness,
        "copied": line.copied,
    }


def _page(page: PageCopy) -> Mapping[str, object]:
    return {
        "address": page.url,
        "status": page.status,
        "fetched_at": _utc(page.fetched_at),
        "date_header": page.served_at,
        "sha256": page.sha256,
        "bytes": len(page.body),
    }


def _rows(view: EvidenceView) -> Iterator[tuple[str, ...]]:
    yield ("Element", "Theirs", "Yours", "Likeness", "Copied", "Beside")
    for each in view.copied:
        copied = "yes" if each.copied else "no"
        words = field_words(each.field)
        yield (words, each.theirs, each.ours, each.likeness, copied, each.own)


def _fitting(pages: tuple[PageCopy, ...]) -> Iterator[PageCopy]:
    room = MOST_OF_PAGES
    for each in pages:
        if len(each.body) <= room:
            room -= len(each.body)
            yield each


def _manifest(files: Mapping[str, bytes]) -> bytes:
    """List what `sha256sum --check` reads."""
    lines = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return "".join(lines).encode()


def _entry(name: str, at: datetime) -> ZipInfo:
    moment = at.astimezone(UTC)
    entry = ZipInfo(name, moment.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
