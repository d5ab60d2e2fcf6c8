"""Each reason is said to each reader in each language, whatever its facts are."""

import ast
import re
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.rules import RULES
from monitor.domain.handles.lookalike import HandleChange, HandleEdit, list_changes
from monitor.domain.reason import Count, Day, Listed, Name, Quoted, Reason, Signs, Site
from monitor.domain.serialization import decode_json, encode_json
from monitor.domain.vocabulary import Language
from reports.translation import use_language
from reports.wording import Others, Wording, load_words, render_reason
from tests.hostile_strings import SHOWN
from tests.house.tree import ROOT, parsed

PLACE = re.compile(r"\{(\w+)\}")
# Names that are also words of ours, in one language or the other.
WORDS = ("Medium", "High", "New", "Mine", "Main", "Latin", "Media", "Open", "You", "Su", "May")
READERS = (None, *map(Others, ("Maria", "You", "Su", "Mercedes", "", "Nueva")))
ENGLISH = load_words(Language.ENGLISH)


@pytest.fixture
def spanish() -> Iterator[None]:
    with use_language(Language.SPANISH):
        yield


def list_texts(wording: Wording) -> list[str]:
    found = (wording.you, wording.others)
    return [
        each
        for text in found
        for each in (text.values() if isinstance(text, dict) else (text,))
        if each
    ]


def list_places(wording: Wording) -> set[str]:
    return {place for text in list_texts(wording) for place in PLACE.findall(text)} - {"name"}


def build_facts(rule: str, word: str) -> Reason:
    fact = Listed((Site(word), Name(word), Quoted(word), Day(date(2026, 11, 3)), Signs("l")))
    places = dict.fromkeys(list_places(ENGLISH.messages[rule]), fact)
    return Reason(rule, {**places, "count": Count(2)})


@pytest.mark.parametrize("language", Language)
def test_each_language_says_the_same_ids_with_the_same_facts(language: Language) -> None:
    words = load_words(language)

    assert words.messages.keys() == ENGLISH.messages.keys()
    for rule, wording in words.messages.items():
        assert list_places(wording) == list_places(ENGLISH.messages[rule]), rule
        assert bool(wording.others) == bool(ENGLISH.messages[rule].others), rule
        forms = [text.keys() for text in (wording.you, wording.others) if isinstance(text, dict)]
        assert all(each == {"one", "other"} for each in forms), rule


def test_what_others_read_speaks_to_no_one() -> None:
    spoken = [
        rule
        for rule, each in ENGLISH.messages.items()
        if not rule.endswith(".quoted")
        and re.search(r"\byou", str(each.others or each.you), re.IGNORECASE)
    ]

    assert spoken == []


def test_each_id_in_the_code_has_words() -> None:
    named = {
        node.args[0].value
        for folder in ("monitor", "reports")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason" and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    worded = {rule.name for rule in RULES.values() if isinstance(rule.reason, Reason)}
    weaker = (rule.counterfactual for rule in RULES.values())
    counter = {each.rule for each in weaker if isinstance(each, Reason)}
    # An imitated handle is told by what was changed, whichever rule weighs it.
    told = {"lookalike-handle", "lookalike-plain", "lookalike-elsewhere"}

    assert (named | worded | counter) - told - ENGLISH.messages.keys() == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("word", WORDS)
def test_a_name_that_is_a_word_stays_a_name(language: Language, word: str) -> None:
    with use_language(language):
        for rule in ENGLISH.messages:
            for reader in READERS:
                said = render_reason(build_facts(rule, word), reader)
                if list_places(ENGLISH.messages[rule]) - {"count"} and not rule.endswith(".quoted"):
                    assert word in said
                assert not PLACE.search(said)


def test_a_site_called_medium_is_not_translated() -> None:
    facts = {"picture": Reason("picture.account", {"network": Site("medium")})}
    with use_language(Language.SPANISH):
        assert (
            render_reason(Reason("same-picture", facts))
            == "Usa la misma foto que su cuenta en Medium."
        )
        assert (
            render_reason(Reason("same-picture", facts), Others("Maria"))
            == "Usa la misma foto que la cuenta de Maria en Medium."
        )


@pytest.mark.parametrize("hostile", SHOWN)
def test_a_hostile_fact_is_cleaned_and_fills_no_other_place(hostile: str) -> None:
    said = render_reason(Reason("like-me.quoted", {"traits": Quoted(f"{hostile} {{name}} %(x)s")}))

    assert said.startswith("It shares “")
    assert said.endswith("” with results you said are you.")
    assert said.count("“") == said.count("”") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]|<script", said)


@pytest.mark.parametrize(("count", "words"), [(1, "1 account that"), (2, "2 accounts that")])
def test_the_form_fits_the_number(count: int, words: str) -> None:
    assert words in render_reason(Reason("student-link-follows", {"count": Count(count)}))


def test_others_are_told_in_general_what_quotes_the_web() -> None:
    reason = Reason("like-me.quoted", {"traits": Quoted("volcanoes")})

    assert (
        render_reason(reason, Others("Maria"))
        == "Its words are like those of results Maria said are theirs."
    )


def test_an_id_that_this_version_does_not_know_is_said_in_general() -> None:
    assert render_reason(Reason("elder.of-another-version")) == render_reason(Reason("elder"))
    assert render_reason(Reason("new-in-0.9")) == render_reason(Reason("unknown"))


@given(
    st.recursive(
        st.builds(Quoted, st.text(st.characters(exclude_categories=["Cs"])))
        | st.builds(Count, st.integers(0, 10**9))
        | st.builds(Day, st.dates())
        | st.builds(Site, st.sampled_from(["medium", "x"])),
        lambda inner: (
            st.builds(Listed, st.lists(inner, max_size=3).map(tuple))
            | st.builds(Reason, st.just("elder"), st.dictionaries(st.sampled_from("ab"), inner))
        ),
        max_leaves=6,
    )
)
def test_what_is_stored_comes_back(fact: object) -> None:
    told = (Reason("elder", {"a": fact}), "a sentence of an older version")

    assert decode_json(encode_json(told), tuple[Reason | str, ...]) == told


def test_what_was_done_to_a_handle_is_told_in_spanish() -> None:
    edits = [HandleEdit(change=HandleChange.LOOK, ours="l", theirs="1")]
    reason = Reason("handle-like", {"changes": list_changes(edits, ["real"], [])})
    with use_language(Language.SPANISH):
        assert render_reason(reason, Others("Iris")) == (
            'Su nombre de usuario es el de Iris, pero se agrega "real" y '
            "en lugar del carácter l hay el dígito 1."
        )


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            Reason(
                "copied-picture",
                {"picture": Reason("picture.page"), "suspect": Reason("bearer.newer")},
            ),
            "Usa la misma foto que una página suya, y es más nueva que la de usted.",
        ),
        (
            Reason(
                "like-me.quoted",
                {"traits": Listed((Quoted("robotics"), Reason("trait.site")))},
            ),
            "Comparte “robotics” y su sitio con resultados que usted dijo que son suyos.",
        ),
        (
            Reason("like-me.quoted", {"traits": Listed((Quoted("robots"), Quoted("Iowa")))}),
            "Comparte “robots” y “Iowa” con resultados que usted dijo que son suyos.",
        ),
        (
            Reason("like-me.quoted", {"traits": Listed((Quoted("robots"), Quoted("Irvine")))}),
            "Comparte “robots” e “Irvine” con resultados que usted dijo que son suyos.",
        ),
    ],
)
def test_a_reason_is_told_in_spanish(reason: Reason, said: str) -> None:
    assert render_reason(reason) == said
