"""Write rows of invented profiles, and whose they are.

    python -m tests.bench.labels --rows 3000 --seed 1 --out FOLDER

writes FOLDER/rows.jsonl and FOLDER/gold.jsonl; docs/developers/detection-figures.md says how.
"""

import argparse
import json
from pathlib import Path
from random import Random

from tests.bench.labels.rows import rows


def write(folder: Path, number: int, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    random = Random(seed)  # noqa: S311  # the same rows for the same seed
    with (
        (folder / "rows.jsonl").open("w", encoding="utf-8") as asked,
        (folder / "gold.jsonl").open("w", encoding="utf-8") as answers,
    ):
        for row, kind in rows(random, number):
            asked.write(f"{json.dumps(row)}\n")
            answers.write(f"{json.dumps({'id': row['id'], 'gold': kind})}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    wishes = parser.parse_args()
    write(wishes.out, wishes.rows, wishes.seed)
