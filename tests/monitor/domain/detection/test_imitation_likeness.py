"""What a person said of some traces speaks for or against others, with the words that do."""

import re
from dataclasses import replace
from math import log2
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.district import JOHN
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.evidence import EvidenceAxis, EvidenceRule, RuleMatch
from monitor.domain.detection.evidence_rules import LIKE_ME, LIKE_OTHERS, UNLIKE_ME
from monitor.domain.detection.imitation import match_likeness_rules
from monitor.domain.detection.lessons import NO_LESSONS, Lessons, learn_from_feedback
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.vocabulary import Decision, OwnershipLabel
from reports.reason_rendering import render_reason
from scrapers.models import Trace, TraceKind
from tests.rows import over_rows

NAME = JOHN.person.name


def page(snippet, site="a.example"):
    url = f"https://{site}/{crc32(snippet.encode())}"
    return Trace(key=url, kind=TraceKind.PAGE, url=url, title="John Smith", snippet=snippet)


ROBOTS = page("Robotics and geometry in Fremont.", "b.example")
CHESS = page("Chess and geometry in Fremont.", "c.example")
DENTIST = page("A dentist in Harlan Falls.", "d.example")
SEASIDE = page("Photographs of lighthouses.", "e.example")


def said(*judged):
    return learn_from_feedback(judged, (), NAME)


def signs(taught: Lessons, trace: Trace) -> dict[EvidenceRule, RuleMatch]:
    return {rule.rule: rule for rule in match_likeness_rules(taught, trace, NAME)}


def test_nothing_is_learnt_from_nothing():
    assert learn_from_feedback((), (), NAME) == NO_LESSONS
    assert list(match_likeness_rules(NO_LESSONS, ROBOTS, NAME)) == []


def test_what_was_declared_teaches_of_pages_at_once_and_of_accounts_after_the_first_answer():
    account = Trace(
        key="k", kind=TraceKind.ACCOUNT, url="https://a.example/j", account="a:1", bio="Geometry."
    )
    declared = learn_from_feedback((), (ROBOTS,), NAME)
    answered = learn_from_feedback([(DENTIST, Decision.NAMESAKE)], (ROBOTS,), NAME)

    assert LIKE_ME in signs(declared, CHESS)
    assert signs(declared, account) == {}
    assert LIKE_ME in signs(answered, account)


def test_names_count_on_pages_and_are_not_spelled_out():
    taught = said((page("Volunteers at Ashgrove with Odell Brannigan"), Decision.MINE))
    found = signs(taught, page("Dinner for Odell and Brannigan, by Ashgrove", "z.example"))

    assert set(found) == {LIKE_ME}
    assert render_reason(found[LIKE_ME].reason) == "It shares a name with results you said are you."


def test_a_likeness_leads_on_a_page():
    account = replace(
        CHESS, kind=TraceKind.ACCOUNT, account="a:1", bio=CHESS.snippet, title="", snippet=""
    )
    taught = said((replace(account, key="own"), Decision.MINE), (DENTIST, Decision.NAMESAKE))
    on_page = match_likeness_rules(taught, replace(CHESS, url="", title=""), NAME)
    on_account = match_likeness_rules(taught, account, NAME)

    (page_sign,), (account_sign,) = (
        [sign for sign in signs_found if sign.rule is LIKE_ME]
        for signs_found in (on_page, on_account)
    )
    assert page_sign.amount > account_sign.amount > 0


def test_what_shares_words_with_what_is_the_person_speaks_for_them_and_names_the_words():
    found = signs(said((ROBOTS, Decision.MINE)), CHESS)

    assert set(found) == {LIKE_ME}
    assert found[LIKE_ME].amount > 0
    assert render_reason(found[LIKE_ME].reason) == (
        "It shares “Fremont” and “geometry” with results you said are you."
    )


def test_what_shares_words_with_what_is_not_the_person_speaks_against_them():
    taught = said((ROBOTS, Decision.MINE), (DENTIST, Decision.NAMESAKE))
    found = signs(taught, page("Dental work. The dentist in Harlan Falls."))

    assert set(found) == {UNLIKE_ME, LIKE_OTHERS}
    assert render_reason(found[LIKE_OTHERS].reason) == (
        "It shares “Harlan Falls” and “dentist” with results you said are not you."
    )


def test_what_shares_with_both_says_so():
    taught = said((ROBOTS, Decision.MINE), (DENTIST, Decision.UNRELATED))
    found = signs(taught, page("Geometry in Harlan Falls"))

    assert "“geometry”" in render_reason(found[LIKE_ME].reason)
    assert "“Harlan Falls”" in render_reason(found[LIKE_OTHERS].reason)


def test_what_shares_nothing_speaks_a_little_against_the_person():
    found = signs(said((ROBOTS, Decision.MINE)), SEASIDE)

    assert set(found) == {UNLIKE_ME}
    assert found[UNLIKE_ME].amount == 1
    assert found[UNLIKE_ME].reason == UNLIKE_ME.reason


def test_what_shares_nothing_with_others_says_nothing():
    assert signs(said((DENTIST, Decision.NAMESAKE)), SEASIDE) == {}


def test_what_shows_nothing_to_compare_says_nothing():
    bare = Trace(key="k", kind=TraceKind.ACCOUNT, url="https://a.example/j", account="a:1")

    assert signs(said((ROBOTS, Decision.MINE)), bare) == {}


def test_a_site_is_not_spelt_out():
    taught = said((page("Hello", "mychurch.example"), Decision.MINE))

    assert render_reason(signs(taught, page("World", "mychurch.example"))[LIKE_ME].reason) == (
        "It shares its site with results you said are you."
    )


def test_own_accounts_teach_once_the_person_began_to_sort():
    taught = learn_from_feedback([(DENTIST, Decision.NAMESAKE)], (ROBOTS,), NAME)

    assert taught.me.trace_count == 1
    assert LIKE_ME in signs(taught, CHESS)


def test_an_account_that_was_declared_and_confirmed_teaches_once():
    assert learn_from_feedback([(ROBOTS, Decision.MINE)], (ROBOTS,), NAME).me.trace_count == 1


@over_rows("decision", sorted(set(Decision) - {Decision.MINE, Decision.NAMESAKE}))
def test_an_impersonator_teaches_no_words_for_they_are_copied(decision):
    taught = said((CHESS, Decision.MINE), (ROBOTS, decision))

    assert taught.me.trace_count == 1
    assert taught.other.trace_count == (decision is Decision.UNRELATED)


def test_a_likeness_counts_more_the_more_findings_bear_it_out():
    several = [page("Geometry in Fremont", f"{site}.example") for site in "abc"]
    once, thrice = (
        said(*((entry, Decision.MINE) for entry in mine)) for mine in (several[:1], several)
    )

    assert (once.me.likeness_weight, thrice.me.likeness_weight) == (1.0, 2.0)
    assert signs(once, SEASIDE)[UNLIKE_ME].amount == 1.0
    assert signs(thrice, SEASIDE)[UNLIKE_ME].amount == 2.0


def test_no_number_of_findings_makes_words_decide():
    many = [page(f"Geometry {word}") for word in "abcdefghijkl"]
    taught = said(*((entry, Decision.MINE) for entry in many))

    assert signs(taught, page("Geometry z"))[LIKE_ME].amount == 1.5
    assert (
        taught.me.likeness_weight
        == said(*((entry, Decision.MINE) for entry in many[:8])).me.likeness_weight
    )


words = st.sampled_from(["geometry", "chess", "dentist", "in Fremont", "in Harlan Falls", "piano"])
pages = st.lists(words, max_size=4).map(lambda several: page(", ".join(several)))
judged = st.lists(
    st.tuples(pages, st.sampled_from([Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED])),
    max_size=9,
)


lessons_learned = judged.map(lambda several: said(*several))


@given(taught=lessons_learned, shown=pages)
def test_words_alone_settle_nothing(taught, shown):
    weighed = list(load_own_weights().weigh_matches(match_likeness_rules(taught, shown, NAME)))

    # Of eight traces of one's own it may be like none.
    assert -0.9 * log2(1 + 8) - 6 <= sum(match.bits for match in weighed) <= 6
    assert all(match.axis is EvidenceAxis.CLAIM for match in weighed)


@given(taught=lessons_learned, shown=pages)
def test_what_is_named_stands_in_the_finding_and_on_that_side(taught, shown):
    for rule, sign in signs(taught, shown).items():
        side = taught.other if rule is LIKE_OTHERS else taught.me
        for word in re.findall("“(.+?)”", render_reason(sign.reason)):
            assert word in shown.snippet
            assert word.lower() in {trait.word for trait in side.vector}


@given(taught=lessons_learned, shown=pages)
def test_the_reason_that_anybody_may_read_quotes_no_word(taught, shown):
    reasons = {sign.reason.without_quotes for sign in signs(taught, shown).values()}

    assert reasons <= {LIKE_ME.reason, UNLIKE_ME.reason, LIKE_OTHERS.reason}


def test_what_a_person_sorted_speaks_of_what_they_have_not_seen():
    subject = Subject(person=replace(JOHN.person, places=(), school=""), commonness=1.0)
    taught = said((ROBOTS, Decision.MINE), (SEASIDE, Decision.NAMESAKE))
    asked = assess_trace(subject, CHESS, Inventory(), None, load_own_weights())
    answered = assess_trace(subject, CHESS, Inventory(lessons=taught), None, load_own_weights())

    assert answered.bits > asked.bits + 1


@given(taught=lessons_learned, shown=pages)
def test_words_alone_accuse_nobody(taught, shown):
    account = replace(
        shown, kind=TraceKind.ACCOUNT, account="a:1", name="John Smith", bio=shown.snippet
    )
    subject = Subject(person=JOHN.person, commonness=2.0)

    found = assess_trace(subject, account, Inventory(lessons=taught), None, load_own_weights())

    assert found.label not in {OwnershipLabel.IMPERSONATION, OwnershipLabel.MINE}
