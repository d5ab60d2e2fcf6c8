import pytest

from monitor.demo.data import DemoAccount, DemoFollow, DemoPage, DemoProfile, load_demo_contents
from monitor.demo.internet import HostMood, Internet
from monitor.demo.response import FakeRequest

CHALKBOARD = "chalkboard.example"
MARIA = f"http://{CHALKBOARD}/t/mariadelgado"


def test_a_blocking_site_shows_a_captcha_with_status_200(reader, reader_of):
    answer = reader_of(reader.internet.trouble_host(CHALKBOARD, HostMood.BLOCKING)).read(MARIA)

    assert answer.status == 200
    assert "CAPTCHA" in answer.text
    assert "Maria" not in answer.text


def test_a_limiting_site_says_when_to_come_back(reader, reader_of):
    answer = reader_of(
        reader.internet.trouble_host(CHALKBOARD, HostMood.LIMITING, retry_after=120)
    ).read(MARIA)

    assert answer.status == 429
    assert answer.get_header("retry-after") == "120"


def test_a_vague_site_shows_anybody_the_marks_of_a_profile(reader, reader_of):
    vague = reader_of(reader.internet.trouble_host(CHALKBOARD, HostMood.VAGUE))

    assert all(
        'class="teacher-card"' in vague.read(f"http://{CHALKBOARD}/t/{handle}").text
        for handle in ("mariadelgado", "qqzxnobody")
    )


def test_a_rebuilt_site_shows_no_mark_that_we_know(reader, reader_of):
    page = reader_of(reader.internet.trouble_host(CHALKBOARD, HostMood.REBUILT)).read(MARIA).text

    assert "teacher-card" not in page
    assert "Page not found" not in page


def test_a_broken_site_answers_503(reader, reader_of):
    assert (
        reader_of(reader.internet.trouble_host(CHALKBOARD, HostMood.BROKEN)).read(MARIA).status
        == 503
    )


def test_a_site_that_is_down_answers_nothing(reader, reader_of):
    down = reader_of(reader.internet.trouble_host(CHALKBOARD, HostMood.DOWN))

    assert down.get(MARIA) is None
    assert down.get(f"http://{CHALKBOARD}/robots.txt") is None


def test_a_site_that_recovers_is_as_it_was(reader, reader_of):
    answer = reader_of(
        reader.internet.trouble_host(CHALKBOARD, HostMood.DOWN).restore_host(CHALKBOARD)
    ).read(MARIA)

    assert "Maria Delgado" in answer.text


def test_robots_are_still_served_by_a_site_in_trouble(reader, reader_of):
    blocked = reader_of(reader.internet.trouble_host(CHALKBOARD, HostMood.BLOCKING))

    assert "Disallow" in blocked.read(f"http://{CHALKBOARD}/robots.txt").text


def test_a_verb_leaves_the_world_it_was_said_of_as_it_was(reader):
    reader.internet.trouble_host(CHALKBOARD, HostMood.DOWN)

    assert reader.internet == Internet()


def test_what_is_shown_is_there_and_what_is_removed_is_gone(reader, reader_of):
    profile = load_demo_contents().find_profile("chalkboard", "mariadelgado")
    gone = reader.internet.remove_entry(profile)

    assert reader_of(gone).read(MARIA).status == 404
    assert reader_of(gone.add_entry(profile)).read(MARIA).status == 200


@pytest.mark.parametrize(
    ("trace", "url", "params"),
    [
        (
            DemoProfile(site="chalkboard", handle="ana", name="Ana P."),
            f"http://{CHALKBOARD}/t/ana",
            {},
        ),
        (
            DemoPage(url="http://town.example/ana", title="Ana P.", text="won"),
            "http://town.example/ana",
            {},
        ),
        (
            DemoPage(url="http://town.example/ana", title="Ana P.", text="won"),
            "http://searx.example/search",
            {"q": "ana won", "format": "json"},
        ),
        (
            DemoAccount(
                id="a",
                handle="ana.skies.example",
                name="Ana P.",
                created=load_demo_contents().accounts[0].created,
            ),
            "http://appview.example/xrpc/app.bsky.actor.searchActors",
            {"q": "ana"},
        ),
        (
            DemoFollow(who="gazette", whom=("maria",)),
            "http://appview.example/xrpc/app.bsky.graph.getFollows",
            {"actor": "gazette.skies.example"},
        ),
    ],
)
def test_every_kind_of_trace_can_be_shown(reader, reader_of, trace, url, params):
    name = "Maria Delgado" if isinstance(trace, DemoFollow) else "Ana P."

    assert name not in reader.read(url, **params).text
    assert name in reader_of(reader.internet.add_entry(trace)).read(url, **params).text


@pytest.mark.parametrize(
    "page",
    [page for page in load_demo_contents().pages if page.url.startswith("http://")],
    ids=lambda page: page.url,
)
def test_every_listed_page_of_the_made_up_web_stands_at_its_own_address(reader, page):
    assert all(reader.read(page.url, week=week).status == 200 for week in range(page.since, 4))


def test_a_page_that_nobody_wrote_is_not_found(reader):
    assert reader.read("http://www.cedarvalley.example/nowhere").status == 404


def test_a_host_of_another_world_is_misdirected(reader):
    assert reader.read("http://elsewhere.example/").status == 421


def test_every_host_is_made_up(reader):
    assert all(host.endswith(".example") for host in reader.internet.hosts)
    assert {"searx.example", "appview.example", CHALKBOARD} <= reader.internet.hosts


def test_the_same_request_gets_the_same_answer_in_every_run():
    asked = FakeRequest(host=CHALKBOARD, path="/t/mariadelgado", week=2, nth=7)

    assert Internet().answer_request(asked) == Internet().answer_request(asked)
