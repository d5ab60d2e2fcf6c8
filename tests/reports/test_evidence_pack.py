"""The evidence pack: the same bytes for the same findings, inert, capped, and checkable."""

import csv
import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO, StringIO
from zipfile import ZipFile

from warcio.archiveiterator import ArchiveIterator

from monitor.domain.reason import Name, Reason
from monitor.domain.vocabulary import CaseKind, FieldLikeness, Language
from reports.evidence_pack import (
    COPIED,
    FINDINGS,
    MANIFEST,
    MOST_OF_PAGES,
    PAGES,
    REPORT,
    ActionLogLine,
    EvidenceView,
    FacePair,
    PageCopy,
    ScreenshotCopy,
    build_evidence_pack,
    render_evidence_page,
)
from reports.finding_view import ComparisonLine, HighlightPiece
from reports.translation import use_language
from tests.hostile_strings import ALL
from tests.reports.samples import make_case

MONDAY = datetime(2026, 11, 23, 12, 12, tzinfo=UTC)
PAGE = PageCopy(
    url="https://bsky.example/profile/rosa-delgad0",
    status=200,
    body=b"<h1>Rosa Delgado</h1>",
    fetched_at=MONDAY,
    headers={"date": "Mon, 23 Nov 2026 12:12:00 GMT", "content-encoding": "gzip"},
)
VIEW = EvidenceView(
    case=make_case(
        CaseKind.IMPERSONATION,
        PAGE.url,
        id="7f3a91c2" * 4,
        person="Rosa Delgado",
        given="Rosa",
        platform="bluesky",
        first_seen=MONDAY - timedelta(days=2),
        last_seen=MONDAY,
        reasons=(Reason("copied-bio"),),
    ),
    organization="Cedar Valley Public Schools",
    zone="America/New_York",
    account="bluesky:did:plc:abc",
    handle="rosa-delgad0",
    name="Rosa Delgado",
    own=("https://bsky.example/profile/rosadelgado",),
    compared_with="https://bsky.example/profile/rosadelgado",
    copied=(
        ComparisonLine(
            field="bio",
            theirs=(HighlightPiece(text="Reads aloud."),),
            ours=(HighlightPiece(text="Reads aloud."),),
            copied=True,
            likeness=FieldLikeness.SAME,
        ),
        ComparisonLine(
            field="location",
            theirs=(HighlightPiece(text="Elsewhere"),),
            ours=(HighlightPiece(text="Cedar Valley"),),
            copied=False,
            likeness=FieldLikeness.DIFFERENT,
        ),
    ),
    log=(ActionLogLine(at=MONDAY, who="Rosa Delgado", what="reported it to the platform"),),
    pages=(PAGE,),
)


def files(view: EvidenceView) -> dict[str, bytes]:
    with ZipFile(BytesIO(build_evidence_pack(view))) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def hostile(text: str) -> EvidenceView:
    """Return the view with a hostile text in every place that the web can fill."""
    why = Reason("district-place", {"place": Name(text)})
    shown = (HighlightPiece(text=text),)
    line = replace(VIEW.copied[0], theirs=shown, ours=shown, reason=why)
    page = replace(PAGE, url=f"https://evil.example/{text}", headers={text: text, "date": text})
    finding = replace(VIEW.case.finding, url=text)
    case = replace(VIEW.case, finding=finding, reasons=(why,))
    told = {"account": text, "handle": text, "name": text, "own": (text,), "compared_with": text}
    return replace(VIEW, case=case, copied=(line,), pages=(page,), **told)


def test_a_pack_holds_the_report_the_findings_the_list_the_page_and_their_checksums():
    assert list(files(VIEW)) == [REPORT, FINDINGS, COPIED, PAGES, MANIFEST]


def test_the_same_findings_give_the_same_bytes():
    assert build_evidence_pack(VIEW) == build_evidence_pack(replace(VIEW))
    assert build_evidence_pack(VIEW) != build_evidence_pack(replace(VIEW, handle="rosa"))


def test_the_manifest_names_the_checksum_of_each_other_file():
    packed = files(VIEW)
    listed = dict(line.split("  ")[::-1] for line in packed.pop(MANIFEST).decode().splitlines())

    assert listed == {name: sha256(content).hexdigest() for name, content in packed.items()}


def test_the_page_is_archived_byte_for_byte_and_says_when_it_was_fetched():
    (record,) = ArchiveIterator(BytesIO(files(VIEW)[PAGES]))

    assert record.rec_headers.get_header("WARC-Target-URI") == PAGE.url
    assert record.rec_headers.get_header("WARC-Date") == "2026-11-23T12:12:00Z"
    assert record.http_headers.get_statuscode() == "200"
    assert record.http_headers.get_header("content-encoding") is None


def test_an_archived_body_is_read_back_whole():
    archive = ArchiveIterator(BytesIO(files(VIEW)[PAGES]))
    (body,) = (member.content_stream().read() for member in archive)

    assert body == PAGE.body


def test_without_a_page_there_is_no_archive_and_the_report_says_so():
    packed = files(replace(VIEW, pages=()))

    assert PAGES not in packed
    assert "There is no copy of its page" in packed[REPORT].decode()


def test_a_pack_is_capped_and_says_what_it_left_out():
    large = replace(PAGE, body=b"x" * (MOST_OF_PAGES // 2))
    packed = files(replace(VIEW, pages=(large, large, large)))

    assert len(list(ArchiveIterator(BytesIO(packed[PAGES])))) == 2
    assert (
        "1 older page is left out, because the file would be too large" in packed[REPORT].decode()
    )


def test_the_report_marks_what_is_copied_and_names_the_account_exactly():
    report = files(VIEW)[REPORT].decode()

    assert VIEW.case.finding.url in report
    assert "1 copied element" in report
    assert report.count('class="copied"') == 1
    assert PAGE.sha256 in report
    assert "<dd>Mon, Nov 23, 2026, 7:12 AM EST</dd>" in report
    assert "UTC" not in report


def test_the_findings_can_be_read_by_a_program_and_spell_hidden_characters_out():
    packed = files(replace(VIEW, handle="rosa\u202e\u200bdelgado"))
    findings = json.loads(packed[FINDINGS])

    assert findings["account"]["handle"] == "rosa\u202e\u200bdelgado"
    assert b"\\u202e\\u200b" in packed[FINDINGS]
    assert "[2 hidden characters]" in packed[REPORT].decode()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(name for name, _ in attrs)))


def tags(report: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(report)
    return parser.seen


def test_hostile_text_stays_text_in_every_file():
    shape = tags(files(hostile("words"))[REPORT].decode())
    for attack in ALL:
        packed = files(hostile(attack))

        assert tags(packed[REPORT].decode()) == shape, attack
        cells = [cell for row in csv.reader(StringIO(packed[COPIED].decode())) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        assert json.loads(packed[FINDINGS])["account"]["display_name"] == attack
        (status,) = (
            entry.http_headers.get_statuscode() for entry in ArchiveIterator(BytesIO(packed[PAGES]))
        )
        assert status == "200", attack


def test_the_report_loads_nothing_and_runs_nothing():
    for report in (files(VIEW)[REPORT].decode(), render_evidence_page(VIEW)):
        assert "default-src 'none'" in report
        assert not [tag for tag, _ in tags(report) if tag in {"script", "img", "link", "a", "form"}]


def test_the_two_pictures_are_in_the_report_itself():
    faces = FacePair(theirs=b"\xff\xd8\xff theirs", ours=b"\xff\xd8\xff ours")

    for report in (
        files(replace(VIEW, faces=faces))[REPORT].decode(),
        render_evidence_page(replace(VIEW, faces=faces)),
    ):
        assert report.count('<img src="data:image/jpeg;base64,') == 2
        assert b64encode(faces.theirs).decode() in report
        assert 'alt="The picture of this account"' in report


def test_the_page_is_the_report_without_its_files():
    packed, page = files(VIEW)[REPORT].decode(), render_evidence_page(VIEW)

    for words in ("It copies bio (the same).", VIEW.case.finding.url, "Reads aloud."):
        assert words in packed
        assert words in page
    assert PAGES in packed
    assert PAGES not in page
    assert MANIFEST not in page


def test_who_reads_it_on_our_pages_gets_back_in_their_own_language():
    with use_language(Language.SPANISH):
        page = render_evidence_page(VIEW, "/me/takedown/1")

    assert '<a href="/me/takedown/1" lang="es">Volver</a>' in page
    assert "<dt>Last seen</dt>" in page


def test_what_was_not_compared_is_never_called_different():
    unseen = replace(VIEW.copied[1], likeness=FieldLikeness.NOT_COMPARED)

    page = render_evidence_page(replace(VIEW, copied=(unseen,)))

    assert "not compared" in page
    assert "different" not in page


def test_own_screenshots_are_files_that_the_report_and_the_findings_list():
    shots = (
        ScreenshotCopy(added_at=MONDAY, picture=b"\xff\xd8\xff one"),
        ScreenshotCopy(added_at=MONDAY + timedelta(minutes=1), picture=b"\xff\xd8\xff two"),
    )

    packed = files(replace(VIEW, screenshots=shots))

    report, findings = packed[REPORT].decode(), json.loads(packed[FINDINGS])
    for number, (shot, told) in enumerate(zip(shots, findings["screenshots"], strict=True), 1):
        name = f"screenshots/{number}.jpg"
        assert packed[name] == shot.picture
        assert (told["file"], told["sha256"]) == (name, sha256(shot.picture).hexdigest())
        assert name in report
        assert name in packed[MANIFEST].decode()
    assert "Rosa Delgado</bdi> added these." in report
    assert "<img" not in report
    assert "Screenshots" not in files(VIEW)[REPORT].decode()
