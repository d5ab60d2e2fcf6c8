"""A typing mistake in the configuration is answered by what to write instead."""

import pytest

from monitor.config import load_config
from monitor.domain.errors import ConfigError
from tests.monitor.test_config import GOOD


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
            "[sources.goggle]\n[mail]",
            "line 10: unknown key `goggle` in `sources`. Did you mean `google`?",
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
    ],
)
def test_a_mistake_is_answered_by_its_line_and_what_to_write(tmp_path, good, bad, sentence):
    path = tmp_path / "namesake.toml"
    path.write_text(GOOD.replace(good, bad), "utf-8")

    with pytest.raises(ConfigError) as refusal:
        load_config(path)

    assert str(refusal.value).startswith(str(path))
    assert str(refusal.value).endswith(sentence)
