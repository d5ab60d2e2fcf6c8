"""Sources and their status, and what tests them: each is loaded when it is run."""

from importlib import import_module

import click

from monitor.cli.main import LazyGroup


@click.group(
    cls=LazyGroup,
    lines={
        "check": "Run the self-test of a source, or of all.",
        "facts": "Show how old facts about sites are, or list those of a KIND.",
        "first-contact": "Learn how each source really answers, without any name.",
        "list": "List sources with limits and outcomes, and sites not asked.",
        "show": "Show what a source asks, discloses and costs.",
        "update": "Install a signed update of these facts, or go --back.",
    },
    loaders={
        "check": lambda: import_module("monitor.cli.sources").check,
        "facts": lambda: import_module("monitor.cli.facts").facts,
        "first-contact": lambda: import_module("monitor.cli.first_contact").first_contact,
        "list": lambda: import_module("monitor.cli.sources").list_sources,
        "show": lambda: import_module("monitor.cli.sources").show,
        "update": lambda: import_module("monitor.cli.facts").update,
    },
)
def sources() -> None:
    """List and test sources, and show and update facts about sites."""
