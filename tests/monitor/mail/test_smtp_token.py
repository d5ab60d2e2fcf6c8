"""Servers that want a token of OAuth instead of a password."""

from base64 import b64decode
from contextlib import contextmanager

import pytest
from aiosmtpd.smtp import AuthResult

from monitor.domain.email_delivery import DeliveryStatus
from tests.monitor.emails import EMAIL, ENVELOPE, PASSWORD, smtp, with_settings
from tests.monitor.post_office import Counter, only, opened
from tests.scrapers.http.certificates import issue, server_context


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return issue(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.write_text("ya29.secret\n", "ascii")
    return path


class TokenCounter(Counter):
    """A counter that speaks XOAUTH2, as Google and Microsoft do."""

    async def auth_XOAUTH2(self, server, args):  # noqa: N802 - the name is aiosmtpd's
        said = b64decode(args[1]) if len(args) > 1 else b""
        if said == b"user=namesake\x01auth=Bearer ya29.secret\x01\x01":
            return AuthResult(success=True, auth_data=said)
        await server.challenge_auth(b'{"status":"401"}')
        return AuthResult(success=False, handled=False)


@contextmanager
def takes_tokens(counter, certificate):
    ways = {
        "tls_context": server_context(certificate),
        "authenticator": only("namesake", PASSWORD),
        "auth_required": True,
    }
    with opened(counter, **ways) as office:
        yield office


def test_a_token_is_shown_after_the_line_is_encrypted_and_read_anew_each_time(certificate, token):
    counter = TokenCounter()
    with takes_tokens(counter, certificate) as office:
        post = smtp(
            with_settings(port=office.port, ca_file=certificate, user="namesake", token_file=token)
        )
        right = post.send_email(EMAIL, ENVELOPE)
        token.write_text("ya29.expired", "ascii")
        expired = post.send_email(EMAIL, ENVELOPE)
        token.unlink()
        missing = post.send_email(EMAIL, ENVELOPE)

    verdicts = (right.status, expired.status, missing.status)
    assert verdicts == (DeliveryStatus.ACCEPTED, DeliveryStatus.DEFERRED, DeliveryStatus.DEFERRED)
    assert "token_file" in missing.note
    assert len(counter.emails) == 1
    assert counter.encrypted == [True]


def test_a_server_that_takes_no_tokens_gets_neither_token_nor_password(certificate, token):
    counter = Counter()
    with opened(counter, tls_context=server_context(certificate)) as office:
        settings = with_settings(
            port=office.port, ca_file=certificate, user="namesake", token_file=token
        )
        delivery = smtp(settings, PASSWORD).send_email(EMAIL, ENVELOPE)

    assert delivery.status is DeliveryStatus.DEFERRED
    assert "no STARTTLS or no sign-in" in delivery.note
    assert counter.emails == []
