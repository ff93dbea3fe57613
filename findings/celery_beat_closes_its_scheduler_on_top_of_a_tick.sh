#!/usr/bin/env bash
# On SIGTERM Celery's beat calls its scheduler's close() within the signal handler, on top of whatever tick() is at.
#
# celery 5.7.0, CPython 3.11 on Linux.
#
# The handler (celery.apps.beat, `install_sync_handler`) calls service.sync(), which is scheduler.close(), and only then
# raises SystemExit; when that has unwound, Service.start calls close() a second time. So close() is no place for what a
# tick does too. What it finds is a tick half done: a lock that a tick holds is held by the very thread that close() runs
# in. A scheduler that keeps its lease or its schedule in a database writes both in tick() and in close(); a driver whose connections
# are guarded by a plain lock, as psycopg 3's are, then waits for itself, and the scheduler lives on until it is killed.
# One expects what Celery's workers do: a flag is raised and the loop ends. What belongs to the end of the process goes into atexit.
#
# Seen: close() twice for one SIGTERM, the first time with tick() below it on the stack and its lock held, the second
# time without both; the process ends with 0.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check celery==5.7.0
cd "$here"
cat > look.py <<'PY'
import os
import signal
import sys
import threading
import traceback

from celery import Celery
from celery.beat import Scheduler

lock = threading.Lock()
seen = []


class Looking(Scheduler):
    def tick(self, *args, **named):
        with lock:
            os.kill(os.getpid(), signal.SIGTERM)
            for _turn in range(1000):
                pass
        return 0.1

    def close(self):
        on_top = any(frame.name == "tick" for frame in traceback.extract_stack())
        held = not lock.acquire(blocking=False)
        if not held:
            lock.release()
        seen.append((on_top, held, threading.current_thread() is threading.main_thread()))
        super().close()


app = Celery("look", broker="memory://")
try:
    app.Beat(scheduler_cls=Looking, quiet=True, loglevel="ERROR").run()
finally:
    print(seen, file=sys.__stdout__)  # beat has led print() to its log
assert seen == [(True, True, True), (False, False, True)], seen
PY
"$here/venv/bin/python" look.py
