from pathlib import Path

import pytest

from monitor.config.file import load_config
from monitor.config.sections import (
    MailSecurity,
    PolicyConfig,
    find_config_path,
    load_policy_texts,
    read_secret,
)
from monitor.domain.conduct_policy import PolicyClause, load_own_policy_texts
from monitor.domain.errors import ConfigError

GOOD = """\
state = "state"

[district]
id = "cedar-valley"
name = "Cedar Valley Public Schools"
zone = "America/Chicago"
domains = ["cedarvalley.example"]
contact = "it@cedarvalley.example"

[mail]
sender = "Namesake <namesake@cedarvalley.example>"
port = 2525

[portal]
address = "https://namesake.cedarvalley.example"
"""


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "namesake.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_district_links_its_policy_and_replaces_clauses(written, tmp_path):
    (tmp_path / "ours.toml").write_text('joining = "Ask before you join."', "utf-8")
    config = load_config(
        written(f"{GOOD}\n[policy]\nurl = 'https://district.example/p'\ntexts = 'ours.toml'\n")
    )

    texts = load_policy_texts(config.policy)

    assert texts[PolicyClause.JOINING] == "Ask before you join."
    assert texts[PolicyClause.ON_DUTY] == load_own_policy_texts()[PolicyClause.ON_DUTY]
    with pytest.raises(ConfigError, match=r"policy\.texts must name"):
        load_policy_texts(PolicyConfig(texts=tmp_path / "none.toml"))


@pytest.mark.parametrize("url", ["http://district.example", "javascript:alert(1)", "https://a b"])
def test_a_policy_is_linked_by_a_plain_https_address_alone(written, url):
    with pytest.raises(ConfigError, match=r"policy\.url"):
        load_config(written(f"{GOOD}\n[policy]\nurl = '{url}'\n"))


def test_a_good_file_is_read_with_its_defaults(written, tmp_path):
    config = load_config(written(GOOD))

    assert config.state == tmp_path / "state"
    assert config.mail.security is MailSecurity.STARTTLS
    assert config.mail_domain == "cedarvalley.example"
    assert config.students.enabled is False


def test_the_example_that_we_ship_is_good():
    config = load_config(Path(__file__).parents[3] / "systemd" / "namesake.toml")

    assert config.sources.searxng is not None
    assert config.sources.brave is not None


@pytest.mark.parametrize(
    ("good", "bad", "line", "word"),
    [
        ("port = 2525", 'port = "2525"', 12, "mail.port"),
        ("port = 2525", "port = 70000", 12, "mail.port"),
        ("port = 2525", "prot = 2525", 12, "prot"),
        ('zone = "America/Chicago"', 'zone = "Central"', 6, "time zone"),
        ('["cedarvalley.example"]', "[]", 7, "mail domain"),
        ("[mail]", "[mail", 10, "TOML"),
        ("port = 2525", 'security = "relay"\nuser = "namesake"', 12, "relay"),
        ("port = 2525", 'security = "relay"\ntoken_file = "token"', 12, "relay"),
        ("port = 2525", 'token_file = "token"', 12, "user"),
        ("port = 2525", 'return_path = "bounces"', 12, "mail address"),
        ("port = 2525", "per_second = 0", 12, "mail.per_second"),
        ("[mail]", "[students]\nenabled = true\n\n[mail]", 11, "tokens"),
        ("[mail]", "[students]\nshare_after_days = 14\n\n[mail]", 11, "counsel"),
        ("[mail]", "[students]\nshare_after_days = 3\n\n[mail]", 11, "at least 14"),
        ("[mail]", "[invitations]\nsubject = 'a\tb'\n\n[mail]", 11, "one line"),
        ("[mail]", f"[invitations]\nsubject = '{'a' * 81}'\n\n[mail]", 11, "80 characters"),
        ("[mail]", "[invitations]\nfrom_name = 'x@y.example'\n\n[mail]", 11, "a person's name"),
        ("[mail]", "[invitations]\nfrom_name = 'X <x>'\n\n[mail]", 11, "a person's name"),
        ("[mail]", f"[invitations]\nfirst_lines = '{'a' * 601}'\n\n[mail]", 11, "600 characters"),
        ("[mail]", '[invitations]\nfirst_lines = "a\\u202eb"\n\n[mail]', 11, "plain text"),
        ("[mail]", "[staff]\nfolder = 'x'\n\n[mail]", 11, "`host` under [mail]"),
        ("[mail]", "[sources.bluesky]\nper_day = 0\n\n[mail]", 11, "at least 1"),
        ("[mail]", "[sources.bluesky]\nper_week = 1.5\n\n[mail]", 11, "whole number"),
        ("[mail]", "[sources.bluesky]\nper_day = 9\nper_week = 8\n[mail]", 12, "`per_day`"),
        ("[mail]", "[sources.sites]\nper_day = 9\nper_week = 8\n[mail]", 12, "`per_day`"),
    ],
)
def test_a_broken_file_is_refused_by_file_and_line(written, good, bad, line, word):
    path = written(GOOD.replace(good, bad))

    with pytest.raises(ConfigError) as refusal:
        load_config(path)

    assert str(path) in str(refusal.value)
    assert f"line {line}" in str(refusal.value)
    assert word in str(refusal.value)
    assert refusal.value.exit_code == 64


def test_a_missing_section_is_named(written):
    with pytest.raises(ConfigError, match="mail"):
        load_config(written(GOOD.partition("[mail]")[0]))


def test_without_an_address_of_the_portal_the_remedy_is_said(written):
    with pytest.raises(ConfigError, match=r"portal\.address.*https://namesake\.school\.example"):
        load_config(written(GOOD.partition("[portal]")[0]))


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match="namesake init"):
        load_config(tmp_path / "nothing.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "namesake.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(path)


def test_the_environment_names_the_file(tmp_path):
    assert find_config_path({"NAMESAKE_CONFIG": str(tmp_path)}) == tmp_path


def test_a_secret_comes_from_a_credential_before_the_environment(tmp_path):
    (tmp_path / "smtp-password").write_text("from systemd\n", "utf-8")
    environ = {"NAMESAKE_SMTP_PASSWORD": "from the environment"}

    assert read_secret("smtp-password", environ) == "from the environment"
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_secret("smtp-password", environ | credentials) == "from systemd"
    assert read_secret("smtp-password", {}) == ""


@pytest.mark.parametrize("url", ["watch.example/ping", "ftp://watch.example/", "https://"])
def test_what_is_no_address_for_a_heartbeat_is_refused_with_its_line(written, url):
    with pytest.raises(ConfigError, match=r"line 18.*watch\.heartbeat_url"):
        load_config(written(f"{GOOD}\n[watch]\nheartbeat_url = '{url}'\n"))
