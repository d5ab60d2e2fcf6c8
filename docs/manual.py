"""Write the manual page from the commands themselves: `python -m docs.manual FILE`."""

import sys
from collections.abc import Iterator
from importlib.metadata import version
from inspect import cleandoc
from pathlib import Path

import click

from monitor.cli.main import HELP, list_command_groups, list_command_lines, namesake

SUMMARY = "show school staff what the public web says about them"
ENVIRONMENT = {
    "NAMESAKE_CONFIG": "The configuration file, if --config does not name one.",
    "CREDENTIALS_DIRECTORY": "A folder with secrets, one file each. systemd sets it.",
    "NAMESAKE_SMTP_PASSWORD, NAMESAKE_BRAVE_KEY, ...": (
        "Secrets without such a folder, each under its name in capitals."
    ),
    "NAMESAKE_TRACEBACK": "Set it to 1 to see where an internal error happened.",
}
FILES = {
    "/etc/namesake/namesake.toml": "The configuration, for root.",
    "~/.config/namesake/namesake.toml": "The configuration, for other users.",
    "/etc/credstore, /etc/credstore.encrypted": "Secrets, which the systemd units load.",
    "/var/lib/namesake": "The state folder of the installed service.",
}


def build_manual() -> str:
    about, _, exit_codes = HELP.partition("\b\nExit codes:\n")
    codes = (line.split(maxsplit=1) for line in exit_codes.splitlines())
    # A command keeps the names that its help had when it was first asked for.
    context = click.Context(namesake, info_name="namesake", **namesake.context_settings)
    parts = [
        f'.TH NAMESAKE 1 "" "Namesake {version("namesake-monitor")}" "Namesake"',
        f".SH NAME\nnamesake \\- {_escape(SUMMARY)}",
        ".SH SYNOPSIS\n.B namesake\n[OPTIONS] COMMAND [ARGS]...",
        f".SH DESCRIPTION\n{_build_paragraphs(about)}",
        ".SH OPTIONS",
        *_list_options(context),
        *_list_command_groups(context),
        ".SH EXIT STATUS",
        *(_build_entry(code, meaning) for code, meaning in codes),
        ".SH ENVIRONMENT",
        *(_build_entry(name, text) for name, text in ENVIRONMENT.items()),
        ".SH FILES",
        *(_build_entry(name, text) for name, text in FILES.items()),
    ]
    return "\n".join(parts) + "\n"


def _list_command_groups(context: click.Context) -> Iterator[str]:
    for title, commands in list_command_groups().items():
        yield f'.SH "{title.upper()} COMMANDS"'
        for name in commands:
            command = namesake.get_command(context, name)
            if command is not None:
                yield from _list_command(click.Context(command, context, f"namesake {name}"))


def _list_command(context: click.Context) -> Iterator[str]:
    command, name = context.command, context.info_name or ""
    yield f'.SS "{_escape(name)} {_escape(" ".join(command.collect_usage_pieces(context)))}"'
    yield _build_paragraphs(command.help or list_command_lines()[name.split()[1]])
    if isinstance(command, click.Group):
        for text in command.list_commands(context):
            part = command.get_command(context, text)
            if part is not None:
                yield from _list_command(click.Context(part, context, f"{name} {text}"))
    else:
        yield from _list_options(context)


def _list_options(context: click.Context) -> Iterator[str]:
    records = (param.get_help_record(context) for param in context.command.params)
    return (_build_entry(*record) for record in records if record)


def _build_entry(name: str, text: str) -> str:
    return f".TP\n.B {_escape(name)}\n{_escape(' '.join(text.split()))}"


def _build_paragraphs(text: str) -> str:
    paragraphs = cleandoc(text).replace("\b\n", "").split("\n\n")
    return "\n.PP\n".join(
        _escape(" ".join(paragraph.split())) for paragraph in paragraphs if paragraph.strip()
    )


def _escape(text: str) -> str:
    """Keep dashes to copy and lines that begin with a dot or a quote from being commands."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


def write_manual(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(build_manual(), "utf-8")


if __name__ == "__main__":
    write_manual(Path(sys.argv[1]))
