"""Production refuses to start half-configured, and every variable is written down."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from kombu.utils.url import parse_url

from innovation import environment
from tests.patience import PATIENCE

ROOT = Path(settings.BASE_DIR)
WHOLE = {
    "PILOTLIGHT_SECRET_KEY": "a key that is long enough to sign with, and nobody's",
    "PILOTLIGHT_CREDENTIAL_KEY": "another key that is long enough to encrypt with",
    "PILOTLIGHT_HOSTS": "pilotlight.example.org",
    "PILOTLIGHT_URL": "https://pilotlight.example.org/",
    "DATABASE_URL": "postgresql://pilotlight:secret@db.example.org/pilotlight?sslmode=verify-full",
    "CELERY_BROKER_URL": "amqps://broker.example.org//",
}


def start(variables: dict[str, str], show: str = "") -> subprocess.CompletedProcess[str]:
    """Import the settings in a process that knows only these variables."""
    return subprocess.run(
        [sys.executable, "-c", f"from innovation import settings as s; print({show})"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_production_without_a_variable_refuses_and_names_it(name: str) -> None:
    result = start({key: value for key, value in WHOLE.items() if key != name})
    assert result.returncode != 0
    assert f"{name} is not set" in result.stderr


def test_production_with_all_of_them_starts_safely() -> None:
    show = (
        "s.DEBUG, s.DEMO, s.ALLOWED_HOSTS, s.SITE_URL, s.SESSION_COOKIE_SECURE, "
        "s.SECURE_SSL_REDIRECT, s.CELERY_BROKER_TRANSPORT_OPTIONS"
    )
    result = start(WHOLE, show)
    expected = "False False ['pilotlight.example.org'] https://pilotlight.example.org True True"
    confirmed = "{'confirm_publish': True}"
    assert result.stdout.strip() == f"{expected} {confirmed}", result.stderr


@pytest.mark.parametrize(
    ("given", "queue"), [({}, "None"), ({"PILOTLIGHT_QUEUE_TYPE": "quorum"}, "quorum")]
)
def test_queue_is_of_the_type_that_the_environment_says(given: dict[str, str], queue: str) -> None:
    app = "__import__('innovation.celery', fromlist=['app']).app"
    show = f"({app}.amqp.queues['pilotlight'].queue_arguments or {{}}).get('x-queue-type')"
    result = start({**WHOLE, **given}, show)
    assert result.stdout.strip() == queue, result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PILOTLIGHT_SECRET_KEY", "short"),
        ("PILOTLIGHT_CREDENTIAL_KEY", "short"),
        ("PILOTLIGHT_HOSTS", "*"),
        ("PILOTLIGHT_HOSTS", "https://pilotlight.example.org"),
        ("PILOTLIGHT_URL", "pilotlight.example.org"),
        ("PILOTLIGHT_URL", "https://pilotlight.example.org/app?x"),
        ("DATABASE_URL", "sqlite:///pilotlight.db"),
        ("CELERY_BROKER_URL", "memory://"),
        ("PILOTLIGHT_TRIAGE_PROMISE_DAYS", "five"),
        ("PILOTLIGHT_INTERNAL_CEILING", "10.20.0.1/16"),
        ("PILOTLIGHT_INTERNAL_CEILING", "10.20.300.1"),
        ("PILOTLIGHT_INTERNAL_CEILING", "hospital.internal,https://lab.internal"),
    ],
)
def test_production_with_a_value_that_cannot_work_refuses_and_names_it(
    name: str, value: str
) -> None:
    result = start({**WHOLE, name: value})
    assert result.returncode != 0
    assert f"ImproperlyConfigured: {name} " in result.stderr


def test_ceiling_of_internal_hosts_is_networks_and_names() -> None:
    named = "10.20.0.0/16, fd00::/8,.Hospital.internal, *.lab.internal,fhir.internal."
    result = start({**WHOLE, "PILOTLIGHT_INTERNAL_CEILING": named}, "*s.INTERNAL_CEILING")
    expected = (
        "[IPv4Network('10.20.0.0/16'), IPv6Network('fd00::/8')]"
        " ['.hospital.internal', '.lab.internal', 'fhir.internal']"
    )
    assert result.stdout.strip() == expected, result.stderr


@pytest.mark.parametrize(
    ("name", "refused", "taken"),
    [
        (
            "DATABASE_URL",
            [
                "postgresql://p:s@db.example.org/pilotlight",
                "postgresql://p:s@db.example.org/pilotlight?sslmode=require",
                "postgresql://p:s@/pilotlight?host=/run/postgresql,db.example.org",
                "postgresql://p:s@localhost/pilotlight?hostaddr=192.0.2.7",
                "postgresql://p@/pilotlight?service=far",
            ],
            [
                "postgresql://p:s@db.example.org/pilotlight?sslmode=verify-ca",
                "postgresql://p:s@127.0.0.1/pilotlight",
                "postgresql://p@/pilotlight?host=/run/postgresql",
            ],
        ),
        (
            "CELERY_BROKER_URL",
            [
                "redis://broker.example.org/0",
                "rediss://broker.example.org/0",
                "rediss://broker.example.org/0?ssl_cert_reqs=none",
                "rediss://broker.example.org/0?ssl_cert_reqs=required&ssl_check_hostname=false",
                "amqp://broker.example.org//",
                "amqps://broker.example.org//?ssl_cert_reqs=none",
                "amqps://broker.example.org//;amqp://other.example.org//",
                "sentinel://broker.example.org/0",
            ],
            [
                "rediss://broker.example.org/0?ssl_cert_reqs=required",
                "amqps://broker.example.org//",
                "redis://:word@[::1]:6379/0",
                "redis+socket:///run/valkey.sock",
            ],
        ),
    ],
)
def test_way_to_a_part_that_proves_nothing_refuses_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, refused: list[str], taken: list[str]
) -> None:
    for variable in ("PGHOST", "PGSSLMODE"):
        monkeypatch.delenv(variable, raising=False)

    def proven(url: str) -> bool:
        if name == "CELERY_BROKER_URL":
            return environment.broker_is_proven(url)
        database = environment.env.db_url_config(url)
        options = database.setdefault("OPTIONS", {})
        database["HOST"] = options.pop("host", database["HOST"])
        return environment.database_is_proven(database)

    assert [url for url in refused if proven(url)] == []
    assert [url for url in taken if not proven(url)] == []
    result = start({**WHOLE, name: refused[0]})
    assert f"{name} leads over a network without checking" in result.stderr
    trusted = start({**WHOLE, name: refused[0], "PILOTLIGHT_TRUSTED_NETWORK": "on"})
    assert trusted.returncode == 0, trusted.stderr


def test_database_that_only_libpq_is_told_of_is_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    monkeypatch.setenv("PGHOST", "db.example.org")
    assert not environment.database_is_proven({"HOST": "", "OPTIONS": {}})
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert environment.database_is_proven({"HOST": "", "OPTIONS": {}})


def test_certificate_of_the_site_reaches_both_parts() -> None:
    """As docs/operations.md writes it: in place of a password that stands for years."""
    database = environment.env.db_url_config(
        "postgresql://site@db.internal/p?sslmode=verify-full&sslcert=/e/site.pem&sslkey=/e/site.key"
    )
    assert database["OPTIONS"] == {
        "sslmode": "verify-full",
        "sslcert": "/e/site.pem",
        "sslkey": "/e/site.key",
    }
    assert environment.database_is_proven(database)
    broker = (
        "rediss://broker.internal/0?ssl_cert_reqs=required&ssl_ca_certs=/e/ca.pem"
        "&ssl_certfile=/e/site.pem&ssl_keyfile=/e/site.key"
    )
    assert parse_url(broker)["ssl"] == {
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
        "ssl_ca_certs": "/e/ca.pem",
        "ssl_certfile": "/e/site.pem",
        "ssl_keyfile": "/e/site.key",
    }
    assert environment.broker_is_proven(broker)


def test_broker_over_amqps_is_asked_for_the_certificate_of_its_own_name() -> None:
    result = start(WHOLE, "s.CELERY_BROKER_USE_SSL")
    told = "{'cert_reqs': <VerifyMode.CERT_REQUIRED: 2>, 'server_hostname': None}"
    assert result.stdout.strip() == told, result.stderr


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    """As systemd, Docker and the agent of a vault write them, with a line break at the end."""
    files = {}
    for name, value in WHOLE.items():
        (tmp_path / name).write_text(f"{value}\n")
        files[f"{name}_FILE"] = str(tmp_path / name)
    show = "s.SECRET_KEY, s.CREDENTIAL_KEY, s.CELERY_BROKER_URL, sep='|'"
    names = ("PILOTLIGHT_SECRET_KEY", "PILOTLIGHT_CREDENTIAL_KEY", "CELERY_BROKER_URL")
    result = start(files, show)
    assert result.stdout == "|".join(WHOLE[name] for name in names) + "\n", result.stderr


@pytest.mark.parametrize("name", ["PILOTLIGHT_SECRET_KEY", "DATABASE_URL"])
def test_secret_given_twice_or_in_a_file_that_is_not_there_is_refused(name: str) -> None:
    twice = start({**WHOLE, f"{name}_FILE": "/dev/null"})
    assert f"Both {name} and {name}_FILE are set. Keep one of them." in twice.stderr
    rest = {key: value for key, value in WHOLE.items() if key != name}
    lost = start({**rest, f"{name}_FILE": "/nowhere/it"})
    assert f"{name}_FILE names /nowhere/it, which cannot be read" in lost.stderr


PUT_TOGETHER = ("PILOTLIGHT_OIDC_ENTRA_", "PILOTLIGHT_SAML_SHIB_", "PILOTLIGHT_KEEP_")
OIDC = {
    "PILOTLIGHT_OIDC": "Entra",
    "PILOTLIGHT_OIDC_ENTRA_NAME": "Entra ID",
    "PILOTLIGHT_OIDC_ENTRA_ISSUER": "https://login.example.org/tenant/v2.0",
    "PILOTLIGHT_OIDC_ENTRA_CLIENT_ID": "pilotlight",
    "PILOTLIGHT_OIDC_ENTRA_CLIENT_SECRET": "between the two",
    "PILOTLIGHT_OIDC_ENTRA_DOMAINS": "Example.org,wards.example.org",
}
SAML = {
    "PILOTLIGHT_SAML": "shib",
    "PILOTLIGHT_SAML_SHIB_ENTITY_ID": "https://idp.example.org/shibboleth",
    "PILOTLIGHT_SAML_SHIB_SIGN_IN_URL": "https://idp.example.org/sso",
    "PILOTLIGHT_SAML_SHIB_CERTIFICATES": "MIIB,MIIC",
    "PILOTLIGHT_SAML_SHIB_SECOND_STEP": "urn:mfa",
}


def test_identity_providers_stand_side_by_side() -> None:
    show = (
        "[(p['key'], p['name'], p['speaks'], p['domains'], p['second_step']) "
        "for p in s.IDENTITY_PROVIDERS], s.IDENTITY_PROVIDERS[1]['certificates'], s.ONLY_SSO"
    )
    result = start({**WHOLE, **OIDC, **SAML}, show)
    assert result.stdout.strip() == (
        "[('entra', 'Entra ID', 'openid', ['example.org', 'wards.example.org'], []), "
        "('shib', 'Shib', 'saml', [], ['urn:mfa'])] ['MIIB', 'MIIC'] False"
    ), result.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"PILOTLIGHT_OIDC": "a/b"}, "PILOTLIGHT_OIDC names 'a/b'"),
        ({"PILOTLIGHT_OIDC_ENTRA_ISSUER": ""}, "PILOTLIGHT_OIDC_ENTRA_ISSUER is not set"),
        ({"PILOTLIGHT_OIDC_ENTRA_ISSUER": "http://login.example.org"}, "must be the issuer"),
        ({"PILOTLIGHT_SAML_SHIB_CERTIFICATES": ""}, "PILOTLIGHT_SAML_SHIB_CERTIFICATES is not set"),
        (
            {name.replace("SHIB", "ENTRA"): value for name, value in SAML.items()}
            | {"PILOTLIGHT_SAML": "entra"},
            "Two identity providers have one key",
        ),
        ({"PILOTLIGHT_ONLY_SSO": "on"}, "an account for the day on which that is away"),
    ],
)
def test_identity_provider_that_cannot_work_is_refused_and_named(
    wrong: dict[str, str], said: str
) -> None:
    result = start({**WHOLE, **OIDC, **SAML, **wrong})
    assert result.returncode != 0
    assert said in result.stderr


@pytest.mark.parametrize("name", ["IDLE_MINUTES", "TOKEN_DAYS", "WEB_THREADS", "BODY_SECONDS"])
def test_a_limit_that_shuts_everybody_out_is_refused(name: str) -> None:
    result = start({**WHOLE, f"PILOTLIGHT_{name}": "0"})
    assert f"PILOTLIGHT_{name} must be 1 or more." in result.stderr


def test_a_bound_for_files_that_no_value_of_the_database_holds_is_refused() -> None:
    result = start({**WHOLE, "PILOTLIGHT_LARGEST_FILE_MB": "901"})
    assert "PILOTLIGHT_LARGEST_FILE_MB must be 900 or less." in result.stderr


@pytest.mark.parametrize(("level", "written"), [("INFO", True), ("ERROR", False)])
def test_what_is_below_the_level_of_the_log_is_not_written(level: str, written: bool) -> None:
    logger = "__import__('logging').getLogger('django.request')"
    show = f"__import__('django').setup(), {logger}.warning('refused')"
    named = {"PILOTLIGHT_LOG_LEVEL": level, "DJANGO_SETTINGS_MODULE": "innovation.settings"}
    result = start({**WHOLE, **named}, show)
    assert result.returncode == 0, result.stderr
    assert ("refused" in result.stderr) == written


def test_hosts_may_stand_apart() -> None:
    hosts = {"PILOTLIGHT_HOSTS": "a.example.org, b.example.org"}
    result = start({**WHOLE, **hosts}, "s.ALLOWED_HOSTS")
    assert result.stdout.strip() == "['a.example.org', 'b.example.org']", result.stderr


def test_production_passes_djangos_own_checks() -> None:
    """One is left to whoever runs it: what the browsers' own lists say is not ours to say."""
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **WHOLE},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert set(re.findall(r"security\.W\d+", result.stderr)) == {"security.W021"}


def test_cookies_of_production_belong_to_the_host_alone() -> None:
    show = (
        "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.THEME_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE"
    )
    expected = "__Host-sessionid __Host-csrftoken __Host-pilotlight_theme True True"
    assert start(WHOLE, show).stdout.strip() == expected


def test_browsers_are_told_to_stay_with_tls() -> None:
    show = "s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS"
    assert start(WHOLE, show).stdout.strip() == "31536000 True"
    apart = {**WHOLE, "PILOTLIGHT_HSTS_SUBDOMAINS": "off"}
    assert start(apart, show).stdout.strip() == "31536000 False"


def test_passwords_of_production_are_hashed_slowly() -> None:
    assert start(WHOLE, "s.PASSWORD_HASHERS[0]").stdout.strip().endswith("PBKDF2PasswordHasher")


def test_production_never_loads_the_demo() -> None:
    result = start({**WHOLE, "PILOTLIGHT_DEMO": "on"}, "s.DEMO, 'demo' in s.INSTALLED_APPS")
    assert result.stdout.strip() == "False False", result.stderr


def test_an_unknown_environment_is_refused() -> None:
    result = start({**WHOLE, "PILOTLIGHT_ENV": "staging"})
    assert result.returncode != 0
    assert "must be development, test or production" in result.stderr


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql://anna@/pilotlight?host=/var/run/postgresql", "/var/run/postgresql"),
        ("postgresql://anna:x@db.example.org:6432/pilotlight?sslmode=verify-ca", "db.example.org"),
    ],
)
def test_database_url_takes_a_host_and_a_socket(url: str, host: str) -> None:
    result = start({**WHOLE, "DATABASE_URL": url}, "s.DATABASES['default']['HOST']")
    assert result.stdout.strip() == host, result.stderr


def test_every_variable_is_in_the_operations_page() -> None:
    ours = ROOT / "innovation"
    sources = [
        ours / "settings.py",
        ours / "environment.py",
        ROOT / "dev.py",
        ROOT / "tests" / "shared.py",
    ]
    sources += [ROOT / "tests" / "probes" / "__init__.py", ours / "web" / "metric_files.py"]
    used = {
        name
        for source in sources
        for name in re.findall(
            r"\"(PILOTLIGHT_[A-Z_]+|DATABASE_URL|CELERY_BROKER_URL|PROMETHEUS_MULTIPROC_DIR)\"",
            source.read_text(),
        )
    }
    told = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.M)
    )
    assert used - told == set()
    # Names that are put together: by a provider's key, for which ENTRA and SHIB stand, or a kind.
    put_together = {name for name in told if name.startswith(PUT_TOGETHER)}
    assert told - used - put_together <= {"PILOTLIGHT_DEMO_HOSPITAL", "PILOTLIGHT_DEMO_TODAY"}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "PILOTLIGHT_LANGUAGE",
            "fr",
            "PILOTLIGHT_LANGUAGE is 'fr', which does not exist. There is: en-gb, en-us.",
        ),
        ("PILOTLIGHT_TIME_ZONE", "Europe/Londn", "There is: Europe/London"),
    ],
)
def test_a_language_or_zone_that_does_not_exist_is_answered_with_those_that_do(
    name: str, value: str, sentence: str
) -> None:
    result = start({**WHOLE, name: value})
    assert result.returncode != 0
    assert sentence in result.stderr


def shown_by(entry: str, show: str, **variables: str) -> str:
    """What the settings are in a process that begins with this module."""
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import {entry}; from django.conf import settings as s; print({show})",
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **WHOLE,
            **variables,
            "DJANGO_SETTINGS_MODULE": "innovation.settings",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize(
    ("entry", "pooled"), [("innovation.wsgi", True), ("innovation.asgi", True), ("celery", False)]
)
def test_a_pool_of_connections_reaches_web_processes_alone(entry: str, pooled: bool) -> None:
    """A prefork worker closes its pool after every task, and psycopg_pool 3.3 opens four sessions
    for the next one (celery 5.7.0; see findings/)."""
    show = "bool(s.DATABASES['default']['OPTIONS']['pool'])"
    assert shown_by(entry, show, PILOTLIGHT_DATABASE_POOL="on") == str(pooled)


@pytest.mark.parametrize(
    ("entry", "limited"), [("innovation.asgi", True), ("innovation.celery", False)]
)
def test_statements_end_by_themselves_in_web_processes_alone(entry: str, limited: bool) -> None:
    """A migration, a command or a pull takes the time that it takes."""
    show = "s.DATABASES['default']['OPTIONS'].get('options', '')"
    shown = shown_by(entry, show, PILOTLIGHT_STATEMENT_SECONDS="17")
    assert ("statement_timeout=17s" in shown) == limited
