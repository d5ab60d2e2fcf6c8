"""Handles, and what they cover of a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.handles.handles import is_opaque_handle, is_same_handle, split_handle_words
from monitor.domain.handles.name_fit import NameCover, fit_name_to_handle
from monitor.domain.names.parts import NamePart
from monitor.domain.person import PersonName
from tests.rows import over_rows

MARIA = PersonName(given="Maria", family="Delgado")
BETH = PersonName(given="Elizabeth", family="Novak", former_families=("Hartley",))
WEI = PersonName(given="Wei", family="Li")
ANNA = PersonName(given="Anna", middle="Celia", family="Brand-Ortiz")


@over_rows(
    ("handle", "name", "cover", "residue"),
    [
        ("mariadelgado", MARIA, NameCover.FULL, ""),
        ("@Delgado.Maria84", MARIA, NameCover.FULL, "84"),
        ("mariadelgado.skies.example", MARIA, NameCover.FULL, ""),
        ("maria-delgado.com", MARIA, NameCover.FULL, ""),
        ("maríadelgado", MARIA, NameCover.FULL, ""),
        ("weili", WEI, NameCover.FULL, ""),
        ("liznovak", BETH, NameCover.NICK, ""),
        ("beth_hartley", BETH, NameCover.NICK, ""),
        ("mdelgado7", MARIA, NameCover.INITIALS, "7"),
        ("delgadom", MARIA, NameCover.INITIALS, ""),
        ("mariad84", MARIA, NameCover.INITIALS, "84"),
        ("mrsdelgado", MARIA, NameCover.FAMILY, "mrs"),
        ("marcosdelgado", MARIA, NameCover.FAMILY, "marcos"),
        ("TheRealMariaDelgadoTX", MARIA, NameCover.FULL, "therealtx"),
        ("xmariadelgado", MARIA, NameCover.FULL, "x"),
        ("celiaortiz", ANNA, NameCover.NICK, ""),
        ("annacbo", ANNA, NameCover.INITIALS, ""),
        ("mdelg", MARIA, NameCover.INITIALS, ""),
        ("ndelgado", MARIA, NameCover.FAMILY, "n"),
        ("mariads", MARIA, NameCover.NONE, "mariads"),
        ("marian-hall", MARIA, NameCover.NONE, "marianhall"),
        ("maria", MARIA, NameCover.NONE, "maria"),
        ("olivia", WEI, NameCover.NONE, "olivia"),
        ("volcanolady", MARIA, NameCover.NONE, "volcanolady"),
        ("", MARIA, NameCover.NONE, ""),
    ],
)
def test_a_handle_covers_a_name_and_leaves_the_rest(handle, name, cover, residue):
    fit = fit_name_to_handle(handle, name)

    assert (fit.cover, fit.residue) == (cover, residue)


def test_handles_are_the_same_whether_or_not_a_network_adds_its_host_name():
    assert is_same_handle("mariadelgado.skies.example", "@MariaDelgado")
    assert not is_same_handle("mariadelgado.skies.example", "mariadelgado.other.example")
    assert not is_same_handle("mariadelgado", "maria.delgado")
    assert not is_same_handle("", "")


@over_rows(
    ("handle", "parts"),
    [
        ("elizanovak", {NamePart.NICK, NamePart.FAMILY}),
        ("coachdelgado", {NamePart.FAMILY}),
        ("acbo", {NamePart.INITIALS}),
        ("mari.teaches", {NamePart.GIVEN_START}),
        ("delga7", {NamePart.FAMILY_START}),
        ("mariadel", {NamePart.GIVEN, NamePart.FAMILY_START}),
        ("marisdel", set()),
        ("mardel.codes", {NamePart.GIVEN_START, NamePart.FAMILY_START}),
        ("mard", {NamePart.GIVEN_START, NamePart.INITIAL}),
        ("dlgd", {NamePart.FAMILY_START}),
        ("mdlgd", {NamePart.INITIAL, NamePart.FAMILY_START}),
        ("volcanolady", set()),
    ],
)
def test_cut_off_names_and_initials_are_known_for_what_they_are(handle, parts):
    names = (MARIA, BETH, ANNA)

    assert parts in [fit_name_to_handle(handle, name).name_parts for name in names]


def test_words_of_a_handle_are_parted_where_its_spelling_parts_them():
    assert split_handle_words("@TXRandyDelgado84") == ("tx", "randy", "delgado", "84")
    assert split_handle_words("maria%20c-delgado") == ("maria", "c", "delgado")
    assert split_handle_words("channel/Maria.Delgado") == ("maria", "delgado")
    assert split_handle_words("") == ()


def test_what_a_network_hands_out_is_no_handle_that_somebody_chose():
    assert is_opaque_handle("100012345678901")
    assert is_opaque_handle("channel/UCabcdefghijklmnopqrstuv")
    assert not is_opaque_handle("maria1984")


@given(handle=st.text(max_size=60))
def test_the_pieces_of_a_handle_are_all_of_it(handle):
    fit = fit_name_to_handle(handle, MARIA)

    assert "".join(piece.text for piece in fit.pieces) == "".join(split_handle_words(handle))


@pytest.mark.parametrize("handle", ["maria" * 2000, "-" * 10000, "Ma1" * 3000, "\u0301" * 10000])
def test_a_handle_of_any_length_is_fitted_quickly(handle):
    assert fit_name_to_handle(handle, ANNA).cover is NameCover.NONE


@pytest.mark.parametrize("part", ["given", "family"])
def test_half_a_name_is_fitted_like_a_whole_one(part):
    half = PersonName(**{"given": "", "family": "", part: "maria"})

    assert fit_name_to_handle("maria84", half).name_parts == {NamePart(part)}
    assert fit_name_to_handle("", PersonName(given="", family="")).cover is NameCover.NONE


@pytest.mark.parametrize("name", ["maria" * 2000, "maria " * 1700, "Ma-" * 3300])
def test_a_name_of_any_length_is_fitted_quickly(name):
    assert (
        fit_name_to_handle("volcanolady", PersonName(given=name, family=name)).cover
        is NameCover.NONE
    )
