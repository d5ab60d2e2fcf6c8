"""Learning weights from counts, choosing a version, and going back."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.consent import Consent, Scope
from monitor.domain.flag import Ruling
from monitor.domain.item import Item
from monitor.domain.person import Person, PersonName
from monitor.service import Service
from monitor.services.weights import own_weights
from scrapers.models import Finding, Kind

TOWN = "Cedar Valley"
SEEN = datetime(2026, 9, 1, tzinfo=UTC)
PEOPLE = 24


def finding(url: str, name: PersonName, text: str) -> Finding:
    return Finding(key=url, kind=Kind.PAGE, url=url, title=name.full, snippet=text)


def texts(ruling: Ruling) -> list[str]:
    """Say where theirs are, most of the time; and of others' half, for many live in one town."""
    there = 9 if ruling is Ruling.MINE else 5
    return [f"Lives in {TOWN}." if at < there else "Lives by the sea." for at in range(10)]


def sorts(service: Service, number: int) -> str:
    """Let somebody join who sorted ten pages of theirs and ten of somebody else's."""
    ref, name = f"person-{number}", PersonName(given="Rosa", family=f"Marchetti{number}")
    joined = Person(
        ref=ref,
        name=name,
        mail=f"{number}@cedarvalley.example",
        organisation="Cedar Valley Public Schools",
        zone="America/Chicago",
        places=(TOWN,),
    )
    consent = Consent(
        person=ref,
        text_version="1",
        text_hash="",
        scopes=frozenset({Scope.SEARCH}),
        given_at=SEEN,
        expires_at=SEEN + timedelta(days=365),
    )
    with service.state.write():
        service.state.people.add(joined)
        service.state.consents.append(consent)
        for ruling in (Ruling.MINE, Ruling.NAMESAKE):
            for at, text in enumerate(texts(ruling)):
                item = f"{number}-{ruling}-{at}"
                shown = finding(f"https://a.example/{item}", name, text)
                service.state.items.add(
                    Item(ref=item, person=ref, portrait=shown, first_seen=SEEN, last_seen=SEEN),
                    (shown.key,),
                )
                service.state.items.set_verdict(item, ruling)
    return ref


@pytest.fixture
def taught(terminal):
    """A district in which many have sorted what was found."""
    with terminal.service() as service:
        for number in range(PEOPLE):
            sorts(service, number)
    return terminal


def test_ours_are_shown_with_where_they_come_from(terminal):
    said = terminal.run("weights", "show")

    assert said.code == 0
    assert "place" in said.out
    assert "version 1; 1 is in use" in said.out


def test_too_few_verdicts_teach_nothing_and_write_nothing(terminal):
    with terminal.service() as service:
        sorts(service, 0)
    said = terminal.run("weights", "learn")

    assert said.code == 65
    assert "too little to learn from" in said.sentence
    assert terminal.run("weights", "show", "--json").json["versions"] == [1]


def test_weights_are_learnt_chosen_and_given_up_again(taught):
    learnt = taught.run("weights", "learn", "--json").json
    assert learnt["version"] == 1001
    (place,) = (each for each in learnt["moved"] if each["rule"] == "place")
    assert (place["before"], place["after"]) == (4.0, 3.0)
    assert taught.run("weights", "show", "--json").json["in_use"] == 1

    assert taught.run("weights", "use", "1001").code == 0
    with taught.service() as service:
        assert service.tallying.flagging.weights.bits["place"] == 3.0
    assert taught.run("weights", "show", "--json").json["in_use"] == 1001

    assert taught.run("weights", "use", "1").code == 0
    with taught.service() as service:
        assert service.tallying.flagging.weights == own_weights()


def test_what_is_learnt_names_nobody_and_quotes_nothing(taught):
    said = taught.run("weights", "learn")
    written = (taught.config.state / "weights" / "1001.toml").read_text("utf-8")

    assert said.code == 0
    for told in (said.out, written):
        assert not any(word in told for word in ("Marchetti", TOWN, "a.example"))


def test_the_same_verdicts_teach_the_same_again(taught):
    first, second = (taught.run("weights", "learn", "--json").json for _ in range(2))

    assert second["version"] == first["version"] + 1
    assert second["moved"] == first["moved"]


def test_whoever_has_left_teaches_nothing(taught):
    with taught.service() as service:
        for number in range(3, PEOPLE):
            service.leaving.withdraw(f"person-{number}")

    assert "too little" in taught.run("weights", "learn").sentence


def test_learning_and_choosing_are_audited(taught):
    taught.run("weights", "learn")
    taught.run("weights", "use", "1001")

    with taught.service() as service:
        done = [(each.action, each.details) for each in service.state.audit.all()[-2:]]
    assert done == [
        ("learnt-weights", {"version": "1001"}),
        ("chose-weights", {"version": "1001"}),
    ]


def test_a_version_that_is_not_there_cannot_be_chosen(terminal):
    assert terminal.run("weights", "use", "7").code == 65
    assert terminal.run("weights", "show", "7").code == 65


def test_weights_that_the_configuration_names_are_not_chosen_here(terminal):
    named = '[detection]\nweights = "mine.toml"\n\n[sources.catalogue]'
    terminal.configured(("[sources.catalogue]", named))

    said = terminal.run("weights", "use", "1")

    assert said.code == 65
    assert "configuration names the weights" in said.sentence
