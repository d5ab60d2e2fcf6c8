"""A Bluesky-compatible AppView, as far as anonymous readers may see it."""

from base64 import b32encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs

from monitor.demo import response as cdn
from monitor.demo.data import DemoAccount, DemoContents, compute_sweep_time
from monitor.demo.fake_searxng import fold_text
from monitor.demo.response import (
    FakeRequest,
    FakeResponse,
    build_json_response,
    build_text_response,
)

HOST = "appview.example"
# The account of the network itself, which always exists.
CANARY, NETWORK = "skies.example", "skies"
MAX_LIMIT = 100
# A page of a list may be shorter than asked for, and still have another one behind it.
LONGEST_LIST_PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AppViewCall:
    """One call, in the world of its week."""

    params: Mapping[str, str]
    asked: FakeRequest
    traces: DemoContents

    def find_account(self, actor: str) -> DemoAccount | None:
        wanted = actor.removeprefix("@").casefold()
        matching = (
            account
            for account in self.traces.accounts
            if wanted in (account.handle, build_did(account.id))
        )
        return next(matching, None)

    def list_followed_ids(self, id_: str) -> list[str]:
        mine = (follow for follow in self.traces.follows if follow.who == id_)
        return [whom for follow in mine for whom in follow.whom]

    def list_follower_ids(self, id_: str) -> list[str]:
        if id_ == NETWORK:  # whom all follow, on more than one page
            return [account.id for account in self.traces.accounts]
        return [follow.who for follow in self.traces.follows if id_ in follow.whom]

    def find_accounts(self, ids: Iterable[str]) -> list[DemoAccount]:
        accounts_by_id = {account.id: account for account in self.traces.accounts}
        return [accounts_by_id[id_] for id_ in ids if id_ in accounts_by_id]


def build_did(id_: str) -> str:
    """Return the stable identifier of an account, in the shape of did:plc."""
    drawn = b32encode(sha256(id_.encode()).digest()).decode().casefold()
    return f"did:plc:{drawn[:24]}"


def answer_appview(asked: FakeRequest, traces: DemoContents) -> FakeResponse:
    if asked.path == "/robots.txt":
        return build_text_response("User-Agent: *\nAllow: /\n")
    given = {name: values[0] for name, values in parse_qs(asked.query).items()}
    method = _METHODS.get(asked.path.removeprefix("/xrpc/"))
    if method is None:
        return _build_error("MethodNotImplemented", "Method Not Implemented", status=501)
    limit = given.get("limit", "25")
    if not limit.isdecimal() or not 1 <= int(limit) <= MAX_LIMIT:
        return _build_error("InvalidRequest", f"Error: limit must be between 1 and {MAX_LIMIT}")
    answered = method(AppViewCall(params=given, asked=asked, traces=traces))
    limits = (
        ("ratelimit-limit", "3000"),
        ("ratelimit-remaining", str(2999 - asked.nth % 100)),
        ("ratelimit-reset", str(int(compute_sweep_time(asked.week).timestamp()) + 300)),
        ("ratelimit-policy", "3000;w=300"),
    )
    headers = answered.headers + limits
    return FakeResponse(body=answered.body, status=answered.status, headers=headers)


def _search_actors(call: AppViewCall) -> FakeResponse:
    words = fold_text(call.params.get("q", "")).split()
    if not words:
        return _build_error("InvalidRequest", 'Error: Params must have the property "q"')
    accounts = call.traces.accounts
    found = [account for account in accounts if all(word in _list_words(account) for word in words)]
    shown, more = _slice_page(call, found, MAX_LIMIT)
    return build_json_response(
        {"actors": [_build_card(entry, call.asked) for entry in shown]} | more
    )


def _get_profile(call: AppViewCall) -> FakeResponse:
    actor = call.params.get("actor", "")
    if not actor:
        return _build_error("InvalidRequest", 'Error: Params must have the property "actor"')
    account = call.find_account(actor)
    if account is None:
        return _build_error("InvalidRequest", "Profile not found")
    # Counts move from week to week, and a little within one.
    moved = account.followers + 2 * call.asked.week + call.asked.nth % 2
    counts = {
        "followersCount": moved + len(call.list_follower_ids(account.id)),
        "followsCount": len(call.list_followed_ids(account.id)),
        "postsCount": account.posts + 4 * call.asked.week,
    }
    return build_json_response(_build_card(account, call.asked) | counts)


def _get_follows(call: AppViewCall) -> FakeResponse:
    return _answer_account_list(call, "follows", call.list_followed_ids)


def _get_followers(call: AppViewCall) -> FakeResponse:
    return _answer_account_list(call, "followers", call.list_follower_ids)


def _answer_account_list(
    call: AppViewCall, name: str, members: Callable[[str], list[str]]
) -> FakeResponse:
    account = call.find_account(call.params.get("actor", ""))
    if account is None:
        return _build_error("InvalidRequest", f"Actor not found: {call.params.get('actor', '')}")
    shown, more = _slice_page(call, call.find_accounts(members(account.id)), LONGEST_LIST_PAGE)
    cards = [_build_card(entry, call.asked) for entry in shown]
    return build_json_response({"subject": _build_card(account, call.asked), name: cards} | more)


def _slice_page(
    call: AppViewCall, accounts: list[DemoAccount], longest: int
) -> tuple[list[DemoAccount], dict[str, str]]:
    start = int(call.params.get("cursor") or 0)
    end = start + min(int(call.params.get("limit", "25")), longest)
    more = {"cursor": str(end)} if end < len(accounts) else {}
    return accounts[start:end], more


def _list_words(account: DemoAccount) -> list[str]:
    return [*fold_text(account.name).split(), *fold_text(account.handle).split()]


def _build_card(account: DemoAccount, asked: FakeRequest) -> dict[str, object]:
    indexed_at = compute_sweep_time(asked.week) - timedelta(hours=5)
    card: dict[str, object] = {
        "did": build_did(account.id),
        "handle": account.handle,
        "displayName": account.name,
        "description": account.bio,
        "associated": {"chat": {"allowIncoming": "following"}},
        "labels": [],
        "createdAt": f"{account.created:%Y-%m-%dT%H:%M:%S}.000Z",
        "indexedAt": f"{indexed_at:%Y-%m-%dT%H:%M:%S}.000Z",
    }
    if account.picture:
        card["avatar"] = cdn.build_avatar_url(build_did(account.id), account.picture)
    return card


def _build_error(error: str, message: str, status: int = 400) -> FakeResponse:
    return build_json_response({"error": error, "message": message}, status=status)


_METHODS: dict[str, Callable[[AppViewCall], FakeResponse]] = {
    "app.bsky.actor.searchActors": _search_actors,
    "app.bsky.actor.getProfile": _get_profile,
    "app.bsky.graph.getFollows": _get_follows,
    "app.bsky.graph.getFollowers": _get_followers,
}
