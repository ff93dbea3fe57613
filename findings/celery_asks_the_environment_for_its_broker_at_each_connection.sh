#!/usr/bin/env bash
# CELERY_BROKER_URL in the environment beats what the program configures, and is read again at each connection.
#
# celery 5.7.0, kombu as it resolves, CPython 3.11.
#
# `app.conf.broker_url` is a property that asks os.environ first, whenever it is read. So neither Celery(broker=…) nor
# `app.conf.broker_url = …`, nor conf.update, moves an app whose environment names a broker, and a program that sets
# the variable late (a test, a child that loads a .env file) moves a running app: its next connection leads elsewhere.
# An engineer who has set the value in code expects it to be what the code says, as with other settings. A project whose own variable has the same name
# (Django's settings with namespace="CELERY" suggest it) finds that its checks and defaults for it are passed over.
#
# Seen: set in code to memory://code/, read as amqp://environment// while the variable is there, and as the code
# says when it is gone; the same for app.connection_for_write().
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check celery==5.7.0
cd "$here"
cat > look.py <<'PY'
import os
from celery import Celery

os.environ.pop("CELERY_BROKER_URL", None)
app = Celery("look", broker="memory://first/")
app.conf.update(broker_url="memory://code/")
seen = [app.conf.broker_url, app.connection_for_write().transport_cls]
os.environ["CELERY_BROKER_URL"] = "amqp://environment//"
app.conf.broker_url = "memory://code/"
seen += [app.conf.broker_url, app.connection_for_write().transport_cls]
del os.environ["CELERY_BROKER_URL"]
seen += [app.conf.broker_url, app.connection_for_write().transport_cls]
print(seen)
assert seen == ["memory://code/", "memory", "amqp://environment//", "amqp", "memory://code/", "memory"], seen
PY
"$here/venv/bin/python" look.py
