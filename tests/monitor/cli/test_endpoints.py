"""What the district relies on is asked as anyone could, and each fault has its own sentence."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.app import Environment
from monitor.cli.endpoints import check_engines, check_portal, check_provider
from monitor.config.sections import PortalConfig, SignInMethod
from monitor.domain.health import HealthResult
from monitor.domain.vocabulary import HealthLevel
from reports.reason_rendering import render_told
from scrapers.crawl.pause_file import PauseFile, find_place
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.source import AccessMode, CrawlPolicy, SourceFamily
from tests.scrapers.http.certificates import issue, server_context
from tests.scrapers.http.loopback import Behavior, Loopback, answer, answering, moved

HOST = "namesake.oakhill.test"
ADDRESS = f"https://{HOST}"
FRONT = answer(b"<title>Sign in - Namesake</title>")
ISSUER = "https://login.oakhill.test"


@dataclass
class Network:
    """Servers on loopback by the names that people know them by."""

    folder: Path
    parts: ExitStack

    def __post_init__(self) -> None:
        self.places: dict[str, tuple[str, int]] = {}
        self.ca_file: Path | None = None

    def serve(self, behavior: Behavior) -> Loopback:
        return self.parts.enter_context(closing(Loopback(behavior)))

    def serve_tls(
        self,
        behavior: Behavior,
        host: str = HOST,
        shown: str = "",
        valid_for: timedelta = timedelta(days=90),
    ) -> Loopback:
        self.ca_file = issue(self.folder, shown or host, valid_for)
        server = self.parts.enter_context(closing(Loopback(behavior, server_context(self.ca_file))))
        self.places[host] = ("127.0.0.1", server.port)
        return server

    @property
    def environment(self) -> Environment:
        return Environment(
            dialer=Dialer(address_map=self.places, resolve=resolve_nothing, ca_file=self.ca_file),
            limits=PATIENT_LIMITS,
        )


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with ExitStack() as parts:
        yield Network(tmp_path, parts)


def check_address(network: Network, **portal: object) -> list[HealthResult]:
    """Return what is said of the address alone: another test has the port."""
    local = network.serve(answering(FRONT))
    settings = {"address": ADDRESS, "listen": f"127.0.0.1:{local.port}", **portal}
    return list(check_portal(PortalConfig(**settings), network.environment))[1:]


def test_the_portal_is_asked_at_its_port_by_the_name_that_people_know(network: Network):
    server = network.serve(answering(FRONT))
    portal = PortalConfig(address="http://127.0.0.1:9", listen=f"127.0.0.1:{server.port}")

    (told,) = check_portal(portal, network.environment)

    assert told.level is HealthLevel.OK
    (asked,) = server.requests
    assert asked.startswith(b"GET /sign-in HTTP/1.1\r\n")
    assert b"Host: 127.0.0.1:9\r\n" in asked


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (answer(b"hello"), "answers with 200, not as the portal"),
        (answer(b"Namesake", status="400 Bad Request"), "answers with 400, not as the portal"),
        (b"", "does not answer at 127.0.0.1:"),
    ],
)
def test_another_program_at_that_port_is_not_taken_for_it(network: Network, answered, words):
    server = network.serve(answering(answered) if answered else lambda sock, _: sock.close())
    portal = PortalConfig(address="http://127.0.0.1:9", listen=f"127.0.0.1:{server.port}")

    (told,) = check_portal(portal, network.environment)

    assert (told.level, told.exit_code) == (HealthLevel.BAD, 69)
    assert words in render_told(told.message)


@pytest.mark.parametrize(("listens", "level"), [(True, HealthLevel.OK), (False, HealthLevel.BAD)])
def test_a_socket_is_looked_for(network: Network, tmp_path: Path, listens, level):
    path = tmp_path / "pages.sock"
    if listens:
        network.parts.enter_context(closing(socket.socket(socket.AF_UNIX))).bind(str(path))

    (told,) = check_portal(
        PortalConfig(address="http://127.0.0.1:9", listen=f"unix:{path}"), network.environment
    )

    assert told.level is level


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        (90, HealthLevel.OK, "is valid until"),
        (22, HealthLevel.WARN, "is valid until"),
        (1, HealthLevel.BAD, "has expired"),
    ],
)
def test_a_certificate_that_ends_within_three_weeks_is_told(network: Network, days, level, words):
    """It began a day ago."""
    network.serve_tls(answering(FRONT), valid_for=timedelta(days=days, seconds=-9))

    told = check_address(network)

    assert told[0].level is level
    assert words in render_told(told[0].message)
    assert len(told) == (1 if level is HealthLevel.BAD else 2)


def test_a_certificate_of_an_unknown_authority_may_be_known_to_browsers(network: Network):
    network.serve_tls(answering(FRONT))
    network.ca_file = issue(network.folder, "other.test")

    (told,) = check_address(network)

    assert told.level is HealthLevel.WARN
    assert "is not trusted here" in render_told(told.message)


def test_an_authority_that_this_machine_trusts_is_trusted_for_the_portal(
    network: Network, monkeypatch: pytest.MonkeyPatch
):
    network.serve_tls(answering(FRONT))
    monkeypatch.setenv("SSL_CERT_FILE", str(network.ca_file))
    network.ca_file = None

    told = check_address(network)

    assert [one.level for one in told] == [HealthLevel.OK, HealthLevel.OK]


def test_an_address_that_this_machine_does_not_find_is_a_warning(network: Network):
    (told,) = check_address(network)

    assert told.level is HealthLevel.WARN
    assert render_told(told.message) == f"{ADDRESS} cannot be reached from this machine: DNS error."


@pytest.mark.parametrize(
    ("answered", "level", "words"),
    [
        (FRONT, HealthLevel.OK, f"{ADDRESS} answers."),
        (answer(status="400 Bad Request"), HealthLevel.BAD, "does not forward the host name"),
        (answer(status="502 Bad Gateway"), HealthLevel.WARN, "answers with 502"),
        (moved("https://elsewhere.test/"), HealthLevel.WARN, "answers with 302"),
    ],
)
def test_what_the_proxy_makes_of_it_is_told(network: Network, answered, level, words):
    network.serve_tls(answering(answered))

    told = check_address(network)

    assert told[1].level is level
    assert words in render_told(told[1].message)


BY_HEADER = {"sign_in": SignInMethod.HEADER}


def pass_on_header(sock, request: bytes) -> None:
    """Show who is signed in, as the portal does, and believe anyone."""
    forged = b"x-forwarded-email: doctor@namesake.invalid" in request.lower()
    sock.sendall(answer(b"doctor@namesake.invalid") if forged else moved("https://sso.test/"))


@pytest.mark.parametrize(
    ("behavior", "levels", "words"),
    [
        (answering(moved("https://sso.test/")), ["ok"], "asks people to sign in first"),
        (answering(FRONT), ["warn"], "people your proxy has not signed in"),
        (pass_on_header, ["ok", "bad"], "Anyone can sign in as anyone"),
    ],
)
def test_a_proxy_that_signs_people_in_is_tried_with_a_forged_header(
    network: Network, behavior, levels, words
):
    network.serve_tls(behavior)

    told = check_address(network, **BY_HEADER)[1:]

    assert [result.level for result in told] == levels
    assert words in render_told(told[-1].message)
    assert told[-1].exit_code == (77 if "bad" in levels else 0)


def describe(**changes: str) -> bytes:
    document = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth", **changes}
    return answer(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (describe(), "answers as your sign-in provider"),
        (describe(issuer=f"{ISSUER}/"), "states another issuer than the configuration"),
        (answer(b"<html>"), "does not describe itself as a provider"),
        (answer(b"[]"), "does not describe itself as a provider"),
        (answer(status="404 Not Found"), "answers with 404"),
    ],
)
def test_the_provider_has_to_state_the_issuer_of_the_configuration(
    network: Network, answered, words
):
    server = network.serve_tls(answering(answered), "login.oakhill.test")
    portal = PortalConfig(address=ADDRESS, sign_in=SignInMethod.OIDC, issuer=ISSUER, client="c")

    (told,) = check_provider(portal, network.environment)

    assert words in render_told(told.message)
    assert told.exit_code == (0 if "answers as" in words else 69)
    assert server.requests[0].startswith(b"GET /.well-known/openid-configuration ")


def test_a_provider_that_cannot_be_reached_lets_no_one_sign_in(network: Network):
    portal = PortalConfig(address=ADDRESS, sign_in=SignInMethod.OIDC, issuer=ISSUER, client="c")

    (told,) = check_provider(portal, network.environment)

    assert (
        render_told(told.message) == f"No one can sign in: {ISSUER} cannot be reached: DNS error."
    )


def test_without_a_provider_none_is_asked(network: Network):
    assert list(check_provider(PortalConfig(address=ADDRESS), network.environment)) == []


def test_engines_that_fail_alike_are_one_line_and_no_question_is_asked(
    network: Network, engines: Callable[..., dict]
):
    server = network.serve(answering(answer()))
    sources = engines(
        brave="https://gone.test",
        kagi="https://lost.test",
        searxng=f"http://127.0.0.1:{server.port}",
    )

    told = list(check_engines(sources, network.environment))

    assert [(engine.level, render_told(engine.message)) for engine in told] == [
        ("ok", "Can be reached: searxng."),
        ("warn", "Cannot be reached: brave, kagi (DNS error)."),
    ]
    assert [asked.split(b" ")[1] for asked in server.requests] == [b"/"]


def test_an_engine_is_asked_in_its_turn_or_not_at_all(
    network: Network, engines: Callable[..., dict], tmp_path: Path
):
    server = network.serve(answering(answer()))
    sources = engines(searxng=f"http://127.0.0.1:{server.port}")
    file, place = tmp_path / "pauses", find_place("127.0.0.1", declared=True)
    environment = replace(network.environment, open_pauses=lambda _: PauseFile.open_first((file,)))

    assert [engine.level for engine in check_engines(sources, environment)] == ["ok"]
    others = PauseFile.open_first((file,))
    assert others is not None
    again_at = others.take_turn(place, 1.0, time.monotonic())
    assert again_at is not None
    assert others.take_turn(place, 60.0, again_at) is None
    others.close()
    (told,) = check_engines(sources, environment)

    assert (told.level, len(server.requests)) == ("warn", 1)
    assert "not asked: it wants no requests for now" in render_told(told.message)


@pytest.fixture
def engines() -> Callable[..., dict]:
    """Make sources that have a place and a name, and ask nothing."""

    def make(**origins: str) -> dict:
        return {
            name: SimpleNamespace(
                info=SimpleNamespace(title=name),
                family=SourceFamily.SEARCH,
                crawl_policy=CrawlPolicy(
                    origins=(origin,), access=AccessMode.API, allow_private=(origin,)
                ),
            )
            for name, origin in origins.items()
        }

    return make
