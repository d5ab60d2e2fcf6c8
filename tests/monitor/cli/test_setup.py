import pytest

from monitor.config import load_config
from monitor.sources import build_sources
from tests.monitor.cli.conftest import run

GIVEN = ("--name", "Cedar Valley", "--domain", "cedarvalley.example", "--zone", "America/Denver")
CONTACT = ("--contact", "it@cedarvalley.example")


def init(path, *arguments, typed=""):
    return run("--config", str(path), "init", *arguments, typed=typed)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "etc" / "namesake.toml"


def test_init_writes_a_configuration_that_works_and_makes_the_folder(path):
    said = init(path, *GIVEN, *CONTACT)

    assert said.code == 0
    assert str(path) in said.out
    assert (path.parent / "state").stat().st_mode & 0o777 == 0o700
    assert run("--config", str(path), "staff", "list").code == 0


def test_init_asks_for_what_no_option_told(path):
    said = init(path, "--name", "Cedar Valley", typed="cedarvalley.example\n\nit@cedar.example\n\n")

    assert said.code == 0
    assert "Name of the district" not in said.out
    written = path.read_text("utf-8")
    assert 'zone = "America/Chicago"' in written
    assert 'contact = "it@cedar.example"' in written


def test_init_asks_again_for_what_cannot_be_used(path):
    typed = (
        "Cedar Valley\nnowhere\ncedarvalley.example\nCentral\nAmerica/Denver\nit\nit@c.example\n\n"
    )

    said = init(path, typed=typed)

    assert said.code == 0
    assert said.err.count("Error: ") + said.out.count("Error: ") == 3


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("--zone", "Central"),
        ("--domain", "it@cedarvalley.example"),
        ("--contact", "it@cedarvalley.example, mallory@elsewhere.example"),
        ("--name", " "),
        ("--search", "google"),
    ],
)
def test_an_option_that_cannot_be_used_writes_nothing(path, option, answer):
    said = init(path, *GIVEN, *CONTACT, option, answer)

    assert said.code == 2
    assert not path.exists()


def test_a_name_with_quotes_and_signs_stays_as_it_is(path):
    name = 'The "Old" \\ North District — Área 5'

    assert init(path, *GIVEN, *CONTACT, "--name", name).code == 0

    assert run("--config", str(path), "staff", "list").code == 0
    assert 'id = "the-old-north-district-rea-5"' in path.read_text("utf-8")


def test_a_configuration_that_is_there_stays_and_nothing_is_asked(path):
    init(path, *GIVEN, *CONTACT)
    before = path.read_bytes()

    said = init(path, "--name", "Another")

    assert said.code == 0
    assert "already exists. It was not changed." in said.out
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_exits_with_73(tmp_path):
    (tmp_path / "etc").write_text("a file in the place of the folder")

    said = init(tmp_path / "etc" / "namesake.toml", *GIVEN, *CONTACT)

    assert said.code == 73
    assert "--config" in said.sentence


NO_ENGINE = "No search engine: the main part of the policy is not done."


def sources_of(path):
    return build_sources(load_config(path))


@pytest.mark.parametrize(
    ("answer", "name", "origin"),
    [
        ("brave", "brave", "https://api.search.brave.com"),
        ("feeds", "alerts", "https://www.google.com"),
        ("searxng", "searxng", "http://127.0.0.1:8888"),
        ("https://searx.cedar.example/s/", "searxng", "https://searx.cedar.example"),
    ],
)
def test_init_turns_on_the_search_engine_that_was_chosen(path, answer, name, origin):
    said = init(path, *GIVEN, *CONTACT, "--search", answer)

    assert said.code == 0
    waits = "put it into the credential brave-key" in said.out
    assert (NO_ENGINE in said.out) is waits is (answer == "brave")
    assert sources_of(path)[name].crawl_policy.origins[0] == origin


def test_init_says_loudly_that_there_is_no_search_engine(path):
    said = init(path, *GIVEN, *CONTACT)

    assert said.code == 0
    assert NO_ENGINE in said.out
    assert "searxng" not in sources_of(path)


def test_init_asks_for_a_search_engine_last(path):
    typed = "cedarvalley.example\n\nit@cedar.example\nsearxng\n"
    said = init(path, "--name", "Cedar Valley", typed=typed)

    assert said.code == 0
    assert "Search engine: brave" in said.out
    assert "searxng" in sources_of(path)
