from scrapers.parsers.text import extract_title_name
from tests.rows import over_rows

TITLES = [
    ("Jane Doe (@jdoe) • Instagram photos and videos", "Jane Doe"),
    ("Jane Doe (@JDoe) / X", "Jane Doe"),
    ("Jane Doe (@jdoe) on Threads", "Jane Doe"),
    ("Jane Doe (jdoe) - Profile | Alpha", "Jane Doe"),
    ("jdoe (Jane Doe) · GitHub", "Jane Doe"),
    ("@jdoe (@jdoe) | Alpha", ""),
    ("Jane Doe | Alpha", "Jane Doe"),
    ("Jane Doe - Teacher | Alpha", "Jane Doe - Teacher"),
    ("Jane Doe on Alpha", "Jane Doe"),
    ("jdoe - Alpha", ""),
    ("Jane Doe's garden", ""),
    ("Jane Doe (Ohio)", ""),
    ("", ""),
]


@over_rows(("title", "name"), TITLES)
def test_a_title_gives_a_name_only_where_it_tells_which_part_it_is(title: str, name: str) -> None:
    assert extract_title_name(title, handle="jdoe", sites=("Alpha",)) == name
