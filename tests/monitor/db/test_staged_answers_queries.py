"""Which queries were settled, and by which reader."""

from dataclasses import replace

from monitor.db.queries import QueryRecord
from monitor.domain.finding import LastReadPage
from scrapers.models import PageFingerprint, QueryKind


def query(world, person, key="q", version=1):
    return QueryRecord(
        person_id=person,
        key=key,
        source="alpha",
        kind=QueryKind.PRESENCE,
        version=version,
        settled_at=world.now,
    )


def test_a_query_remembers_which_reader_settled_it(world):
    rosa = world.enrolled()
    assert world.state.queries.find_query(rosa, "q") is None

    for version in (1, 2):
        world.state.queries.save_query(query(world, rosa, version=version))

    assert world.state.queries.find_query(rosa, "q") == query(world, rosa, version=2)
    assert world.state.queries.list_queries_of_person(rosa) == (query(world, rosa, version=2),)


def test_a_query_remembers_the_page_that_answered_it(world):
    rosa = world.enrolled()
    kept = PageFingerprint(asked=b"\0a", digest=b"\xff", version=2**32, etag='W/"1"')
    remembered = LastReadPage(kept=kept, shown=3, read_at=world.now)
    asked = replace(query(world, rosa), remembered=remembered)

    world.state.queries.save_query(asked)

    assert world.state.queries.find_query(rosa, "q") == asked


def test_a_retired_query_starts_anew_and_ends_nothing_else(world):
    rosa = world.enrolled()
    finding = world.finding(rosa)
    for key in ("q1", "q2"):
        world.state.queries.save_query(query(world, rosa, key))
        world.state.sightings.save_sighting(world.sighting(finding, key))

    world.state.queries.retire_query(rosa, "q1")

    assert world.state.queries.find_query(rosa, "q1") is None
    assert world.state.queries.list_queries_of_person(rosa) == (query(world, rosa, "q2"),)
    assert [
        sighting.query for sighting in world.state.sightings.list_sightings_of_finding(finding.id)
    ] == ["q2"]
    assert world.state.findings.list_findings_of_person(rosa) == (finding,)
