#!/usr/bin/env bash
# Installs the system packages of the real parts, as root, where they are missing. Starts none of them.
set -euo pipefail

missing=()

need() { # PROGRAM PACKAGE...
    [ -n "$(command -v "$1")" ] || [ -e "$1" ] || missing+=("${@:2}")
}

need postfix postfix
need dovecot dovecot-core
need /usr/lib/dovecot/imap dovecot-imapd
need /usr/lib/dovecot/lmtp dovecot-lmtpd
need opendkim opendkim
need spamassassin spamassassin
need java default-jre-headless
need redis-server redis-server
need snac snac2
need /usr/share/wordpress/index.php wordpress
need php php-cli
need mariadbd mariadb-server
need mariadb mariadb-client
need chromium-headless-shell chromium-headless-shell
need systemd-analyze systemd
need mmdebstrap mmdebstrap
need podman podman aardvark-dns netavark nftables
need podman-compose podman-compose
need runc runc
need /usr/share/keyrings/ubuntu-archive-keyring.gpg ubuntu-keyring
need npm nodejs npm
need g++ g++
need make make
need promtool prometheus
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || need faketime libfaketime
# Debian keeps this one off the PATH, under a folder of its version.
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need initdb postgresql

[ ${#missing[@]} -gt 0 ] || exit 0

if [ -z "$(command -v apt-get)" ]; then
    echo "The real parts need ${missing[*]}, and only apt knows them by these names." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "The real parts need ${missing[*]}; run this as root, or install them yourself." >&2
    exit 1
fi

# A package that brings a server starts it, unless this file says no. One that is there stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
echo "Installing ${missing[*]} (log: $log)"
if ! { apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
