"""What is typed first: help about it comes at once, since its work is loaded when it is done."""

from pathlib import Path

import click

from monitor.cli.context import CliContext, break_glass_option, json_option, pass_cli_context
from monitor.cli.systemd_units import units_options


@click.command()
@click.option(
    "--send-test",
    is_flag=True,
    help="Also send a test email to the contact, and a test message to each chat.",
)
@json_option
@pass_cli_context
def doctor(context: CliContext, *, send_test: bool, as_json: bool) -> int:
    """Check everything that can fail, and say what to do. Exits with the worst code found.

    Signs in to the mail server, but sends nothing without --send-test. Checks whether the portal,
    the sign-in provider and search engines answer, but queries no source, and prints no names.
    """
    from monitor.cli.doctor import print_checks

    return print_checks(context, send_test=send_test, as_json=as_json)


@click.command()
@click.option("--jobs", "lists_jobs", is_flag=True, help="List the next job of each kind.")
@click.option("--clock-is-right", is_flag=True, help="Confirm that this machine's clock is right.")
@json_option
@pass_cli_context
def status(context: CliContext, *, lists_jobs: bool, clock_is_right: bool, as_json: bool) -> int:
    """Show on one screen how the service is doing. Exits with the worst code found.

    Nothing leaves this machine; `namesake doctor` also checks the mail server and search engines.
    """
    from monitor.cli.status import show_status

    return show_status(
        context, lists_jobs=lists_jobs, clock_is_right=clock_is_right, as_json=as_json
    )


@click.command()
@click.argument("name", metavar='"FIRST LAST"')
@click.option("--town", "towns", multiple=True, help="Your town. May be repeated.")
@click.option("--school", default="", help="Where you work.")
@click.option(
    "--nickname", "nicknames", multiple=True, help="A first name you also go by. May be repeated."
)
@click.option(
    "--former",
    "formers",
    metavar="LAST",
    multiple=True,
    help="A former last name. May be repeated.",
)
@click.option("--handle", "handles", multiple=True, help="A handle of yours. May be repeated.")
@click.option(
    "--own",
    "own",
    metavar="URL",
    multiple=True,
    help="A profile or page of yours, to recognize copies of it. May be repeated.",
)
@click.option(
    "--feed",
    "feeds",
    metavar="URL",
    multiple=True,
    help="A feed of yours. May be repeated. Its address is a secret.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the page. Default: a private temporary folder.",
)
@click.option(
    "--yes", "is_own_name", is_flag=True, help="Confirm that this is your name, without a prompt."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and no page without --html.")
@pass_cli_context
def me(
    context: CliContext,
    /,
    name: str,
    page: Path | None,
    *,
    is_own_name: bool,
    as_json: bool,
    **given: tuple[str, ...] | str,
) -> None:
    """Look yourself up now: no district, no mail server, nothing to set up.

    It takes one to five minutes. It asks the profile sites and free sources that the service asks,
    with the same rules and pauses, and shows what it found and why. With $NAMESAKE_BRAVE_KEY it
    also asks Brave, with $NAMESAKE_SEARXNG_URL your own SearXNG, and with $NAMESAKE_GITHUB_TOKEN
    GitHub. Ctrl-C stops it and shows what was found so far.

    If your last name has several words, put it first: "Garcia Lopez, Maria".

    It is for looking yourself up, so it takes one name a day; a near spelling is the same name, and
    a day on which no source could be checked is not spent. Three things stay: the page, which only
    you can read; in your cache folder a file with the day and a salted hash of the name; and in
    /run/lock, for other programs of this machine, when sites may be asked again.
    """
    from monitor.cli.me import look_oneself_up

    look_oneself_up(context, name, page, is_own_name=is_own_name, as_json=as_json, **given)


@click.command()
@click.option(
    "--answers",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Ask no questions: take all answers from this copy of systemd/answers.toml.",
)
@click.option("--name", help="Name of the district.")
@click.option("--domain", "domains", multiple=True, help="Domain of staff email addresses.")
@click.option("--zone", help="Its time zone, such as America/Chicago.")
@click.option("--contact", help="Email address of the contact person.")
@click.option(
    "--search",
    help="Search engine: brave, the address of your own SearXNG, feeds, or none (default).",
)
@pass_cli_context
@units_options
def init(
    context: CliContext, /, path: Path | None, domains: tuple[str, ...], **given: str | None
) -> int:
    """Set up a district: ask questions, write its files, start it, and say what is left to do.

    Writes the configuration, secrets, systemd units and samples for a reverse proxy. With a name,
    domain, zone and contact as options, asks nothing and sets up without a mail server. Never
    changes an existing configuration, and adds only the files that are missing. Its last step lets
    you join as the first one, and see your own digest.

    With --units, only writes the systemd units, and replaces those that are there: keep your own
    changes in drop-ins (`systemctl edit namesake`). Run that after each upgrade, and on a systemd
    before 252 also after each new secret.
    """
    from monitor.cli.init import set_up_district

    return set_up_district(context, path, domains, **given)


@click.command()
@click.argument("person", required=False)
@click.option(
    "--all", "everyone", is_flag=True, help="Run this week's sweep: everyone with consent."
)
@click.option(
    "--dry-run", is_flag=True, help="Show the queries and their cost, without running them."
)
@break_glass_option
@json_option
@pass_cli_context
def check(
    context: CliContext, /, person: str | None, reason: str | None, *, as_json: bool, **flags: bool
) -> None:
    """Check one person now, or everyone with --all. A sweep that was interrupted is resumed.

    The service does it; exits with 69 if it is not running. Only the person receives the result, by
    email.

    With --dry-run, it prints the planned queries with dates and costs. For one person, this needs
    --break-glass, as search terms belong to them; for everyone, it prints counts and dollars.
    """
    dry_run = flags["dry_run"]
    if (person is None) is not flags["everyone"]:
        raise click.UsageError("Name a PERSON, or use --all.")
    if not dry_run and reason:
        raise click.UsageError("--break-glass prints a plan: use it with --dry-run.")
    if dry_run:
        from monitor.cli.plan import print_plan

        print_plan(context, person, reason, as_json=as_json)
        return
    from monitor.cli.check import run_check

    run_check(context, person, as_json=as_json)
