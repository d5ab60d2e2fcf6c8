"""The clock and the loopback web of `scrapers.http`'s tests."""

from tests.scrapers.http.conftest import clock, etiquette, internet

__all__ = ["clock", "etiquette", "internet"]
