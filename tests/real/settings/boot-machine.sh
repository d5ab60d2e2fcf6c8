#!/usr/bin/env bash
# Boots a systemd as PID 1 of its own namespaces, on a root that is laid over LOWER and forgotten.
# Usage: boot-machine.sh LOWER FOLDER CODE; FOLDER gets `root` and whatever the root writes, CODE is
# shown at /opt/code. It ends when this process is killed. There is no network but loopback.
set -euo pipefail

if [ "${4:-}" != inside ]; then
    groups=$2/cgroup
    mkdir -p "$groups"
    mount -t cgroup2 none "$groups"
    mine=$groups/namesake-machine-$$
    mkdir -p "$mine"
    (
        echo "$BASHPID" >"$mine/cgroup.procs"
        exec unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child "$0" "$1" "$2" "$3" inside
    ) &
    outer=$!
    echo "$outer" >"$2/outer.pid"
    end() {
        kill -KILL "$outer" 2>/dev/null || :
        wait "$outer" 2>/dev/null || :
        # A group can be removed once the last of its processes is gone.
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            find "$mine" -depth -type d -exec rmdir {} + 2>/dev/null && break
            sleep 0.1
        done
        umount -l "$groups"
    }
    trap end EXIT
    trap 'exit 0' TERM
    wait "$outer"
    exit
fi

mount --make-rprivate /
mkdir -p "$2/over" "$2/root"
mount -t tmpfs -o mode=755 tmpfs "$2/over"
mkdir "$2/over/upper" "$2/over/work"
mount -t overlay -o "lowerdir=$1,upperdir=$2/over/upper,workdir=$2/over/work" overlay "$2/root"
cd "$2/root"
mkdir -p opt/code
for package in monitor scrapers reports systemd; do
    mkdir -p "opt/code/$package"
    mount --bind -o ro "$3/$package" "opt/code/$package"
done
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 none sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
# Nodes of its own: were the machine's bound here, systemd would change their rights.
for node in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "dev/${node%:*}" c 1 "${node#*:}"
done
mknod -m 666 dev/tty c 5 0
mknod -m 600 dev/console c 1 3
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
mkdir -p old
pivot_root . old
umount -l /old
mount --make-rshared /
exec env -i container=namesake PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd \
    --log-target=journal --show-status=no
