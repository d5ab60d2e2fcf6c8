#!/bin/sh
# Does what the image of PostgreSQL's makers does when it starts first: a user and a database of its name.
set -e
bin=$(echo /usr/lib/postgresql/*/bin)
data=/var/lib/postgresql/data
as_user="setpriv --reuid=999 --regid=999 --clear-groups"
if [ ! -s $data/PG_VERSION ]; then
    getent passwd 999 >/dev/null || useradd --uid 999 --user-group stand-in
    install -d -o 999 -g 999 -m 700 $data /run/postgresql
    printf %s "$POSTGRES_PASSWORD" >/tmp/password
    chmod 644 /tmp/password
    $as_user "$bin/initdb" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --encoding=UTF8 $data
    echo "host all all all scram-sha-256" >>$data/pg_hba.conf
    echo "CREATE DATABASE $POSTGRES_USER;" | $as_user "$bin/postgres" --single -D $data postgres
fi
exec $as_user "$bin/postgres" -D $data -c listen_addresses='*' "$@"
