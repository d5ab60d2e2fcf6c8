"""The key `scim` of a district's file, which the annex reads."""

import pytest

from monitor.config.file import load_config
from monitor.directory.config import DirectoryMode, find_directory_mode
from monitor.domain.errors import ConfigError
from tests.monitor.config.test_config import GOOD

ADDRESS = "https://namesake.cedarvalley.example"
WITH_SERVER = GOOD.replace("port = 2525", 'host = "mail.cedarvalley.example"\nport = 2525')
SCIM = "[staff]\nscim = 'propose'\n"


def load(tmp_path, text):
    path = tmp_path / "namesake.toml"
    path.write_text(text, "utf-8")
    return load_config(path)


def test_without_the_key_no_directory_writes(tmp_path):
    assert find_directory_mode(load(tmp_path, GOOD)) is None


def test_the_key_stands_beside_those_of_the_core(tmp_path):
    config = load(tmp_path, f"{WITH_SERVER}\n{SCIM}student_unit = 'Pupils'\n")

    assert find_directory_mode(config) is DirectoryMode.PROPOSE
    assert config.staff.student_unit == "Pupils"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (f"{GOOD}\n{SCIM}", 18, "`host` under [mail]"),
        (f"{WITH_SERVER}\n[staff]\nscim = 'yes'\n", 19, "propose"),
        (f"{WITH_SERVER}\n[staff]\nscmi = 'propose'\n", 19, "Did you mean `scim`?"),
        (f"{WITH_SERVER}\n{SCIM}".replace("https://namesake", "http://localhost"), 16, "https://"),
        (f"{WITH_SERVER}\n{SCIM}".replace(ADDRESS, "http://127.0.0.1:80"), 19, "https://"),
    ],
)
def test_a_wrong_key_is_refused_by_file_and_line(tmp_path, text, line, word):
    with pytest.raises(ConfigError, match=rf"line {line}: ") as refusal:
        load(tmp_path, text)

    assert word in str(refusal.value)
