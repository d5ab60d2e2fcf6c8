from scrapers.models import Outcome, Trace, TraceKind
from scrapers.profile_api import build_name_search_result


def account(handle: str, name: str = "", bio: str = "") -> Trace:
    url = f"https://alpha.example/{handle}"
    return Trace(key=url, kind=TraceKind.ACCOUNT, url=url, name=name, handle=handle, bio=bio)


SHOWN = [
    account("nq", name="Nora Quill"),
    account("quill77"),
    account("art", bio="Ms Quill's class"),
    account("pat", name="Pat Lark"),
]


def test_the_family_name_in_name_bio_or_handle_makes_an_account_likely() -> None:
    reading = build_name_search_result("Nora Quill", SHOWN)

    assert [trace.handle for trace in reading.traces] == ["nq", "quill77", "art"]
    assert (reading.outcome, reading.note) == (Outcome.FOUND, "")


def test_who_asks_to_be_left_out_is_counted_where_they_might_be_meant() -> None:
    some = build_name_search_result("Nora Quill", SHOWN[:1], SHOWN[1:])
    alone = build_name_search_result("Nora Quill", (), SHOWN[:1])
    strangers = build_name_search_result("Nora Quill", (), SHOWN[3:])

    assert (some.withheld, alone.withheld, strangers.withheld) == (2, 1, 0)
    assert some.note == "accounts-withheld:2"
    assert (alone.outcome, alone.traces) == (Outcome.DECLINED, ())
    assert (strangers.outcome, strangers.note) == (Outcome.ABSENT, "")
