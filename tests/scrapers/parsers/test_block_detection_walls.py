from collections.abc import Callable
from pathlib import Path

import pytest

from scrapers.models import Outcome, Page
from scrapers.parsers.block_detection import detect_block, detect_refusal

Answered = Callable[..., Page]

WALLS = sorted(path.stem for path in (Path(__file__).parent.parent / "pages/walls").iterdir())
HTML = {"content-type": "text/html"}
LONG_BIO = "Between lessons I write about how the web treats its visitors. " * 30


@pytest.mark.parametrize("status", [200, 202, 403, 404, 503])
@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_a_wall_whatever_its_status(saved: Answered, name: str, status: int) -> None:
    reading = detect_refusal(saved(f"walls/{name}.html", status))

    assert reading is not None
    assert reading.outcome is Outcome.BLOCKED
    assert reading.note


@pytest.mark.parametrize(
    "headers", [{"cf-mitigated": "challenge"}, {"x-amzn-waf-action": "captcha"}]
)
def test_a_header_gives_a_wall_away(answered: Answered, headers: dict[str, str]) -> None:
    assert detect_block(answered("", headers=headers))


@pytest.mark.parametrize(
    "url",
    [
        "https://alpha.example/login?next=/jdoe",
        "https://alpha.example/accounts/login/",
        "https://alpha.example/en/sign_in",
        "https://alpha.example/authwall?x=1",
        "https://consent.youtube.com/m?continue=x",
        "https://www.google.com/sorry/index?continue=x",
    ],
)
def test_where_we_were_led_gives_a_wall_away(answered: Answered, url: str) -> None:
    assert detect_block(answered("<html></html>", url=url, headers=HTML))


@pytest.mark.parametrize(
    "page",
    [
        f"<title>Jane Doe</title><p>I had to solve the captcha again! {LONG_BIO}</p>",
        f"<title>Jane Doe</title><p>{LONG_BIO}</p><div class='g-recaptcha'></div>",
        '<title>Jane Doe</title><meta property="og:type" content="profile"><p>unusual traffic</p>',
        '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>Jane Doe',
        "<title>Page not found | Alpha</title><h1>Nothing here</h1>",
        f"<title>Jane</title>id=&quot;px-captcha&quot; {LONG_BIO}<input type='password'>",
        f"<title>Join the band</title><p>{LONG_BIO}</p>",
        f"<title>Anmeldung: Sommerfest</title><p>{LONG_BIO}</p>",
        f"<title>Log in to your future</title><p>{LONG_BIO * 2}</p>",
        f"<title>Jane Doe</title><script src='/_Incapsula_Resource?S=1'></script><p>{LONG_BIO}</p>",
        f"<title>x</title><input id='gs_captcha_f'><p>{LONG_BIO}</p>",
        f"<title>Jane</title><style>{'.g-recaptcha{} ' * 30_000}</style><p>{LONG_BIO}</p>",
        f"<title>Jane</title><form class='g-recaptcha'></form><p>{LONG_BIO}</p></head>",
        f"<title>Jane</title><i id='px-captcha'></i><p>{LONG_BIO * 7}</p>",
        f"<title>Just a moment...</title><p>{LONG_BIO * 14}</p><input type='password'>",
        '<title>Access denied: a novel</title><meta property="og:type" content="article">',
        "<title>Jane</title><script>say('You must be logged in')</script><p>Art teacher</p>",
    ],
)
def test_an_ordinary_page_is_no_wall(answered: Answered, page: str) -> None:
    assert detect_block(answered(page, headers=HTML)) is None


@pytest.mark.parametrize(
    "title",
    [
        "LinkedIn: Log In or Sign Up",
        "Facebook \u2013 log in or sign up",
        "Join Nextdoor",
        "Pinterest Login",
        "Reddit - Please wait for verification",
        "Robot or human?",
        "Verify to continue",
        "Un momento\u2026",
        "Einen Moment bitte\u2026",
        "Please wait... | Cloudflare",
        "403 Forbidden",
        "Iniciar sesi\u00f3n \u2022 Instagram",
        "Facebook \u2013 anmelden oder registrieren",
        "Facebook - connexion ou inscription",
        "\u30ed\u30b0\u30a4\u30f3 \u2022 Instagram",
        "\u767b\u5165 Instagram",
        "\u0412\u0445\u043e\u0434 | Alpha",
        "Facebook'a Giri\u015f Yap",
        "Zugriff verweigert",
        "Facebook - \u30ed\u30b0\u30a4\u30f3\u307e\u305f\u306f\u767b\u9332",
        "Facebook \u306b\u30ed\u30b0\u30a4\u30f3",
        "Facebook - \ub85c\uadf8\uc778 \ub610\ub294 \uac00\uc785",
        "Facebook - \u767b\u5f55\u6216\u6ce8\u518c",
        "\u0412\u043e\u0439\u0434\u0438\u0442\u0435 \u043d\u0430 Facebook",
        "Facebook \u2014 zaloguj si\u0119 lub zarejestruj",
        "LinkedIn: inicio de sesi\xf3n o registro",
        "\xbfEres un robot?",
        "Bist du ein Mensch?",
        "Veuillez confirmer que vous n'\xeates pas un robot",
        "Please verify you are a human",
        "Verificando tu navegador\u2026",
        "Has sido bloqueado",
        "Zu viele Anfragen",
    ],
)
def test_a_wall_is_known_by_its_title_in_many_languages(answered: Answered, title: str) -> None:
    page = f"<html><head><title>{title}</title></head><body><p>Alpha</p></body></html>"

    assert detect_block(answered(page, headers=HTML))


@pytest.mark.parametrize("title", ["LinkedIn: Log In or Sign Up", "Join Nextdoor", "Alpha Login"])
def test_a_form_for_signing_in_may_stand_above_long_lists(answered: Answered, title: str) -> None:
    page = f"<title>{title}</title><form><input type=password></form><p>{LONG_BIO * 4}</p>"

    assert detect_block(answered(page, headers=HTML))


@pytest.mark.parametrize("tag", ["title", "TITLE", "Title", 'title lang="en"'])
def test_a_wall_is_known_by_the_first_title_however_that_is_written(
    answered: Answered, tag: str
) -> None:
    page = f"<{tag}>Just a moment...</title><svg><TITLE>A lock</TITLE></svg>"

    assert detect_block(answered(page, headers=HTML))


def test_what_people_write_in_json_is_no_wall(answered: Answered) -> None:
    body = '{"bio": "id=\\"px-captcha\\" unusual traffic"}'

    assert detect_block(answered(body, headers={"content-type": "application/json"})) is None


@pytest.mark.parametrize("status", [401, 403, 451, 999])
def test_a_refusal_is_blocked(answered: Answered, status: int) -> None:
    reading = detect_refusal(answered("no", status))

    assert reading is not None
    assert reading.outcome is Outcome.BLOCKED


@pytest.mark.parametrize("status", [500, 502, 503, 520])
def test_a_server_in_trouble_has_failed(answered: Answered, status: int) -> None:
    reading = detect_refusal(answered("oops", status, headers={"retry-after": "60"}))

    assert reading is not None
    assert reading.outcome is Outcome.FAILED
    assert reading.retry_at is not None


def test_too_many_requests_are_a_limit_even_behind_a_wall(saved: Answered) -> None:
    reading = detect_refusal(saved("walls/google.html", 429))

    assert reading is not None
    assert reading.outcome is Outcome.LIMITED


@pytest.mark.parametrize("status", [200, 404, 410])
def test_an_ordinary_answer_may_be_read(answered: Answered, status: int) -> None:
    assert detect_refusal(answered("<h1>Jane Doe</h1>", status, headers=HTML)) is None
