#!/bin/sh
# Measures holds a second on a private cluster that writes as a real one does (fsync and
# synchronous_commit on), and removes it again.
#   tools/bench/holds.sh [BUILD_FOLDER] [options of bench_holds]
set -eu
cd "$(dirname "$0")/../.."
build=build/release
if [ $# -gt 0 ] && [ -d "$1" ]; then build=$1; shift; fi
bench=$PWD/$build/bin/bench_holds
[ -x "$bench" ] || { echo "holds.sh: $bench is missing; build the target bench_holds" >&2; exit 64; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/lazaret-holds.XXXXXX")
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
# PostgreSQL does not run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" = 0 ] && chown postgres "$folder"
stop() {
    as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

cd "$folder"
as_owner "$bin/initdb" -D "$folder/data" -A trust -U lazaret_owner --no-instructions >initdb.log 2>&1 ||
    { cat initdb.log >&2; exit 75; }
as_owner "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/data/server.log" start \
    -o "-k $folder -c listen_addresses='' -c fsync=on -c synchronous_commit=on \
        -c shared_buffers=256MB -c max_wal_size=4GB" >start.log 2>&1 ||
    { cat start.log "$folder/data/server.log" >&2; exit 75; }
chmod a+rx "$folder"
# What this disk can do at best: one session cannot commit oftener.
as_owner "$bin/pg_test_fsync" -s 1 -f "$folder/data/probe" 2>/dev/null |
    awk '/^ *fdatasync/ && !seen { print "this disk: fdatasync", $2, "a second"; seen = 1 }'
"$bin/createdb" -h "$folder" -U lazaret_owner lazaret
"$bench" "host=$folder user=lazaret_owner dbname=lazaret" "$@"
