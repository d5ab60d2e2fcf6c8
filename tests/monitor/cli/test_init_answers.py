"""`namesake init --answers FILE`: the whole conversation without a person."""

import re
from pathlib import Path

import pytest
from msgspec.structs import fields

from monitor.config.file import load_config
from monitor.config.sections import find_shipped_files
from monitor.services.setup_questions import AnswersFile
from tests.monitor.cli.conftest import Said, Terminal, run
from tests.monitor.cli.test_staff import list_invited
from tests.monitor.emails import PASSWORD
from tests.monitor.post_office import Counter, opened

GOOD = """\
name = "Oak Hill Unified"
zone = "America/Denver"
domains = ["oakhill.test", "ohusd.test"]
contact = "it@oakhill.test"
reviewers = ["a.lee@oakhill.test", "r.ortiz@oakhill.test"]
mail_host = "smtp.oakhill.test"
mail_user = "namesake"
sign_in = "google"
client = "abc"
search = "brave"
"""


def init(folder: Path, text: str) -> Said:
    file = folder / "answers.toml"
    file.write_text(text, "utf-8")
    return run("--config", str(folder / "etc/namesake.toml"), "init", "--answers", str(file))


def test_a_file_of_answers_sets_up_a_district_and_asks_nothing(tmp_path: Path):
    said = init(tmp_path, GOOD)

    assert said.code == 0, said.err
    assert "[none]" not in said.out
    config = load_config(tmp_path / "etc/namesake.toml")
    assert config.district.domains == ("oakhill.test", "ohusd.test")
    assert (config.mail.host, config.mail.port, config.mail.user) == (
        "smtp.oakhill.test",
        587,
        "namesake",
    )
    assert config.portal.client == "abc"
    assert config.sources.brave
    assert "Store the secret smtp-password." in said.out
    assert "Store the secret oidc-secret." in said.out


@pytest.mark.parametrize("invites", [True, False])
def test_everyone_in_the_staff_file_is_invited_only_on_request(tmp_path: Path, invites: bool):  # noqa: FBT001 - a column of the table
    staff = tmp_path / "staff.csv"
    staff.write_text("email,first name,last name\nana.ruiz@oakhill.test,Ana,Ruiz\n", "utf-8")
    asked = f'staff_file = "{staff}"\ninvite_staff = {str(invites).lower()}\n'

    said = init(tmp_path, GOOD + asked)

    assert said.code == 0, said.err
    assert ("Invited: anyone new among 1 staff." in said.out) is invites
    assert (f"staff import {staff} --dry-run" in said.out) is not invites
    assert bool(list_invited(Terminal(tmp_path / "etc/namesake.toml"))) is invites


def test_paths_in_the_file_are_all_relative_to_it(tmp_path: Path):
    staff = tmp_path / "staff.csv"
    staff.write_text("email,first name,last name\nana.ruiz@oakhill.test,Ana,Ruiz\n", "utf-8")
    paths = 'staff_file = "staff.csv"\nbackup_folder = "copies"\nbackup_keys = "keys"\n'

    said = init(tmp_path, GOOD + paths)

    assert said.code == 0, said.err
    assert f"staff import {staff} --dry-run" in said.out
    backup = load_config(tmp_path / "etc/namesake.toml").backup
    assert (backup.folder, backup.keys) == (tmp_path / "copies", tmp_path / "keys")


def test_no_one_is_invited_without_a_staff_file(tmp_path: Path):
    said = init(tmp_path, f"{GOOD}invite_staff = true\n")

    assert said.code == 65
    assert "it needs a staff file and a mail server" in said.sentence
    assert not (tmp_path / "etc").exists()


def test_secrets_come_from_files_beside_it_and_any_that_a_unit_loads(tmp_path: Path):
    for name in ("mail", "twitch"):
        (tmp_path / f"{name}.txt").write_text(f"{PASSWORD}-{name}\n", "utf-8")
    secrets = '[secrets]\nsmtp-password = "mail.txt"\ntwitch-app = "twitch.txt"\n'

    said = init(tmp_path, GOOD + secrets)

    assert said.code == 0, said.err
    stored = tmp_path / "etc/secrets"
    assert (stored / "smtp-password").read_text("utf-8") == f"{PASSWORD}-mail"
    assert (stored / "twitch-app").read_text("utf-8") == f"{PASSWORD}-twitch"
    assert PASSWORD not in said.out


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_files_of_secrets_are_to_be_deleted_and_said_if_others_read_them(tmp_path: Path, mode: int):
    file = tmp_path / "mail.txt"
    file.write_text(PASSWORD, "utf-8")
    file.chmod(mode)
    named = f'{GOOD}[secrets]\nsmtp-password = "mail.txt"\n'

    for said in (init(tmp_path, named), init(tmp_path, named)):
        assert said.code == 0, said.err
        assert f"     shred -u {file}\n" in said.out
        left = " ".join(said.out.split())
        assert ("other users of this machine can read the files" in left) is (mode == 0o644)
    file.unlink()
    stored = f'{GOOD}[secrets]\nsmtp-password = "etc/secrets/smtp-password"\n'
    assert "shred" not in init(tmp_path, stored).out


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ('name = "Oak Hill Unified"\n', "", "`name` is missing. Add it."),
        ('client = "abc"\n', "", "`client` is missing. Add it."),
        ("name =", "nmae =", "line 1: unknown key `nmae` in the file. Did you mean `name`?"),
        (
            "America/Denver",
            "Mountain",
            (
                "line 2: `zone` cannot be used. 'Mountain' is not a time zone. Did you mean "
                "US/Mountain?"
            ),
        ),
        (
            '"google"\n',
            '"saml"\n',
            'line 8: `sign_in` must be one of "link", "google", "entra", "oidc", "header".',
        ),
        (
            'sign_in = "google"',
            'sign_in = "link"',
            "line 9: `client` has no use with the other answers: remove it.",
        ),
        (
            "mail_user",
            "mail_password",
            (
                "line 7: unknown key `mail_password` in the file. Secrets do not belong in this "
                "file: `Secrets` in docs/set-up.md says where they go."
            ),
        ),
        (
            'search = "brave"',
            "start = true",
            (
                "line 10: `start` must be false here: only root starts services, with systemd, "
                "and with the configuration at its usual path."
            ),
        ),
        (
            'search = "brave"',
            '[secrets]\nbrave_key = "x"',
            "line 11: `secrets.brave_key` is no secret of Namesake: the nearest is brave-key.",
        ),
        (
            'search = "brave"',
            "[secrets]\nbrave-key = 7",
            "line 10: `secrets` must be text in quotes.",
        ),
        ("[", "[[", "is not valid TOML: "),
    ],
)
def test_a_mistake_is_answered_by_its_line_and_writes_nothing(tmp_path, good, bad, sentence):
    said = init(tmp_path, GOOD.replace(good, bad, 1))

    assert said.code == 65
    assert said.sentence.startswith(str(tmp_path / "answers.toml"))
    assert sentence in said.sentence
    assert "?." not in said.sentence
    assert not (tmp_path / "etc").exists()


SAMPLE = (find_shipped_files() / "answers.toml").read_text("utf-8")


@pytest.fixture
def secrets(tmp_path: Path) -> None:
    """Write the files that the sample names."""
    for name in re.findall(r'= "([a-z-]+\.txt)"', SAMPLE):
        (tmp_path / name).write_text(PASSWORD, "utf-8")


@pytest.mark.usefixtures("secrets")
def test_the_sample_that_is_shipped_can_be_used_and_names_every_key(tmp_path: Path):
    own = SAMPLE.replace(".example", ".test").replace("CLIENT-ID", "abc")

    said = init(tmp_path, own.replace("Cedar Valley Public Schools", "Oak Hill Unified"))

    assert said.code == 0, said.err
    named = re.findall(r"^(?:# )?([a-z_]+) = ", SAMPLE, re.MULTILINE)
    assert {*named, "secrets"} == {field.name for field in fields(AnswersFile)}


@pytest.mark.usefixtures("secrets")
def test_what_is_still_that_of_the_sample_is_refused_all_at_once(tmp_path: Path):
    said = init(tmp_path, SAMPLE)

    assert said.code == 65
    told = re.findall(r"`(\w+)` is still that of the example: replace it", said.err)
    assert told == ["name", "domains", "contact", "mail_host", "mail_user", "client"]
    assert not (tmp_path / "etc").exists()


def test_an_address_in_a_reserved_domain_is_called_that(tmp_path: Path):
    said = init(tmp_path, GOOD.replace("it@oakhill.test", "it@birchfalls.example"))

    assert said.code == 65
    assert "`.example` is reserved for examples. Replace it." in said.sentence


def test_all_mistakes_are_told_in_one_run_and_no_email_is_sent(tmp_path: Path):
    counter = Counter()
    with opened(counter) as office:
        said = init(
            tmp_path,
            GOOD.replace("America/Denver", "Mountain")
            .replace('"smtp.oakhill.test"', '"127.0.0.1"')
            .replace('"google"', '"saml"')
            .replace('"it@oakhill.test"', '"it"')
            + f'mail_port = {office.port}\nmail_security = "relay"\nmail_test = true\n'
            + 'bakcup_folder = "x"\n[secrets]\nbrave-key = "nowhere.txt"\n',
        )

    title, *lines = said.err.splitlines()
    assert title == f"namesake: {tmp_path / 'answers.toml'} has 6 mistakes. Nothing was written."
    assert [re.findall(r"line (\d+): .*?`([\w.-]+)`", line)[0] for line in lines] == [
        ("8", "sign_in"),
        ("14", "bakcup_folder"),
        ("16", "secrets.brave-key"),
        ("2", "zone"),
        ("4", "contact"),
        ("7", "mail_user"),
    ]
    assert counter.emails == []
    assert not (tmp_path / "etc").exists()


def test_what_is_missing_is_told_with_the_mistakes_of_its_section(tmp_path: Path):
    text = GOOD.replace("America/Denver", "EST").replace('contact = "it@oakhill.test"\n', "")
    text = text.replace('client = "abc"\n', "").replace("oakhill.test", "oakhill")

    said = init(tmp_path, text)

    assert "has 5 mistakes" in said.err
    told = re.findall(r"`([\w.-]+)` (cannot be used|is missing)", said.err)
    assert told == [
        ("zone", "cannot be used"),
        ("domains", "cannot be used"),
        ("contact", "is missing"),
        ("reviewers", "cannot be used"),
        ("client", "is missing"),
    ]


def test_nothing_is_said_of_what_depends_on_a_mistake(tmp_path: Path):
    staff = tmp_path / "staff.csv"
    staff.write_text("email,first name,last name\nana.ruiz@oakhill.test,Ana,Ruiz\n", "utf-8")
    asked = f'staff_file = "{staff}"\ninvite_staff = true\n'

    said = init(tmp_path, GOOD.replace('["oakhill.test", "ohusd.test"]', '["oakhill"]') + asked)

    assert "`domains` cannot be used" in said.sentence


def test_the_password_of_an_account_at_google_is_refused_with_its_line(tmp_path: Path):
    (tmp_path / "mail.txt").write_text(PASSWORD, "utf-8")
    text = GOOD.replace("smtp.oakhill.test", "smtp.gmail.com")

    said = init(tmp_path, f'{text}[secrets]\nsmtp-password = "mail.txt"\n')

    assert said.code == 65
    assert "line 12: `secrets.smtp-password` cannot be used. smtp.gmail.com accepts no" in said.err
    assert PASSWORD not in said.err


def test_a_secret_whose_file_cannot_be_read_is_named(tmp_path: Path):
    said = init(tmp_path, f'{GOOD}[secrets]\nbrave-key = "nowhere.txt"\n')

    assert said.code == 65
    assert f"must name a readable file that holds the secret, unlike {tmp_path}" in said.sentence


def test_what_is_not_wanted_may_be_said_where_it_has_no_use(tmp_path: Path):
    said = init(tmp_path, f"{GOOD}start = false\nmail_test = false\n")

    assert said.code == 0


def relay(port: int) -> str:
    mail = f'mail_host = "127.0.0.1"\nmail_port = {port}\nmail_security = "relay"\n'
    old = 'mail_host = "smtp.oakhill.test"\nmail_user = "namesake"\n'
    return GOOD.replace(old, f"{mail}mail_test = true\n")


def test_a_test_email_is_sent_only_on_request(tmp_path: Path):
    counter = Counter()
    with opened(counter) as office:
        asked = init(tmp_path, relay(office.port))
        quiet = tmp_path / "quiet"
        quiet.mkdir()
        silent = init(quiet, relay(office.port).replace("mail_test = true", ""))

        plain = tmp_path / "plain"
        plain.mkdir()
        none = init(plain, f'mail_user = "none"\n{relay(office.port)}'.replace("= true", "= false"))

    assert (asked.code, silent.code, none.code) == (0, 0, 0)
    assert counter.recipients == [["it@oakhill.test"]]


def test_a_mail_server_that_refuses_the_test_stops_before_anything_is_written(tmp_path: Path):
    said = init(tmp_path, relay(1))

    assert said.code == 69
    assert "cannot be reached (nothing listens on that port)" in said.sentence
    assert said.sentence.endswith("Nothing was written.")
    assert not (tmp_path / "etc").exists()


def test_mail_that_does_not_work_is_to_be_mended_before_anyone_is_invited(tmp_path: Path):
    with opened(Counter()) as office:
        works = GOOD.replace('mail_user = "namesake"\n', "").replace(
            '"smtp.oakhill.test"',
            f'"127.0.0.1"\nmail_port = {office.port}\nmail_security = "relay"',
        )
        there = init(tmp_path, works)
        assert there.code == 0, there.err
        assert "Fix email" not in there.out
    (tmp_path / "etc/namesake.toml").unlink()

    gone = init(tmp_path, works).out

    assert gone.index("Fix email as described above") < gone.index("Invite two or three volunteers")


def test_a_file_and_options_are_not_mixed(tmp_path: Path):
    (tmp_path / "answers.toml").write_text(GOOD, "utf-8")

    said = run("init", "--answers", str(tmp_path / "answers.toml"), "--name", "Oak Hill")

    assert said.code == 2
    assert "pass no other option with it" in said.err
