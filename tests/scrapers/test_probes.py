"""What every source is tested with: only what is known there, or cannot exist."""

from scrapers.models import Outcome, QueryKind, Trace, TraceKind
from scrapers.probes import Probe, ProbeMethod, count_requests, list_onward_probes, list_probes
from tests.rows import over_rows
from tests.scrapers.answers import nora
from tests.scrapers.known_sources import all_sources

NONCE = "nonce"


@over_rows("source", all_sources(), ids=lambda source: source.name)
def test_probes_are_about_nobody_and_know_their_answer(source):
    probes = list(list_probes(source, NONCE))

    assert {probe.query.subject for probe in probes} <= {""}
    assert {probe.expects for probe in probes} <= {
        *(Outcome.FOUND, Outcome.ABSENT, Outcome.UNREADABLE)
    }
    assert len({probe.query.key for probe in probes}) == len(probes)
    assert count_requests(source, probes) >= len(probes)


def test_a_source_that_searches_names_is_asked_for_one_that_no_one_has():
    without = [
        source.name
        for source in all_sources()
        if any(query.kind is QueryKind.SEARCH for query in source.build_queries(nora(source)))
        and not any(
            probe.expects is Outcome.ABSENT and probe.query.kind is QueryKind.SEARCH
            for probe in list_probes(source, NONCE)
        )
    ]

    # Its feeds are secrets of those who made them.
    assert without == ["alerts"]


def named(name: str):
    return next(source for source in all_sources() if source.name == name)


def lookup_of(source) -> Probe:
    return next(
        probe
        for probe in list_probes(source, NONCE)
        if probe.expects is Outcome.FOUND and probe.method is ProbeMethod.LOOKUP
    )


def test_the_answer_about_the_services_own_account_leads_to_its_picture():
    source = named("bluesky")
    address = "https://bsky.app/profile/bsky.app"
    known = Trace(
        key=address,
        kind=TraceKind.ACCOUNT,
        url=address,
        name="Nora Quill",
        picture="https://cdn.bsky.app/us.jpeg",
        counts=(("follows", 2),),
    )

    (onward,) = list_onward_probes(lookup_of(source), known)

    assert (onward.method, onward.expects) == (ProbeMethod.PICTURE, Outcome.FOUND)
    assert onward.query.subject == ""
    assert list(list_onward_probes(onward, known)) == []


def broken(name: str) -> list[Probe]:
    probes = list_probes(named(name), NONCE)
    return [probe for probe in probes if probe.expects is Outcome.UNREADABLE]


def test_each_search_is_also_asked_without_a_term():
    """How GDELT refuses, with any status and in plain text, is seen this way and no other."""
    for name in ("brave", "gdelt", "kagi", "mojeek", "searxng", "serper"):
        (probe,) = broken(name)
        (known,) = (
            other.query
            for other in list_probes(named(name), NONCE)
            if (other.query.kind, other.query.page) == ("search", 1)
            and other.expects is Outcome.FOUND
            and other.query.request.url == probe.query.request.url
        )
        sent = str((probe.query.request.params, probe.query.request.body))

        assert (probe.method, probe.query.terms) == (ProbeMethod.SEARCH, ("",))
        assert known.terms[0] in str((known.request.params, known.request.body))
        assert known.terms[0] not in sent


def test_a_term_in_the_path_stays_there():
    """Without it, an address of GitHub lists its first users."""
    assert [probe.method for probe in broken("github-api")] == [ProbeMethod.SEARCH]
    assert [probe.method for probe in broken("bluesky")] == [ProbeMethod.LOOKUP, ProbeMethod.SEARCH]
    assert broken("pages") == []
    assert broken("linktree") == []


def test_mojeek_is_asked_at_the_host_of_its_api():
    assert named("mojeek").crawl_policy.origins == ("https://api.mojeek.com",)


def test_pages_and_feeds_are_methods_of_their_own():
    assert {p.method for p in list_probes(named("pages"), NONCE)} == {ProbeMethod.PAGE}
    assert {p.method for p in list_probes(named("feeds"), NONCE)} == {ProbeMethod.FEED}
