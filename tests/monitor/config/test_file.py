"""A typing mistake in the configuration is answered by what to write instead."""

import re
from collections.abc import Iterator

import msgspec
import pytest

from monitor.config.fault_messages import format_config_fault
from monitor.config.file import load_config
from monitor.config.sections import Config
from monitor.domain.errors import ConfigError
from tests.monitor.config.test_config import GOOD


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        (
            "[district]",
            "[distrct]",
            "line 3: unknown key `distrct` in the file. Did you mean `district`?",
        ),
        (
            "name =",
            "nmae =",
            "line 5: unknown key `nmae` in `district`. Did you mean `name`?",
        ),
        (
            "[mail]",
            "[sources.barve]\n[mail]",
            "line 10: unknown key `barve` in `sources`. Did you mean `brave`?",
        ),
        *(
            (
                "[mail]",
                f'[sources.{engine}]\nengine = "cx"\n[mail]',
                (
                    f"line 10: `sources.{engine}` is not a source anymore: {ended}. Remove the "
                    "table, and set up another engine, such as [sources.brave]."
                ),
            )
            for engine, ended in (
                ("google", "Google ends its Custom Search API on January 1, 2027"),
                ("bing", "Microsoft ended the Bing Search APIs on August 11, 2025"),
            )
        ),
        (
            "[portal]",
            "[policy]\nxyz = 1\n[portal]",
            "line 15: unknown key `xyz` in `policy`. Known there: texts, url.",
        ),
        ('zone = "America/Chicago"', "", "line 3: `district.zone` is missing. Add it."),
        ("port = 2525", 'port = "25"', "`mail.port` must be a whole number without quotes."),
        ("port = 2525", "port = 70000", "line 12: `mail.port` must be at most 65535."),
        ("port = 2525", "per_second = 0", "line 12: `mail.per_second` must be more than 0."),
        ("port = 2525", "host = 25", "line 12: `mail.host` must be text in quotes."),
        (
            "port = 2525",
            'security = "ssl"',
            'line 12: `mail.security` must be one of "starttls", "tls", "relay".',
        ),
        ('"Cedar Valley Public Schools"', '""', "`district.name` must be text that is not empty."),
        (
            '["cedarvalley.example"]',
            '"cedarvalley.example"',
            "line 7: `district.domains` must be a list in [brackets].",
        ),
        ('["cedarvalley.example"]', "[5]", "line 7: `district.domains` must be text in quotes."),
        (
            "[portal]",
            '[students]\nenabled = "yes"\n[portal]',
            "line 15: `students.enabled` must be true or false, without quotes.",
        ),
        (
            "[portal]",
            "[sources]\nbluesky = 5\n[portal]",
            "line 15: `sources.bluesky` must be a table.",
        ),
        (
            "[portal]",
            "[[sources.fediverse]]\nurl = 5\n[portal]",
            "line 15: `sources.fediverse.url` must be text in quotes.",
        ),
        (
            "[portal]",
            "[sources.fediverse]\nurl = 'https://a.example'\n[portal]",
            "must be a list of tables, each with the heading [[sources.fediverse]].",
        ),
        (
            "[portal]",
            "[source.gitlab]\n[portal]",
            "line 14: unknown key `source` in the file. Did you mean `sources`?",
        ),
        (
            "port = 2525",
            'password = "trumpet"',
            (
                "line 12: unknown key `password` in `mail`. Secrets do not belong in this file: "
                "`Secrets` in docs/set-up.md says where they go."
            ),
        ),
        ("port = 2525", "token_fil = 'x'", "`token_fil` in `mail`. Did you mean `token_file`?"),
        (
            '["cedarvalley.example"]',
            '["@cedarvalley.example"]',
            "line 7: `district.domains` must be domains only, such as district.example.",
        ),
        (
            '"it@cedarvalley.example"',
            '"IT office"',
            "line 8: `district.contact` has no email address in 'IT office'.",
        ),
        (
            '"Namesake <namesake@cedarvalley.example>"',
            '"Namesake"',
            (
                "line 11: `mail.sender` must hold an email address, such as "
                "Namesake <namesake@district.example>."
            ),
        ),
        (
            "port = 2525",
            'host = "smtp.cedarvalley.example:587"',
            (
                "line 12: `mail.host` must be the name of a server only, such as "
                "smtp.district.example; `port` has its own line."
            ),
        ),
        (
            '"https://namesake.cedarvalley.example"',
            '"https://namesake.cedarvalley.example"\nlisten = "unix:pages.sock"',
            "unix:/run/namesake-portal/pages.sock; your proxy forwards requests to it.",
        ),
        (
            '"https://namesake.cedarvalley.example"',
            '"https://namesake.cedarvalley.example"\nsign_in = "oidc"\nissuer = "a"\nclient = "c"',
            (
                "line 17: `portal.issuer` must be the https:// address that your provider states, "
                "as https://accounts.google.com."
            ),
        ),
        (
            "[portal]",
            '[sources.searxng]\nurl = "127.0.0.1:8888"\n[portal]',
            (
                "line 15: `sources.searxng.url` must begin with https:// "
                "(or http:// on your own network)."
            ),
        ),
        (
            "[portal]",
            '[backup]\nfolder = "/srv/a"\nkeys = "/srv/a/keys"\n[portal]',
            (
                "line 16: `backup.keys` must be another folder than `folder`, and neither inside "
                "the other."
            ),
        ),
        *(
            (
                "[portal]",
                f'[drill]\nfolder = "/srv/www"\naddress = "{address}"\n[portal]',
                (
                    "line 16: `drill.address` must lie on a site of the district, in one of its "
                    "`domains`; never on a platform."
                ),
            )
            for address in (
                "https://www.facebook.com/drill",
                "https://notcedarvalley.example/drill",
                "www.cedarvalley.example/drill",
            )
        ),
        (
            "[portal]",
            (
                '[drill]\nfolder = "/srv/www"\naddress = "https://www.cedarvalley.example/drill"'
                "\n[portal]"
            ),
            "`drill` needs `host` under [mail] as well: a drill tests whether an alert is sent.",
        ),
        ("[portal]", "[backup]\nkeys = 7\n[portal]", "`backup.keys` must be a path in quotes."),
        (
            "[portal]",
            '[watch]\nheartbeat_url = "healthchecks"\n[portal]',
            "`watch.heartbeat_url` must be a full address that begins with https://.",
        ),
        (
            "[portal]",
            '[official]\ncertificate_log = "crt.sh"\n[portal]',
            (
                "`official.certificate_log` must be the address of a log only, such as "
                "https://crt.sh."
            ),
        ),
        ("port = 2525", "port = no", "Put text in quotes; write true, false and numbers without."),
        ("[portal]", "[mail]\n[portal]", "A table is there twice. Put its keys under one heading."),
    ],
)
def test_a_mistake_is_answered_by_its_line_and_what_to_write(tmp_path, good, bad, sentence):
    path = tmp_path / "namesake.toml"
    path.write_text(GOOD.replace(good, bad), "utf-8")

    with pytest.raises(ConfigError) as refusal:
        load_config(path)

    assert str(refusal.value).startswith(str(path))
    assert sentence in str(refusal.value)


def test_all_that_is_missing_is_named_at_once(tmp_path):
    path = tmp_path / "namesake.toml"
    path.write_text('[district]\nid = "a"\nnmae = "A"\n\n[drill]\n\n[[sources.wordpress]]\n')

    with pytest.raises(ConfigError) as refusal:
        load_config(path)

    title, misspelled, *missing = str(refusal.value).splitlines()
    assert title == f"{path} has 10 mistakes."
    assert misspelled == "  line 3: unknown key `nmae` in `district`. Did you mean `name`?"
    assert missing == [
        "  `state` is missing. Add it.",
        *(
            f"  line 1: `district.{key}` is missing. Add it."
            for key in ("zone", "domains", "contact")
        ),
        "  `mail.sender` is missing. Add it.",
        "  line 7: `sources.wordpress.url` is missing. Add it.",
        "  line 5: `drill.folder` is missing. Add it.",
        "  line 5: `drill.address` is missing. Add it.",
        "  `portal.address` is missing. Add it.",
    ]


def test_of_values_that_cannot_be_used_the_first_fault_of_each_key_is_told(tmp_path):
    path = tmp_path / "namesake.toml"
    path.write_text(GOOD.replace("America/Chicago", "Mars").replace("https://", "ftp://"), "utf-8")

    with pytest.raises(ConfigError) as refusal:
        load_config(path)

    told = re.findall(r"line \d+: `([\w.]+)`", str(refusal.value))
    assert told == ["district.zone", "portal.address"]


def fields(schema: type[msgspec.Struct], *path: str) -> Iterator[tuple[str, msgspec.inspect.Type]]:
    for field in msgspec.inspect.type_info(schema).fields:
        kind = field.type
        if isinstance(kind, msgspec.inspect.UnionType):
            kind = kind.types[0]
        if isinstance(kind, msgspec.inspect.VarTupleType):
            kind = kind.item_type
        if isinstance(kind, msgspec.inspect.StructType):
            yield from fields(kind.cls, *path, field.encode_name)
        else:
            yield ".".join((*path, field.encode_name)), kind


CHOICES = {
    where: kind.cls for where, kind in fields(Config) if isinstance(kind, msgspec.inspect.EnumType)
}
SHAPES = [
    where
    for where, kind in fields(Config)
    if isinstance(kind, msgspec.inspect.StrType) and kind.pattern
]


@pytest.mark.parametrize("fault", ["Invalid enum value 'x'", "Expected `str`, got `bool`"])
@pytest.mark.parametrize("where", CHOICES)
def test_every_key_with_a_choice_names_all_that_may_be_chosen(tmp_path, where, fault):
    told = format_config_fault(tmp_path, "", f"{fault} - at `$.{where}`", Config)

    assert "mail.security" in CHOICES
    assert all(f'"{choice}"' in told for choice in CHOICES[where])


@pytest.mark.parametrize("where", SHAPES)
def test_no_key_is_answered_by_a_regular_expression(tmp_path, where):
    fault = f"Expected `str` matching regex '^x$' - at `$.{where}`"

    told = format_config_fault(tmp_path, "", fault, Config)

    assert "policy.url" in SHAPES
    assert "regex" not in told
