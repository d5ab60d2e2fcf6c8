"""A real SearXNG over a small web of our own."""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import LOCALHOST, lacking_home, searxng_home
from tests.real.process import Program, free_ports, says_ok
from tests.real.template import fill_in
from tests.real.web_index import WebIndex, WebPage, served

NAME = "SearXNG"

PAGES = (
    WebPage(
        url="https://cedarvalley.example/staff/mdelgado",
        title="Maria Delgado - Staff of Cedar Valley Elementary",
        text="Maria Delgado teaches fifth grade science at Cedar Valley Elementary.",
    ),
    WebPage(
        url="https://courier.example/2026/volcano-week",
        title="Volcano week at Cedar Valley",
        text="Teacher Maria Delgado led the volcano week in room 12.",
    ),
    WebPage(
        url="https://runners.example/results",
        title="Half marathon results",
        text="Maria Delgado, Lisbon, 1:58:12. Tom Okafor, Cedar Valley, 2:04:40.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searxng:
    address: str
    web: WebIndex


def lacking() -> str:
    return lacking_home(searxng_home())


@contextlib.contextmanager
def running(folder: Path, formats: Sequence[str] = ("html", "json")) -> Iterator[Searxng]:
    """Without `json` among the formats it answers a JSON query with 403, as most do."""
    web = WebIndex()
    web.publish(*PAGES)
    (port,) = free_ports(1)
    with served(web) as index:
        settings = folder / "settings.yml"
        settings.write_text(
            fill_in(
                "searxng.yml",
                port=port,
                index=index,
                formats=", ".join(formats),
                secret=secrets.token_hex(16),
            ),
            "utf-8",
        )
        with _program(folder, settings).running(lambda: says_ok(port, "/healthz")):
            yield Searxng(address=f"http://{LOCALHOST}:{port}", web=web)


def _program(folder: Path, settings: Path) -> Program:
    return Program(
        argv=(str(searxng_home() / "bin" / "python"), "-m", "searx.webapp"),
        # It keeps what it knows in the temporary folder, wherever that is.
        environment={"SEARXNG_SETTINGS_PATH": str(settings), "TMPDIR": str(folder)},
        folder=folder,
        log=folder / "searxng.log",
    )
