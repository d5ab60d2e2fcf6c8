"""Joining at a keyboard, until there is a page for it. The code makes it the person's own act."""

import tomllib
from pathlib import Path

import click
import msgspec

from monitor.cli.desk import Desk, pass_desk
from monitor.domain.consent import Scope
from monitor.domain.consent_text import SCOPES
from monitor.domain.person import PersonName
from monitor.errors import InputError
from monitor.flows.enrol import Answers


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
    desk.output.say("You have joined. A confirmation is on its way to your mailbox.")


def _read(path: Path) -> Answers:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        return msgspec.convert(raw, Answers)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason = f"{path} does not hold usable answers: {error}."
        raise InputError(reason) from error


def _asked(desk: Desk) -> Answers:
    name = PersonName(
        given=click.prompt("Given name"),
        family=click.prompt("Family name"),
        middle=click.prompt("Middle name", default="", show_default=False),
        nicknames=_several("Nicknames"),
        former_families=_several("Former surnames"),
    )
    return Answers(
        name=name,
        scopes=frozenset(scope for scope in Scope if _agreed(scope)),
        school=click.prompt("School", default="", show_default=False),
        role=click.prompt("What you do there", default="", show_default=False),
        places=_several("Towns people connect you with") or desk.config.district.places,
        handles=_several("Your handles"),
        accounts=_several("Your own accounts, as platform:@handle"),
        absent_from=_several("Platforms where you have no account"),
    )


def _several(question: str) -> tuple[str, ...]:
    answer = click.prompt(f"{question} (comma-separated)", default="", show_default=False)
    return tuple(part.strip() for part in answer.split(",") if part.strip())


def _agreed(scope: Scope) -> bool:
    return click.confirm(f"{SCOPES[scope]} Do you agree?", default=False)
