"""Which pages about school staff, of the kinds that are really made, any question could reach."""

import pytest

from monitor.demo.data import DemoPage
from monitor.demo.fake_searxng import matches_query
from monitor.services.question_costs import (
    DISTRICT,
    EVERYTHING,
    FULL,
    list_candidates,
    list_district_candidates,
)
from scrapers.models import Query
from tests.rows import over_rows

SCHOOL = FULL.school
# Nora Quill, once Lark, called Norie and Nonie; "Ms Quill" to students.
REACHED = {
    "a quiet copy": ("instagram.com/n.quill", "Nora Quill", ""),
    "a nickname on a network": ("facebook.com/norie", "Norie Quill", "Crafts and cats"),
    "the name before": ("facebook.com/noralark", "Nora Lark", "New here"),
    "a cloned professional page": ("linkedin.com/in/nq", "Nora Quill - Teacher", "Open to work"),
    "edits": ("tiktok.com/@ms.q", "ms quill edits", f"the best of {SCHOOL}"),
    "a burner": ("tiktok.com/@qb", "Quill burner", f"{SCHOOL} only"),
    "a denial": ("instagram.com/nq2", "not Quill", f"everyone at {SCHOOL} knows"),
    "an insult": ("tiktok.com/@fq", "freaky Quill", SCHOOL),
    "a machine's voice": ("tiktok.com/@aiq", "ai ms quill", f"made at {SCHOOL}"),
    "a Spanish title": ("instagram.com/pq", "profe Quill", f"de {SCHOOL}"),
    "a leak": ("x.com/leaks", "Ms Quill leaked", SCHOOL),
    "gossip that names her in a post": ("tiktok.com/@tea", f"{SCHOOL} tea", "so Ms. Quill said"),
    "gossip that names anyone by a title": ("tiktok.com/@t2", f"{SCHOOL} tea", "Mr. Who? Quill!"),
    "memes of a school": ("instagram.com/m", f"{SCHOOL} memes", "today: Quill"),
    "an account about all of a school": ("instagram.com/c", f"{SCHOOL} exposed", "Nora Quill!"),
    "confessions": ("instagram.com/conf", "confessions", "#12 I love Nora Quill"),
    "a petition": ("petitions.example/1", "Fire Nora Quill", f"of {SCHOOL}"),
    "a list of addresses": ("paste.example/1", "Nora Quill", "lives in Wexford Bay"),
    "a people-search page": ("whitepages.com/nq", "Nora Quill", "Wexford Bay, 41"),
    "a username elsewhere": ("forum.example/u", "nquill77", "joined today"),
}
# Words that are anybody's without a name or a school beside them.
OUT_OF_REACH = {
    "the family name alone": ("tiktok.com/@q", "Quill", "iykyk"),
    "a word made of it": ("tiktok.com/@isms", "Quillisms", "third period"),
    "a misspelled title": ("tiktok.com/@mz", "mz quill", SCHOOL),
    "initials of the school": ("instagram.com/essfights", "ESS fights", "Quill watched"),
    "a name turned around": ("paste.example/2", "Quill, Nora", "Wexford Bay, 3 Mill Lane"),
    "her pictures under another name": ("facebook.com/anna", "Anna Bell", "Widow, two kids"),
}


def page_of(row: tuple[str, str, str]) -> DemoPage:
    address, title, text = row
    return DemoPage(url=f"https://{address}", title=title, text=text)


def list_reaching(page: DemoPage) -> list[Query]:
    asked = (*list_candidates(FULL, EVERYTHING), *list_district_candidates())
    return [
        candidate.query
        for candidate in asked
        if matches_query(dict(candidate.query.request.params)["q"], page)
    ]


@over_rows("kind", REACHED)
def test_what_a_question_could_reach_is_asked_for(kind):
    assert list_reaching(page_of(REACHED[kind])) != []


@pytest.mark.parametrize("kind", OUT_OF_REACH)
def test_what_no_question_reaches_is_known(kind):
    assert list_reaching(page_of(OUT_OF_REACH[kind])) == []


def test_most_of_what_students_make_is_also_reached_by_the_question_about_the_school():
    """That one is weekly, whoever joined when; those about a person come every eight weeks."""
    assert SCHOOL in DISTRICT.schools
    weekly = {
        kind
        for kind, row in REACHED.items()
        if any(query.terms[0] == SCHOOL for query in list_reaching(page_of(row)))
    }

    assert weekly >= {"edits", "a burner", "a machine's voice", "a leak", "memes of a school"}
    assert "an account about all of a school" in weekly
