"""Write docs/commands.md from the commands' own help: `python -m docs.commands`."""

from collections import Counter
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from monitor.cli.main import EXIT_CODES, list_command_groups, list_command_lines, namesake

FILE = Path(__file__).with_suffix(".md")
FOREWORD = """\
# Commands

Every command with its options, as `namesake COMMAND --help` prints them. `make sources` writes this
page. Run them as root, `demo` and `me` as yourself; [set-up](set-up.md) and [running](run.md) say
when. Before or after each: `--config FILE`, where the configuration is in another place.
With `--json`, an error is JSON, too, as the last line on standard error:
`{"error": {"code": 65, "message": "..."}}`.

Many have these; below, they are only named:
"""
# What so many commands have is told once.
OFTEN = 4


def build_page() -> str:
    context = click.Context(namesake, info_name="namesake", **namesake.context_settings)
    groups = {
        title: [part for name in names for part in _walk(context, name)]
        for title, names in list_command_groups().items()
    }
    counts = Counter(
        record for parts in groups.values() for part in parts for record in _list_options(part)
    )
    common = {record for record, count in counts.items() if count >= OFTEN}
    return "\n".join(
        [
            FOREWORD,
            *(f"- `{option}`: {text}" for option, text in sorted(common)),
            "\n## Exit codes\n",
            "| code | meaning |\n|---|---|",
            *(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()),
            *(
                "\n".join(
                    [f"\n## {title.capitalize()}", *(_describe(part, common) for part in parts)]
                )
                for title, parts in groups.items()
            ),
        ]
    )


def _walk(parent: click.Context, name: str) -> Iterator[click.Context]:
    """Yield a command, then those in it."""
    group = parent.command
    command = group.get_command(parent, name) if isinstance(group, click.Group) else None
    if command is not None:
        context = click.Context(command, parent, f"{parent.info_name} {name}")
        yield context
        if isinstance(command, click.Group):
            for part in command.list_commands(context):
                yield from _walk(context, part)


def _list_options(context: click.Context) -> Iterator[tuple[str, str]]:
    if not isinstance(context.command, click.Group):
        for param in context.command.params:
            record = param.get_help_record(context)
            if isinstance(param, click.Option) and record:
                yield record[0], " ".join(record[1].split())


def _describe(context: click.Context, common: set[tuple[str, str]]) -> str:
    command, name = context.command, context.info_name or ""
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    own = [record for record in _list_options(context) if record not in common]
    named = [f"`{record[0]}`" for record in _list_options(context) if record in common]
    lines = [f"- `{option}`: {text}" for option, text in own]
    lines += [f"- {', '.join(named)}"] if named else []
    told = "\n".join(["", *lines, ""]) if lines else ""
    return f"\n### `{' '.join([name, *pieces])}`\n\n{_read_help(command, name)}\n{told}".rstrip(
        "\n"
    )


def _read_help(command: click.Command, name: str) -> str:
    text = cleandoc(command.help or list_command_lines()[name.split()[1]]).replace("\b\n", "")
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


if __name__ == "__main__":
    FILE.write_text(build_page() + "\n", "utf-8")
