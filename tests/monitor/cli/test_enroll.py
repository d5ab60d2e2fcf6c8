import pytest

from monitor.domain.consent import Scope
from monitor.domain.consent_text import ASKED_FOR

ANSWERS = """
scopes = ["search", "profiles"]
school = "Cedar Valley High School"
role = "band director"
handles = ["rosamarchetti"]
accounts = ["bluesky:@rosamarchetti.skies.example"]
pages = ["https://rosa.example/"]
absent_from = ["paceclub"]
zone = "America/Denver"

[name]
given = "Rosa"
family = "Marchetti"
"""


@pytest.fixture
def answers(tmp_path):
    def written(text=ANSWERS):
        path = tmp_path / "answers.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return written


def enrolled(terminal):
    with terminal.service() as service:
        return [service.state.people.get(ref) for ref in service.state.people.refs()]


def test_a_code_and_a_file_of_answers_make_a_person_and_spend_the_code(terminal, answers):
    code = terminal.invites()

    said = terminal.run("enrol", code, "--answers", answers())

    assert said.code == 0
    assert "confirmation is on its way" in said.out
    (person,) = enrolled(terminal)
    assert person.name.full == "Rosa Marchetti"
    assert person.mail == "rosa.marchetti@cedarvalley.example"
    assert person.zone == "America/Denver"
    assert person.places == ("Cedar Valley",)
    assert terminal.run("enrol", code, "--answers", answers()).code == 65


def test_a_person_at_the_keyboard_reads_the_terms_first_and_answers_one_by_one(terminal):
    code = terminal.invites()
    agreed = "".join("y\n" if scope is Scope.SEARCH else "n\n" for scope in ASKED_FOR)
    typed = f"Rosa\nMarchetti\n\nRo, Rosie\nHartley\n{agreed}High School\nteacher\n\nrosam\n\n\n\n"

    said = terminal.run("enrol", code, typed=typed)

    assert said.code == 0
    assert said.out.index("Do you agree?") > said.out.index("Given name")
    assert said.out.index("Given name") > 500, "the terms come before the questions"
    (person,) = enrolled(terminal)
    assert person.name.nicknames == ("Ro", "Rosie")
    assert person.name.former_families == ("Hartley",)
    assert person.handles == ("rosam",)
    assert [row["scopes"] for row in terminal.run("staff", "list", "--json").json] == [["search"]]


def test_an_account_that_would_be_passed_over_is_asked_for_again(terminal):
    code = terminal.invites()
    agreed = "y\n" * len(ASKED_FOR)
    accounts = "my bluesky, bluesky:\nbluesky:@rosam.skies.example\n"
    typed = f"Rosa\n \nMarchetti\n\n\n\n{agreed}\n\n\n\n{accounts}\n\n"

    said = terminal.run("enrol", code, typed=typed)

    assert said.code == 0, said.err
    assert enrolled(terminal)[0].accounts == ("bluesky:@rosam.skies.example",)


def test_a_page_that_could_not_be_opened_is_asked_for_again(terminal):
    code = terminal.invites()
    pages = "my blog\nhttps://rosa.example/, https://band.example/rosa\n"
    agreed = "y\n" * len(ASKED_FOR)
    typed = f"Rosa\nMarchetti\n\n\n\n{agreed}\n\n\n\n\n{pages}\n"

    said = terminal.run("enrol", code, typed=typed)

    assert said.code == 0, said.err
    assert enrolled(terminal)[0].pages == ("https://rosa.example/", "https://band.example/rosa")


def test_whoever_agrees_to_nothing_is_not_enrolled(terminal, answers):
    code = terminal.invites()
    path = answers(ANSWERS.replace('["search", "profiles"]', "[]"))

    said = terminal.run("enrol", code, "--answers", path)

    assert said.code == 77
    assert "nothing was stored" in said.sentence
    assert enrolled(terminal) == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('["search", "profiles"]', '["everything"]'),
        ("[name]", "[name"),
        ('given = "Rosa"', ""),
        ('given = "Rosa"', 'given = " "'),
        ("America/Denver", "Mountain"),
        ("bluesky:@rosamarchetti.skies.example", "rosamarchetti.skies.example"),
        ("https://rosa.example/", "rosa.example"),
    ],
)
def test_answers_that_cannot_be_used_store_nothing_and_leave_the_code_good(
    terminal, answers, good, bad
):
    code = terminal.invites()

    said = terminal.run("enrol", code, "--answers", answers(ANSWERS.replace(good, bad)))

    assert said.code == 65
    assert "answers.toml" in said.sentence
    assert enrolled(terminal) == []
    assert terminal.run("enrol", code, "--answers", answers()).code == 0


def test_a_code_that_opens_nothing_is_told_before_any_question(terminal):
    said = terminal.run("enrol", "guessed")

    assert said.code == 65
    assert "unknown, used or out of date" in said.sentence


def test_whoever_stops_half_way_has_joined_nothing(terminal):
    code = terminal.invites()

    said = terminal.run("enrol", code, typed="Rosa\n")

    assert said.code == 130
    assert enrolled(terminal) == []
