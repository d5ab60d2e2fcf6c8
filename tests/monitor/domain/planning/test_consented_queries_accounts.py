"""A verdict about contacts belongs to the account that they are of, on whatever network."""

from dataclasses import replace

import pytest

from monitor.demo.district import ROSA
from monitor.domain.planning.consented_queries import find_queried_accounts
from scrapers.profiles.activitypub import ActivityPub
from scrapers.profiles.bluesky import Bluesky
from scrapers.profiles.mastodon import Mastodon

BLUESKY = Bluesky()
MASTODON = Mastodon(base_url="https://skies.example")
ELSEWHERE = Mastodon(base_url="https://elsewhere.example")
KIN = ActivityPub(base_url="https://kin.example")
ACCOUNTS = {
    "bluesky:@rosa.skies.example": BLUESKY,
    "bluesky:did:plc:abcdefghijklmnopqrstuvwx": BLUESKY,
    "mastodon:@rosa@skies.example": MASTODON,
    "mastodon:@reeds@skies.example": MASTODON,
    "mastodon:@rosa@kin.example": KIN,
}
PERSON = replace(ROSA.person, accounts=(*ACCOUNTS, "chalkboard:@rosa"))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_query_about_contacts_leads_back_to_its_account_alone(account):
    source = ACCOUNTS[account]
    queries = tuple(source.build_contact_queries(account, PERSON.id))

    assert len(queries) == 2
    for query in queries:
        assert find_queried_accounts(query, PERSON, source) == (account,)
        assert find_queried_accounts(query, PERSON, ELSEWHERE) == ()


def test_an_account_that_is_no_longer_declared_gets_no_verdict():
    (query, _) = MASTODON.build_contact_queries("mastodon:@rosa@skies.example", PERSON.id)

    assert find_queried_accounts(query, replace(PERSON, accounts=()), MASTODON) == ()
