"""The ordinary web: the pages that the search engine lists, at their own addresses."""

from html import escape
from urllib.parse import urlsplit

from monitor.demo.answer import Answer, Asked, html, plain
from monitor.demo.traces import Traces, WebPage

ROBOTS = "User-agent: *\nDisallow: /admin\n"


def hosts(traces: Traces) -> frozenset[str]:
    """Name the hosts that are served here: all but those of real services."""
    named = (urlsplit(page.url).hostname or "" for page in traces.pages)
    return frozenset(host for host in named if host.endswith(".example"))


def answer(asked: Asked, traces: Traces) -> Answer:
    if asked.path == "/robots.txt":
        return plain(ROBOTS)
    address = f"http://{asked.host}{asked.path}"
    page = next((each for each in traces.pages if each.url == address), None)
    if page is None:
        text = "<!doctype html><title>Not found</title><h1>Not found</h1>"
        return html(text, status=404)
    return html(_rendered(page, asked))


def _rendered(page: WebPage, asked: Asked) -> str:
    title, text = escape(page.title), escape(page.text)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:title" content="{title}"><meta name="csrf" content="{asked.nonce}">'
        f"</head><body><article><h1>{title}</h1><p>{text}</p></article>"
        f"<footer>{4100 + asked.nth} visitors</footer></body></html>"
    )
