"""A world that stands still as seen from outside: all the noise that real servers make."""

import json
import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from monitor.demo import fake_searxng as engine
from monitor.demo.data import DemoContents
from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest, FakeResponse

TRACKERS = ("utm_source", "utm_campaign", "fbclid", "gclid", "mc_cid", "ref_src", "igshid")
ENTITIES = {"&": "&amp;", "'": "&#39;", '"': "&quot;", "é": "&eacute;", "\u00a0": "&nbsp;"}
AGES = ("minutes", "hours", "days", "weeks")


@dataclass(frozen=True)
class Flicker:
    """Says the same as its internet, in other words each time; two of one seed say it alike."""

    internet: Internet
    seed: int

    @property
    def hosts(self) -> Collection[str]:
        return self.internet.hosts

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        said = self.noisy.answer_request(asked)
        if said is None or said.status != 200:
            return said
        if asked.host == engine.HOST and said.body.startswith(b"{"):
            return replace(said, body=self._results(said.body, asked))
        if said.body.startswith(b"<!doctype"):
            return replace(said, body=self._page(said.body, asked))
        return said

    @cached_property
    def noisy(self) -> Internet:
        """The same traces: in another order, with other counters, blanks and entities."""
        return replace(self.internet, traces=self._traces(self.internet.traces))

    def _traces(self, traces: DemoContents) -> DemoContents:
        by = self._lot("traces")
        return DemoContents(
            profiles=tuple(
                replace(profile, bio=respelled(profile.bio, by), followers=by.randrange(99_999))
                for profile in shuffled(traces.profiles, by)
            ),
            accounts=tuple(
                replace(
                    account,
                    bio=respelled(account.bio, by),
                    followers=by.randrange(99_999),
                    posts=by.randrange(9_999),
                )
                for account in shuffled(traces.accounts, by)
            ),
            follows=traces.follows,
            pages=tuple(shuffled(traces.pages, by)),
        )

    def _results(self, body: bytes, asked: FakeRequest) -> bytes:
        told = json.loads(body)
        if not told.get("results"):
            return body
        by = self._lot(f"{asked.nth}")
        told["results"] = [self._result(result, by) for result in shuffled(told["results"], by)]
        told["number_of_results"] = by.randrange(10**6)
        told["suggestions"] = [f"{told['query']} {by.randrange(99)}"]
        return json.dumps(told, indent=by.choice([None, 2])).encode()

    def _result(self, result: dict[str, Any], by: random.Random) -> dict[str, Any]:
        mark = "&" if "?" in result["url"] else "?"
        return {
            **result,
            "url": f"{result['url']}{mark}{by.choice(TRACKERS)}={by.getrandbits(48):x}",
            "title": respelled(result["title"], by),
            "content": f"{by.randrange(2, 59)} {by.choice(AGES)} ago — {result['content']}",
            "score": by.random(),
            "positions": [by.randrange(1, 50)],
            "publishedDate": None,
        }

    def _page(self, body: bytes, asked: FakeRequest) -> bytes:
        by = self._lot(f"{asked.nth}")
        stamp = f"\n<!-- rendered in {by.random():.3f} s by web{by.randrange(40)} -->\n"
        return body.replace(b"</head>", f"{stamp}</head>".encode()).replace(
            b"</body>", f"{' ' * by.randrange(9)}{stamp}</body>".encode()
        )

    def _lot(self, what: str) -> random.Random:
        return random.Random(f"{self.seed} {what}")  # noqa: S311 - the same again is the point


def shuffled(several: Collection[Any], by: random.Random) -> list[Any]:
    return by.sample(list(several), len(several))


def respelled(text: str, by: random.Random) -> str:
    """Write the same words with other blanks and entities."""
    spelled = "".join(
        ENTITIES[sign] if sign in ENTITIES and by.random() < 0.5 else sign for sign in text
    )
    return by.choice(["", " ", "\n"]) + spelled.replace(" ", by.choice([" ", "  ", "\n"]))
