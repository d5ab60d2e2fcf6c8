"""What changes in the made-up world from week to week is what was planted, and nothing else."""

import json
from importlib.resources import files
from itertools import product

import pytest

from monitor.demo.data import LAST_WEEK, load_demo_contents
from monitor.demo.district import BETH, ENROLLED, MARIA

CATALOG = json.loads((files("monitor.demo") / "catalog.json").read_text("utf-8"))["sites"]
TROUBLED = {"readerly.example", "stitchbook.example", "snapgarden.example"}
GUESSES = ("{given}{family}", "{given}.{family}", "{given}_{family}", "{initial}{family}")
SHAPES = (
    '"{name}"',
    '"{name}" "Cedar Valley"',
    '"{name}" Cedar Valley',
    '"{name}" "Cedar Valley Public Schools"',
    '"{name}" Cedar Valley Public Schools',
    '"{name}" "Cedar Valley Public Schools" -site:cedarvalley.example',
    '"{name}" teacher (site:bsky.app OR site:chalkboard.example)',
    '"{name}" teacher',
)


def names_of(person):
    name = person.name
    givens, families = (name.given, *name.nicknames), (name.family, *name.former_families)
    return [f"{given} {family}" for given, family in product(givens, families)]


def handles_of(person):
    parts = [name.casefold().split() for name in names_of(person)]
    guesses = {
        shape.format(given=given, family=family, initial=given[0])
        for given, family in parts
        for shape in GUESSES
    }
    return sorted({*person.handles, *guesses})


def queries_of(person):
    shaped = [shape.format(name=name) for name in names_of(person) for shape in SHAPES]
    return [*shaped, f'"{person.mail}"', *(f'"{handle}"' for handle in person.handles)]


def listed(reader, query, week):
    answer = reader.read("http://searx.example/search", week=week, q=query, format="json")
    results = json.loads(answer.body)["results"]
    return {(result["url"].partition("?")[0], result["title"]) for result in results}


def called(reader, method, week, **params):
    answer = reader.read(f"http://appview.example/xrpc/{method}", week=week, **params)
    return json.loads(answer.body)


def cards(answer, name):
    shown = ("did", "handle", "displayName", "description", "avatar", "createdAt")
    return {tuple(one_entry.get(key, "") for key in shown) for one_entry in answer[name]}


def handles(answer, name):
    return {one_entry["handle"] for one_entry in answer[name]}


def compared(look, before, after):
    """Return what a look at the world gains and loses from one week to another."""
    old, new = look(before), look(after)
    return new - old, old - new


PLANTED = {
    MARIA.person.id: {"https://bsky.app/profile/mariadelgad0.skies.example"},
    BETH.person.id: {"http://whereabouts.example/novak-elizabeth"},
}
EACH_MEMBER = pytest.mark.parametrize("member", ENROLLED, ids=lambda member: member.person.id)


@EACH_MEMBER
def test_only_what_was_planted_is_newly_listed_by_the_search_engine(reader, member):
    for query in queries_of(member.person):
        gained, lost = compared(lambda week, query=query: listed(reader, query, week), 1, 2)

        assert {url for url, _ in gained} <= PLANTED.get(member.person.id, set()), query
        dropped = {"http://readingcircle.example/groups/cedar-valley"}
        assert {url for url, _ in lost} <= (dropped if member is BETH else set()), query


@EACH_MEMBER
def test_every_list_about_a_person_fits_on_its_first_page(reader, member):
    assert all(
        len(listed(reader, query, week)) < 10
        for query in queries_of(member.person)
        for week in (1, 2, 3)
    )


def test_the_impersonation_and_the_dropped_page_are_really_there(reader):
    gained, _ = compared(lambda week: listed(reader, '"Maria Delgado" "Cedar Valley"', week), 1, 2)
    _, lost = compared(lambda week: listed(reader, '"Beth Novak" "Cedar Valley"', week), 1, 2)

    assert len(gained) == 1
    assert len(lost) == 1
    assert reader.read("http://readingcircle.example/groups/cedar-valley", week=2).status == 200


def test_the_result_lists_are_reshuffled(reader):
    def urls(week):
        answer = reader.read(
            "http://searx.example/search", week=week, q='"John Smith"', format="json"
        )
        return [result["url"] for result in json.loads(answer.body)["results"]]

    assert urls(1) != urls(2) == urls(3)
    assert sorted(urls(1)) == sorted(urls(2))


NEW_ACCOUNTS = {
    "staff-maria": {"mariadelgad0.skies.example"},
    "staff-daniel": {"reyesandsons.skies.example"},
}


@EACH_MEMBER
def test_only_the_impersonation_and_the_namesake_are_new_accounts(reader, member):
    def look(week):
        return set().union(
            *(
                handles(called(reader, "app.bsky.actor.searchActors", week, q=name), "actors")
                for name in names_of(member.person)
            )
        )

    gained, lost = compared(look, 1, 2)

    assert gained == NEW_ACCOUNTS.get(member.person.id, set())
    assert lost == set()


def profile(reader, handle, week):
    return called(reader, "app.bsky.actor.getProfile", week, actor=handle)


@EACH_MEMBER
def test_only_one_own_account_changes_and_only_its_display_name(reader, member):
    handle = member.person.accounts[0].removeprefix("bluesky:@")
    old, new = (profile(reader, handle, week) for week in (1, 2))
    moving = {"followersCount", "followsCount", "postsCount", "indexedAt"}

    changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)} - moving

    assert changed == ({"displayName"} if member.person.id == "staff-thomas" else set())
    assert old["followersCount"] != new["followersCount"]


def test_the_impersonation_copies_everything_but_the_handle(reader):
    own = profile(reader, "mariadelgado.skies.example", 2)
    copy = profile(reader, "mariadelgad0.skies.example", 2)

    assert copy["displayName"] == own["displayName"]
    assert copy["description"] == own["description"]
    assert copy["avatar"].rpartition("/")[2] == own["avatar"].rpartition("/")[2]
    assert copy["did"] != own["did"]
    assert copy["createdAt"] > "2026-09-14" > own["createdAt"]


def test_the_namesake_lives_elsewhere_and_does_something_else(reader):
    namesake = profile(reader, "reyesandsons.skies.example", 2)

    assert namesake["displayName"] == "Daniel Reyes"
    assert "plumber in Harlan Falls" in namesake["description"]
    assert "Cedar Valley" not in namesake["description"]


def contacts(reader, member, method, name, week):
    handle, cursor = member.person.accounts[0].removeprefix("bluesky:@"), "0"
    seen = set()
    while cursor:
        page = called(reader, method, week, actor=handle, cursor=cursor)
        seen |= handles(page, name)
        cursor = page.get("cursor", "")
    return seen


@EACH_MEMBER
def test_only_one_own_account_follows_anybody_new(reader, member):
    gained, lost = compared(
        lambda week: contacts(reader, member, "app.bsky.graph.getFollows", "follows", week), 1, 2
    )

    pupils = {"masonw28.skies.example", "priyaplaysoboe.skies.example"}
    assert gained == (pupils if member.person.id == "staff-rosa" else set())
    assert lost == set()


@EACH_MEMBER
def test_no_pupil_follows_a_member_of_staff(reader, member):
    assert compared(
        lambda week: contacts(reader, member, "app.bsky.graph.getFollowers", "followers", week),
        1,
        2,
    ) == (set(), set())


WELL = [entry for entry in CATALOG if f"{entry['name'].casefold()}.example" not in TROUBLED]
ASKED = [(member.person.id, it) for member in ENROLLED for it in handles_of(member.person)]


@pytest.mark.parametrize("entry", WELL, ids=lambda entry: entry["name"])
def test_five_sites_say_the_same_of_everybody_in_all_weeks(reader, entry):
    verdicts = {
        week: [reader.verdict(entry, handle, week) for _, handle in ASKED] for week in (1, 2, 3)
    }

    assert verdicts[1] == verdicts[2] == verdicts[3]
    assert set(verdicts[1]) == {"exists", "missing"}


@pytest.mark.parametrize(
    ("site", "second", "third"),
    [
        ("readerly", "unknown", None),
        ("stitchbook", "unknown", "unknown"),
        ("snapgarden", "exists", "exists"),
    ],
)
def test_three_sites_get_into_trouble_in_week_two(reader, site, second, third):
    entry = next(entry for entry in CATALOG if entry["name"].casefold() == site)
    first = [reader.verdict(entry, handle, 1) for _, handle in ASKED]

    assert {"exists", "missing"} == set(first)
    assert {reader.verdict(entry, handle, 2) for _, handle in ASKED} == {second}
    assert [reader.verdict(entry, handle, 3) for _, handle in ASKED] == (
        [third] * len(ASKED) if third else first
    )


@pytest.mark.parametrize("site", sorted(TROUBLED))
def test_a_site_in_trouble_hides_an_account_that_was_there(site):
    platform = site.removesuffix(".example")
    declared = [account for member in ENROLLED for account in member.person.accounts]

    assert any(account.startswith(f"{platform}:") for account in declared)


def test_whoever_declared_to_have_no_account_on_a_site_has_none(reader):
    for member in ENROLLED:
        for platform in member.person.absent_from:
            entry = next(entry for entry in CATALOG if entry["name"].casefold() == platform)
            assert {
                reader.verdict(entry, handle, week)
                for handle in handles_of(member.person)
                for week in (1, 2, 3)
            } == {"missing"}


@EACH_MEMBER
def test_the_third_week_lists_what_the_second_did(reader, member):
    assert all(
        listed(reader, query, 2) == listed(reader, query, 3) for query in queries_of(member.person)
    )


def test_the_third_week_shows_the_accounts_of_the_second_and_a_wave(reader):
    def look(week):
        names = [name for member in ENROLLED for name in names_of(member.person)]
        answers = [called(reader, "app.bsky.actor.searchActors", week, q=name) for name in names]
        return set().union(*(cards(answer, "actors") for answer in answers))

    wave = {
        account.handle for account in load_demo_contents().accounts if account.since == LAST_WEEK
    }
    assert len(wave) == 3
    assert look(2) < look(3)
    assert {handle for _, handle, *_ in look(3) - look(2)} == wave
