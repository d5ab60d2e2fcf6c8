#!/usr/bin/env bash
# Runs all tests in the checkout's environment, as `make test` does after its checks.
#
# The real parts mostly wait, for their packages and then for their servers, so they are fetched and
# run beside the rest, in five processes, and are told after it. The rest waits a little, too: it runs
# in one process more than there are processors.
set -u

python=.venv/bin/python
told=.cache/real.txt
# Both start hundreds of processes more, which would all compile our code if nobody kept that.
export PYTHONDONTWRITEBYTECODE=
# What takes long is told after each run, so that nobody has to guess what to make faster.
slowest=--durations=25
# Each has a cache of its own: what failed in the one is nothing to the other.
real=(-m real -o cache_dir=.cache/pytest-real "$slowest" tests/real)

run_real_parts() {
    trap : TERM
    # Nothing was tested then: what failed in an earlier run is no second chance for it.
    "$python" -m tests.real.fetch || return 2
    "$python" -m pytest "${real[@]}" -n 5 --dist loadscope --no-loadscope-reorder
}

# Nearly every test writes a database, and a disk makes it wait for each commit: a file system in
# memory does not. Two gigabytes are ample; where programs may not run from it, it does not serve.
find_memory() {
    findmnt --noheadings --output OPTIONS --target /dev/shm 2>/dev/null |
        grep --quiet --invert-match noexec &&
        df --output=avail --block-size=1G /dev/shm | awk 'NR == 2 && $1 >= 2 { print "/dev/shm" }'
}

mkdir -p .cache
echo "Meanwhile $told tells of the real parts"
run_real_parts >"$told" 2>&1 &
parts=$!
# A run that is ended tells of the real parts, too: each pytest first says what it was at.
trap 'trap "" INT TERM; wait $parts; cat "$told"; exit 1' INT TERM

PYTEST_DEBUG_TEMPROOT=$(find_memory) \
    "$python" -m pytest -m "not real" --ignore tests/real \
    -n $(($(nproc) + 1)) --dist worksteal "$slowest"
rest=$?
wait $parts
status=$?
cat "$told"
if [ $status -eq 1 ]; then
    # A server that a busy machine made wait too long gets a second chance, and only one; a fault of
    # ours fails again.
    echo "These failed beside the rest, and are run once more, alone:"
    "$python" -m pytest "${real[@]}" --last-failed --last-failed-no-failures none
    status=$?
fi
exit $((rest | status))
