"""A Bluesky-compatible AppView, as far as anonymous readers may see it."""

from base64 import b32encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs

from monitor.demo import response as cdn
from monitor.demo.data import Account, Traces, sweep_at
from monitor.demo.fake_searxng import folded
from monitor.demo.response import Answer, Asked, data, plain

HOST = "appview.example"
# The account of the network itself, which always exists.
CANARY = "skies.example"
MOST = 100
# A page of a list may be shorter than asked for, and still have another one behind it.
LONGEST_LIST_PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, in the world of its week."""

    given: Mapping[str, str]
    asked: Asked
    traces: Traces

    def account(self, actor: str) -> Account | None:
        wanted = actor.removeprefix("@").casefold()
        matching = (each for each in self.traces.accounts if wanted in (each.handle, did(each.id)))
        return next(matching, None)

    def followed_by(self, id_: str) -> list[str]:
        mine = (follow for follow in self.traces.follows if follow.who == id_)
        return [whom for follow in mine for whom in follow.whom]

    def followers_of(self, id_: str) -> list[str]:
        return [follow.who for follow in self.traces.follows if id_ in follow.whom]

    def named(self, ids: Iterable[str]) -> list[Account]:
        known = {account.id: account for account in self.traces.accounts}
        return [known[id_] for id_ in ids if id_ in known]


def did(id_: str) -> str:
    """Return the stable identifier of an account, in the shape of did:plc."""
    drawn = b32encode(sha256(id_.encode()).digest()).decode().casefold()
    return f"did:plc:{drawn[:24]}"


def answer(asked: Asked, traces: Traces) -> Answer:
    if asked.path == "/robots.txt":
        return plain("User-Agent: *\nAllow: /\n")
    given = {name: values[0] for name, values in parse_qs(asked.query).items()}
    method = _METHODS.get(asked.path.removeprefix("/xrpc/"))
    if method is None:
        return _refusal("MethodNotImplemented", "Method Not Implemented", status=501)
    limit = given.get("limit", "25")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        return _refusal("InvalidRequest", f"Error: limit must be between 1 and {MOST}")
    return _counted(method(Call(given=given, asked=asked, traces=traces)), asked)


def _search_actors(call: Call) -> Answer:
    words = folded(call.given.get("q", "")).split()
    if not words:
        return _refusal("InvalidRequest", 'Error: Params must have the property "q"')
    accounts = call.traces.accounts
    found = [each for each in accounts if all(word in _words(each) for word in words)]
    shown, more = _page(call, found, MOST)
    return data({"actors": [_card(each, call.asked) for each in shown]} | more)


def _get_profile(call: Call) -> Answer:
    actor = call.given.get("actor", "")
    if not actor:
        return _refusal("InvalidRequest", 'Error: Params must have the property "actor"')
    account = call.account(actor)
    if account is None:
        return _refusal("InvalidRequest", "Profile not found")
    # Counts move from week to week, and a little within one.
    moved = account.followers + 2 * call.asked.week + call.asked.nth % 2
    counts = {
        "followersCount": moved + len(call.followers_of(account.id)),
        "followsCount": len(call.followed_by(account.id)),
        "postsCount": account.posts + 4 * call.asked.week,
    }
    return data(_card(account, call.asked) | counts)


def _get_follows(call: Call) -> Answer:
    return _list(call, "follows", call.followed_by)


def _get_followers(call: Call) -> Answer:
    return _list(call, "followers", call.followers_of)


def _list(call: Call, name: str, members: Callable[[str], list[str]]) -> Answer:
    account = call.account(call.given.get("actor", ""))
    if account is None:
        return _refusal("InvalidRequest", f"Actor not found: {call.given.get('actor', '')}")
    shown, more = _page(call, call.named(members(account.id)), LONGEST_LIST_PAGE)
    cards = [_card(each, call.asked) for each in shown]
    return data({"subject": _card(account, call.asked), name: cards} | more)


def _page(
    call: Call, accounts: list[Account], longest: int
) -> tuple[list[Account], dict[str, str]]:
    start = int(call.given.get("cursor") or 0)
    end = start + min(int(call.given.get("limit", "25")), longest)
    more = {"cursor": str(end)} if end < len(accounts) else {}
    return accounts[start:end], more


def _words(account: Account) -> list[str]:
    return [*folded(account.name).split(), *folded(account.handle).split()]


def _card(account: Account, asked: Asked) -> dict[str, object]:
    card: dict[str, object] = {
        "did": did(account.id),
        "handle": account.handle,
        "displayName": account.name,
        "description": account.bio,
        "associated": {"chat": {"allowIncoming": "following"}},
        "labels": [],
        "createdAt": f"{account.created:%Y-%m-%dT%H:%M:%S}.000Z",
        "indexedAt": f"{sweep_at(asked.week) - timedelta(hours=5):%Y-%m-%dT%H:%M:%S}.000Z",
    }
    if account.picture:
        card["avatar"] = cdn.address(did(account.id), account.picture)
    return card


def _counted(answered: Answer, asked: Asked) -> Answer:
    limits = (
        ("ratelimit-limit", "3000"),
        ("ratelimit-remaining", str(2999 - asked.nth % 100)),
        ("ratelimit-reset", str(int(sweep_at(asked.week).timestamp()) + 300)),
        ("ratelimit-policy", "3000;w=300"),
    )
    headers = answered.headers + limits
    return Answer(body=answered.body, status=answered.status, headers=headers)


def _refusal(error: str, message: str, status: int = 400) -> Answer:
    return data({"error": error, "message": message}, status=status)


_METHODS: dict[str, Callable[[Call], Answer]] = {
    "app.bsky.actor.searchActors": _search_actors,
    "app.bsky.actor.getProfile": _get_profile,
    "app.bsky.graph.getFollows": _get_follows,
    "app.bsky.graph.getFollowers": _get_followers,
}
