"""Whether what the district relies on answers: its portal, its sign-in, its search engines.

Asks as anyone could, through the guarded client, and nothing about a person.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from monitor.app import Environment
from monitor.app.builders import fetch_endpoint, open_endpoint_client
from monitor.config.sections import DISCOVERY_PATH, PortalConfig, SignInMethod
from monitor.domain.errors import NotPermittedError, UnavailableError
from monitor.domain.health import (
    HealthResult,
    assess_certificate,
    assess_engines,
    report_failure,
    report_ok,
    report_warning,
)
from reports.reason_rendering import render_note
from scrapers.crawl.pause_file import PauseFile, find_place
from scrapers.http.client import HttpClient
from scrapers.http.clock import Clock
from scrapers.http.connection import read_certificate
from scrapers.http.errors import FetchError
from scrapers.models import Page, ParseResult, Request
from scrapers.source import CrawlPolicy, Source, SourceFamily

# Anyone may see it, and a proxy that signs people in asks them to before it.
FRONT_PAGE = "/sign-in"
# Every page of ours names us.
OWN_WORD = b"Namesake"
# Nobody's: the portal shows it again to whoever is signed in with it.
FORGED_ADDRESS = "doctor@namesake.invalid"
ASKS_TO_SIGN_IN = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
    }
)
SEE_SETUP = "See Setup in docs/portal.md."


def check_portal(
    portal: PortalConfig, environment: Environment, *, in_container: bool = False
) -> Iterator[HealthResult]:
    """Look for the portal where it listens, and where people find it."""
    yield from check_portal_process(portal, environment, in_container=in_container)
    if urlsplit(portal.address).scheme == "https":
        # The portal may have its certificate from the district's own authority.
        dialer = replace(environment.build_dialer(), trusts_system=True)
        yield from _check_address(portal, replace(environment, dialer=dialer))


def check_portal_process(
    portal: PortalConfig, environment: Environment, *, in_container: bool = False
) -> Iterator[HealthResult]:
    """Look for the portal where it listens: nothing leaves this machine.

    In a container, where it listens is the proxy's network, which the others do not see.
    """
    if portal.socket_path:
        yield _check_socket(Path(portal.socket_path))
    elif not in_container:
        yield _check_port(portal, environment)


def _check_socket(path: Path) -> HealthResult:
    try:
        listens = path.is_socket()
    except OSError as error:
        sentence = f"Whether the portal listens at {path} cannot be seen ({error.strerror})."
        return report_warning("portal", sentence, "Run this as root.")
    if listens:
        return report_ok("portal", f"The portal listens at {path}.")
    return _report_silence(f"The portal does not listen at {path}.")


def _report_silence(sentence: str) -> HealthResult:
    remedy = "Start it: `systemctl start namesake-portal`, or `namesake portal`."
    return report_failure("portal", sentence, remedy, UnavailableError.exit_code)


def _check_port(portal: PortalConfig, environment: Environment) -> HealthResult:
    """Ask as the proxy does: by the name that people know, at the port of this machine."""
    site = urlsplit(portal.address)
    dialer = replace(
        environment.build_dialer(), address_map={site.hostname or "": portal.host_and_port}
    )
    with open_endpoint_client(replace(environment, dialer=dialer)) as client:
        answer = fetch_endpoint(client, f"http://{site.netloc}{FRONT_PAGE}")
    if isinstance(answer, ParseResult):
        return _report_silence(
            f"The portal does not answer at {portal.listen}: {render_note(answer.note)}."
        )
    if answer.status == HTTPStatus.OK and OWN_WORD in answer.body:
        return report_ok("portal", f"The portal answers at {portal.listen}.")
    sentence = f"{portal.listen} answers with {answer.status}, not as the portal of this district."
    remedy = "Restart it: `systemctl restart namesake-portal`. Or another program is at that port."
    return report_failure("portal", sentence, remedy, UnavailableError.exit_code)


def _check_address(portal: PortalConfig, environment: Environment) -> Iterator[HealthResult]:
    try:
        certificate = read_certificate(
            environment.build_dialer(),
            environment.clock,
            environment.build_limits(),
            portal.address,
        )
    except FetchError as error:
        sentence = (
            f"{portal.address} cannot be reached from this machine: {render_note(error.note)}."
        )
        remedy = f"Open it in a browser. If that fails too: {SEE_SETUP}"
        yield report_warning("portal", sentence, remedy)
        return
    yield assess_certificate(
        portal.address, certificate.expires_at, certificate.fault, environment.clock.now()
    )
    if certificate.fault:
        return
    with open_endpoint_client(environment) as client:
        yield _assess_front_page(portal, fetch_endpoint(client, f"{portal.address}{FRONT_PAGE}"))
        if portal.sign_in is SignInMethod.HEADER:
            yield from _check_forged_header(portal, client)


def _assess_front_page(portal: PortalConfig, answer: Page | ParseResult) -> HealthResult:
    by_header = portal.sign_in is SignInMethod.HEADER
    if isinstance(answer, ParseResult):
        sentence = f"{portal.address} does not answer: {render_note(answer.note)}."
        return report_warning("portal", sentence, f"Check your proxy. {SEE_SETUP}")
    if answer.status == HTTPStatus.BAD_REQUEST:
        sentence = f"{portal.address} is refused: your proxy does not forward the host name."
        remedy = "Have it set the header Host, as the samples of `namesake init` do."
        return report_failure("portal", sentence, remedy, UnavailableError.exit_code)
    if by_header and answer.status in ASKS_TO_SIGN_IN:
        return report_ok("portal", f"{portal.address} answers, and asks people to sign in first.")
    if answer.status != HTTPStatus.OK or OWN_WORD not in answer.body:
        sentence = f"{portal.address} answers with {answer.status}, not as the portal does."
        return report_warning("portal", sentence, f"Check your proxy. {SEE_SETUP}")
    if by_header:
        sentence = f"{portal.address} shows pages to people your proxy has not signed in."
        remedy = f"Have it sign people in, and set {portal.header}. {SEE_SETUP}"
        return report_warning("portal", sentence, remedy)
    return report_ok("portal", f"{portal.address} answers.")


def _check_forged_header(portal: PortalConfig, client: HttpClient) -> Iterator[HealthResult]:
    """Send what only the proxy may set: the portal shows whether it came through."""
    forged = ((portal.header, FORGED_ADDRESS),)
    answer = fetch_endpoint(client, f"{portal.address}{FRONT_PAGE}", forged)
    if isinstance(answer, Page) and FORGED_ADDRESS.encode() in answer.body:
        sentence = (
            f"Anyone can sign in as anyone: your proxy passes on a browser's {portal.header}."
        )
        remedy = f"Have it drop or replace this header. {SEE_SETUP}"
        yield report_failure("portal", sentence, remedy, NotPermittedError.exit_code)


def check_provider(portal: PortalConfig, environment: Environment) -> Iterator[HealthResult]:
    """Read the description of the provider that people sign in with, if there is one."""
    if portal.sign_in is not SignInMethod.OIDC:
        return
    with open_endpoint_client(environment) as client:
        answer = fetch_endpoint(client, f"{portal.issuer.rstrip('/')}{DISCOVERY_PATH}")
    fault = _find_provider_fault(portal.issuer, answer)
    if not fault:
        yield report_ok("sign-in", f"{portal.issuer} answers as your sign-in provider.")
        return
    sentence = f"No one can sign in: {portal.issuer} {fault}."
    remedy = "Check `issuer` under [portal], and that this machine may reach it."
    yield report_failure("sign-in", sentence, remedy, UnavailableError.exit_code)


def _find_provider_fault(issuer: str, answer: Page | ParseResult) -> str:
    if isinstance(answer, ParseResult):
        return f"cannot be reached: {render_note(answer.note)}"
    if answer.status != HTTPStatus.OK:
        return f"answers with {answer.status}, and does not describe itself"
    try:
        document = json.loads(answer.body)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "authorization_endpoint" not in document:
        return "does not describe itself as a provider"
    if document.get("issuer") != issuer:
        return "states another issuer than the configuration"
    return ""


# An engine that the service asks meanwhile is asked after it; one that wants to be left alone is.
TURN_PATIENCE = 30.0


def check_engines(
    sources: Mapping[str, Source],
    environment: Environment,
    folder: Path | None = None,
    pace: float = 1.0,
) -> Iterator[HealthResult]:
    """Say whether search engines can be reached, without a key and without a query.

    Each is asked in its turn, as all programs of this machine know it.
    """
    engines = {
        source.info.title: source.crawl_policy
        for source in sources.values()
        if source.family is SourceFamily.SEARCH and "*" not in source.crawl_policy.origins[0]
    }
    pauses = environment.open_pauses(folder)
    with open_endpoint_client(environment) as client, closing(pauses) if pauses else nullcontext():
        faults = {
            title: _find_engine_fault(policy, client, environment.clock, pauses, pace)
            for title, policy in engines.items()
        }
    yield from assess_engines(faults)


def _find_engine_fault(
    policy: CrawlPolicy, client: HttpClient, clock: Clock, pauses: PauseFile | None, pace: float
) -> str:
    request = Request(url=f"{policy.origins[0]}/", hops=0)
    place = find_place(urlsplit(request.url).hostname or "", declared=True)
    pause, until = policy.seconds_between * pace, clock.monotonic() + TURN_PATIENCE
    while pauses and (again_at := pauses.take_turn(place, pause, clock.monotonic())):
        if again_at > until:
            return "not asked: it wants no requests for now"
        clock.sleep(max(0.0, again_at - clock.monotonic()))
    answer = client.fetch(request, policy)
    if pauses:
        pauses.end_turn(place, clock.monotonic() + pause, clock.monotonic())
    if isinstance(answer, ParseResult):
        return render_note(answer.note)
    if isinstance(answer, Page) and answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"answers with {answer.status}"
    return ""
