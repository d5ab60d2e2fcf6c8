"""Each rule holds where its sentence is true, and not where it is not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.demo.district import BETH, MARIA
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.evidence_rules import RULES
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.person import PersonName
from reports.reason_rendering import render_reason
from scrapers.models import NetworkLabel, Trace, TraceKind
from tests.rows import over_rows

WEIGHTS = load_own_weights()
BIO = "5th grade science teacher at Maple Street Elementary. Volcanoes, beetles, bad puns."
OWN = Trace(
    key="own",
    kind=TraceKind.ACCOUNT,
    url="https://bsky.example/maria",
    account="bluesky:@mariadelgado.skies.example",
    name="Maria Delgado",
    handle="mariadelgado",
    bio=BIO,
    created_at=datetime(2020, 8, 1, tzinfo=UTC),
)
FOUND = Trace(
    key="found",
    kind=TraceKind.ACCOUNT,
    url="https://pages.example/somebody",
    account="pages:@sunny",
    name="Maria Delgado",
    handle="sunny",
    bio="Two cats.",
)
PERSON = replace(MARIA.person, name=replace(MARIA.person.name, middle="Rosa"))


TODAY = datetime(2026, 11, 28, tzinfo=UTC)


def weigh(person=PERSON, others=60.0, none_on=(), own=OWN, **shown):
    """Weigh each rule that holds of what was found, shown so."""
    subject = Subject(person=person, commonness=others)
    inventory = Inventory(own_traces=(own,), absent_platforms=frozenset(none_on), seen_at=TODAY)
    found = assess_trace(subject, replace(FOUND, **shown), inventory, None, WEIGHTS)
    return {piece.rule: piece.bits for piece in found.evidence}


def rules(*args, **shown):
    """Name the rules that hold of what was found, shown so."""
    return weigh(*args, **shown).keys()


def counted(followers, following, posts):
    return {"counts": (("followers", followers), ("following", following), ("posts", posts))}


HERE = {"account": "bluesky:@other"}
NEW = {"created_at": datetime(2026, 3, 1, tzinfo=UTC)}
YEARS_OLD = {"created_at": datetime(2023, 11, 1, tzinfo=UTC)}
HOLDS = [
    ("name-exact", {"name": "Delgado, Maria"}, {"name": "Mia Delgado"}),
    ("name-nickname", {"name": "Rosa Delgado"}, {"name": "Maria Delgado"}),
    ("name-initial", {"name": "M. Delgado"}, {"name": "Maria Delgado"}),
    ("name-near", {"name": "Maria Delgato"}, {"name": "Maria Delgado"}),
    ("name-misspelled", {"name": "Maria Delgato"}, {"name": "Maria Delgado"}),
    ("name-family", {"name": "Mrs. Delgado"}, {"name": "Maria Delgado"}),
    ("name-given", {"name": "Maria"}, {"name": "Maria Delgado"}),
    ("name-other", {"name": "Karl Brandt"}, {"name": "Karl Delgado"}),
    ("name-different", {"name": "Karl Delgado"}, {"name": "Karl Brandt"}),
    ("name-different", {"name": "Maria Brandt-Lee"}, {"name": "Maria Delgado"}),
    ("nothing-shown", {"name": "", "handle": "sunny"}, {"name": "", "handle": "mdelgado"}),
    ("name-not-shown", {"name": "", "bio": BIO}, {"name": ""}),
    ("middle-agrees", {"name": "Maria R. Delgado"}, {"name": "Maria Delgado"}),
    ("middle-conflicts", {"name": "Maria Ines Delgado"}, {"name": "Maria Rosa Delgado"}),
    ("name-longer", {"name": "Maria Delgado Torres"}, {"name": "Maria Delgado"}),
    ("handle-name", {"name": "", "handle": "maria.delgado"}, {"name": "", "handle": "sunny"}),
    ("handle-name", {"name": "", "handle": "rosadelgado"}, {"name": "", "handle": "rosabrandt"}),
    ("handle-name", {"name": "", "handle": "mdelgado"}, {"name": "", "handle": "marcosdelgado"}),
    ("name-family-initial", {"name": "Maria D."}, {"name": "Maria B."}),
    ("handle-covers", {"handle": "delgadomaria"}, {"handle": "sunny"}),
    ("handle-other", {"handle": "sunny"}, {"handle": "mariadelgado"}),
    ("employer", {"bio": "At Maple Street Elementary"}, {"bio": "At Elm Street Elementary"}),
    ("employer", {"bio": "Cedar Valley Public Schools"}, {"bio": "Cedar Valley"}),
    ("other-employer", {"bio": "At Elm Creek Elementary"}, {"bio": "At Maple Street Elementary"}),
    ("other-employer", {"bio": "Fairmont Middle School"}, {"bio": "Middle of nowhere"}),
    ("place", {"location": "Cedar Valley"}, {"location": "Fairmont"}),
    ("place", {"bio": "Cedar Valley, mostly"}, {"bio": "The valley, mostly"}),
    ("other-place", {"location": "Fairmont, Iowa"}, {"location": "Cedar Valley"}),
    ("other-place", {"bio": "Lost in Fairmont"}, {"bio": "Lost in thought"}),
    ("role", {"bio": "I teach"}, {"bio": "I paint"}),
    ("role", {"bio": "Science!"}, {"bio": "Silence!"}),
    ("other-role", {"bio": "Plumber"}, {"bio": "Plumber and teacher"}),
    ("silent", {"bio": "Two cats."}, {"bio": "Two cats. Teacher."}),
    ("silent", {"location": "Fairmont", "bio": ""}, {"bio": ""}),
    ("same-words", {"bio": BIO}, {"bio": "Two cats."}),
    ("same-words", {"bio": f"{BIO} And some words more, in the end."}, {"bio": BIO[:20]}),
    ("links-to-own", {"links": (OWN.url,)}, {"links": ("https://else.example",)}),
    ("second-account", HERE, {}),
    ("none-here", {"none_on": ("pages",)}, {"none_on": ("chalkboard",)}),
    ("lookalike-handle", {**HERE, "handle": "mariade1gado"}, {**HERE, "handle": "sunny"}),
    ("lookalike-handle", {**HERE, "handle": "mariaadelgado"}, {**HERE, "handle": "mariakdelgado"}),
    ("lookalike-plain", {**HERE, "handle": "mariadelgado7"}, {**HERE, "handle": "mariade1gado"}),
    ("lookalike-plain", {**HERE, "handle": "mariakdelgado82"}, {**HERE, "handle": "mariaadelgado"}),
    ("lookalike-elsewhere", {"handle": "mariade1gado"}, {"handle": "mariadelgado7"}),
    ("lookalike-elsewhere", {"handle": "mariade1gado"}, {"handle": "mariakdelgado"}),
    ("handle-akin", {"handle": "mariade1gadx"}, {"handle": "mariadelgado7"}),
    ("handle-akin", {"handle": "mariade1gadx"}, {"handle": "mariakdelgado"}),
    ("unlike-handle", {"handle": "sunny"}, {"handle": "mariade1gado"}),
    ("copied-bio", {**HERE, "bio": BIO}, {"bio": BIO}),
    ("copied-elsewhere", {"bio": BIO}, {**HERE, "bio": BIO}),
    ("copied-name", {**HERE, "bio": BIO}, {**HERE, "bio": BIO, "name": "M. Delgado"}),
    ("own-words", {"bio": "Two cats, one dog, and a very long holiday"}, {"bio": "Two cats."}),
    ("absent-platform", {"none_on": ("pages",), "location": "Cedar Valley"}, {}),
    ("mixed-alphabets", {"name": "M\N{CYRILLIC SMALL LETTER A}ria Delgado"}, {}),
    ("disguised-name", {"name": "Maria De1gado"}, {}),
    ("younger", {**HERE, "created_at": datetime(2021, 9, 1, tzinfo=UTC)}, HERE),
    ("of-an-age", {"created_at": datetime(2021, 7, 1, tzinfo=UTC)}, {}),
    (
        "elder",
        {"created_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"created_at": datetime(2020, 3, 1, tzinfo=UTC)},
    ),
    ("new-account", NEW, {"created_at": datetime(2025, 11, 28, tzinfo=UTC)}),
    ("new-account", {"created_at": datetime(2027, 1, 1, tzinfo=UTC)}, {}),
    ("long-standing", YEARS_OLD, {"created_at": datetime(2024, 1, 1, tzinfo=UTC)}),
    ("long-standing", YEARS_OLD, {**YEARS_OLD, **HERE}),
    ("new-under-name", NEW, {**NEW, **HERE}),
    ("new-under-name", NEW, YEARS_OLD),
    ("new-under-name", NEW, {**NEW, "location": "Fairmont, Iowa"}),
    ("new-under-name", NEW, {**NEW, "name": "Maria D."}),
    ("new-under-name", {**NEW, "name": "", "handle": "maria.delgado"}, {**NEW, "name": ""}),
    ("lewd", {"bio": "Nudes soon"}, {"bio": "Health, and sex ed"}),
    ("lewd", {"bio": "so sexy"}, {"bio": "so sexy", "name": "Karl Delgado"}),
    ("lewd", {"bio": "so sexy"}, {"bio": "so sexy", "name": "Maria Delgado Memes"}),
    ("role", {"name": "Mrs. Delgado"}, {"name": "Maria Delgado"}),
    ("lure", {"bio": "DM me for details"}, {"bio": "Me and the DMV"}),
    ("says-missing", {"says_missing": True}, {}),
    ("labeled-imitation", {"network_labels": (NetworkLabel.IMPERSONATION,)}, {}),
    ("verified", {"network_labels": (NetworkLabel.VERIFIED,)}, {}),
    ("hollow", counted(10, 400, 99), counted(10, 400, 100)),
    ("hollow", counted(5, 60, 3), counted(5, 20, 3)),
    ("lived-in", counted(100, 150, 30), counted(100, 250, 30)),
    ("lived-in", counted(100, 150, 20), counted(100, 150, 19)),
    ("namesakes", {}, {"name": "Maria De1gado"}),
    ("name-rare", {"others": 0.1}, {"others": 0.6}),
    ("name-rare", {"others": 0.1}, {"others": 0.1, "name": "M. Delgado"}),
    ("same-handle-name", {"handle": "mariadelgado"}, {"handle": "mariadelgado", "others": 900.0}),
    ("known-handle", {"handle": "mariadelgado"}, {"handle": "mariadelgado7"}),
    ("boast", {"name": "Real Maria Delgado"}, {"name": "Real Estate"}),
    ("boast", {"handle": "mariadelgado_backup"}, {"handle": "mariadelgado_books"}),
    ("boast", {"name": "", "handle": "therealmdelgado"}, {"name": "", "handle": "mdelgado"}),
    ("boast", {"handle": "realmariadelgado"}, {"handle": "realmariadelgado", "name": "Karl B."}),
    ("boast", {"handle": "realmariadelgado"}, {**HERE, "handle": "realmariadelgado"}),
    ("boast", {"handle": "realmariadelgado"}, {"handle": "realsunflower"}),
    ("lure", {"bio": "Ask me how I made $5k"}, {"bio": "Ask me why"}),
    ("name-family", {"name": "Mrs. Delgado's Class"}, {"name": "Delgado Plumbing"}),
    ("name-family", {"name": "Mrs. Delgado", "handle": "mrsdelgado"}, {}),
    ("handle-name", {"name": "", "handle": "mrs_delgado"}, {"name": "", "handle": "mrs_brandt"}),
    ("same-handle-common", {"handle": "mariadelgado", "others": 900.0}, {"others": 900.0}),
]


@over_rows(("rule", "shown", "otherwise"), HOLDS)
def test_a_rule_holds_where_it_should_and_not_elsewhere(rule, shown, otherwise):
    assert rule in rules(**shown)
    assert rule not in rules(**otherwise)


@pytest.mark.parametrize(
    ("rule", "whole", "half"),
    [
        ("new-account", NEW, {**NEW, **HERE}),
        ("lived-in", counted(100, 150, 30), {"counts": (("followers", 100), ("following", 150))}),
        ("lived-in", counted(100, 150, 30), {"counts": (("followers", 100), ("posts", 100))}),
        ("handle-akin", {"handle": "mariade1gadx"}, {"handle": "mdelgado7"}),
        ("known-handle", {"handle": "volcanolady"}, {"handle": "mariadelgado"}),
    ],
)
def test_what_says_less_weighs_half(rule, whole, half):
    person = replace(PERSON, handles=("volcanolady", "mdelgado"))

    assert weigh(person, **half)[rule] == weigh(person, **whole)[rule] / 2


def test_few_posts_alone_are_no_life():
    few = {"counts": (("followers", 100), ("posts", 99))}

    assert "lived-in" not in rules(**few)
    assert "lived-in" not in rules(counts=(("posts", 500),))


def test_how_new_an_account_is_says_nothing_where_nobody_says_when_it_is_seen():
    subject = Subject(person=PERSON, commonness=60.0)
    found = assess_trace(subject, replace(FOUND, **NEW), Inventory(), None, WEIGHTS)

    assert {"new-account", "new-under-name"}.isdisjoint(piece.rule for piece in found.evidence)


def test_a_handle_that_is_no_name_is_known_again():
    sunny = replace(PERSON, handles=("sunnysidebooks",))
    family = replace(PERSON, handles=("delgado",))

    longer = replace(PERSON, handles=("mariadelgadoreads",))

    assert "same-handle" in rules(sunny, handle="sunnysidebooks")
    assert "same-handle-longer" in rules(longer, handle="mariadelgadoreads")
    assert "same-handle-family" in rules(family, handle="delgado")


def test_a_former_name_is_known():
    assert "name-former" in rules(BETH.person, name="Elizabeth Hartley")


def test_school_and_employer_together_say_more():
    both = "Maple Street Elementary School, Cedar Valley Public Schools"

    assert {"employer", "school-too"} <= rules(bio=both)
    assert "school-too" not in rules(bio="Maple Street Elementary School")


def test_a_state_is_known_where_no_town_contradicts_it():
    ohioan = replace(PERSON, places=("Cedar Valley, OH",))

    assert "state" in rules(ohioan, location="Ohio")
    assert "other-place" not in rules(ohioan, location="Ohio")
    assert {"state", "other-place"} <= rules(ohioan, location="Fairmont, OH")
    assert "state" not in rules(ohioan, location="Cedar Valley, Ohio")


def test_links_both_ways_settle_that_an_account_is_no_second_one():
    linking = replace(OWN, links=(FOUND.url,))

    assert "linked-both-ways" in rules(own=linking, links=(OWN.url,), **HERE)
    assert {"linked-from-own", "second-account"}.isdisjoint(
        rules(own=linking, links=(OWN.url,), **HERE)
    )


def test_a_link_one_way_settles_nothing():
    linking = replace(OWN, links=(FOUND.url,))

    assert {"linked-from-own", "second-account"} <= rules(own=linking, **HERE)
    assert "linked-both-ways" not in rules(own=linking, **HERE)
    assert "linked-from-own" not in rules(links=(OWN.url,), **HERE)


def test_nothing_is_said_of_a_network_where_nobody_has_an_account():
    nobody = replace(PERSON, accounts=(), handles=(), name=PersonName(given="Ann", family="Lee"))
    silent = Inventory()
    found = assess_trace(Subject(person=nobody, commonness=1.0), FOUND, silent, None, WEIGHTS)

    assert {"unlike-handle", "handle-other"}.isdisjoint(piece.rule for piece in found.evidence)


def test_every_rule_is_tried_somewhere():
    elsewhere = {
        *("same-handle", "same-handle-family", "same-handle-longer"),
        *("name-former", "school-too", "state", "same-picture", "copied-picture"),
        *("linked-from-own", "linked-both-ways", "declared"),
        *("like-me", "unlike-me", "like-others", "watched-words", "watched-picture"),
        *("said-mine", "said-namesake", "said-unrelated", "said-impersonation", "said-mock"),
        *("mock-name", "mock-bio", "mock-harm", "addressed", "classroom"),
        "wave",
        *(
            "mock-hint",
            "solicits",
            "speaks-of-person",
            "title-other",
            "crime-page",
            "obituary-page",
            "name-addressed",
            "name-in-text",
            "harm-page",
            "asking-page",
        ),
    }

    assert RULES.keys() == {rule for rule, _, _ in HOLDS} | elsewhere


def test_a_colleague_is_not_the_person_however_much_they_share():
    shared = {"bio": "Science teacher at Maple Street Elementary School, Cedar Valley"}
    subject = Subject(person=PERSON, commonness=1.0)

    for name, handle in (("Karl Brandt", "kbrandt"), ("", "mrs_brandt")):
        shown = replace(FOUND, name=name, handle=handle, **shared)
        assert (
            assess_trace(subject, shown, Inventory(own_traces=(OWN,)), None, WEIGHTS).label
            == "unrelated"
        )


def test_a_page_of_the_school_that_does_not_name_the_person_is_not_about_them():
    page = replace(
        FOUND, kind=TraceKind.PAGE, name="", bio="", title="Maple Street Elementary School"
    )
    told = replace(page, snippet="Cedar Valley, science fair")

    found = assess_trace(Subject(person=PERSON, commonness=1.0), told, Inventory(), None, WEIGHTS)
    assert found.label == "unrelated"


@pytest.mark.parametrize(
    ("address", "account", "says"),
    [
        ("https://venmo.example/u/sunny", "venmo:@sunny", "Maria Delgado on Venmo"),
        ("https://cash.app/$sunny", "", "Pay Maria Delgado on Cash App"),
        ("https://t.example/sunny", "telegram:@sunny", "Telegram: contact @sunny"),
    ],
)
def test_the_name_of_the_site_itself_asks_nobody_for_money(address, account, says):
    assert "lure" not in rules(url=address, account=account, bio=says)
    assert "lure" in rules(url=address, account=account, bio=f"{says}. DM me for gift cards")
    assert "lure" in rules(bio=says)


def test_an_address_that_cannot_be_taken_apart_spoils_no_assessment():
    assert "lure" in rules(url="https://[sunny", bio="DM me for gift cards")


def told(rule, **shown):
    """Return the sentence of a rule, and its bits."""
    subject = Subject(person=replace(PERSON, name=MARIA.person.name), commonness=60.0)
    inventory = Inventory(own_traces=(OWN,))
    found = assess_trace(subject, replace(FOUND, **shown), inventory, None, WEIGHTS)
    return next(
        (render_reason(piece.reason), piece.bits) for piece in found.evidence if piece.rule == rule
    )


def test_an_account_whose_posts_are_not_known_is_not_said_to_have_any():
    known, unknown = counted(100, 150, 30), counted(100, 150, None)

    assert "posts" in told("lived-in", **known)[0]
    assert "posts" not in told("lived-in", counts=unknown["counts"][:2])[0]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Maria Delgado", "The name shown matches yours exactly."),
        ("Maria Ines Delgado", "The name shown is yours, with another name"),
    ],
)
def test_a_name_that_says_more_than_the_persons_is_not_called_exact(name, said):
    assert told("name-exact", name=name)[0].startswith(said)


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("name-family", "Mrs. Delgado"),
        ("name-given", "Maria"),
        ("name-initial", "M. Delgado"),
        ("name-family-initial", "Maria D."),
    ],
)
def test_what_a_handle_adds_to_the_name_shown_is_said_and_counts(rule, name):
    alone, completed = told(rule, name=name), told(rule, name=name, handle="delgadomaria")

    assert "username" in completed[0]
    assert alone[1] < completed[1] < 0


def test_a_handle_counts_for_as_much_as_it_holds_of_the_name():
    handles = ("maria.delgado", "miadelgado", "mdelgado", "mrsdelgado")

    bits = [told("handle-name", name="", handle=handle)[1] for handle in handles]

    assert bits[0] == 0
    assert bits == sorted(bits, reverse=True)
    assert bits[-1] > -4
