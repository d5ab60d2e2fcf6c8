"""The benchmark of addresses runs; how fast is for the machine to say."""

import pytest

from tests.bench.addresses import main


def test_both_kinds_of_keys_are_timed(capsys: pytest.CaptureFixture[str]) -> None:
    main(50)

    timed = capsys.readouterr().out.split()
    assert timed[0::3] == ["key", "account"]
    assert all(float(figure) > 0 for figure in timed[1::3])
