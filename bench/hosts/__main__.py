"""python -m bench.hosts, as `dev.py hosts` runs it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg

from bench.hosts import checks, network, programs
from bench.hosts.faults import Faults, Journal, plan, table
from bench.hosts.load import Load
from bench.queue import Hospital

ORDER = ("mq1", "mq2", "mq3", "db1", "db2", "proxy", "web1", "web2", "work1", "work2")
PILOTS, METRICS = 2, 12


def main() -> int:
    options = read()
    if wrong := not_possible():
        print(wrong)
        return 1
    if programs.missing():
        print(f"Installing {', '.join(programs.missing())} from Debian.")
        programs.install()
    network.clear()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="pl-hosts-", dir="/var/tmp"))
    try:
        return run(options, programs.Site(folder))
    except KeyboardInterrupt:
        print("Stopped.")
        return 1
    finally:
        network.clear()
        if options.keep:
            print(f"Logs are in {folder}/log.")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def read() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py hosts", description="Kill and cut off hosts.")
    parser.add_argument("--rounds", type=int, default=20, help="of each host and way")
    parser.add_argument("--only", action="append", default=[], choices=list(network.HOSTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on where the last run ended")
    parser.add_argument("--keep", action="store_true", help="keep the logs of all hosts")
    parser.add_argument("--minutes", type=float, help="begin no fault after so long")
    parser.add_argument("--journal", type=Path, default=Path(".pilotlight/hosts.jsonl"))
    return parser.parse_args()


def not_possible() -> str:
    if sys.platform != "linux":
        return "dev.py hosts needs the network namespaces of Linux."
    if os.getuid() != 0:
        lacks = programs.missing()
        words = "dev.py hosts makes network namespaces and starts services as their own accounts: run it as root."
        return words + (f" It would install from Debian: {', '.join(lacks)}." if lacks else "")
    if programs.missing() and not shutil.which("apt-get"):
        return f"Missing, and no apt-get to install them: {', '.join(programs.missing())}."
    return ""


def wait_for(what: str, is_so: Callable[[], bool], within: float = 90) -> None:
    began = time.monotonic()
    while not is_so():
        if time.monotonic() > began + within:
            raise RuntimeError(f"{what}: not within {within:.0f} s")
        time.sleep(0.5)
    print(f"  {what:<40}{time.monotonic() - began:5.1f} s", flush=True)


def run(options: argparse.Namespace, site: programs.Site) -> int:
    network.build()
    hosts = {name: network.Host(name, site.folder, site.programs(name)) for name in network.HOSTS}
    hospital = ThreadingHTTPServer((network.HERE, 0), Hospital)
    threading.Thread(target=hospital.serve_forever, daemon=True).start()
    world = bring_up(site, hosts, hospital.server_port)

    def say(text: str) -> None:
        print(text, flush=True)

    load = Load(world, site.folder / "site.crt", str(options.seed))
    watch = checks.Watch(site)
    watch.start()
    load.start()
    faults = Faults(site, hosts, load, watch)
    faults.wait_until_well()
    print("All is well; the faults begin.", flush=True)
    journal = Journal(options.journal, resume=options.resume)
    tried = {one.key for one in journal.outcomes}
    ends = time.monotonic() + 60 * options.minutes if options.minutes else None
    broken = ""
    for host, way, number in plan(options.rounds, options.only, options.seed):
        if (host, way, number) in tried:
            continue
        if ends is not None and time.monotonic() > ends:
            say("The time is over; --resume goes on.")
            break
        try:
            outcome = faults.one(host, way, number)
        except KeyboardInterrupt:
            say("Stopped; --resume goes on.")
            break
        except RuntimeError as error:
            broken = f"{host} {way}: {error}"
            say(broken)
            options.keep = True
            break
        journal.add(outcome)
        said = f"{host} {way} {outcome.was}"
        say(
            f"{time.strftime('%H:%M:%S')} {said:<22} back {outcome.back} s, as before after {outcome.healed} s; "
            f"not well: {outcome.statuses or 'none'} (longest {outcome.longest} s), slowest {outcome.slowest} s, "
            f"no leader {outcome.leader_away} s, {outcome.acknowledged} acknowledged, "
            f"lost {outcome.lost}, doubled {outcome.doubled}"
        )
    load.stop()
    return report(site, load, journal, broken)


def report(site: programs.Site, load: Load, journal: Journal, broken: str) -> int:
    lost, doubled = checks.compared(checks.Database(site), load.record.acknowledged)
    astray = checks.sent_without_leading(site.folder / "log")
    print(table(journal.outcomes))
    print(
        f"In the end: {len(load.record.acknowledged)} acknowledged, {len(lost)} lost, "
        f"{len(doubled)} doubled; {len(astray)} sent by a scheduler while another led"
    )
    for words in (*lost, *doubled, *astray[:20], *load.record.surprises):
        print(f"  {words}")
    well = [
        one.back is not None and one.back <= 60 and not (one.statuses.get("500") or one.astray)
        for one in journal.outcomes
    ]
    return 0 if all(well) and not (lost or doubled or astray or broken) else 1


def bring_up(site: programs.Site, hosts: dict[str, network.Host], hospital: int) -> dict[str, Any]:
    for name in ORDER[:5]:
        hosts[name].start()
    primary = ""

    def has_primary() -> bool:
        nonlocal primary
        found = [h for h in checks.of_kind("db") if checks.asked(h, 8008, "/primary")[0] == 200]
        primary = found[0] if found else ""
        return bool(found)

    wait_for("Primary", has_primary)
    wait_for("Standby", lambda: not checks.standby_ailing())

    def three() -> bool:
        said = checks.on_rabbit(site, "rabbitmqctl", "cluster_status", "--formatter", "json")
        try:
            return len(json.loads(said)["running_nodes"]) == 3
        except (ValueError, KeyError):
            return False

    wait_for("Three of RabbitMQ", three, within=180)
    words = site.secrets
    checks.on_rabbit(site, "rabbitmqctl", "add_user", "pilotlight", words.broker)
    checks.on_rabbit(site, "rabbitmqctl", "set_permissions", "pilotlight", "'.*'", "'.*'", "'.*'")
    there = network.address(primary)
    owner = f"host={there} user=postgres password={words.database} dbname=postgres"
    with psycopg.connect(owner, autocommit=True) as line:
        line.execute(f"CREATE ROLE pilotlight LOGIN PASSWORD '{words.owner}'")
        line.execute(f"CREATE DATABASE {programs.DATABASE} OWNER pilotlight")
    began = time.monotonic()
    url = f"postgresql://pilotlight:{words.owner}@{there}:5432/{programs.DATABASE}"
    env = {**os.environ, **site.product(DATABASE_URL=url, CELERY_BROKER_URL="memory://")}
    command = [sys.executable, "-m", "bench.hosts.world", str(hospital), str(PILOTS), str(METRICS)]
    done = subprocess.run(
        command, cwd=programs.ROOT, env=env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    print(f"  {'Tables, people, pilots':<40}{time.monotonic() - began:5.1f} s")
    for name in ORDER[5:]:
        hosts[name].start()
    wait_for(
        "Both web servers",
        lambda: all(checks.asked(h, 8000, "/healthz")[0] == 200 for h in ("web1", "web2")),
    )
    world: dict[str, Any] = json.loads(done.stdout)
    return world


if __name__ == "__main__":
    sys.exit(main())
