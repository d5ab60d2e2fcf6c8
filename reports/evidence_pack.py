"""The evidence pack: one ZIP that a person gives to a platform, or to IT.

Pages as received, in the format of web archives (WARC, ISO 28500).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from monitor.domain.vocabulary import Language
from reports.case_view import CaseView
from reports.data_export import render_csv
from reports.emails.render import fill_template
from reports.finding_view import ComparisonLine
from reports.labels.cases import REFERENCE
from reports.labels.findings import EVIDENCE_LIKENESSES, describe_field
from reports.reason_rendering import Others, render_reason
from reports.sanitize import clean_header_line
from reports.translation import get_language, translate_message, use_language

if TYPE_CHECKING:
    from warcio.statusandheaders import StatusAndHeaders

# What we keep was unpacked already; these speak of how it travelled.
_OF_THE_WAY = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
_HTTP = "HTTP/1.1"
_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]{1,100}", re.ASCII)
_OF_ADDRESSES = ":/?#[]@!$&'()*+,;=%-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCopy:
    """What a server answered, byte for byte, once unpacked."""

    url: str
    status: int
    body: bytes
    fetched_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return sha256(self.body).hexdigest()

    @property
    def served_at(self) -> str:
        """When the server says that it answered; empty where it does not."""
        return self.headers.get("date", "")


def build_warc(pages: Iterable[PageCopy]) -> bytes:
    """Archive them; the same pages give the same bytes."""
    from warcio.warcwriter import WARCWriter  # noqa: PLC0415 - only who makes a pack needs it

    archive = BytesIO()
    writer = WARCWriter(archive, gzip=True)
    for page in pages:
        record = writer.create_warc_record(
            _encode_url(page),
            "response",
            payload=BytesIO(page.body),
            length=len(page.body),
            http_headers=_build_http_headers(page),
            warc_headers_dict=_build_warc_headers(page),
        )
        writer.write_record(record)
    return archive.getvalue()


def _build_http_headers(page: PageCopy) -> "StatusAndHeaders":
    from warcio.statusandheaders import StatusAndHeaders  # noqa: PLC0415 - as above

    headers = [
        (name, clean_header_line(value, 2_000).encode("ascii", "backslashreplace").decode())
        for name, value in sorted(page.headers.items())
        if _NAME.fullmatch(name) and name.casefold() not in _OF_THE_WAY
    ]
    headers.append(("content-length", str(len(page.body))))
    return StatusAndHeaders(
        f"{page.status} {_get_reason_phrase(page.status)}".rstrip(), headers, protocol=_HTTP
    )


def _encode_url(page: PageCopy) -> str:
    return quote(page.url, safe=_OF_ADDRESSES, errors="replace")


def _build_warc_headers(page: PageCopy) -> dict[str, str]:
    # A record's id is drawn at random by default, and its date is now.
    content = f"{_encode_url(page)} {page.fetched_at.isoformat()} {page.sha256}"
    record = uuid5(NAMESPACE_URL, content)
    moment = page.fetched_at.astimezone(UTC)
    return {
        "WARC-Record-ID": f"<urn:uuid:{record}>",
        "WARC-Date": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
    }


def _get_reason_phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


# Mail servers and forms refuse more, and a pack is to be sent.
MOST_OF_PAGES = 8 << 20
REPORT, FINDINGS, COPIED = "report.html", "findings.json", "copied-elements.csv"
PAGES, MANIFEST = "pages.warc.gz", "MANIFEST.sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLogLine:
    """What was done about it: `note` is the person's, all else our own words.

    `lever` is by which way it was reported, empty where that is not known.
    """

    at: datetime
    who: str
    what: str
    note: str = ""
    lever: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenshotCopy:
    """What the person added themselves: a JPEG that we encoded again from their file."""

    added_at: datetime
    picture: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.picture).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class FacePair:
    """Small JPEGs of the pictures that two accounts show; empty for none."""

    theirs: bytes = b""
    ours: bytes = b""

    @property
    def shown(self) -> tuple[tuple[str, bytes], ...]:
        """Return those that there are, with whose each is."""
        both = (("This account", self.theirs), ("The person's account", self.ours))
        return tuple((whose, picture) for whose, picture in both if picture)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """What the person may give to others about one account that others made or took over.

    `account` is the platform's own key of it, `name` and `handle` as it shows them. `compared_with`
    is the address of the own account that `copied` compares it with. `pages` are the newest first;
    `screenshots`, the oldest first, and `faces` are in the person's own pack only. Of one that
    `is_withheld`, it has the address and the times alone. It `is_denied` where its person said, in
    any way, that it pretends nothing. Nothing in it depends on when it is made.
    """

    case: CaseView
    organization: str
    zone: str
    account: str
    handle: str
    name: str
    own: tuple[str, ...]
    compared_with: str
    copied: tuple[ComparisonLine, ...]
    log: tuple[ActionLogLine, ...]
    pages: tuple[PageCopy, ...] = ()
    screenshots: tuple[ScreenshotCopy, ...] = ()
    faces: FacePair = field(default_factory=FacePair)
    is_withheld: bool = False
    is_denied: bool = False

    @property
    def named_screenshots(self) -> Mapping[str, ScreenshotCopy]:
        """Return them by the names of their files."""
        return {
            f"screenshots/{number}.jpg": screenshot
            for number, screenshot in enumerate(self.screenshots, 1)
        }

    @property
    def copies(self) -> tuple[ComparisonLine, ...]:
        return tuple(entry for entry in self.copied if entry.copied)


def build_evidence_pack(view: EvidenceView) -> bytes:
    """Make the ZIP, in English for the platform. The same view gives the same bytes."""
    pages = tuple(_select_fitting_pages(view.pages))
    with use_language(Language.ENGLISH):
        files = dict(_build_files(view, pages))
    # As `sha256sum --check` reads it.
    lines = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    files[MANIFEST] = "".join(lines).encode()
    archive = BytesIO()
    with ZipFile(archive, "w") as zipped:
        for name, content in files.items():
            moment = view.case.last_seen.astimezone(UTC)
            entry = ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, content)
    return archive.getvalue()


def render_evidence_page(view: EvidenceView, back: str = "") -> str:
    """Return the report alone, in English for the platform: a page to read, print or show.

    Its reader gets `back` to a page of ours in their own language; what is printed has no such way.
    """
    way = {"back": back, "back_words": translate_message("Back"), "back_language": get_language()}
    with use_language(Language.ENGLISH):
        return fill_template("evidence/report.html", {"view": view, "with_files": False, **way})


def format_pack_name(view: EvidenceView) -> str:
    return f"evidence-{view.case.id[:REFERENCE]}.zip"


def _build_files(view: EvidenceView, pages: tuple[PageCopy, ...]) -> Iterator[tuple[str, bytes]]:
    left_out = len(view.pages) - len(pages)
    files = {"with_files": True, "pages": pages, "left_out": left_out, "archive": PAGES, "back": ""}
    yield REPORT, fill_template("evidence/report.html", {"view": view, **files}).encode()
    # ASCII alone: a hidden character shows as what it is, and no viewer takes it for another.
    findings = json.dumps(_build_findings(view, pages), indent=1, sort_keys=True)
    yield FINDINGS, findings.encode()
    yield COPIED, render_csv(_build_element_rows(view)).encode()
    if pages:
        yield PAGES, build_warc(pages)
    for name, shot in view.named_screenshots.items():
        yield name, shot.picture


def _build_findings(view: EvidenceView, pages: tuple[PageCopy, ...]) -> Mapping[str, object]:
    others = Others(view.case.given or "")
    return {
        "reference": view.case.id,
        "about": {"name": view.case.person, "organization": view.organization, "own": view.own},
        "account": {
            "platform": view.case.platform,
            "address": view.case.finding.url,
            "key": view.account,
            "handle": view.handle,
            "display_name": view.name,
            "first_seen": _format_utc(view.case.first_seen),
            "last_seen": _format_utc(view.case.last_seen),
        },
        "kind": view.case.nature,
        "severity": view.case.severity,
        "reasons": [render_reason(reason, others) for reason in view.case.reasons],
        "elements": [_build_element(view, line) for line in view.copied],
        "log": [
            {"at": _format_utc(entry.at), "who": entry.who, "what": entry.what, "note": entry.note}
            for entry in view.log
        ],
        "pages": [_build_page_entry(page) for page in pages],
        "screenshots": [
            {
                "file": name,
                "added_at": _format_utc(screenshot.added_at),
                "sha256": screenshot.sha256,
                "bytes": len(screenshot.picture),
            }
            for name, screenshot in view.named_screenshots.items()
        ],
    }


def _build_element(view: EvidenceView, line: ComparisonLine) -> Mapping[str, object]:
    theirs, ours = line.texts
    return {
        "field": line.field,
        "theirs": theirs,
        "yours": ours,
        "compared_with": view.compared_with,
        "likeness": EVIDENCE_LIKENESSES[line.likeness],
        "copied": line.copied,
    }


def _build_page_entry(page: PageCopy) -> Mapping[str, object]:
    return {
        "address": page.url,
        "status": page.status,
        "fetched_at": _format_utc(page.fetched_at),
        "date_header": page.served_at,
        "sha256": page.sha256,
        "bytes": len(page.body),
    }


def _build_element_rows(view: EvidenceView) -> Iterator[tuple[str, ...]]:
    yield ("Element", "Theirs", "Yours", "Similarity", "Copied", "Compared with")
    for line in view.copied:
        copied, likeness = "yes" if line.copied else "no", EVIDENCE_LIKENESSES[line.likeness]
        yield (describe_field(line.field), *line.texts, likeness, copied, view.compared_with)


def _select_fitting_pages(pages: tuple[PageCopy, ...]) -> Iterator[PageCopy]:
    room = MOST_OF_PAGES
    for page in pages:
        if len(page.body) <= room:
            room -= len(page.body)
            yield page


def _format_utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
