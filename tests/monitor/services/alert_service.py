"""An alert service that answers as Google Alerts does: one feed per alert, at a secret address."""

from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from msgspec import structs

from monitor.config.sections import AlertFeedsConfig, Config
from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest, FakeResponse

HOST = "searx.example"  # of all hosts of the made-up internet, the one that is free
ORIGIN = f"http://{HOST}"
TOKEN = "74185296374185"
FEED = f"{ORIGIN}/alerts/feeds/1234567890/{TOKEN}"
OTHER_FEED = f"{ORIGIN}/alerts/feeds/1234567890/36925814736925"

Entry = tuple[str, str, str]
"""The title, the address and the snippet of a page."""


def with_alerts(config: Config, *district_feeds: str) -> Config:
    alerts = AlertFeedsConfig(origins=(ORIGIN,), district_feeds=district_feeds)
    return structs.replace(config, sources=structs.replace(config.sources, alerts=alerts))


@dataclass
class AlertService:
    """`feeds` are the entries by the feed's path; any other path is an alert that was deleted."""

    internet: Internet
    feeds: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    instead: FakeResponse | None = None

    @property
    def hosts(self) -> frozenset[str]:
        return self.internet.hosts

    def shows(self, feed: str, *entries: Entry) -> None:
        self.feeds[feed.removeprefix(ORIGIN)] = entries

    def deletes(self, feed: str) -> None:
        self.feeds.pop(feed.removeprefix(ORIGIN), None)

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        if asked.host != HOST or not asked.path.startswith("/alerts/"):
            return self.internet.answer_request(asked)
        if self.instead is not None:
            return self.instead
        if asked.path not in self.feeds:
            return FakeResponse(body=b"Not found", status=404)
        return _atom(self.feeds[asked.path])


def _atom(entries: tuple[Entry, ...]) -> FakeResponse:
    shown = "".join(
        f'<entry><title type="html">{escape(escape(title))}</title>'
        f'<link href="https://www.google.com/url?rct=j&amp;url={quote(url, safe="")}&amp;ct=ga"/>'
        f'<content type="html">{escape(escape(snippet))}</content></entry>'
        for title, url, snippet in entries
    )
    body = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Google Alert - anything</title>{shown}</feed>"
    )
    headers = (("content-type", "application/atom+xml; charset=utf-8"),)
    return FakeResponse(body=body.encode(), headers=headers)
