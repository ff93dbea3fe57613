#!/usr/bin/env bash
# Django's test client makes its process larger with each request, for good; so does connecting a known receiver.
#
# django 5.2.19, CPython 3.11.
#
# Signal.connect(f) with an f that is connected already adds no receiver, but calls weakref.finalize(f, …) all the
# same, and a finalizer lives until f does: for ever, where f is a function of a module. For each request the client
# connects `close_old_connections` again, to two signals, and a method of its own to a third. A leak hunt that drives
# a site by the test client (as one does, to have it in one process) finds three finalizers a request that no real
# server has, each with a weak reference, a record and a bound method.
#
# Seen: 1,000 connects of one receiver: one receiver, 1,000 finalizers. 500 requests: 1,500 more, and gc takes none.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check django==5.2.19
cd "$here"
cat > addresses.py <<'PY'
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("well"))]
PY
cat > look.py <<'PY'
import gc, weakref
import django
from django.conf import settings
settings.configure(SECRET_KEY="x", ROOT_URLCONF="addresses", ALLOWED_HOSTS=["*"])
django.setup()
from django.dispatch import Signal
from django.test import Client

def living():
    gc.collect()
    return len(weakref.finalize._registry)

def receiver(**_said): pass

signal, before = Signal(), living()
for _turn in range(1000):
    signal.connect(receiver)
connects = living() - before
print("connects:", len(signal.receivers), "receiver,", connects, "finalizers")

client = Client()
client.get("/")
before = living()
for _turn in range(500):
    assert client.get("/").status_code == 200
requests = living() - before
print("requests:", requests, "finalizers of 500")
assert (len(signal.receivers), connects, requests) == (1, 1000, 1500)
PY
"$here/venv/bin/python" look.py
