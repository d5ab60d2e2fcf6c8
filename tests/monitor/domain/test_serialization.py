"""Threads that meet a shape at the same time, for the first time."""

import subprocess
import sys

CODE = """\
import dataclasses, sys, threading
from monitor.domain.serialization import decode_json

sys.setswitchinterval(1e-6)
inner_json = "{" + ",".join(f'"f{each}":1' for each in range(20)) + "}"
data = ("{" + ",".join(f'"a{each}":{inner_json}' for each in range(10)) + "}").encode()
for number in range(100):
    inner = dataclasses.make_dataclass(f"Inner{number}", [(f"f{each}", int) for each in range(20)])
    outer = [(f"a{each}", inner) for each in range(10)]
    shape = dataclasses.make_dataclass(f"Outer{number}", outer)
    together = threading.Barrier(6)

    def decode():
        together.wait()
        assert decode_json(data, shape).a9.f19 == 1

    threads = [threading.Thread(target=decode) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
print("done")
"""


def test_threads_that_meet_a_shape_together_all_read_it() -> None:
    """Without the lock, the library ends the process."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=False, text=True)

    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-500:]
