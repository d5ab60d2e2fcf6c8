"""What a handle weighs beside a name, and beside another handle."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.domain.handles.pairs import parse_handle_name, weigh_handle_pair
from monitor.domain.handles.weighing import weigh_handle
from monitor.domain.names.frequency import EVERYBODY, NameCounts
from monitor.domain.person import PersonName
from tests.bench.score.words import explain, load_score_words
from tests.name_counts import build_count_table
from tests.rows import over_rows

COUNTS = NameCounts(
    given=build_count_table({EVERYBODY: 300_000_000, "maria": 1_600_000, "liz": 30_000}),
    family=build_count_table(
        {EVERYBODY: 300_000_000, "delgado": 120_000, "smith": 2_400_000, "quintrell": 400}
    ),
)
MARIA = PersonName(given="Maria", family="Delgado")
SMITH = PersonName(given="Maria", family="Smith")
LIZ = PersonName(given="Elizabeth", family="Delgado")
CELIA = PersonName(given="Maria", middle="Celia", family="Delgado")
RARE = PersonName(given="Maria", family="Quintrell")

texts = st.text(max_size=60)
handles = st.from_regex(r"[a-z]{3,9}(?:[._-][a-z]{1,9})?\d{0,3}", fullmatch=True)


def bits(handle, name=MARIA):
    return sum(piece.bits for piece in weigh_handle(handle, name, COUNTS))


def weight(handle, name, rule):
    return next(piece.bits for piece in weigh_handle(handle, name, COUNTS) if piece.rule == rule)


def told(one, other):
    return [explain(piece.reason) for piece in weigh_handle_pair(one, other, COUNTS)]


def kinship(one, other):
    return sum(piece.bits for piece in weigh_handle_pair(one, other, COUNTS))


@pytest.mark.parametrize(
    "handle", ["mariadelgado", "mrs_delgado", "mdelgado84", "DelgadoTeaches", "maria.delgado.tx"]
)
def test_a_handle_made_of_the_name_is_likelier_theirs_than_not(handle):
    assert bits(handle) > 0


@pytest.mark.parametrize(
    "handle", ["volcanolady", "marcosdelgado", "mariasalgado", "maria-h", "84", "", "\u200b"]
)
def test_a_handle_of_another_name_or_of_none_is_likelier_not_theirs(handle):
    assert bits(handle) < 0


def test_the_more_of_a_name_a_handle_holds_the_more_it_weighs():
    weights = [bits(word) for word in ("volcanolady", "maria", "delgado", "mdelgado")]

    assert weights == sorted(weights)
    assert bits("mdelgado") < bits("mariadelgado")


@over_rows(
    ("handle", "name", "rule"),
    [
        ("100012345678901", MARIA, "handle-opaque"),
        ("delgado", MARIA, "handle-family"),
        ("maria", MARIA, "handle-given"),
        ("celia", CELIA, "handle-middle"),
        ("maria-delgado", MARIA, "handle-both"),
        ("mdelgado", MARIA, "handle-initial"),
        ("mcd", CELIA, "handle-all-initials"),
        ("mtd", MARIA, "handle-heads"),
        ("delg84", MARIA, "handle-family-start"),
        ("mari84", MARIA, "handle-given-start"),
        ("zdelgq", MARIA, "handle-shared-letters"),
        ("quintrell", RARE, "handle-rare-family"),
        ("mxqz", MARIA, "handle-first-letter"),
        ("dxqz", MARIA, "handle-first-letter"),
    ],
)
def test_what_speaks_for_the_person_weighs_more_than_nothing(handle, name, rule):
    assert weight(handle, name, rule) > 0


@over_rows(
    ("handle", "name", "rule"),
    [
        ("volcanolady", MARIA, "handle-anybody"),
        ("volcanolady", MARIA, "handle-nothing"),
        ("liz", LIZ, "handle-nickname"),
        ("delgado-zqx", MARIA, "handle-beside-family"),
        ("maria-zqx", MARIA, "handle-beside-given"),
        ("maria-delgado-zqx", MARIA, "handle-beside-both"),
        ("william-delgado", MARIA, "handle-other-given"),
        ("w-delgado", MARIA, "handle-other-initial"),
        ("smith", SMITH, "handle-rare-family"),
        ("maria", MARIA, "handle-rare-given"),
    ],
)
def test_what_speaks_against_them_weighs_less_than_nothing(handle, name, rule):
    assert weight(handle, name, rule) < 0


def test_two_letters_that_begin_a_name_count_twice_and_a_handle_is_still_not_theirs():
    assert weight("dexqz", MARIA, "handle-first-letter") == 2 * weight(
        "dxqez", MARIA, "handle-first-letter"
    )
    assert bits("volcanolady") < bits("dxqez") < bits("dexqz") < 0


def test_words_beside_the_initials_do_not_hide_them():
    assert bits("mtd_dev") == bits("mtd")


def test_no_more_than_a_few_letters_count_for_or_against():
    assert bits("delgado-zqxvw") == bits("delgado-zqxvwkj") < bits("delgado-zqxv")
    assert weight("zquintrez", RARE, "handle-shared-letters") == 6.0


def test_four_letters_from_the_first_initial_to_the_last_may_be_any_word():
    assert bits("mtxd") < bits("mtd")


def test_a_rare_family_name_alone_says_more_than_a_common_one():
    assert bits("coachquintrell", RARE) > bits("coachdelgado") > bits("coachsmith", SMITH)


def test_letters_that_the_name_does_not_explain_weigh_against_it():
    assert bits("delgado") > bits("delgado-pqz") > bits("delgado-pqzx")
    assert bits("xyzdelgado") > bits("karl-delgado")


def test_another_initial_is_another_person_and_ones_own_is_not():
    assert bits("mcdelgado") == bits("mdelgado") > bits("delgado") > bits("wdelgado")
    assert bits("maria-d") > bits("maria") > bits("maria-w")
    assert bits("ldelgado", LIZ) > bits("wdelgado", LIZ)
    assert bits("edelgado", LIZ) == bits("mdelgado")


def test_two_or_three_letters_from_the_first_initial_to_the_last_are_no_accident():
    assert bits("mtd84") == bits("m_d") > bits("mtx84")
    assert bits("volcanolady") < bits("mtd84") < 0


def test_a_person_without_a_name_has_no_handle_of_it():
    assert bits("mariadelgado", PersonName(given="", family="")) < 0


def test_letters_in_a_row_that_are_shared_weigh_a_little_where_nothing_else_does():
    assert bits("zzdelgq") < bits("zdelgaq") < bits("delgado")
    assert bits("volcanolady") < bits("zdelgaq") < 0


def test_titles_numbers_and_separators_weigh_nothing():
    assert bits("mrs.delgado84") == bits("delgado") == bits("Coach_Delgado")


def test_a_number_that_a_network_hands_out_says_nothing_either_way():
    assert bits("volcanolady") < bits("100012345678901") < 0


@given(handle=texts)
def test_every_weight_has_a_sentence(handle):
    for piece in (
        *weigh_handle(handle, MARIA, COUNTS),
        *weigh_handle_pair(handle, "mdelgado", COUNTS),
    ):
        assert explain(piece.reason)[0].isupper()
        assert explain(piece.reason).endswith(".")
        assert explain(piece.reason) != load_score_words().unknown
        assert piece.rule.startswith("handle-")


@given(one=texts, other=texts)
def test_two_handles_are_not_spoken_of_as_a_name(one, other):
    assume("your" not in f"{one} {other}".casefold())
    assert not any(
        "your" in explain(piece.reason) for piece in weigh_handle_pair(one, other, COUNTS)
    )


def test_how_rare_a_name_is_is_told_as_it_is():
    told = [explain(piece.reason) for piece in weigh_handle("mariaquintrell", RARE, COUNTS)]

    assert "About one in 800,000 people has the name quintrell." in told


@given(handle=handles)
def test_how_a_handle_is_separated_changes_nothing(handle):
    parted = handle.replace("-", "_").replace(".", "_")

    assert bits(parted) == bits(handle)


@given(one=texts, other=texts)
def test_two_handles_may_change_places(one, other):
    assert kinship(one, other) == pytest.approx(kinship(other, one))


@given(handle=handles)
def test_the_same_handle_is_nearer_than_one_with_more_to_it(handle):
    assert kinship(handle.upper(), handle) == kinship(handle, handle)
    assert kinship(handle, handle) > kinship(handle, f"{handle}-karlsson")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maria.delgado", "mrsmariadelgado84"),
        ("mariadelgado", "delgado-maria"),
        ("liz-quintrell", "elizabethquintrell"),
        ("mdelgado", "MariaDelgado"),
        ("mrs_quintrell", "liz-quintrell"),
        ("volcanolady", "volcano_lady7"),
    ],
)
def test_handles_of_one_name_are_likelier_one_persons(one, other):
    assert kinship(one, other) > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maria-delgado", "maria-salgado"),
        ("mariadelgado", "volcanolady"),
        ("karl-smith", "maria-smith"),
        ("coach", "teacher84"),
        ("100012345678901", "mariadelgado"),
    ],
)
def test_handles_of_two_names_are_likelier_two_peoples(one, other):
    assert kinship(one, other) < 0


def test_what_two_handles_share_is_told_in_words_of_two_handles():
    assert "The handles share what may be a family name." in told("mdelgado", "maria.delgado")
    assert "The other handle does not explain karl." in told("karl.delgado", "maria.delgado")
    assert "W is not an initial of the other one." in told("w.delgado", "maria.delgado")
    assert "The handle shares the letters delg with the other one." in told("zdelgq", "delgado")


def test_a_handle_that_says_less_denies_nothing():
    assert kinship("quintrell", "liz-quintrell") > kinship("karl-quintrell", "liz-quintrell")


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("maria.c.delgado", PersonName(given="maria", middle="c", family="delgado")),
        ("mrsmariadelgado", PersonName(given="maria", family="delgado")),
        ("MariaMcBride", PersonName(given="maria", family="mcbride")),
        ("coachdelgado84", PersonName(given="", family="delgado")),
        ("maria", PersonName(given="maria", family="")),
        ("theresa", PersonName(given="theresa", family="")),
        ("coach84", None),
    ],
)
def test_a_name_is_read_from_a_handle_alone(handle, name):
    assert parse_handle_name(handle, COUNTS) == name


@pytest.mark.parametrize("handle", ["maria" * 2000, "the" * 3300, "Ab1" * 3300, "\u0301" * 10000])
def test_a_handle_of_any_length_is_weighed_quickly(handle):
    assert bits(handle) < 0
    assert kinship(handle, "mariadelgado") < 0


def test_whoever_else_is_named_in_a_handle_is_named_in_the_reason():
    found = weigh_handle("delgado.robert.quintrell", MARIA, COUNTS)
    told = {piece.rule: explain(piece.reason) for piece in found}

    assert "The handle holds the given name robert." in told.values()
    assert "Your name does not explain robert and quintrell." in told.values()
    assert all(reason and reason.endswith(".") for reason in told.values())


def test_a_handle_without_a_letter_of_the_name_says_only_that_it_holds_nothing():
    rules = [piece.rule for piece in weigh_handle("bushpunt", MARIA, COUNTS)]

    assert rules == ["handle-anybody", "handle-nothing"]
