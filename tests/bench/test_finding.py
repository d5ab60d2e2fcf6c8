"""One finding can be followed from its answer to the email without reading the whole project."""

from pathlib import Path

from tests.bench.finding import count_files_of_one_finding
from tests.house.tree import ROOT

MOST_FILES = 167


def test_one_finding_runs_through_few_files() -> None:
    files = {str(Path(file).relative_to(ROOT)) for file in count_files_of_one_finding().files}

    assert {"scrapers/sites/presence_source.py", "reports/emails/digest.py"} <= files
    assert len(files) <= MOST_FILES
