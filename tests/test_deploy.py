"""What lies in deploy/ is read by the programs that it is for, and names settings that there are."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from django.conf import settings
from django.urls import reverse

DEPLOY = Path(settings.BASE_DIR) / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
ALWAYS = ["pilotlight-web@", "pilotlight-worker@", "pilotlight-beat"]


def needs(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{program} is not on this machine")
    return found


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The units as they lie there, but for the folder of their programs."""
    folder = tmp_path_factory.mktemp("units")
    programs = folder / "opt/venv/bin"
    programs.mkdir(parents=True)
    for name in ("granian", "celery", "python", "pgbackrest"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for unit in UNITS:
        text = unit.read_text().replace("/opt/pilotlight", str(folder / "opt"))
        text = text.replace("/usr/bin/pgbackrest", str(programs / "pgbackrest"))
        (folder / unit.name).write_text(text)
    return [str(folder / unit.name.replace("@.", "@8000.")) for unit in UNITS]


def test_systemd_reads_the_units_without_a_word(units: list[str]) -> None:
    command = [needs("systemd-analyze"), "verify", "--man=no", *units]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "pilotlight" in line]
    assert ours == []


def test_systemd_calls_the_services_well_closed(units: list[str]) -> None:
    analyse = needs("systemd-analyze")
    for unit in units:
        if not unit.endswith(".service"):
            continue
        path = unit.replace("@8000.", "@.")
        command = [analyse, "security", "--offline=true", "--threshold=25", path]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-300:] + done.stderr


@pytest.mark.parametrize("name", ALWAYS)
def test_whatever_died_is_started_again_without_an_end(name: str) -> None:
    text = (DEPLOY / f"systemd/{name}.service").read_text()
    assert "\nRestart=always\n" in text
    assert "\nStartLimitIntervalSec=0\n" in text


def test_worker_that_is_shut_off_from_the_boot_id_is_told_it() -> None:
    """By ProcSubset=pid, /proc/sys is not there: a worker would know no other one of its machine (2026-11-29)."""
    text = (DEPLOY / "systemd/pilotlight-worker@.service").read_text()
    assert "ProcSubset=pid" in text
    assert "Environment=PILOTLIGHT_BOOT=%b" in text


def test_units_and_containers_run_what_the_documentation_says() -> None:
    documented = (DEPLOY.parent / "docs/operations.md").read_text()
    for program in ("granian --interface asginl --no-ws", "celery -A innovation worker"):
        assert program in documented
        for file in ("compose.yaml", "systemd/pilotlight-web@.service"):
            if program.startswith("granian"):
                assert program in (DEPLOY / file).read_text()


def test_settings_named_there_are_settings_of_ours() -> None:
    ours = DEPLOY.parent / "innovation"
    source = "".join((ours / name).read_text() for name in ("settings.py", "environment.py"))
    named = {
        name
        for path in DEPLOY.rglob("*")
        if path.is_file()
        for name in re.findall(r"\bPILOTLIGHT_[A-Z_]+", path.read_text())
    }
    unknown = {name for name in named if name.removesuffix("_FILE") not in source}
    assert named
    assert not unknown


def test_nginx_reads_its_configuration(tmp_path: Path) -> None:
    nginx = needs("nginx")
    command = [needs("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=pilotlight.example.org"]
    command += ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)
    site = (DEPLOY / "nginx/pilotlight.conf").read_text()
    for there, here in {
        "/etc/nginx/pilotlight.servers": DEPLOY / "nginx/pilotlight.servers",
        "/etc/pilotlight/tls": tmp_path,
        "/var/log/nginx": tmp_path,
    }.items():
        assert there in site
        site = site.replace(there, str(here))
    (tmp_path / "site.conf").write_text(site)
    whole = f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
    whole += f"http {{ include {tmp_path}/site.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [nginx, "-t", "-c", str(tmp_path / "nginx.conf")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_proxies_write_no_line_of_an_anonymous_answer() -> None:
    nginx = (DEPLOY / "nginx/pilotlight.conf").read_text()
    unlogged, rest = re.findall(
        r"map \$uri \$pilotlight_logged \{\s+~(\S+) 0;\s+default (1);", nginx
    )[0]
    assert re.match(unlogged, reverse("pilots:survey-answer", args=["x" * 20]))
    assert (re.match(unlogged, "/accounts/login/"), rest) == (None, "1")
    logs = re.findall(r"^ +access_log .*", nginx, flags=re.MULTILINE)
    assert len(logs) == nginx.count("\nserver {")
    assert all(one.endswith("if=$pilotlight_logged;") for one in logs)
    haproxy = (DEPLOY / "haproxy/visitors.cfg").read_text()
    assert "set-log-level silent if { path_beg /a/ }" in haproxy


def test_containers_come_back_and_all_that_they_name_is_there() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    for name, service in services.items():
        assert service["restart"] == ("no" if name == "migrate" else "always")
        assert set(service.get("secrets", [])) <= compose["secrets"].keys()
        assert set(service.get("depends_on", {})) <= services.keys()
        # Nothing of the site itself is kept: another version of it brings its own files.
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in compose["volumes"]
    assert len([one for one in services.values() if " beat " in one.get("command", "")]) == 1


def compose_file() -> dict[str, Any]:
    """With what YAML merges written out, as Compose itself reads it first."""
    whole: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return {name: part for name, part in whole.items() if not name.startswith("x-")}


def test_compose_file_is_of_the_specification() -> None:
    parsed = PyCompose.from_yaml(yaml.safe_dump(compose_file()))
    assert set(parsed.service_names()) == {"migrate", "web", "worker", "beat", "database", "broker"}


@pytest.mark.parametrize(
    ("service", "wrong"),
    [
        ("web", {"restrat": "always"}),
        ("web", {"restart": "sometimes"}),
        ("worker", {"stop_grace_period": "ten minutes"}),
        ("beat", {"depends_on": {"migrate": {"condition": "service_done"}}}),
    ],
)
def test_what_compose_would_refuse_is_found(service: str, wrong: dict[str, Any]) -> None:
    compose = compose_file()
    compose["services"][service] |= wrong
    with pytest.raises(ValueError, match=service):
        PyCompose.from_yaml(yaml.safe_dump(compose))


def test_image_collects_its_files_without_a_database_or_a_secret(tmp_path: Path) -> None:
    """The values that the Dockerfile gives are enough to start with in production."""
    given = dict(re.findall(r"\b([A-Z_]{9,})=(\S+)", (DEPLOY / "Dockerfile").read_text()))
    assert given.pop("PILOTLIGHT_STATIC_ROOT") == "/static"
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--dry-run"],
        cwd=DEPLOY.parent,
        env={**given, "PATH": "/usr/bin:/bin", "PILOTLIGHT_STATIC_ROOT": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "static files copied" in done.stdout


def test_proxies_send_what_the_site_believes() -> None:
    """PILOTLIGHT_BEHIND_PROXY: the proxy sets the scheme and the address itself."""
    nginx = (DEPLOY / "nginx/pilotlight.conf").read_text()
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in nginx
    assert "X-Forwarded-For $proxy_add_x_forwarded_for;" in nginx
    # A request's id is the site's own: what a visitor sends as one goes no further.
    assert 'proxy_set_header X-Request-ID "";' in nginx
    assert 'proxy_set_header traceparent "";' in nginx
    caddy = (DEPLOY / "caddy/Caddyfile").read_text()
    assert "header_up -X-Request-ID" in caddy
    assert "header_up -traceparent" in caddy
    haproxy = (DEPLOY / "haproxy/visitors.cfg").read_text()
    assert "http-request del-header X-Request-ID" in haproxy
    assert "http-request del-header traceparent" in haproxy


@pytest.mark.parametrize("name", ["visitors", "services"])
def test_haproxy_reads_its_configuration(name: str, tmp_path: Path) -> None:
    """With the names of the machines, which no resolver of the tests knows, on loopback."""
    haproxy, openssl = needs("haproxy"), needs("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=pilotlight", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    (tmp_path / "site.pem").write_text(certificate.read_text() + key.read_text())
    text = (DEPLOY / f"haproxy/{name}.cfg").read_text()
    text = text.replace("/etc/pilotlight/tls", str(tmp_path))
    text = re.sub(r" (?:web|db|mq)\d:(\d+)", r" 127.0.0.1:\1", text)
    (tmp_path / "haproxy.cfg").write_text(text)
    command = [haproxy, "-c", "-f", str(tmp_path / "haproxy.cfg")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_several_machines_have_one_name_each_in_all_files() -> None:
    services = (DEPLOY / "haproxy/services.cfg").read_text()
    patroni = yaml.safe_load((DEPLOY / "patroni/patroni.yml").read_text())
    voters = [host.partition(":")[0] for host in patroni["etcd3"]["hosts"].split(",")]
    etcd = (DEPLOY / "etcd/etcd.env").read_text()
    rabbitmq = (DEPLOY / "rabbitmq/rabbitmq.conf").read_text()
    assert re.findall(r"^    server (mq\d) ", services, re.MULTILINE) == voters
    assert re.findall(r"(mq\d)=http", etcd) == voters
    assert re.findall(r"rabbit@(mq\d)", rabbitmq) == voters
    assert len(voters) % 2 == 1, "an even number agrees on no more"


def test_patroni_waits_for_the_standby_and_steps_down_before_another_may_lead() -> None:
    patroni = yaml.safe_load((DEPLOY / "patroni/patroni.yml").read_text())
    kept = patroni["bootstrap"]["dcs"]
    assert kept["synchronous_mode"] is True
    assert kept["ttl"] >= kept["loop_wait"] + 2 * kept["retry_timeout"]  # Patroni's own rule
    etcd = (DEPLOY / "etcd/etcd.env").read_text()
    [elects] = re.findall(r"^ETCD_ELECTION_TIMEOUT=(\d+)$", etcd, re.MULTILINE)
    assert kept["retry_timeout"] >= 2 * int(elects) / 1000, "or it steps down while etcd elects"
    text = (DEPLOY / "patroni/patroni.yml").read_text()
    assert "password:" not in text


def test_command_for_operators_is_given_what_the_units_are() -> None:
    command = (DEPLOY / "pilotlight").read_text()
    unit = (DEPLOY / "systemd/pilotlight-web@.service").read_text()
    for given in (r"LoadCredential=(\w+):", r"(?:--setenv|Environment)=(\w+_FILE)=", r"User=(\w+)"):
        assert set(re.findall(given, command)) == set(re.findall(given, unit)) != set()
    done = subprocess.run(
        ["sh", "-n", DEPLOY / "pilotlight"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
