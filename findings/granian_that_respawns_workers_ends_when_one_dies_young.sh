#!/usr/bin/env bash
# Granian told to respawn failed workers ends for good, with all of them, when a worker dies within 5.5 s of its start.
#
# granian 2.8.7, Python 3.11.
#
# --respawn-failed-workers reads as: a worker that dies is started again. A good engineer relies on it under a container that runs
# nothing else, and expects a crash loop to be slowed down or counted. It is neither: a worker that died older than 5.5 seconds is
# started again, however often, but one that dies younger (the one just respawned, killed for memory as it warms up, say) makes the
# whole server shut down, the healthy workers too, with no option to change the number. The exit code is 1, so whatever
# started it must start it again: Restart=always in systemd, and no limit of starts that a few quick ends use up.
#
# Seen: one of two workers killed after 7 s: respawned, the server goes on. The new one killed after 1 s: the server and its
# healthy worker end.
set -euo pipefail
here=$(mktemp -d); trap 'kill %1 2>/dev/null || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check granian==2.8.7
cd "$here"
cat > site_of_one_line.py <<'PY'
async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"here"})
PY
port=$("$here/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$here/venv/bin/granian" --interface asginl --no-ws --host 127.0.0.1 --port "$port" --workers 2 \
  --respawn-failed-workers site_of_one_line:application > log 2>&1 &
server=$!
workers() { pgrep -P "$server" | sort -n || true; }
answers() { "$here/venv/bin/python" -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:$port/', timeout=5).read().decode())"; }
sleep 7
test "$(workers | wc -l)" = 2
kill -9 "$(workers | tail -1)"
sleep 1.5
test "$(workers | wc -l)" = 2 && echo "an old worker died: respawned, $(answers)"
kill -9 "$(workers | tail -1)"
for _ in $(seq 40); do kill -0 "$server" 2>/dev/null || break; sleep 0.25; done
if kill -0 "$server" 2>/dev/null; then echo "the server goes on"; cat log; exit 1; fi
code=0; wait "$server" || code=$?
echo "a young worker died: the server ended with code $code"
grep -i "worker" log | tail -3
test "$code" != 0
