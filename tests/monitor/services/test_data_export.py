"""A person gets a copy of everything that is kept of them, and of nobody else."""

import csv
import json
import re
import zipfile
from dataclasses import replace
from io import BytesIO, StringIO
from time import process_time

import pytest

from monitor.db.database import list_declarations
from monitor.db.review_notes import ReviewAssignment, ReviewNote, ReviewNoteKind
from monitor.demo.district import JOHN, MARIA
from monitor.domain.person import build_reviewer_id
from monitor.domain.vocabulary import CaseState, Decision, EmailState, SweepKind
from monitor.mail.smtp import build_message
from monitor.services.answers import record_feedback
from monitor.services.data_export import export_person_data, queue_export_email
from tests.monitor.services.world import Staff, World, account

MOST_SECONDS = 60
# How tables name whose a row is.
OF_SOMEBODY = frozenset({"person_id", "account_id", "recipient_id", "subject"})


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    return maria


def columns(world: World, table: str) -> set[str]:
    sql = f"SELECT name FROM pragma_table_info('{table}')"  # noqa: S608 - our own table names
    return {name for (name,) in world.state.people.connection.fetch_rows(sql)}


def test_every_table_with_something_of_a_persons_is_copied_or_left_out_for_a_reason(world: World):
    theirs = {
        table
        for table in world.state.count_rows()
        if table == "people" or columns(world, table) & OF_SOMEBODY
    }

    declared = {table.name for table in list_declarations() if table.exported or table.not_exported}
    assert theirs <= declared


def test_the_copy_holds_all_that_is_there(world: World, maria: Staff):
    copy = export_person_data(world.app, maria.id, maria.id)
    data = json.loads(copy.encode_json())

    declared = {table.exported for table in list_declarations()} - {""}
    assert set(data) == {"made_at", *(path.partition(".")[0] for path in declared)}
    assert data["profile"]["mail"] == maria.mail
    assert {finding["finding"]["portrait"]["url"] for finding in data["findings"]} == set(
        maria.findings
    )
    told = {case["case"]["id"] for finding in data["findings"] for case in finding["cases"]}
    assert told == {case.id for case in maria.cases}
    assert len(data["queries"]) == len(world.state.queries.list_queries_of_person(maria.id))
    assert {email["kind"] for email in data["emails"]} >= {"enrolled", "digest"}
    assert data["audit_log"][-1]["action"] == "exported"


def test_the_page_to_read_has_words_for_every_state(world: World, maria: Staff):
    record_feedback(world.app, maria.id, {next(iter(maria.findings.values())).id: Decision.MINE})
    parts = export_person_data(world.app, maria.id, maria.id).view.parts
    states = {str(entry) for enum in (CaseState, EmailState, SweepKind) for entry in enum}

    cells = {str(cell) for part in parts for row in part.rows for cell in row}

    assert {"You agreed", "Regular email", "Sent", "This is me"} <= cells
    assert not cells & states


def test_the_copy_holds_nothing_of_anybody_else(world: World, maria: Staff):
    john = world.joins(JOHN)
    world.sweep()

    copy = export_person_data(world.app, maria.id, maria.id)

    whole = copy.encode_json().decode() + copy.render_html()
    assert john.id not in whole
    assert john.mail not in whole
    assert not set(re.findall(r"ref-\w+", whole)) & {
        finding.id for finding in john.findings.values()
    }


def test_the_page_stands_alone_and_leads_nowhere(world: World, maria: Staff):
    page = export_person_data(world.app, maria.id, maria.id).render_html()

    assert not re.search(r"<(script|link|img|iframe|a|form)\b|\bsrc=|\bhref=|url\(|@import", page)
    assert "default-src 'none'" in page
    assert all(title in page for title in ("What you gave us", "What was found", "Audit log"))


def test_words_from_the_web_are_inert_on_the_page_and_whole_in_the_data(world: World, maria: Staff):
    hostile = '=HYPERLINK("http://evil.example")<script>alert(1)</script>\u202e'
    for finding in maria.findings.values():
        world.state.versions.rewrite_versions(
            finding.id, lambda entry: replace(entry, name=hostile)
        )

    copy = export_person_data(world.app, maria.id, maria.id)

    page = copy.render_html()
    assert "evil" in page
    assert not [word for word in ("<script", "\u202e", "http://evil") if word in page]
    found = json.loads(copy.encode_json())["findings"]
    assert {version["trace"]["name"] for one in found for version in one["versions"]} == {hostile}


def test_no_cell_of_the_sheet_is_computed(world: World, maria: Staff):
    rows = list(
        csv.reader(StringIO(export_person_data(world.app, maria.id, maria.id).render_csv()))
    )

    assert rows[0][0] == "Address"
    assert len(rows) == len(maria.findings) + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_parcel_holds_all_three(world: World, maria: Staff):
    copy = export_person_data(world.app, maria.id, maria.id)

    with zipfile.ZipFile(BytesIO(copy.build_archive())) as parcel:
        assert parcel.namelist() == ["data.json", "data.html", "findings.csv"]
        assert parcel.testzip() is None
        assert json.loads(parcel.read("data.json"))["profile"]["id"] == maria.id


def test_reviewers_are_named_by_their_role(world_of):
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(replace(account("impersonator", week=2), since=1))
    maria = world.joins(MARIA)
    world.sweep()
    (case, *_) = maria.cases
    maria.rules(case, Decision.SHARED)
    reviewer = world.config.district.reviewers[0]
    world.state.audit.append_entry(
        world.clock.at, build_reviewer_id(reviewer), "viewed", case.id, {}
    )
    world.state.assignments.save_assignment(
        ReviewAssignment(case_id=case.id, reviewer_id=reviewer, at=world.clock.at)
    )
    remark = ReviewNote(
        case_id=case.id,
        kind=ReviewNoteKind.NOTE,
        by=reviewer,
        at=world.clock.at,
        text="I wrote to them.",
    )
    world.state.review_notes.insert_review_note(remark)

    copy = export_person_data(world.app, maria.id, maria.id)

    whole = copy.encode_json().decode() + copy.render_html()
    assert "A reviewer" in whole
    assert "I wrote to them." in whole
    assert not any(reviewer in whole for reviewer in world.config.district.reviewers)


def test_what_a_person_said_and_sorted_is_their_own_word_in_the_record(world: World, maria: Staff):
    finding = next(iter(maria.findings.values()))
    record_feedback(world.app, maria.id, {finding.id: Decision.MINE})

    copy = export_person_data(world.app, maria.id, maria.id)

    record = json.loads(copy.encode_json())["audit_log"]
    assert {entry["actor"] for entry in record if entry["action"] == "answered"} == {"You"}
    assert "A reviewer" not in copy.render_html()


def test_whoever_has_left_and_is_not_erased_yet_gets_a_copy_too(world: World, maria: Staff):
    maria.withdraws()

    assert export_person_data(world.app, maria.id, "operator").encode_json()


def test_a_copy_that_is_sent_is_attached_and_made_when_it_is_sent(world: World, maria: Staff):
    queue_export_email(world.app, maria.id, "operator")
    world.later(minutes=1)
    world.writes()

    (sent,) = maria.emails_of("own-data")
    (attached,) = sent.email.attachments
    with zipfile.ZipFile(BytesIO(attached.body)) as parcel:
        assert json.loads(parcel.read("data.json"))["profile"]["mail"] == maria.mail
    message = build_message(sent.email, sent.envelope, world.config.mail)
    assert [attachment.get_filename() for attachment in message.iter_attachments()] == [
        "namesake-data.zip"
    ]


def test_a_copy_of_five_hundred_findings_is_made_within_a_minute(world: World, maria: Staff):
    finding = next(iter(maria.findings.values()))
    with world.state.begin_transaction():
        for number in range(500):
            further = replace(finding, id=f"further-{number}")
            world.state.findings.insert_finding(further, (f"further:{number}",))
            world.state.versions.insert_version(
                replace(world.state.versions.list_versions(finding.id)[-1], finding_id=further.id)
            )
    began = process_time()

    parcel = export_person_data(world.app, maria.id, maria.id).build_archive()

    assert process_time() - began < MOST_SECONDS
    assert len(parcel) < 1_000_000
