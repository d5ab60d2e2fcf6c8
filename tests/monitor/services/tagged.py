"""The made-up internet behind servers that know whether a page has changed."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from hashlib import sha256

from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest, FakeResponse
from tests.monitor.services.world import World


@dataclass
class Tagged:
    """Pages hold nothing here that differs from visit to visit. `spared` are the 304s."""

    web: Internet
    spared: list[FakeRequest] = field(default_factory=list)
    conditional: list[FakeRequest] = field(default_factory=list)

    @property
    def hosts(self) -> Collection[str]:
        return self.web.hosts

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        answer = self.web.answer_request(replace(asked, nth=0))
        if answer is None or answer.status != 200:
            return answer
        tag = f'"{sha256(answer.body).hexdigest()}"'
        headers = (*answer.headers, ("etag", tag))
        condition = dict(asked.headers).get("if-none-match")
        if condition:
            self.conditional.append(asked)
        if condition == tag:
            self.spared.append(asked)
            return FakeResponse(body=b"", status=304, headers=headers)
        return replace(answer, headers=headers)


def tagged(world: World) -> Tagged:
    """Put such servers before the web as it stands now."""
    web = Tagged(world.internet)
    world.web.web = web
    return web
