"""Write docs/commands.md from the commands' own help: `python -m docs.commands`."""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from monitor.cli.main import HELP, list_command_groups, list_command_lines, namesake

FILE = Path(__file__).with_suffix(".md")
FOREWORD = """\
# Commands

Every command with its options, as `namesake COMMAND --help` prints them. `make sources` writes this
page. Run them as root, `demo` and `me` as yourself; [running it for real](operate.md) says when.
Before or after each: `--config FILE`, where the configuration is in another place.
"""


def build_page() -> str:
    context = click.Context(namesake, info_name="namesake", **namesake.context_settings)
    _, _, exit_codes = HELP.partition("\b\nExit codes:\n")
    codes = (line.split(maxsplit=1) for line in exit_codes.splitlines())
    return "\n".join(
        [
            FOREWORD,
            "## Exit codes\n",
            "| code | meaning |\n|---|---|",
            *(f"| {code} | {meaning} |" for code, meaning in codes),
            *_list_groups(context),
        ]
    )


def _list_groups(context: click.Context) -> Iterator[str]:
    for title, names in list_command_groups().items():
        yield f"\n## {title.capitalize()}"
        for name in names:
            command = namesake.get_command(context, name)
            if command is not None:
                yield from _list_command(click.Context(command, context, f"namesake {name}"))


def _list_command(context: click.Context) -> Iterator[str]:
    command, name = context.command, context.info_name or ""
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    yield f"\n### `{' '.join([name, *pieces])}`\n\n{_read_help(command, name)}"
    if isinstance(command, click.Group):
        for one_command in command.list_commands(context):
            part = command.get_command(context, one_command)
            if part is not None:
                yield from _list_command(click.Context(part, context, f"{name} {one_command}"))
        return
    told = (param for param in command.params if isinstance(param, click.Option))
    records = [record for param in told if (record := param.get_help_record(context))]
    if records:
        yield "\n" + "\n".join(
            f"- `{option}`: {' '.join(text.split())}" for option, text in records
        )


def _read_help(command: click.Command, name: str) -> str:
    text = cleandoc(command.help or list_command_lines()[name.split()[1]]).replace("\b\n", "")
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


if __name__ == "__main__":
    FILE.write_text(build_page() + "\n", "utf-8")
