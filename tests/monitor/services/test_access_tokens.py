"""A token is its owner's alone, in one role, and ends when they say so, or with that role."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from monitor.app import App, Environment
from monitor.db.backup_files import KeyBackup
from monitor.demo.district import MARIA
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Principal
from monitor.domain.vocabulary import AuthMethod, Role, TokenScope
from monitor.services.access_tokens import (
    ADDRESS_DAYS,
    MAX_TOKENS,
    TOKEN_DAYS,
    TokenRequest,
    create_access_token,
    find_token_holder,
    list_access_tokens,
    revoke_access_token,
)
from monitor.services.backups import BackupTarget, back_up, restore_district
from monitor.services.consent_end import withdraw_consent
from monitor.services.data_export import build_data_export, count_stored_data
from monitor.services.due_jobs import delete_expired_data
from monitor.services.sessions import (
    end_all_sessions,
    find_account_id,
    load_account_principal,
    load_principal,
    start_session,
)
from tests.monitor.services.world import REVIEWERS, Staff, World

READ = frozenset({TokenScope.OWN_READ})
ANA = REVIEWERS[0]


def principal_of(app: App, mail: str) -> Principal:
    account_id = find_account_id(app, mail)
    found = load_account_principal(app, account_id, AuthMethod.DEMO, app.clock.now())
    assert found
    return found


def wanted(*scopes: TokenScope, days: int = 30) -> TokenRequest:
    return TokenRequest(name="My notebook", scopes=frozenset(scopes), days=days)


@pytest.fixture
def maria(world: World) -> Staff:
    return world.joins(MARIA)


@pytest.fixture
def secret(world: World, maria: Staff) -> str:
    asks = principal_of(world.app, maria.mail)
    return create_access_token(world.app, asks, Role.STAFF, wanted(TokenScope.OWN_READ))


def test_a_token_stands_for_its_owner_in_the_role_of_its_scopes(world, maria, secret) -> None:
    holder = find_token_holder(world.app, secret)

    assert holder
    assert holder.token.scopes == READ
    assert holder.principal.person_id == maria.id
    assert holder.principal.roles == {Role.STAFF}


def test_neither_a_secret_nor_its_name_is_in_the_database(world, maria, secret) -> None:
    world.state.truncate_logs()
    stored = (world.config.state / "namesake.db").read_bytes()

    assert secret.encode() not in stored
    assert secret.removeprefix("namesake_").encode() not in stored
    assert b"My notebook" not in stored


@pytest.mark.parametrize(
    "sent", ["", "x", "namesake_", "namesake_" + "A" * 43, "namesake_é", "Bearer x"]
)
def test_what_is_no_token_of_ours_opens_nothing(world, secret, sent) -> None:
    assert find_token_holder(world.app, sent) is None
    assert find_token_holder(world.app, secret.swapcase()) is None


def test_a_token_ends_on_its_day_and_the_purge_deletes_it(world, maria, secret) -> None:
    world.clock.at += timedelta(days=30) - timedelta(seconds=1)
    assert find_token_holder(world.app, secret)
    world.clock.at += timedelta(seconds=1)

    assert find_token_holder(world.app, secret) is None
    delete_expired_data(world.app)
    assert world.state.count_rows()["access_tokens"] == 0


def test_its_owner_revokes_it_and_the_audit_log_says_so(world, maria, secret) -> None:
    asks = principal_of(world.app, maria.mail)
    (token,) = list_access_tokens(world.app, asks, Role.STAFF)

    revoke_access_token(world.app, asks, Role.STAFF, token.id)

    assert find_token_holder(world.app, secret) is None
    entries = world.state.audit.list_entries_of_subjects((maria.id,))
    assert [entry.action for entry in entries][-2:] == ["token-created", "token-revoked"]
    with pytest.raises(InputError):
        revoke_access_token(world.app, asks, Role.STAFF, token.id)


def test_no_restored_copy_opens_what_its_owner_ended_since(
    world: World, maria: Staff, secret: str, tmp_path: Path
) -> None:
    session_id = start_session(world.app, maria.id, AuthMethod.LINK)
    keys = tmp_path / "keys"
    target = BackupTarget(folder=tmp_path / "copies", keys=keys)
    copy = back_up(world.state, world.config, world.clock.now(), target).backup
    end_all_sessions(world.app, principal_of(world.app, maria.mail))
    elsewhere = structs.replace(world.config, state=tmp_path / "new")

    restore_district(elsewhere, Environment(clock=world.clock), copy, KeyBackup(keys))

    world.restarts(elsewhere)
    assert find_token_holder(world.app, secret) is None
    assert load_principal(world.app, session_id) is None


def test_no_one_revokes_or_lists_the_token_of_someone_else(world, maria, secret) -> None:
    asks = principal_of(world.app, maria.mail)
    (token,) = list_access_tokens(world.app, asks, Role.STAFF)
    ana = principal_of(world.app, ANA)

    assert list_access_tokens(world.app, ana, Role.REVIEWER) == ()
    with pytest.raises(InputError):
        revoke_access_token(world.app, ana, Role.REVIEWER, token.id)
    with pytest.raises(NotPermittedError):
        revoke_access_token(world.app, ana, Role.STAFF, token.id)


def withdraw(world: World, maria: Staff) -> None:
    withdraw_consent(world.app, maria.id)


def erase(world: World, maria: Staff) -> None:
    world.state.people.erase_person(maria.id)


def sign_out_everywhere(world: World, maria: Staff) -> None:
    end_all_sessions(world.app, principal_of(world.app, maria.mail))


@pytest.mark.parametrize("end", [withdraw, erase, sign_out_everywhere])
def test_tokens_end_with_consent_erasure_and_all_sessions(
    world, maria, secret, end: Callable[[World, Staff], None]
) -> None:
    end(world, maria)

    assert find_token_holder(world.app, secret) is None
    assert world.state.count_rows()["access_tokens"] == 0


def test_a_token_waits_while_a_consent_that_ran_out_is_not_renewed(world, maria) -> None:
    asks = principal_of(world.app, maria.mail)
    secret = create_access_token(world.app, asks, Role.STAFF, wanted(TokenScope.OWN_READ, days=365))
    world.clock.at += timedelta(days=364)
    consent = world.state.consents.find_latest_consent(maria.id)
    ended = replace(consent, expires_at=world.clock.now())
    world.state.consents.insert_consent(ended)

    assert find_token_holder(world.app, secret) is None
    with pytest.raises(NotPermittedError):
        create_access_token(world.app, asks, Role.STAFF, wanted(TokenScope.OWN_READ))


def test_who_is_taken_off_the_list_of_reviewers_has_a_token_for_nothing(world) -> None:
    ana = principal_of(world.app, ANA)
    secret = create_access_token(world.app, ana, Role.REVIEWER, wanted(TokenScope.REVIEW_READ))
    assert find_token_holder(world.app, secret)
    district = structs.replace(world.app.config.district, reviewers=REVIEWERS[1:])

    app = world.app.copy_with(config=structs.replace(world.app.config, district=district))

    assert find_token_holder(app, secret) is None


@pytest.mark.parametrize(
    "request_",
    [
        wanted(),
        wanted(TokenScope.REVIEW_READ),
        wanted(TokenScope.OWN_READ, TokenScope.REVIEW_READ),
        wanted(TokenScope.OWN_READ, TokenScope.OWN_CALENDAR),
        wanted(TokenScope.OWN_READ, days=366),
        wanted(TokenScope.OWN_READ, days=ADDRESS_DAYS + 1),
        wanted(TokenScope.OWN_CALENDAR, days=30),
        replace(wanted(TokenScope.OWN_READ), name=""),
        replace(wanted(TokenScope.OWN_READ), name="x" * 61),
    ],
)
def test_a_token_of_too_much_or_too_little_is_not_made(world, maria, request_) -> None:
    asks = principal_of(world.app, maria.mail)

    with pytest.raises(InputError):
        create_access_token(world.app, asks, Role.STAFF, request_)
    assert list_access_tokens(world.app, asks, Role.STAFF) == ()


def test_no_one_makes_a_token_for_a_role_they_do_not_have(world, maria) -> None:
    asks = principal_of(world.app, maria.mail)

    for role, scope in (
        (Role.REVIEWER, TokenScope.REVIEW_OPEN),
        (Role.OPERATOR, TokenScope.OPERATE_INVITE),
    ):
        with pytest.raises(NotPermittedError):
            create_access_token(world.app, asks, role, wanted(scope))


def test_an_account_has_so_many_tokens_and_no_more(world, maria) -> None:
    asks = principal_of(world.app, maria.mail)
    for _ in range(MAX_TOKENS):
        create_access_token(world.app, asks, Role.STAFF, wanted(TokenScope.OWN_READ))

    with pytest.raises(InputError):
        create_access_token(world.app, asks, Role.STAFF, wanted(TokenScope.OWN_READ))


def test_each_scope_belongs_to_a_role_that_offers_a_time(world) -> None:
    assert {scope.role for scope in TokenScope} == TOKEN_DAYS.keys() == set(Role)


def test_the_day_of_the_last_use_is_kept_once_a_day(world, maria, secret) -> None:
    asks = principal_of(world.app, maria.mail)
    assert list_access_tokens(world.app, asks, Role.STAFF)[0].used_on is None
    find_token_holder(world.app, secret)
    before = world.state.read_data_version()

    find_token_holder(world.app, secret)

    (token,) = list_access_tokens(world.app, asks, Role.STAFF)
    assert token.used_on == world.clock.now().date()
    assert world.state.read_data_version() == before


def test_tokens_are_counted_and_in_the_copy_of_own_data_without_their_hash(
    world, maria, secret
) -> None:
    copy = build_data_export(world.app, maria.id)

    assert ("Access tokens and calendar addresses", 1) in count_stored_data(world.app, maria.id)
    assert b"My notebook" in copy.encode_json()
    assert "My notebook" in copy.render_html()
    assert secret.encode() not in copy.encode_json()
    assert b"keyed_hash" not in copy.encode_json()
