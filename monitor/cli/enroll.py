"""Joining at a keyboard, where there is no portal. The code makes it the person's own act."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from monitor.cli.context import Desk, pass_desk
from monitor.config import zone_exists
from monitor.domain.consent import Scope
from monitor.domain.consent_text import ASKED_FOR, SCOPES
from monitor.domain.person import PersonName
from monitor.errors import InputError
from monitor.services.enrollment import Answers
from scrapers.parsers.json_fields import web_address

ACCOUNT_SHAPE = "platform:@handle"


@click.command()
@click.argument("code")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A TOML file with the answers, instead of questions.",
)
@pass_desk
def enrol(desk: Desk, code: str, answers: Path | None) -> None:
    """Join with the code from your invitation, after reading what you agree to."""
    with desk.service() as service:
        service.joining.invited(code)
        if answers is None:
            click.echo_via_pager(service.terms.text)
        given = _asked(desk) if answers is None else _read(answers)
        service.joining.enrol(code, given)
        remedy = service.pictures.remedy if Scope.PHOTOS in given.scopes else ""
    desk.output.say("You have joined. A confirmation is on its way to your mailbox.")
    if remedy:
        desk.output.say(remedy)


def _read(path: Path) -> Answers:
    try:
        answers = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Answers)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason = f"{path} does not hold usable answers: {error}."
        raise InputError(reason) from error
    for fault in _faults(answers):
        reason = f"{path} does not hold usable answers: {fault}; nothing was stored."
        raise InputError(reason)
    return answers


def _faults(answers: Answers) -> Iterator[str]:
    if not (answers.name.given.strip() and answers.name.family.strip()):
        yield "a given and a family name are needed"
    for account in answers.accounts:
        if not _names_account(account):
            yield f"{account!r} is not written as {ACCOUNT_SHAPE}"
    for page in answers.pages:
        if not _is_address(page):
            yield f"{page!r} is no address that begins with https://"
    if answers.zone and not zone_exists(answers.zone):
        yield f"{answers.zone!r} is no time zone such as America/Chicago"


def _names_account(text: str) -> bool:
    platform, _, handle = text.partition(":")
    return bool(platform.strip() and handle.strip().removeprefix("@"))


def _asked(desk: Desk) -> Answers:
    name = PersonName(
        given=click.prompt("Given name", value_proc=_told),
        family=click.prompt("Family name", value_proc=_told),
        middle=click.prompt("Middle name", default="", show_default=False),
        nicknames=_several("Nicknames"),
        former_families=_several("Former surnames"),
    )
    return Answers(
        name=name,
        scopes=frozenset(scope for scope in ASKED_FOR if _agreed(scope)),
        school=click.prompt("School", default="", show_default=False),
        role=click.prompt("What you do there", default="", show_default=False),
        places=_several("Towns people connect you with") or desk.config.district.places,
        handles=_several("Your handles"),
        accounts=_accounts(),
        pages=_pages(),
        absent_from=_several("Platforms where you have no account"),
    )


def _several(question: str) -> tuple[str, ...]:
    return _parts(click.prompt(f"{question} (comma-separated)", default="", show_default=False))


def _accounts() -> tuple[str, ...]:
    """Ask again where one is written otherwise: it would be passed over in silence."""
    answer: tuple[str, ...] = click.prompt(
        f"Your own accounts, as {ACCOUNT_SHAPE} (comma-separated)",
        default="",
        show_default=False,
        value_proc=_as_accounts,
    )
    return answer


def _as_accounts(answer: str) -> tuple[str, ...]:
    accounts = _parts(answer)
    for account in accounts:
        if not _names_account(account):
            reason = f"{account!r} is not written as {ACCOUNT_SHAPE}."
            raise click.BadParameter(reason)
    return accounts


def _pages() -> tuple[str, ...]:
    answer: tuple[str, ...] = click.prompt(
        "Addresses of your own pages, such as a blog (comma-separated)",
        default="",
        show_default=False,
        value_proc=_as_pages,
    )
    return answer


def _as_pages(answer: str) -> tuple[str, ...]:
    pages = _parts(answer)
    for page in pages:
        if not _is_address(page):
            reason = f"{page!r} does not begin with https://."
            raise click.BadParameter(reason)
    return pages


def _is_address(text: str) -> bool:
    return web_address(text) == text


def _parts(answer: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in answer.split(",") if part.strip())


def _told(answer: str) -> str:
    if not answer.strip():
        reason = "Nothing can be looked up without it."
        raise click.BadParameter(reason)
    return answer.strip()


def _agreed(scope: Scope) -> bool:
    return click.confirm(f"{SCOPES[scope]} Do you agree?", default=False)
