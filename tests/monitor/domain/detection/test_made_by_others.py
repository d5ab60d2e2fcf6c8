"""What others make about a teacher is theirs to know of, and is neither their own nor a stranger's.

Names, handles and texts are invented.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.appearance import Inventory, Subject, build_appearance
from monitor.domain.detection.assessment import Assessment, assess_trace, explain_assessment
from monitor.domain.detection.made_by_others import (
    addresses_family,
    correct_family,
    has_initials,
    is_initials,
)
from monitor.domain.detection.slang import Slang, WordList, has_slang, load_slang, read_plain_words
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.matching import MatchLevel
from monitor.domain.person import Person, PersonName
from monitor.domain.reason import Reason
from monitor.domain.severity import rate_severity
from monitor.domain.vocabulary import Decision, OwnershipLabel, Severity
from scrapers.facts.fact import FactsError, load_facts, parse_facts
from scrapers.models import NetworkLabel, Trace, TraceKind
from scrapers.search_results import SearchHit, build_traces
from tests.house.tree import ROOT
from tests.rows import over_rows

WEIGHTS = load_own_weights()
RUTH = Person(
    id="staff-ruth",
    mail="rquackenbush@tallgrass.example",
    zone="America/Chicago",
    name=PersonName(given="Ruth", family="Quackenbush"),
    school="Tallgrass Middle School",
    organization="Tallgrass Public Schools",
    role="math teacher",
    places=("Tallgrass, KS",),
    handles=("ruthq",),
    accounts=("snapgarden:@ruthq",),
)
ACCOUNT = Trace(
    key="found",
    kind=TraceKind.ACCOUNT,
    url="https://clips.example/@found",
    account="clips:@found",
    handle="found",
)
PAGE = Trace(key="page", kind=TraceKind.PAGE, url="https://news.example/1")
ASKED_OR_FLAGGED = {OwnershipLabel.MOCK, OwnershipLabel.UNKNOWN, OwnershipLabel.IMPERSONATION}


def assess(trace: Trace, person: Person = RUTH, others: float = 0.8) -> Assessment:
    subject = Subject(person=person, commonness=others)
    return assess_trace(subject, trace, Inventory(), None, WEIGHTS)


@over_rows(
    ("name", "handle", "bio"),
    [
        ("mrs quackenbush fan page", "mrsquackfans", "tallgrass middle, period 3"),
        ("Quackenbush Memes", "quackenbush.memes", "the best of tallgrass middle school"),
        ("We Hate Mrs. Quackenbush", "quackhaters", "Tallgrass Middle School 7th graders"),
        ("mrs quackenbush confessions", "tms_confess_q", "send yours. Tallgrass Middle School"),
        ("Burn Book Quackenbush", "burnbook.q", "Tallgrass Middle"),
        ("Quackenbush exposed", "quackenbushexposed", "Tallgrass Middle School"),
        ("Mrs Q out of context", "mrsq.quotes", "Tallgrass Middle School 7b"),
        ("Ms. Quackenbush Quotes", "msquackenbushquotes", "said in Tallgrass Middle, room 12"),
        ("mrs quackenbush slander", "quack.slander", "Tallgrass Middle School, dm submissions"),
        ("Mrs.Quackenbush tea", "quackenbush_t", "always anonymous. Tallgrass Middle School"),
        ("MrsQuackenbush, worst ever", "no.more.quack", "Tallgrass Middle School"),
    ],
)
def test_an_account_that_others_made_is_called_so(name: str, handle: str, bio: str) -> None:
    found = assess(replace(ACCOUNT, name=name, handle=handle, bio=bio))

    assert found.label is OwnershipLabel.MOCK
    assert rate_severity(found) is Severity.MEDIUM


@pytest.mark.parametrize(
    ("name", "handle", "bio"),
    [
        ("Mrs. Quackenbush", "mrsquackenbush1", "Tallgrass Middle School"),
        ("ruth quackenbush memes", "ruthq.memes", "made by her students"),
        ("quackenbush fan club", "quackclub", ""),
        ("mrs q", "mrs.q.tms", "parody. Tallgrass Middle School"),
        ("Ruth Quackenbush", "ruthquackenbush_", "DM me for gift cards. Tallgrass Middle School"),
    ],
)
def test_what_may_be_made_by_others_is_asked_about(name: str, handle: str, bio: str) -> None:
    assert assess(replace(ACCOUNT, name=name, handle=handle, bio=bio)).label in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    ("name", "handle", "bio"),
    [
        # Words that no list has: a title, the family name and the school say whom it means.
        ("mrs quackenbush aura", "quackenbushaura", "Tallgrass Middle School, iykyk"),
        ("quackenbush nation", "quackenbushnation", "for mrs quackenbush of Tallgrass Middle"),
        ("what mrs quackenbush did today", "quackdaily", "Tallgrass, KS"),
        # No school, but a name that hardly anyone else has.
        ("is mrs quackenbush ok", "quackok", "bro said pop quiz"),
        ("Ruth Quackenbush", "ruth.quackenbush", "naughty teacher, 18+"),
    ],
)
def test_an_account_that_means_the_person_is_asked_about_without_words_of_a_list(
    name: str, handle: str, bio: str
) -> None:
    found = assess(replace(ACCOUNT, name=name, handle=handle, bio=bio))

    assert found.label in ASKED_OR_FLAGGED
    assert "speaks-of-person" in {piece.rule for piece in found.evidence}


def test_a_question_about_what_means_the_person_says_why() -> None:
    asked = assess(
        replace(ACCOUNT, name="mrs quackenbush delulu", handle="delulu", bio="Tallgrass, KS")
    )
    told = explain_assessment(asked, TraceKind.ACCOUNT, WEIGHTS)

    assert asked.label is OwnershipLabel.UNKNOWN
    assert told.asked_for == "speaks-of-person"
    assert Reason("speaks-of-person.place") in asked.reasons


@pytest.mark.parametrize("more", ["", "Teacher. "])
def test_bait_under_a_name_is_a_case_only_where_something_means_the_person(more: str) -> None:
    made = datetime(2026, 11, 1, tzinfo=UTC)
    baits = replace(
        ACCOUNT,
        handle="ruthquackenbush553",
        name="Ruth Quackenbush",
        bio=f"{more}DM me for gift cards, got hacked",
        created_at=made,
        counts=(("followers", 2), ("following", 900)),
    )
    inventory = Inventory(seen_at=made)
    found, near = (
        assess_trace(Subject(person=RUTH, commonness=0.1), one, inventory, None, WEIGHTS)
        for one in (baits, replace(baits, location="Tallgrass, KS"))
    )

    assert (found.label, found.suggestion) == (
        OwnershipLabel.UNKNOWN,
        OwnershipLabel.IMPERSONATION,
    )
    assert near.label is OwnershipLabel.IMPERSONATION


@pytest.mark.parametrize(
    ("changes", "others", "why"),
    [
        ({"name": "Mrs. Quackenbush", "bio": "Tallgrass, KS"}, 500.0, "place"),
        ({"name": "Ruth Quackenbush", "bio": "dm me for gift cards"}, 0.1, "rare"),
        ({"name": "Mrs. Quackenbush"}, 0.1, "family"),
        ({"name": "Ruth Quackenbush", "bio": "naughty, 18+"}, 500.0, "harm"),
        ({"name": "Ruth Quackenbush", "bio": "dm me for gift cards"}, 500.0, "absent"),
    ],
)
def test_each_question_says_what_made_it_one(
    changes: dict[str, str], others: float, why: str
) -> None:
    asked = assess(replace(ACCOUNT, handle="found", **changes), others=others)

    assert asked.reasons[0] == Reason(f"speaks-of-person.{why}")
    # It is said once.
    assert not {"employer", "place"} & {reason.rule for reason in asked.reasons if why == "place"}


def test_an_account_of_a_relative_is_no_guess_of_whose_it_is() -> None:
    relative = replace(
        ACCOUNT, name="Helen Quackenbush", handle="quackenbush75", bio="Tallgrass, KS"
    )

    assert assess(relative, others=0.1).suggestion is not OwnershipLabel.MINE


def test_a_new_account_that_calls_them_by_title_is_asked_about_however_common_the_name() -> None:
    shown = replace(ACCOUNT, name="Mr. Quackenbush", created_at=datetime(2026, 11, 20, tzinfo=UTC))
    common = Subject(person=RUTH, commonness=500.0)
    seen = Inventory(seen_at=datetime(2026, 11, 28, tzinfo=UTC))

    assert assess_trace(common, shown, seen, None, WEIGHTS).label is OwnershipLabel.UNKNOWN
    elsewhere = replace(shown, location="Fairmont, OH")
    assert assess(elsewhere, others=500.0).label is OwnershipLabel.NAMESAKE


def test_a_new_account_under_the_name_is_asked_about_and_says_why() -> None:
    shown = replace(ACCOUNT, name="Ruth Quackenbush", created_at=datetime(2026, 11, 20, tzinfo=UTC))
    seen = Inventory(seen_at=datetime(2026, 11, 28, tzinfo=UTC))
    common = Subject(person=RUTH, commonness=500.0)
    asked = assess_trace(common, shown, seen, None, WEIGHTS)

    assert asked.label is OwnershipLabel.UNKNOWN
    assert evidence_rules.NEW_UNDER_NAME.reason in asked.reasons
    told = explain_assessment(asked, TraceKind.ACCOUNT, WEIGHTS)
    assert told.asked_for == "new-under-name"
    assert assess(shown, others=500.0).label is OwnershipLabel.NAMESAKE


def test_beside_a_title_and_an_initial_nobody_is_told_that_no_name_is_shown() -> None:
    shown = replace(ACCOUNT, name="Mrs. Q", handle="ruthquackenbush")
    bare = replace(shown, name="")

    assert _list_reasons(shown).isdisjoint(_list_reasons(bare))
    assert Reason("handle-name.whole") in _list_reasons(bare)


def _list_reasons(trace: Trace) -> set[Reason]:
    return {piece.reason for piece in assess(trace).evidence if piece.rule == "handle-name"}


def test_a_title_says_more_beside_words_of_a_mock_account() -> None:
    weighed = [
        {piece.rule: piece.bits for piece in assess(replace(ACCOUNT, name=name)).evidence}
        for name in ("Mrs. Quackenbush", "Mrs. Quackenbush Memes")
    ]

    assert weighed[0]["addressed"] == weighed[1]["addressed"] / 4


def test_family_names_are_no_harm() -> None:
    person = replace(RUTH, name=PersonName(given="Ann", family="Hooker"))
    shown = replace(ACCOUNT, name="Ann Hooker", handle="annhooker")

    assert "lewd" not in {piece.rule for piece in assess(shown, person).evidence}


def test_the_same_words_about_another_place_or_job_mean_someone_else() -> None:
    other = replace(ACCOUNT, name="Mrs. Quackenbush", handle="q", bio="Realtor in Fernhaven, OR")

    assert "speaks-of-person" not in {piece.rule for piece in assess(other).evidence}


@pytest.mark.parametrize(
    "name",
    ["Quackenbush edits", "freaky quackenbush", "Quackenbushisms", "quackenbush core"],
)
def test_a_family_name_among_words_of_the_lists_is_about_the_person_of_the_school(
    name: str,
) -> None:
    near = assess(replace(ACCOUNT, name=name, bio="Tallgrass Middle School 28"), others=500.0)
    far = assess(replace(ACCOUNT, name=name, bio="Coldport, ME"), others=500.0)

    assert near.label is OwnershipLabel.MOCK
    assert far.label not in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    "name",
    ["Quackenbush Plumbing", "The Quackenbush Family", "Quackenbush Baseball", "Tran Quackenbush"],
)
def test_a_family_name_among_words_of_a_firm_or_another_name_is_somebody_elses(name: str) -> None:
    found = assess(replace(ACCOUNT, name=name, handle="q"), others=0.1)

    assert found.label not in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    ("name", "bio"),
    [
        ("tms tea", "MissQuackenbush caught lackin. Tallgrass Middle School"),
        ("TMS exposed", "Ruth Quackenbush of Tallgrass Middle School, dm pics"),
        ("drop the addy", "Ruth Quackenbush, Tallgrass, KS: her house is next"),
        ("chismes tms", "la maestra Quackenbush otra vez. Tallgrass Middle School"),
        ("tms tea", "tea on mrs quackenbush dropping soon"),
        ("TMS confessions", "Quackenbush is next"),
        ("exposed", "tea on teachers (quackenbush, doe...)"),
        ("tms tea", "run by seniors. tea on teachers (quackenbush, doe...)"),
    ],
)
def test_an_account_about_a_school_that_names_them_in_its_text_is_about_them(
    name: str, bio: str
) -> None:
    found = assess(replace(ACCOUNT, name=name, handle="tms.page", bio=bio), others=500.0)

    assert found.label in ASKED_OR_FLAGGED
    assert evidence_rules.NAME_IN_TEXT.name in {piece.rule for piece in found.evidence}


@pytest.mark.parametrize(
    ("name", "bio"),
    [
        ("TMS Chess Club", "Advisor: Mrs. Quackenbush. Tallgrass Middle School"),
        ("Tea and Books Club", "Meets with Mrs. Quackenbush, Tallgrass Middle School"),
        ("Tallgrass Titans", "Congratulations to Ruth Quackenbush of Tallgrass Middle School"),
        ("fernhaven tea", "Ruth Quackenbush caught lackin. Fernhaven High"),
        ("TMS Band", "Run by Mrs. Quackenbush. Tallgrass Middle School"),
        ("TMS Chess Club", "Quackenbush wins again. Practice on Tuesdays"),
        ("TMS Library", "Ask Mrs. Quackenbush"),
    ],
)
def test_clubs_and_other_places_that_name_them_are_no_question(name: str, bio: str) -> None:
    found = assess(replace(ACCOUNT, name=name, handle="page", bio=bio), others=0.1)

    assert found.label not in ASKED_OR_FLAGGED


def test_without_the_school_only_a_rare_name_in_a_text_is_a_question() -> None:
    named = replace(ACCOUNT, name="fhs tea", bio="tea on mrs quackenbush dropping soon")

    assert assess(named, others=0.1).label in ASKED_OR_FLAGGED
    assert assess(named, others=30.0).label not in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    ("handle", "bio"),
    [
        ("tmsconfess11", "Mrs. Quackenbush we know what u did"),
        ("quackenbush.tea.tms", "we are not her"),
        ("missquackenbush_tms", "best teacher fr"),
        ("la.profe.quackenbush.tms", "nadie le entiende"),
        ("qu4ckenbush_memes", "Tallgrass Middle School"),
    ],
)
def test_a_username_tells_by_the_initials_of_the_school_and_by_digits_for_letters(
    handle: str, bio: str
) -> None:
    found = assess(replace(ACCOUNT, name=handle, handle=handle, bio=bio), others=500.0)

    assert found.label in ASKED_OR_FLAGGED


@pytest.mark.parametrize("bio", ["sora of ms quackenbush", "soy la ms quackenbush, escribeme"])
def test_a_title_and_such_words_are_asked_about_whatever_the_date_and_the_network(
    bio: str,
) -> None:
    shown = replace(ACCOUNT, name="ai quackenbush", bio=bio)
    where_they_are = replace(shown, account="snapgarden:@found")

    for trace, why in ((shown, "absent"), (where_they_are, "called")):
        reasons = [piece.reason for piece in assess(trace, others=500.0).evidence]
        assert Reason(f"speaks-of-person.{why}") in reasons


@pytest.mark.parametrize(
    ("name", "handle", "bio"),
    [
        # A text names her and her school; who is called so is no person.
        (
            "Tallgrass Watch",
            "tgwatch",
            "Ruth Quackenbush, Tallgrass Middle School. Call the office.",
        ),
        # Her whole name, and a title in the text.
        ("Ruth Quackenbush", "quackenbushr", "hi im mrs quackenbush and i eat chalk"),
        # A title in the name and again in the text: hardly anybody speaks so of themselves.
        ("Mrs. Quackenbush", "mrsq77", "mrs. quackenbush, part two"),
        # A word of the lists stands by the name in the text.
        ("ms quackenbush", "ms_q_2014", "daily quackenbush quotes"),
        ("msquackenbush", "x9", "the worst ms quackenbush"),
        # One word of the school; the town in the username.
        ("mrs quackenbush", "tallgrassnews7", "what now"),
        # Letters that were stretched.
        ("freaky Quackennnnbush", "fq", "parody of quackenbushhhh"),
        ("mrss quackenbush", "mrsq77", "mrss quackenbush, again"),
        ("misss Quackenbush", "mq77", "ask misss quackenbush"),
        # Bait on the network where she is.
        ("Ruth Quackenbush", "ruth.quackenbush", "widowed, looking for a serious relationship"),
    ],
)
def test_more_words_than_a_list_has_are_asked_about_under_a_common_name(
    name: str, handle: str, bio: str
) -> None:
    found = assess(replace(ACCOUNT, name=name, handle=handle, bio=bio), others=500.0)

    assert found.label in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    ("name", "bio"),
    [
        ("Tallgrass PTA", "Tallgrass Middle School thanks Ruth Quackenbush, teacher of the month"),
        ("Yesenia Torres", "Tallgrass Middle School. married to Ruth Quackenbush"),
        ("Ned Moore", "Is your dog in Mrs. Quackenbush class?"),
    ],
)
def test_who_thanks_them_or_has_a_name_of_their_own_is_no_question(name: str, bio: str) -> None:
    assert assess(replace(ACCOUNT, name=name, bio=bio)).label is OwnershipLabel.UNRELATED


def test_a_title_after_in_begins_no_place_and_an_initial_may_be_a_middle_name() -> None:
    other_place = evidence_rules.OTHER_PLACE.name
    shown = replace(ACCOUNT, name="Ruth Quackenbush", bio="Is your kid in Mr. Hobbs Class?")
    assert other_place not in {piece.rule for piece in assess(shown).evidence}

    initial = replace(ACCOUNT, name="Ruth E.", handle="ruth.quackenbush")
    assert assess(initial).evidence[0].rule != evidence_rules.NAME_DIFFERENT.name
    assert build_appearance(initial, RUTH).match_level is MatchLevel.GIVEN


def test_who_is_named_in_a_text_only_is_no_guess_of_whose_it_is() -> None:
    named = replace(ACCOUNT, name="pov", bio="Ruth Quackenbush, Tallgrass Middle School. all anon")

    assert assess(named).suggestion is not OwnershipLabel.MINE


def test_a_reason_speaks_of_a_title_only_where_there_is_one() -> None:
    titled, plain = (
        assess(replace(ACCOUNT, name=name, bio="Tallgrass Middle School"), others=30.0)
        for name in ("Mrs. Quackenbush edits", "Ruth Quackenbush edits")
    )

    assert Reason("mock-hint") in titled.reasons
    assert Reason("mock-hint.untitled") in plain.reasons
    # That it calls them by title is said once.
    assert evidence_rules.ADDRESSED.name not in {piece.rule for piece in titled.shown_evidence}


def test_a_call_to_fire_somebody_is_no_form_of_their_name() -> None:
    found = assess(replace(ACCOUNT, name="FIRE RUTH QUACKENBUSH", bio="Tallgrass, KS"))

    assert "name-exact" in {piece.rule for piece in found.evidence}


@over_rows(
    ("name", "handle"),
    [
        ("FIRE RUTH QUACKENBUSH", "tallgrass.parents"),
        ("Parents against Mrs. Quackenbush", "pamq"),
        ("The truth about Ruth Quackenbush", "pamq"),
        ("Free Mrs. Quackenbush", "freemrsquackenbush"),
        ("Mrs. Quackenbush", "firequackenbush"),
        ("Despidan a Ruth Quackenbush", "padres"),
        ("Maestra Quackenbush renuncia", "padres"),
    ],
)
def test_what_calls_for_something_about_their_work_is_asked_and_mocks_nobody(
    name: str, handle: str
) -> None:
    found = assess(replace(ACCOUNT, name=name, handle=handle, bio="Tallgrass Middle School"))

    assert found.label is OwnershipLabel.UNKNOWN
    assert found.suggestion is not OwnershipLabel.MOCK


@pytest.mark.parametrize(
    "bio", ["welcome to my class lol. Tallgrass", "my students fear me. bitcoin. Tallgrass, KS"]
)
def test_classroom_words_beside_mocks_or_bait_say_nothing(bio: str) -> None:
    for name in ("Mrs. Quackenbush slander", "Mrs. Quackenbush"):
        found = assess(replace(ACCOUNT, name=name, bio=bio))
        kept = name.endswith("bush") and "bitcoin" not in bio

        assert ("classroom" in {piece.rule for piece in found.evidence}) is kept


@pytest.mark.parametrize(
    "bio",
    [
        "Cuenta nueva, me hackearon la otra",
        "Necesito tarjetas de regalo para la clase",
        "Gana dinero desde casa, escr\u00edbeme",
    ],
)
def test_bait_in_spanish_is_bait(bio: str) -> None:
    shown = replace(ACCOUNT, name="Ruth Quackenbush", bio=bio)

    assert "lure" in {piece.rule for piece in assess(shown, others=500.0).evidence}


@pytest.mark.parametrize("title", ["mrz", "Mistah", "missus", "profesora", "la profe"])
def test_a_misspelled_title_is_a_title(title: str) -> None:
    shown = replace(ACCOUNT, name=f"{title} Quackenbush", bio="Tallgrass, KS")

    assert assess(shown, others=500.0).label in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DM us your memes!", True),
        ("worst thing ever story", False),
        ("Run by a few students", True),
        ("run by the parents of a student", False),
    ],
)
def test_a_phrase_is_found_word_by_word(text: str, *, found: bool) -> None:
    assert has_slang(Slang.BIOS, read_plain_words(text)) is found


def test_each_list_is_in_english_and_spanish() -> None:
    lists = load_facts("slang", WordList)

    assert {f"{kind}-{language}" for kind in Slang for language in ("en", "es")} == lists.keys()
    assert load_slang().keys() == set(Slang)


def test_the_lists_that_tell_of_harmful_pages_are_published() -> None:
    published = " ".join((ROOT / "docs" / "detection.md").read_text("utf-8").split())

    for kind in (Slang.SEXUAL, Slang.THREATS, Slang.DOXXING):
        assert [phrase for phrase in load_slang()[kind] if f"`{phrase}`" not in published] == []


def test_a_list_of_another_form_is_refused() -> None:
    with pytest.raises(FactsError, match=r"slang\.toml cannot be used"):
        parse_facts("[names-en]\nphrases = []", "slang.toml", WordList)


def test_the_network_of_an_adult_page_counts_as_its_words_do() -> None:
    shown = replace(ACCOUNT, account="onlyfans:@quack", name="Mrs. Quackenbush", handle="quack")

    assert "mock-harm" in {piece.rule for piece in assess(shown, others=500.0).evidence}


@pytest.mark.parametrize(
    "title", ["mrs quackenbush feet (@q_feet) | Clips", "Tea on Mrs. Quackenbush"]
)
def test_the_words_around_a_title_in_a_result_are_read(title: str) -> None:
    found = assess(replace(ACCOUNT, title=title, snippet="Tallgrass Middle School"))

    assert "addressed" in {piece.rule for piece in found.evidence}


@pytest.mark.parametrize(
    "bio",
    [
        "Tallgrass Middle School. nudes leaked",
        "tallgrass middle. somebody kill her already",
        "Tallgrass Middle School. venmo me to join",
    ],
)
def test_harm_makes_it_severe(bio: str) -> None:
    found = assess(replace(ACCOUNT, name="Mrs Quackenbush Memes", handle="quackmemes", bio=bio))

    assert (found.label, rate_severity(found)) == (OwnershipLabel.MOCK, Severity.HIGH)


@pytest.mark.parametrize(
    ("bait", "suggestion"),
    [
        ("Join the class to get its messages.", None),
        ("Send the $25 trip fee by Cash App.", OwnershipLabel.IMPERSONATION),
    ],
)
def test_a_class_that_anyone_may_open_in_a_teachers_name_is_asked_about(
    bait: str, suggestion: OwnershipLabel | None
) -> None:
    hit = SearchHit(
        url="https://www.remind.com/join/quackmath",
        title="Join Mrs. Quackenbush's math class on Remind",
        snippet=f"Mrs. Quackenbush, Tallgrass Middle School. {bait}",
    )
    (found,) = build_traces([hit])
    asked = assess(found)

    assert (asked.label, asked.suggestion) == (OwnershipLabel.UNKNOWN, suggestion)


def test_a_teachers_classroom_account_is_a_question_and_no_case() -> None:
    classroom = replace(
        ACCOUNT,
        name="Mrs. Quackenbush's Class",
        handle="mrsquackenbushclass",
        bio="Welcome to my classroom! Math at Tallgrass Middle School. Homework and news.",
    )

    assert assess(classroom).label is OwnershipLabel.UNKNOWN


@pytest.mark.parametrize(
    ("name", "handle", "bio"),
    [
        ("Tea with Mrs. Quackenbush", "teatime.q", "Book talk at Tallgrass Middle School"),
        ("Mrs. Quackenbush Updates", "mrsquackenbush8", "Late submissions lose points. Room 12"),
        ("Quackenbush Family Farm", "quackenbush_titansfan", "Eggs and honey. Tallgrass, KS"),
        ("Stan Quackenbush", "stanquackenbush", "Tallgrass, KS"),
        ("Mrs. Quackenbush", "mrsquackenbush", "Anonymous question box. Homework in room 12."),
    ],
)
def test_what_teachers_and_their_families_run_is_no_mock_account(
    name: str, handle: str, bio: str
) -> None:
    found = assess(replace(ACCOUNT, name=name, handle=handle, bio=bio))

    assert found.label is not OwnershipLabel.MOCK


def test_fans_of_someone_known_by_the_same_name_are_no_case() -> None:
    star = replace(
        ACCOUNT,
        name="Ruth Quackenbush Fan Club",
        handle="ruthquackenbushfans",
        bio="Fan account of the singer Ruth Quackenbush. Tour dates",
    )

    assert assess(star).label is not OwnershipLabel.MOCK


@pytest.mark.parametrize(
    ("person", "name", "handle", "bio"),
    [
        # "Fan" is a family name, and a person may be a fan of much.
        (replace(RUTH, name=PersonName(given="Mei", family="Fan")), "Mei Fan", "meifan", ""),
        (RUTH, "Ruth Quackenbush", "ruthquack", "Huge fan of the Tallgrass Titans. Hate mondays."),
        (RUTH, "Tallgrass Memes", "tallgrassmemes", "Everything about our town"),
        (RUTH, "Quotes of the day", "dailyquotes", "Mrs. Dalloway and others"),
    ],
)
def test_words_about_something_else_make_no_mock_account(
    person: Person, name: str, handle: str, bio: str
) -> None:
    found = assess(replace(ACCOUNT, name=name, handle=handle, bio=bio), person)

    assert found.label is not OwnershipLabel.MOCK


def test_a_declared_account_may_joke_about_itself() -> None:
    own = replace(ACCOUNT, account="snapgarden:@ruthq", name="Quackenbush Memes", handle="ruthq")

    assert assess(own).label is OwnershipLabel.MINE


def test_the_persons_word_settles_that_others_made_it() -> None:
    subject = Subject(person=RUTH, commonness=0.8)
    shown = replace(ACCOUNT, name="Ruth Quackenbush")
    found = assess_trace(subject, shown, Inventory(), Decision.MOCK, WEIGHTS)

    assert found.label is OwnershipLabel.MOCK
    assert explain_assessment(found, shown.kind, WEIGHTS).settled


def test_a_likely_account_of_the_person_is_only_suggested() -> None:
    likely = replace(
        ACCOUNT,
        name="Ruth Quackenbush",
        handle="ruthq",
        bio="Math, Tallgrass Middle School",
        counts=(("followers", 300), ("following", 200), ("posts", 90)),
    )
    verified = replace(likely, network_labels=(NetworkLabel.VERIFIED,))
    open_, found = assess(replace(likely, bio="Math", counts=())), assess(verified)

    assert (open_.label, open_.suggestion) == (OwnershipLabel.UNKNOWN, None)
    assert (found.label, found.suggestion) == (OwnershipLabel.UNKNOWN, OwnershipLabel.MINE)


@pytest.mark.parametrize(
    ("title", "snippet"),
    [
        ("Walter J. Quackenbush obituary", "Survived by Ruth Quackenbush of Tallgrass, KS."),
        ("Ruth Quackenbush, DDS", "Ruth Quackenbush is a family dentist in Tallgrass, KS."),
        ("Ruth Quackenbush mugshot", "Ruth Quackenbush, Tallgrass, KS, arrested on Friday."),
        ("Arrest report", "Ruth Quackenbush of Tallgrass, KS, teacher at Tallgrass Middle School"),
        ("In memory of Walter", "Beloved parent of Ruth Quackenbush of Tallgrass, KS. Visitation"),
        ("Ruth Quackenbush charged with DUI", "Ruth Quackenbush, 41, of Tallgrass, KS."),
        ("Recent bookings", "Ruth Quackenbush, Tallgrass, KS. Bond: $2,500"),
        ("Ruth Quackenbush, DMD", "Ruth Quackenbush, Tallgrass, KS, takes new patients"),
    ],
)
def test_a_page_that_may_be_about_someone_else_is_not_told_as_theirs(
    title: str, snippet: str
) -> None:
    found = assess(replace(PAGE, title=title, snippet=snippet), others=0.02)

    assert found.label not in {OwnershipLabel.ABOUT_ME, OwnershipLabel.MINE}


def test_a_dentist_of_the_name_is_no_best_guess() -> None:
    dentist = replace(
        PAGE, title="Ruth Quackenbush, DDS", snippet="Ruth Quackenbush, dentist in Tallgrass, KS"
    )
    found = assess(dentist, others=0.02)

    assert found.label is OwnershipLabel.UNKNOWN
    assert found.suggestion is None


def test_a_page_of_their_school_is_about_them() -> None:
    staff = replace(PAGE, title="Staff", snippet="Ruth Quackenbush, math, Tallgrass Middle School")

    assert assess(staff).label is OwnershipLabel.ABOUT_ME


def test_no_reason_says_at_once_that_others_have_the_name_and_that_hardly_anyone_has() -> None:
    found = assess(replace(ACCOUNT, name="Ruth Quackenbush"), others=0.02)
    reasons = [piece.reason for piece in found.evidence]

    assert evidence_rules.NAME_RARE.reason in reasons
    assert Reason("namesakes.perhaps-one") not in reasons


@pytest.mark.parametrize(
    ("name", "bio"),
    [
        ("Mrs. Qackenbush", "hi"),
        ("freaky quackenbsuh", ""),
        ("tms tea", "dirt on mrs. quackenbussh soon, Tallgrass Middle School"),
        ("Tallgrass Middle School office - Quackenbush", "text me here"),
        ("quackenbush x ortega", "they kissed by the copier"),
    ],
)
def test_a_misspelled_family_name_is_read_where_others_write_of_someone(
    name: str, bio: str
) -> None:
    assert assess(replace(ACCOUNT, name=name, bio=bio)).label in ASKED_OR_FLAGGED


@pytest.mark.parametrize("name", ["Qackenbush", "Mr. Smyth", "Quackenbush x"])
def test_it_is_not_read_alone_nor_as_another_name(name: str) -> None:
    smith = replace(RUTH, name=PersonName(given="Ruth", family="Smith"))
    person = smith if "Smyth" in name else RUTH

    assert "speaks-of-person" not in {
        piece.rule for piece in assess(replace(ACCOUNT, name=name), person, others=30.0).evidence
    }


def test_a_family_name_among_such_words_is_asked_about_where_the_person_is_not() -> None:
    found = assess(replace(ACCOUNT, name="quackenbush edits"), others=500.0)

    assert Reason("speaks-of-person.absent") in found.reasons


def test_a_name_in_a_username_is_not_told_as_missing() -> None:
    found = assess(replace(ACCOUNT, name="pov", handle="quackenbush.edits"), others=500.0)

    assert "nothing-shown" in {piece.rule for piece in found.evidence}
    assert [reason.rule for reason in found.reasons][:1] == ["speaks-of-person.absent"]
    assert "nothing-shown" not in {piece.rule for piece in found.shown_evidence}


def test_fans_of_a_whole_name_in_a_username_may_be_those_of_some_star() -> None:
    shown = replace(ACCOUNT, name="Quackenbush edits", bio="not her")

    families, wholes = (
        assess(replace(shown, handle=handle), others=30.0)
        for handle in ("quackenbushfans", "ruthquackenbushfans")
    )
    assert wholes.axis_sums.mock < families.axis_sums.mock


def test_a_bio_of_some_stars_fans_counts_half_and_a_quarter_if_it_says_so() -> None:
    shown = replace(ACCOUNT, name="Ruth Quackenbush", bio="fan page")
    near = replace(shown, bio=f"{shown.bio}, Tallgrass Middle School")

    (star,) = (piece for piece in assess(shown).evidence if piece.rule == "mock-bio")
    (hers,) = (piece for piece in assess(near).evidence if piece.rule == "mock-bio")
    assert star.bits == hers.bits / 2

    known = replace(shown, bio="fan page of the goalkeeper")
    (famed,) = (piece for piece in assess(known).evidence if piece.rule == "mock-bio")
    assert famed.bits == hers.bits / 4


@pytest.mark.parametrize(
    ("name", "handle", "bio"),
    [
        ("Quackenbush edits", "quackedits", "football edits daily"),
        ("Ruth Quackenbush updates", "dailyquack", "fan page for the hockey player"),
    ],
)
def test_fans_of_somebody_famous_are_no_question(name: str, handle: str, bio: str) -> None:
    fans = replace(ACCOUNT, name=name, handle=handle, bio=bio)
    hers = replace(fans, bio=f"{bio}, Tallgrass Middle School")

    assert assess(fans, others=30.0).label is OwnershipLabel.NAMESAKE
    assert assess(hers, others=30.0).label in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    "name",
    ["broke Mrs. Quackenbush", "Mrs Quackenbush & Novak", "Mrs. Quackenbush says", "the Mrs. Q is"],
)
def test_who_speaks_of_them_means_them_whatever_is_said(name: str) -> None:
    spoken = replace(ACCOUNT, name=name, handle="someone1")
    signs = build_appearance(spoken, RUTH).mock_signs

    assert signs.spoken_of is not name.endswith("Q is")
    if signs.spoken_of:
        assert assess(spoken, others=30.0).label in ASKED_OR_FLAGGED


@pytest.mark.parametrize(
    "name",
    [
        *("Tea with Mrs. Quackenbush", "Team Mrs. Quackenbush", "Room 12 Mrs. Quackenbush"),
        *("Math Mrs. Quackenbush", "Mrs. Quackenbush & Mr. Novak", "Principal Mrs. Quackenbush"),
        *("Ask Mrs. Quackenbush", "Mrs. Quackenbush and Friends", "Mrs. Quackenbush"),
    ],
)
def test_owners_say_whose_account_it_is(name: str) -> None:
    assert not build_appearance(replace(ACCOUNT, name=name), RUTH).mock_signs.spoken_of


def test_a_title_stands_before_two_family_names_and_before_a_joined_one() -> None:
    double = replace(RUTH, name=PersonName(given="Ruth", middle="Hernández", family="Quackenbush"))
    joined = replace(RUTH, name=PersonName(given="Ruth", family="Al-Quackenbush"))

    assert addresses_family("naughty Miss Hernández Quackenbush", double.name)
    assert addresses_family("Miss Al-Quackenbush", joined.name)
    assert not addresses_family("Miss Hernández", double.name)


@pytest.mark.parametrize(
    ("handle", "shown", "named"),
    [
        *(("catea", "catea", True), ("tea.ca", "tea.ca", True), ("x1", "CA tea", True)),
        *(("carsforsale", "cars", False), ("cats", "CA cats", False), ("ca", "ca", False)),
    ],
)
def test_two_initials_of_a_school_need_a_word_of_the_lists(
    handle: str, shown: str, *, named: bool
) -> None:
    account = replace(ACCOUNT, handle=handle)

    assert has_initials(account, shown, "Cottonwood Academy") is named


def test_a_family_name_and_the_schools_initials_name_someone() -> None:
    bare = replace(ACCOUNT, name="quackenbushtms", handle="quackenbushtms")

    assert assess(bare, others=500.0).label is OwnershipLabel.UNKNOWN


def test_a_username_made_of_theirs_is_a_question_wherever_it_says_that_it_is() -> None:
    own = replace(ACCOUNT, key="own", handle="ruthq.volcano7", account="paceclub:@ruthq.volcano7")
    copy = replace(ACCOUNT, name="Ruth Roe", handle="realruthq.volcano7", location="Lagos")
    subject = Subject(person=RUTH, commonness=30.0)
    found = assess_trace(subject, copy, Inventory(own_traces=(own,)), None, WEIGHTS)

    assert found.label is OwnershipLabel.UNKNOWN
    assert "speaks-of-person.copy" in {piece.reason.rule for piece in found.evidence}


def test_before_the_username_a_title_of_a_result_is_all_name() -> None:
    result = replace(ACCOUNT, title="Tallgrass Middle office - Quackenbush (@found) | Clips")

    assert build_appearance(result, RUTH).shown_name == "Tallgrass Middle office - Quackenbush"


def test_a_family_name_that_many_teachers_have_makes_no_case_alone() -> None:
    smith = replace(RUTH, name=PersonName(given="James", family="Smith"))
    alone = replace(ACCOUNT, name="Mr. Smith slander", handle="mrsmithslander")
    near = replace(alone, bio="Tallgrass Middle School")

    asked = assess(alone, person=smith, others=1000.0)
    assert (asked.label, asked.suggestion) == (OwnershipLabel.UNKNOWN, OwnershipLabel.MOCK)
    assert assess(near, person=smith, others=1000.0).label is OwnershipLabel.MOCK


def test_a_degree_is_no_school_and_a_rare_name_no_misspelling() -> None:
    assert is_initials("med7", "Maple Elm Drive") is False
    assert is_initials("tms", "Tallgrass Middle School") is True
    tillman = PersonName(given="Ruth", family="Tillman")
    assert correct_family("Mrs. Tilman", tillman) == "Mrs. Tilman"
    assert correct_family("Mrs. Tilllman", tillman) == "Mrs. Tillman"


def test_what_they_are_asked_about_and_most_likely_run_is_suggested_as_theirs() -> None:
    bio = "teaching my class fractions in Kansas"
    old = datetime(2012, 1, 1, tzinfo=UTC)
    counts = (("followers", 300), ("following", 200), ("posts", 90))
    named = replace(ACCOUNT, name="Ruth Quackenbush", handle="mrsquackenbush")
    shown = replace(named, bio=bio, created_at=old, counts=counts)
    copied = replace(shown, bio=f"{bio}, dm me for gift cards")
    subject = Subject(person=RUTH, commonness=40.0)
    seen = Inventory(seen_at=datetime(2026, 11, 1, tzinfo=UTC))

    suggested = [
        assess_trace(subject, trace, seen, None, WEIGHTS).suggestion for trace in (shown, copied)
    ]
    assert suggested[0] is OwnershipLabel.MINE
    assert suggested[1] is not OwnershipLabel.MINE
