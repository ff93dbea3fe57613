"""Walk: type what the document prints, and look after each part whether what it promises is so."""

from __future__ import annotations

import argparse
import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dev
from tests.walk import document
from tests.walk.machine import Machine, what_is_missing

PLACE = dev.STATE / "walk"
TYPED = PLACE / "typed.log"
NEXT_MIGRATION = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("innovation", "{last}")]
    operations = [migrations.RunSQL("CREATE TABLE walked (id int)", "DROP TABLE walked")]
"""


class Walk:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def do(self, section: str, **replaced: str) -> str:
        """Type a section's commands; returns all that they said."""
        blocks = document.commands(section, **replaced)
        with dev.step(section[:20]) as outcome, TYPED.open("ab") as out:
            out.write(f"\n══ {section}\n".encode())
            out.flush()
            begins = out.tell()
            code = self.machine.type("set -x\n" + "\n".join(blocks), out)
            out.flush()
            said = TYPED.read_bytes()[begins:].decode(errors="replace")
            if code:
                last = "\n".join(said.splitlines()[-30:])
                raise dev.Trouble(f"“{section}” ended with {code}:\n{last}")
            outcome.append(f"{len(blocks)} blocks, as printed")
        return said

    def must(self, what: str, script: str, wanted: str) -> None:
        """What a command says, sooner or later."""
        deadline = time.monotonic() + 60
        while (said := self.machine.ask(script)) != wanted:
            if time.monotonic() > deadline:
                raise dev.Trouble(f"{what}: wanted {wanted!r}, found {said!r}")
            time.sleep(1)
        dev.say(f"    {what}: {wanted}")

    def sql(self, statement: str, database: str = "pilotlight") -> str:
        return self.machine.ask(f'runuser -u postgres -- psql -At {database} -c "{statement}"')

    def site_is_ready(self) -> None:
        """With a worker and a scheduler that were seen, behind nginx, over TLS that was checked."""
        self.must(
            "the site",
            "curl -s --cacert /etc/pilotlight/tls/fullchain.pem --resolve "
            "pilotlight.example.org:443:127.0.0.1 https://pilotlight.example.org/readyz"
            " | tr -d ' ' | grep -o '\"status\":\"ready\"'",
            '"status":"ready"',
        )
        self.must("units that failed", "systemctl --failed --no-legend | wc -l", "0")

    def sign_in(self, *words: str) -> None:
        command = [sys.executable, "-m", "tests.walk.browser", str(PLACE), *words]
        with dev.step("In a browser") as outcome:
            done = subprocess.run(
                self.machine.in_network(*command), check=False, capture_output=True, text=True
            )
            if done.returncode:
                raise dev.Trouble(f"Signing in went wrong:\n{done.stderr[-1500:]}")
            outcome.append(done.stdout.strip())


def release(target: Path, *, newer: bool = False) -> None:
    """This checkout as it lies here; a newer one has a migration more."""
    known = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(known, check=True, capture_output=True, cwd=dev.ROOT).stdout
    tar = ["tar", "--create", f"--file={target.with_suffix('')}", "--null", "--files-from=-"]
    subprocess.run(tar, check=True, input=files, cwd=dev.ROOT)
    if newer:
        migrations = dev.ROOT / "innovation/migrations"
        last = max(
            path.stem for path in migrations.glob("[0-9]*.py") if "squashed" not in path.stem
        )
        made = PLACE / "innovation/migrations/9999_walked.py"
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(NEXT_MIGRATION.format(last=last))
        add = ["tar", "--append", f"--file={target.with_suffix('')}", f"--directory={PLACE}"]
        subprocess.run([*add, "innovation/migrations/9999_walked.py"], check=True)
    subprocess.run(["gzip", "--force", "--fast", target.with_suffix("")], check=True)


def whole(walk: Walk) -> None:
    """From the empty machine to its first sign-in, and through all that an operator meets later."""
    said = walk.do(document.INSTALLING)
    walk.site_is_ready()
    link = re.findall(r"^https://\S+$", said, re.MULTILINE)[-1]
    walk.sign_in("first", link)
    what_dies(walk)
    walk.do(document.DUMP)
    said = walk.do(document.BASE_BACKUPS)
    if "full backup:" not in said:
        raise dev.Trouble("pgBackRest shows no base backup.")
    a_moment(walk)
    walk.do(document.RESTORING)
    walk.site_is_ready()
    walk.sign_in("again")
    an_upgrade(walk)
    walk.do(document.REDIS)
    walk.site_is_ready()
    walk.must("workers on Redis", "pilotlight doctor | grep -c 'well  workers: '", "1")


def what_dies(walk: Walk) -> None:
    """Everything that is killed comes back by itself: three times, sooner than Granian bears."""
    for unit in (
        "pilotlight-web@8000",
        "pilotlight-web@8001",
        "pilotlight-worker@1",
        "pilotlight-beat",
    ):
        began = time.monotonic()
        for _time in range(3):
            walk.machine.ask(f"systemctl kill --kill-whom=all --signal=KILL {unit}; sleep 2")
        walk.must(f"{unit}, killed three times", f"systemctl is-active {unit}", "active")
        dev.say(f"    {time.monotonic() - began:.0f} s")
    walk.machine.ask(
        "pkill -KILL --parent $(systemctl show -P MainPID pilotlight-web@8000); sleep 1"
    )
    walk.machine.ask("pkill -KILL --parent $(systemctl show -P MainPID pilotlight-web@8000)")
    walk.site_is_ready()


ACTIVE = "SELECT count(*) FROM innovation_user WHERE is_active"


def a_moment(walk: Walk) -> None:
    """Somebody at psql takes away every account; the cluster goes back to before that."""
    more = 'pilotlight create_administrator {}@example.org "{}" --unit "Lakeshore Health"'
    walk.machine.ask(more.format("mina", "Mina Sato"))
    before, moment = walk.sql(ACTIVE), walk.sql("SELECT clock_timestamp()")
    walk.machine.ask(more.format("late", "Lars Later"))
    walk.sql("TRUNCATE innovation_user CASCADE")
    walk.must("accounts after a mistake", f"echo '{walk.sql(ACTIVE)}'", "0")
    began = time.monotonic()
    said = walk.do(document.MOMENT, MOMENT=moment)
    dev.say(
        f"    back at {moment} after {time.monotonic() - began:.0f} s, a new base backup with it"
    )
    walk.must("accounts as before it", f"echo '{walk.sql(ACTIVE)}'", before)
    if "Lars" in walk.sql("SELECT string_agg(name, ',') FROM innovation_user"):
        raise dev.Trouble("Something from after the moment is there.")
    dev.say("    verify_audit: " + said.split("verify_audit")[-1].strip().splitlines()[1])
    walk.site_is_ready()
    walk.sign_in("again")


def an_upgrade(walk: Walk) -> None:
    """To a release with a migration more, and back, and there again while people work."""
    release(walk.machine.root / "opt/pilotlight-next.tar.gz", newer=True)
    walk.do(document.UPGRADE)
    walk.site_is_ready()
    walk.must("a table of the new version", tables("pilotlight_back"), "1")
    walk.do(document.GOING_BACK)
    walk.site_is_ready()
    walk.must("a table of the new version", tables("pilotlight_before"), "0")
    walk.must("migrations pending", "pilotlight showmigrations --plan | grep -c '^.  .'", "0")
    walk.sign_in("again")
    with visitors(walk):
        walk.do(document.WITHOUT_STOP)
    walk.site_is_ready()
    walk.must("a table of the new version", tables("pilotlight_before"), "1")


VISITORS = """
while sleep 0.3 && test ! -e /opt/home; do
    curl -s -o /dev/null -w '%{http_code}\n' --cacert /etc/pilotlight/tls/fullchain.pem --resolve \
        pilotlight.example.org:443:127.0.0.1 https://pilotlight.example.org/accounts/login/
done > /opt/visitors
"""


@contextlib.contextmanager
def visitors(walk: Walk) -> Iterator[None]:
    """Somebody comes by all the time, and is never turned away."""
    coming = subprocess.Popen(
        walk.machine.command("bash", "-c", VISITORS), env=walk.machine.environment()
    )
    try:
        yield
    finally:
        (walk.machine.root / "opt/home").touch()
        coming.wait()
    answers = (walk.machine.root / "opt/visitors").read_text().split()
    failed = [answer for answer in answers if answer != "200"]
    dev.say(f"    visitors meanwhile: {len(answers)}, turned away: {len(failed)}")
    if failed or not answers:
        raise dev.Trouble(f"Visitors were turned away: {sorted(set(failed))}")


def tables(database: str) -> str:
    asked = "SELECT count(*) FROM pg_class WHERE relname = 'walked'"
    return f'runuser -u postgres -- psql -At {database} -c "{asked}"'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stay", action="store_true", help="keep the machine until Ctrl-C")
    options = parser.parse_args()
    if missing := what_is_missing():
        dev.say("The walk cannot begin here:\n  " + "\n  ".join(missing))
        return 1
    PLACE.mkdir(parents=True, exist_ok=True)
    TYPED.unlink(missing_ok=True)
    began = time.monotonic()
    with dev.step("An empty Debian") as outcome:
        machine = Machine(PLACE)
        machine.make()
        release(machine.root / "opt/pilotlight.tar.gz")
        outcome.append("made")
    try:
        machine.start()
        dev.say(f"    its systemd: process {machine.leader} here, 1 there; shares nothing")
        whole(Walk(machine))
        dev.say(f"\nWalked after {time.monotonic() - began:.0f} s. All that was said: {TYPED}")
        return 0
    except dev.Trouble as trouble:
        dev.say(f"\n{trouble}")
        return 1
    finally:
        if options.stay:
            dev.say(f"It stays until Ctrl-C: {' '.join(machine.command('bash'))}")
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(10**6)
        machine.stop()


if __name__ == "__main__":
    sys.exit(main())
