"""What a person said of some findings speaks for or against others, with the words that do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.district import JOHN
from monitor.domain.assessment import Label, assess
from monitor.domain.evidence import Axis, Evidence
from monitor.domain.flag import Ruling
from monitor.domain.reasons.subject import Inventory, Subject
from monitor.domain.verdicts.lessons import NONE_YET, Lessons, lessons
from monitor.domain.verdicts.likeness import LEAST, MOST, likeness, shares
from monitor.domain.verdicts.traits import traits
from scrapers.finding import Finding, Kind

NAME = JOHN.person.name


def page(snippet, site="a.example"):
    url = f"https://{site}/{abs(hash(snippet))}"
    return Finding(key=url, kind=Kind.PAGE, url=url, title="John Smith", snippet=snippet)


ROBOTS = page("Robotics and geometry in Fremont.", "b.example")
CHESS = page("Chess and geometry in Fremont.", "c.example")
DENTIST = page("A dentist in Harlan Falls.", "d.example")
SEASIDE = page("Photographs of lighthouses.", "e.example")


def said(*judged):
    return lessons(judged, (), NAME)


def weighed(taught: Lessons, finding: Finding) -> Evidence:
    (evidence,) = likeness(taught, finding, NAME)
    return evidence


def test_nothing_was_learnt_before_the_first_verdict():
    assert lessons((), (ROBOTS,), NAME) == NONE_YET
    assert list(likeness(NONE_YET, ROBOTS, NAME)) == []


def test_what_shares_words_with_what_is_the_person_speaks_for_them_and_names_the_words():
    found = weighed(said((ROBOTS, Ruling.MINE)), CHESS)

    assert found.bits > 0
    assert found.axis is Axis.CLAIM
    assert found.in_full == "It shares “Fremont” and “geometry” with what you said is you."


def test_what_shares_words_with_what_is_not_the_person_speaks_against_them():
    taught = said((ROBOTS, Ruling.MINE), (DENTIST, Ruling.NAMESAKE))
    found = weighed(taught, page("Dental work. The dentist in Harlan Falls."))

    assert found.bits < 0
    assert found.in_full == (
        "It shares “Harlan Falls” and “dentist” with what you said is not you."
    )


def test_what_shares_with_both_says_so():
    taught = said((ROBOTS, Ruling.MINE), (DENTIST, Ruling.UNRELATED))

    assert weighed(taught, page("Geometry in Harlan Falls")).in_full == (
        "It shares “geometry” with what you said is you, "
        "and “Harlan Falls” with what you said is not you."
    )


def test_what_shares_nothing_speaks_a_little_against_the_person():
    found = weighed(said((ROBOTS, Ruling.MINE)), SEASIDE)

    assert -1 < found.bits < 0
    assert found.told == "It has little in common with what you said is you."


def test_what_shares_nothing_with_others_says_nothing():
    assert list(likeness(said((DENTIST, Ruling.NAMESAKE)), SEASIDE, NAME)) == []


def test_what_shows_nothing_to_compare_says_nothing():
    bare = Finding(key="k", kind=Kind.ACCOUNT, url="https://a.example/j", account="a:1")

    assert list(likeness(said((ROBOTS, Ruling.MINE)), bare, NAME)) == []


def test_a_site_is_not_spelt_out():
    taught = said((page("Hello", "mychurch.example"), Ruling.MINE))

    assert weighed(taught, page("World", "mychurch.example")).in_full == (
        "It shares its site with what you said is you."
    )


def test_own_accounts_teach_once_the_person_began_to_sort():
    taught = lessons([(DENTIST, Ruling.NAMESAKE)], (ROBOTS,), NAME)

    assert taught.me.findings == 1
    assert weighed(taught, CHESS).bits > 0


def test_an_account_that_was_declared_and_confirmed_teaches_once():
    assert lessons([(ROBOTS, Ruling.MINE)], (ROBOTS,), NAME).me.findings == 1


@pytest.mark.parametrize("ruling", sorted(set(Ruling) - {Ruling.MINE, Ruling.NAMESAKE}))
def test_an_impersonator_teaches_no_words_for_they_are_copied(ruling):
    taught = said((CHESS, Ruling.MINE), (ROBOTS, ruling))

    assert taught.me.findings == 1
    assert taught.other.findings == (ruling is Ruling.UNRELATED)


def test_the_same_words_say_more_the_more_findings_bear_them_out():
    several = [page(f"Geometry in Fremont, {word}") for word in ("chess", "piano", "soccer")]
    once, thrice = (
        said(*((each, Ruling.MINE) for each in mine)) for mine in (several[:1], several)
    )
    shown = page("Geometry in Fremont")

    assert weighed(once, shown).bits < weighed(thrice, shown).bits


words = st.sampled_from(["geometry", "chess", "dentist", "in Fremont", "in Harlan Falls", "piano"])
pages = st.lists(words, max_size=4).map(lambda several: page(", ".join(several)))
judged = st.lists(
    st.tuples(pages, st.sampled_from([Ruling.MINE, Ruling.NAMESAKE, Ruling.UNRELATED])), max_size=9
)


@given(taught=judged.map(lambda several: said(*several)), shown=pages)
def test_words_alone_settle_nothing(taught, shown):
    for each in likeness(taught, shown, NAME):
        assert LEAST <= each.bits <= MOST


@given(taught=judged.map(lambda several: said(*several)), shown=pages)
def test_what_is_named_is_what_weighs(taught, shown):
    told = shares(taught, traits(shown, NAME))
    for each in likeness(taught, shown, NAME):
        named = {trait for trait, written in traits(shown, NAME).items() if written in each.in_full}
        assert {trait for trait in told if f"“{trait.word}”" in each.in_full} <= named
        assert all(told[trait] for trait in named if f"“{trait.word}”" in each.in_full)


@given(taught=judged.map(lambda several: said(*several)), shown=pages)
def test_the_reason_that_anybody_may_read_quotes_no_word(taught, shown):
    for each in likeness(taught, shown, NAME):
        assert "“" not in each.reason
        assert not any(written in each.reason for written in traits(shown, NAME).values())


def test_what_a_person_sorted_answers_a_question():
    subject = Subject(person=replace(JOHN.person, places=(), school=""), commonness=1.0)
    taught = said((ROBOTS, Ruling.MINE), (SEASIDE, Ruling.NAMESAKE))
    asked = assess(subject, CHESS, Inventory(), None)
    answered = assess(subject, CHESS, Inventory(lessons=taught), None)

    assert (asked.label, answered.label) == (Label.UNKNOWN, Label.OWN)


@given(taught=judged.map(lambda several: said(*several)), shown=pages)
def test_words_alone_accuse_nobody(taught, shown):
    account = replace(shown, kind=Kind.ACCOUNT, account="a:1", name="John Smith", bio=shown.snippet)
    subject = Subject(person=JOHN.person, commonness=2.0)

    found = assess(subject, account, Inventory(lessons=taught), None)

    assert found.label not in {Label.IMPERSONATION, Label.OWN}
