"""What runs where, by the files of `deploy/` and, as an operator would, by a few variables of each host."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.hosts.network import HERE, address, hosts_file

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
PYTHON = str(ROOT / ".venv" / "bin" / "python")
RABBIT = Path("/usr/lib/rabbitmq/lib")
# Debian's packages, and a program of each by which it is known to be there.
PACKAGES = {
    "patroni": "/usr/bin/patroni",
    "python3-etcd": "/usr/lib/python3/dist-packages/etcd",
    "etcd-server": "/usr/bin/etcd",
    "haproxy": "/usr/sbin/haproxy",
    "rabbitmq-server": "/usr/sbin/rabbitmq-server",
    "postgresql-15": "/usr/lib/postgresql/15/bin/postgres",
    "iproute2": "/usr/sbin/ip",
    "openssl": "/usr/bin/openssl",
}
DATABASE = "pilotlight"


@dataclass(frozen=True)
class Secrets:
    owner: str
    database: str
    broker: str


def missing() -> list[str]:
    return [name for name, path in PACKAGES.items() if not Path(path).exists()]


def account_of_ours() -> str:
    """Whoever may run our Python: root, where it lies in root's own home."""
    tried = subprocess.run(
        ["sh", "-c", f"exec {PYTHON} -c ''"],
        check=False,
        capture_output=True,
        user="nobody",
        group="nogroup",
        extra_groups=[],
    )
    return "root" if tried.returncode else "nobody"


def install() -> None:
    """Debian's, without starting them."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "-q", "update"], check=True, env=env)
    command = ["apt-get", "-qy", "install", "--no-install-recommends", *PACKAGES]
    subprocess.run(command, check=True, env=env)


class Site:
    """The folder of a run, and what each host is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._account = account_of_ours()
        self.secrets = Secrets(*(secrets.token_urlsafe(18) for _one in range(3)))
        self._keys = {
            f"PILOTLIGHT_{name}_KEY": secrets.token_urlsafe(48) for name in ("SECRET", "CREDENTIAL")
        }
        folder.chmod(0o755)
        (folder / "log").mkdir(mode=0o777)
        (folder / "log").chmod(0o777)
        (folder / "hosts").write_text(hosts_file())
        (folder / "hosts").chmod(0o644)
        self._certificate()

    def _certificate(self) -> None:
        key, certificate = self.folder / "site.key", self.folder / "site.crt"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3"]
        command += ["-subj", "/CN=pilotlight", "-addext", f"subjectAltName=IP:{address('proxy')}"]
        command += ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)
        (self.folder / "site.pem").write_text(certificate.read_text() + key.read_text())

    def own(self, name: str, user: str) -> str:
        """A folder of a program's own."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(folder, user)
        return str(folder)

    def programs(self, host: str) -> list[dict[str, Any]]:
        kind = host.rstrip("0123456789")
        made = {
            "proxy": self._proxy,
            "web": self._web,
            "work": self._work,
            "db": self._database,
            "mq": self._quorum,
        }[kind](host)
        return [{"env": {}, **one} for one in made]

    def _proxy(self, host: str) -> list[dict[str, Any]]:
        file = self.folder / "visitors.cfg"
        text = (DEPLOY / "haproxy/visitors.cfg").read_text()
        file.write_text(text.replace("/etc/pilotlight/tls/site.pem", str(self.folder / "site.pem")))
        return [self._haproxy(host, file)]

    def _haproxy(self, host: str, file: Path) -> dict[str, Any]:
        return {
            "name": f"{host}.haproxy",
            "command": ["/usr/sbin/haproxy", "-db", "-f", str(file)],
            "user": "root",  # it becomes its own account when it has its port
            "folder": "/",
        }

    def product(self, **more: str) -> dict[str, str]:
        """The environment of whatever is ours, on every host the same."""
        login = f"{DATABASE}:{self.secrets.owner}"
        return {
            "DJANGO_SETTINGS_MODULE": "innovation.settings",
            "PILOTLIGHT_ENV": "development",
            "PILOTLIGHT_DEMO": "off",
            "PILOTLIGHT_HOSTS": "*",
            "PILOTLIGHT_BEHIND_PROXY": "on",
            "PILOTLIGHT_API_RATE": "100000/min",
            "PILOTLIGHT_INTERNAL_HOSTS": HERE,
            "PILOTLIGHT_QUEUE_TYPE": "quorum",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": f"postgresql://{login}@127.0.0.1:5432/{DATABASE}",
            "CELERY_BROKER_URL": f"amqp://pilotlight:{self.secrets.broker}@127.0.0.1:5672//",
            **self._keys,
            **more,
        }

    def _ours(self, host: str, what: str, *module: str) -> dict[str, Any]:
        return {
            "name": f"{host}.{what}",
            "command": [PYTHON, "-m", *module],
            "user": self._account,
            "folder": str(ROOT),
            "env": self.product(),
        }

    def _web(self, host: str) -> list[dict[str, Any]]:
        granian = ["granian", "--interface", "asginl", "--no-ws", "--host", address(host)]
        granian += ["--port", "8000", "--workers", "1", "--workers-kill-timeout", "30"]
        granian += ["--respawn-failed-workers", "innovation.asgi:application"]
        services = DEPLOY / "haproxy/services.cfg"
        return [self._haproxy(host, services), self._ours(host, "web", *granian)]

    def _work(self, host: str) -> list[dict[str, Any]]:
        celery = ("celery", "-A", "innovation")
        worker = ("worker", "--concurrency", "2", "--loglevel", "INFO", "-n", f"worker@{host}")
        schedule = f"{self.own(f'{host}.beat', self._account)}/beat"
        beat = ("beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile=")
        return [
            self._haproxy(host, DEPLOY / "haproxy/services.cfg"),
            self._ours(host, "worker", *celery, *worker),
            self._ours(host, "beat", *celery, *beat),
        ]

    def _database(self, host: str) -> list[dict[str, Any]]:
        home = self.own(host, "postgres")
        env = {
            **of_file(DEPLOY / "patroni/patroni.env", db1=host),
            "PATRONI_POSTGRESQL_DATA_DIR": f"{home}/data",
            "PATRONI_POSTGRESQL_PGPASS": f"{home}/pgpass",
        }
        for account in ("SUPERUSER", "REPLICATION", "REWIND"):
            env[f"PATRONI_{account}_PASSWORD"] = self.secrets.database
        command = ["/usr/bin/patroni", str(DEPLOY / "patroni/patroni.yml")]
        return [
            {
                "name": f"{host}.patroni",
                "command": command,
                "user": "postgres",
                "folder": home,
                "env": env,
            }
        ]

    def _quorum(self, host: str) -> list[dict[str, Any]]:
        """A third of the broker, and a third of those who agree on the primary."""
        etcd = {
            **of_file(DEPLOY / "etcd/etcd.env", mq1=host),
            "ETCD_DATA_DIR": f"{self.own(f'{host}.etcd', 'etcd')}/data",
        }
        return [
            {
                "name": f"{host}.etcd",
                "command": ["/usr/bin/etcd"],
                "user": "etcd",
                "folder": self.own(f"{host}.etcd", "etcd"),
                "env": etcd,
            },
            {
                "name": f"{host}.rabbitmq",
                "command": [str(rabbit("rabbitmq-server"))],
                "user": "rabbitmq",
                "folder": self.own(f"{host}.rabbitmq", "rabbitmq"),
                "env": self.rabbit_env(host),
            },
            {
                "name": f"{host}.watch",
                "command": [str(DEPLOY / "rabbitmq/rabbitmq-watch")],
                "user": "rabbitmq",
                "folder": self.own(f"{host}.rabbitmq", "rabbitmq"),
                "env": {},
            },
        ]

    def rabbit_env(self, host: str) -> dict[str, str]:
        home = self.own(f"{host}.rabbitmq", "rabbitmq")
        cookie = Path(home, ".erlang.cookie")
        if not cookie.exists():
            cookie.write_text("pilotlight")
            cookie.chmod(0o400)
            shutil.chown(cookie, "rabbitmq")
            Path(home, "plugins").write_text("[].\n")
            shutil.copy(DEPLOY / "rabbitmq/advanced.config", home)
            for file in ("plugins", "advanced.config"):
                Path(home, file).chmod(0o644)
        return {
            "HOME": home,
            "RABBITMQ_NODENAME": f"rabbit@{host}",
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(DEPLOY / "rabbitmq/rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/plugins",
            # Two cores for ten machines: a scheduler each, which does not wait busily.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
        }


def rabbit(program: str) -> Path:
    return next(RABBIT.glob("rabbitmq_server-*")) / "sbin" / program


def of_file(path: Path, **hosts: str) -> dict[str, str]:
    """The variables of a file of the first machine, as another one's."""
    found = {}
    for line in path.read_text().splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found[name] = value
    for first, host in hosts.items():
        for name in found:
            if name not in ("ETCD_INITIAL_CLUSTER",):
                found[name] = found[name].replace(first, host)
    return found
