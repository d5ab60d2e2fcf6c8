"""A name server and a log of our own, on loopback, answer in every way that real ones do."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.domain_records import InternetDomainLookup, NameService
from scrapers.http.ssrf_guard import Dialer
from scrapers.models import Outcome
from tests.scrapers.http.loopback import Loopback, answer, answering, moved

ZONE = {
    ("parked.test.", "A"): "93.184.215.14",
    ("mailing.test.", "A"): "93.184.215.14",
    ("mailing.test.", "AAAA"): "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    ("mailing.test.", "MX"): "10 MX.mailing.test.",
    ("silent.test.", "MX"): "0 .",
    ("inside.test.", "A"): "10.0.0.7",
    ("odd.test.", "MX"): "10 <b>.test.",
}
NAMES = {name for name, _ in ZONE} | {"delegated.test."}
Answer = Callable[[dns.message.Message], dns.message.Message | None]


def answer_from_zone(asked: dns.message.Message) -> dns.message.Message:
    query = asked.question[0]
    name, kind = query.name.to_text().lower(), dns.rdatatype.to_text(query.rdtype)
    answer = dns.message.make_response(asked)
    if name not in NAMES:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif (name, kind) in ZONE:
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
    return answer


def refuse(asked: dns.message.Message) -> dns.message.Message:
    answer = dns.message.make_response(asked)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer


@contextmanager
def served(answer: Answer) -> Iterator[NameService]:
    """Serve names by UDP until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                wire, sender = server.recvfrom(2048)
                if wire == b"end":
                    return
                reply = answer(dns.message.from_wire(wire))
                if reply is not None:
                    server.sendto(reply.to_wire(), sender)

        thread = Thread(target=serve)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
        try:
            yield NameService(resolver=resolver, seconds=0.5)
        finally:
            server.sendto(b"end", server.getsockname())
            thread.join()


@pytest.mark.parametrize(
    ("domain", "addresses", "mail_servers"),
    [
        ("parked.test", ("93.184.215.14",), ()),
        (
            "mailing.test",
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", "93.184.215.14"),
            ("mx.mailing.test",),
        ),
        ("delegated.test", (), ()),
        ("silent.test", (), ()),
        ("inside.test", (), ()),
        ("odd.test", (), ()),
    ],
)
def test_a_registered_domain_is_told_with_public_addresses_and_mail_servers(
    domain, addresses, mail_servers
):
    with served(answer_from_zone) as names:
        found = names.look_up_domain(domain)

    assert found.outcome is Outcome.FOUND
    assert (found.addresses, found.mail_servers) == (addresses, mail_servers)


def test_only_a_name_server_that_denies_a_domain_proves_that_it_is_not_there():
    with served(answer_from_zone) as names:
        assert names.look_up_domain("nowhere.test").outcome is Outcome.ABSENT
    for trouble in (refuse, lambda _asked: None):
        with served(trouble) as names:
            found = names.look_up_domain("nowhere.test")
        assert found.outcome is Outcome.FAILED
        assert found.note


@pytest.mark.parametrize("domain", ["a" * 64 + ".test", "a..test"])
def test_what_is_no_name_could_not_be_checked(domain):
    with served(answer_from_zone) as names:
        assert names.look_up_domain(domain).outcome is Outcome.FAILED


def test_no_name_server_is_needed_before_the_first_query(monkeypatch):
    def has_none() -> dns.resolver.Resolver:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr("scrapers.http.domain_records.build_system_resolver", has_none)

    assert NameService().look_up_domain("parked.test").outcome is Outcome.FAILED


LISTED = answer(b'[{"name_value": "oakhill.test"}]', headers="Content-Type: application/json\r\n")


@contextmanager
def serving_log(reply: bytes = LISTED) -> Iterator[tuple[Loopback, str]]:
    """Serve a log of certificates on loopback until the block ends."""
    with closing(Loopback(answering(reply))) as log:
        yield log, f"http://127.0.0.1:{log.port}"


def records_of(address: str, allowed: tuple[str, ...]) -> InternetDomainLookup:
    client = HttpClient(dialer=Dialer(), clock=SystemClock(), user_agent="Namesake/test")
    return InternetDomainLookup(
        names=NameService(), client=client, log_url=address, allow_private=allowed
    )


def test_the_log_is_asked_through_the_guarded_client():
    with serving_log() as (log, address):
        found = records_of(address, (address,)).search_certificate_log("oakhill")

    assert found.names == ("oakhill.test",)
    asked = [request.split()[1] for request in log.requests]
    assert asked == [b"/?q=%25oakhill%25&output=json&exclude=expired"]


def test_a_log_at_a_private_address_is_not_asked_unless_the_configuration_allows_it():
    with serving_log() as (log, address):
        found = records_of(address, ()).search_certificate_log("oakhill")

    assert not found.outcome.is_conclusive
    assert log.requests == []


def test_a_log_that_redirects_elsewhere_says_nothing():
    with serving_log(moved("https://elsewhere.example/")) as (_, address):
        found = records_of(address, (address,)).search_certificate_log("oakhill")

    assert not found.outcome.is_conclusive
    assert found.note
