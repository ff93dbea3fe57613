"""Every setting, from the environment. `docs/operations.md` lists the variables."""

import re
import ssl
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from innovation.environment import (
    DEVELOPING,
    ENVIRONMENT,
    breached_list,
    broker_is_proven,
    database_is_proven,
    env,
    networks,
    networks_and_names,
    one_of,
    openid_provider,
    optional,
    provider_keys,
    required,
    saml_provider,
    whole,
)
from innovation.rules.database.hanging import WatchedConnection

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = ENVIRONMENT == "development" and env.bool("PILOTLIGHT_DEBUG", default=False)
_KEY = {"shape": ".{32,}", "must": "is too short to keep anything secret: at least 32 characters"}
SECRET_KEY = required("PILOTLIGHT_SECRET_KEY", "development only, not a secret", **_KEY)
# Secrets at rest (rules/key_ring.py) are encrypted with this key, which never enters the database;
# while it is replaced, what its predecessor sealed is still read.
CREDENTIAL_KEY = required("PILOTLIGHT_CREDENTIAL_KEY", "development only, not a secret", **_KEY)
FORMER_CREDENTIAL_KEY = env.str("PILOTLIGHT_FORMER_CREDENTIAL_KEY", default="").strip()
ALLOWED_HOSTS = (
    env.list("PILOTLIGHT_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
    if DEVELOPING
    else re.split(
        r"[\s,]+",
        required(
            "PILOTLIGHT_HOSTS", shape=r"[^*/]+", must="must name the hosts, without * or https://"
        ),
    )
)
CSRF_TRUSTED_ORIGINS = env.list("PILOTLIGHT_ORIGINS", default=[])
SITE_URL = required(
    "PILOTLIGHT_URL",
    "http://localhost:8000",
    shape=r"https?://[^\s/?#]+/*",
    must="must be an address that begins with https:// and ends with the host",
).rstrip("/")
ORGANISATION = env.str("PILOTLIGHT_ORGANISATION", default="Pilotlight")
CURRENCY = env.str("PILOTLIGHT_CURRENCY", default="USD")
# Hosts that a source may reach although their address is not public (an internal FHIR server).
# Everything else that is not a global address is refused.
INTERNAL_HOSTS = env.list("PILOTLIGHT_INTERNAL_HOSTS", default=[])
# Within this, administrators of units name further ones on their page.
INTERNAL_CEILING = networks_and_names("PILOTLIGHT_INTERNAL_CEILING")
# Where databases lie that are files, for sources; none may be opened elsewhere.
_FILES = optional("PILOTLIGHT_WAREHOUSE_FILES", shape=r"/.*", must="must begin with a slash")
WAREHOUSE_FILES = Path(_FILES) if _FILES else None
# The role of the database that the site runs as, which migrations give its rights.
SITE_ROLE = env.str("PILOTLIGHT_SITE_ROLE", default="").strip()
# Which start of the machine this is, for processes that are shut off from where the kernel says it.
BOOT = optional("PILOTLIGHT_BOOT", shape=r"[0-9a-f-]{32,36}", must="must be the id of a boot")
# So many workers together wait for slow sources; the others are for the rest.
SLOW_WORKERS = whole("PILOTLIGHT_SLOW_WORKERS", 2, least=1)
# Working days within which a person answers a new need.
TRIAGE_PROMISE_DAYS = whole("PILOTLIGHT_TRIAGE_PROMISE_DAYS", 5)
# The demo hospital lives in an app of its own, which production never loads.
DEMO = DEVELOPING and env.bool("PILOTLIGHT_DEMO", default=DEVELOPING)

INSTALLED_APPS = [
    "innovation",
    "pilots",
    "okrs",
    *(["demo"] if DEMO and (BASE_DIR / "demo" / "__init__.py").exists() else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "pgtrigger",
    "tree_queries",
]

MIDDLEWARE = [
    "innovation.web.middleware.AnsweredMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "innovation.web.collected_files.CollectedFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "innovation.web.middleware.ReadableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "innovation.web.middleware.DatabaseAwayMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "innovation.web.middleware.NotKeptMiddleware",
    "innovation.web.middleware.ReaderMiddleware",
    "innovation.web.middleware.IdleMiddleware",
    "innovation.people.deputies.DeputyMiddleware",
    "innovation.web.middleware.RefusalMiddleware",
    "innovation.workflow.sendings.SentOnceMiddleware",
]

ROOT_URLCONF = "innovation.urls"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
WSGI_APPLICATION = "innovation.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "innovation.web.loading.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "innovation.web.navigation.shell",
            ],
            # Loaded by name in each template, so that an editor can follow a tag to its function.
            "libraries": {"components": "innovation.web.templatetags.components"},
        },
    }
]

# Data
DATABASES = {
    "default": {
        **env.db_url_config(
            required(
                "DATABASE_URL",
                "postgres:///pilotlight?host=/nowhere",
                shape=r"(postgres|postgresql|psql|pgsql)://.+",
                must="must be the address of a PostgreSQL database: postgresql://…",
            )
        ),
        "ENGINE": "innovation.rules.database",
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
# `?host=/directory` is how libpq writes a Unix socket; dbshell and others look for HOST.
DATABASES["default"]["HOST"] = DATABASES["default"]["OPTIONS"].pop(
    "host", DATABASES["default"]["HOST"]
)
# Whoever runs it says that nobody else hears or answers on the way to the database and the broker.
TRUSTED_NETWORK = env.bool("PILOTLIGHT_TRUSTED_NETWORK", default=False)
if not (DEVELOPING or TRUSTED_NETWORK or database_is_proven(DATABASES["default"])):
    raise ImproperlyConfigured(
        "DATABASE_URL leads over a network without checking whose database answers. Add "
        "?sslmode=verify-full&sslrootcert=/path/of/the/authority.pem, or set "
        "PILOTLIGHT_TRUSTED_NETWORK=on if the way is secured otherwise."
    )
# How long others are waited for. What stands still behind a line that is whole is noticed by
# web/watch.py; these are for lines that are cut, and for statements that take too long for a page.
# Whatever DATABASE_URL says of them wins.
IS_WEB = env.str("PILOTLIGHT_PROCESS", default="") == "web"
CONNECT_SECONDS = whole("PILOTLIGHT_CONNECT_SECONDS", 2, least=2)
STATEMENT_SECONDS = whole("PILOTLIGHT_STATEMENT_SECONDS", 30)
LOCK_SECONDS = whole("PILOTLIGHT_LOCK_SECONDS", 10)
# A migration that waits for a table keeps everybody who comes after it waiting (commands/migrate.py).
MIGRATION_LOCK_SECONDS = whole("PILOTLIGHT_MIGRATION_LOCK_SECONDS", 2, least=1)
for option, value in {
    "connect_timeout": CONNECT_SECONDS if IS_WEB else 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}.items():
    DATABASES["default"]["OPTIONS"].setdefault(option, value)
if IS_WEB:
    # Commands, migrations and workers take the time that they take.
    limits = f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
    given = DATABASES["default"]["OPTIONS"].get("options", "")
    DATABASES["default"]["OPTIONS"]["options"] = f"{limits} {given}".strip()
# In a worker, Celery would close the pool after every task, and each task would open four sessions
# (celery 5.7, psycopg_pool 3.3; findings/ has it). The web entry points say what they are.
DATABASES["default"]["OPTIONS"]["pool"] = (
    env.bool("PILOTLIGHT_DATABASE_POOL", default=False)
    and IS_WEB
    and {"timeout": CONNECT_SECONDS, "connection_class": WatchedConnection, "reconnect_timeout": 5}
)
if not DATABASES["default"]["OPTIONS"]["pool"]:
    DATABASES["default"]["CONN_MAX_AGE"] = whole("PILOTLIGHT_CONN_MAX_AGE", 60)
if template := env.str("PILOTLIGHT_TEST_TEMPLATE", default=""):
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}  # migrated by dev.py, once for all
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Of a request: all but files, which go to the disk above five megabytes; and with files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A file of numbers, which the database keeps as one value: that is below a gigabyte, whatever is set.
LARGEST_FILE = whole("PILOTLIGHT_LARGEST_FILE_MB", 50, least=1, most=900) * 1024 * 1024
LARGEST_UPLOAD = max(60 * 1024 * 1024, LARGEST_FILE + 10 * 1024 * 1024)
# Of a web process: how many requests it answers at a time, and how long a body may take to come.
WEB_THREADS = whole("PILOTLIGHT_WEB_THREADS", 2, least=1)
BODY_SECONDS = whole("PILOTLIGHT_BODY_SECONDS", 30, least=1)
# Whoever knows it reads /metrics (innovation/web/scrape.py); without one nothing is counted.
METRICS_TOKEN = optional(
    "PILOTLIGHT_METRICS_TOKEN", shape=r"[!-~]{24,}", must="must be 24 plain characters or more"
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
    # Of each process. A drawing is some 3 kB (compressed), and must not drive out how often somebody asked.
    "drawings": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "drawings",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

# The tokens of the API stand in our own table (people), so knox needs none.
MIGRATION_MODULES = {"knox": None}

# Background work: the database row is the result, the broker only carries ids.
CELERY_BROKER_URL = required(
    "CELERY_BROKER_URL",
    "memory://",
    shape=r"(redis|rediss|redis\+socket|sentinel|amqp|amqps)://.+",
    must="must be the address of a broker: redis://… or amqp://…",
)
if not (DEVELOPING or TRUSTED_NETWORK or broker_is_proven(CELERY_BROKER_URL)):
    raise ImproperlyConfigured(
        "CELERY_BROKER_URL leads over a network without checking whose broker answers. Write "
        "rediss://…?ssl_cert_reqs=required&ssl_ca_certs=/path/of/the/authority.pem or amqps://…, or "
        "set PILOTLIGHT_TRUSTED_NETWORK=on if the way is secured otherwise."
    )
if CELERY_BROKER_URL.startswith("amqps") and not TRUSTED_NETWORK:
    # By itself amqp asks for a certificate and not whose it is (amqp 5.4); None is the host's name.
    CELERY_BROKER_USE_SSL = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}
# Installations that share a broker need a queue each.
CELERY_TASK_DEFAULT_QUEUE = env.str("PILOTLIGHT_QUEUE", default="pilotlight")
# Of several RabbitMQ that keep a copy each: `quorum`. A queue that is there keeps its type.
CELERY_TASK_DEFAULT_QUEUE_TYPE = one_of("PILOTLIGHT_QUEUE_TYPE", "classic", ["classic", "quorum"])
# A cut line is noticed within as many seconds (RabbitMQ).
CELERY_BROKER_HEARTBEAT = 20
# Any number may run, of which one leads.
CELERY_BEAT_SCHEDULER = "innovation.workflow.scheduler:LeadingScheduler"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# A page waits so long for a broker that stands still; what it would have sent is due in the database.
BROKER_SECONDS = whole("PILOTLIGHT_BROKER_SECONDS", 1, least=1)
CELERY_BROKER_CONNECTION_TIMEOUT = BROKER_SECONDS if IS_WEB else 10
_BROKER_PATIENCE = BROKER_SECONDS if IS_WEB else 30
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # Above the longest task, or a slow pull would be delivered twice (Valkey/Redis only).
        "visibility_timeout": 20 * 60,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": _BROKER_PATIENCE,
        "socket_connect_timeout": _BROKER_PATIENCE,
        "socket_keepalive": True,
    }
    if CELERY_BROKER_URL.startswith(("redis", "rediss", "sentinel"))
    else {
        # Sent is what the broker says that it has.
        "confirm_publish": True,
        **({"read_timeout": _BROKER_PATIENCE, "write_timeout": _BROKER_PATIENCE} if IS_WEB else {}),
    }
    if CELERY_BROKER_URL.startswith("amqp")
    else {}
)

# People
AUTH_USER_MODEL = "innovation.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if ENVIRONMENT == "test"
    else [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ]
)
BREACHED_PASSWORDS = breached_list("PILOTLIGHT_BREACHED_PASSWORDS")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "innovation.people.password_words.HouseWordsValidator"},
]
if BREACHED_PASSWORDS:
    AUTH_PASSWORD_VALIDATORS.append(
        {
            "NAME": "innovation.people.breached.BreachedPasswordValidator",
            "OPTIONS": {"path": BREACHED_PASSWORDS},
        }
    )
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "innovation.federation.adapter.FederatedAccountAdapter"
SOCIALACCOUNT_ADAPTER = "innovation.federation.adapter.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a new password, and of a second step switched on or off
ACCOUNT_SESSION_REMEMBER = None
# Passwords and codes are slowed down by innovation.people.guesses, for all processes together.
ACCOUNT_RATE_LIMITS = (
    False
    if ENVIRONMENT == "test"
    else {"login": None, "login_failed": None, "reauthenticate": None}
)
MFA_ADAPTER = "innovation.people.adapter.SecondStepAdapter"
# Recovery codes are ours (people/recovery_codes.py): the library keeps what they are made from.
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_FORMS = {
    "authenticate": "innovation.people.second_steps.CodeForm",
    "reauthenticate": "innovation.people.second_steps.CodeAgainForm",
    "add_webauthn": "innovation.people.second_steps.NewPasskeyForm",
    "edit_webauthn": "innovation.people.second_steps.PasskeyNameForm",
    "authenticate_webauthn": "innovation.people.second_steps.PasskeyForm",
    "reauthenticate_webauthn": "innovation.people.second_steps.PasskeyAgainForm",
    "login_webauthn": "innovation.people.second_steps.PasskeyAloneForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey is always used with a finger, a face or a PIN: it may stand for both steps, and a key
# that somebody left in a computer gives nothing to whoever touches it.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# A signature cannot be guessed; a hospital at change of shift stands behind one address.
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
# Who decides, keeps accounts or judges risks could do most with a stolen password.
SECOND_FACTOR_ROLES = env.list(
    "PILOTLIGHT_SECOND_FACTOR_ROLES",
    default=[
        *("executive", "administrator", "clinical_safety_reviewer", "security_privacy_reviewer"),
        *("data_ai_reviewer", "finance_reviewer", "operations_reviewer"),
    ]
    if ENVIRONMENT == "production"
    else [],
)
# Roles that one administrator proposes and another confirms, besides those that always need it
# (innovation.people.roles.ABOVE_THE_LINE).
SECOND_PERSON_ROLES = env.list("PILOTLIGHT_SECOND_PERSON_ROLES", default=[])
# Every so many months the administrators of each unit review who holds which role; 0: by hand alone.
ACCESS_REVIEW_MONTHS = whole("PILOTLIGHT_ACCESS_REVIEW_MONTHS", 6)
# For how many days what is kept of people is kept (innovation/retention); 0: for good.
KEEP_DAYS = {
    kind: whole(f"PILOTLIGHT_KEEP_{kind.upper()}_DAYS", days)
    for kind, days in {
        "drafts": 90,
        "notices": 365,
        "sessions": 7,
        "guesses": 30,
        "tokens": 90,
        "quarantine": 90,
        "accounts": 730,
    }.items()
}
# Single sign-on (innovation/federation). Several providers may stand side by side.
IDENTITY_PROVIDERS: list[dict[str, Any]] = [
    *(openid_provider(key) for key in provider_keys("PILOTLIGHT_OIDC")),
    *(saml_provider(key) for key in provider_keys("PILOTLIGHT_SAML")),
]
if len({provider["key"] for provider in IDENTITY_PROVIDERS}) < len(IDENTITY_PROVIDERS):
    raise ImproperlyConfigured("Two identity providers have one key. Give each its own.")
# Passwords open nothing but the accounts that are named for an emergency.
ONLY_SSO = env.bool("PILOTLIGHT_ONLY_SSO", default=False)
BREAK_GLASS = frozenset(
    address.strip().lower() for address in env.list("PILOTLIGHT_BREAK_GLASS", default=[])
)
if ONLY_SSO and not (IDENTITY_PROVIDERS and BREAK_GLASS):
    raise ImproperlyConfigured(
        "PILOTLIGHT_ONLY_SSO needs an identity provider (PILOTLIGHT_OIDC or PILOTLIGHT_SAML) and an "
        "account for the day on which that is away (PILOTLIGHT_BREAK_GLASS)."
    )
SESSION_ENGINE = "innovation.people.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # the longest; who does nothing for a while is out before
IDLE_SECONDS = 60 * whole("PILOTLIGHT_IDLE_MINUTES", 60, least=1)
SESSION_COOKIE_HTTPONLY = True
# A browser takes a cookie of such a name over TLS alone, and from no other host of the domain.
_COOKIE = "" if DEVELOPING else "__Host-"
SESSION_COOKIE_NAME = f"{_COOKIE}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE}csrftoken"
THEME_COOKIE_NAME = f"{_COOKIE}pilotlight_theme"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
CSRF_FAILURE_VIEW = "innovation.web.views.csrf_failure"

# Language, place, time
# What is written in the sources is British; what differs elsewhere is in innovation/locale. Plain
# "en" is no name for it: gettext takes that for en_US (locale.normalize, Python 3.11).
LANGUAGES = [("en-gb", _("English (UK)")), ("en-us", _("English (US)"))]
LANGUAGE_CODE = one_of("PILOTLIGHT_LANGUAGE", "en-gb", [code for code, _name in LANGUAGES])
LOCALE_PATHS = [BASE_DIR / "innovation" / "locale"]
TIME_ZONE = one_of("PILOTLIGHT_TIME_ZONE", "UTC", available_timezones())
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

# Files. The type comes from Python packages (see innovation/web/fonts.py), nothing from a CDN.
STATIC_URL = "static/"
# Development serves files from where they lie; production from where collectstatic put them.
STATIC_ROOT = (
    None
    if DEVELOPING
    else env.str("PILOTLIGHT_STATIC_ROOT", default=str(BASE_DIR / ".pilotlight" / "static"))
)
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "innovation.web.fonts.FontFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPING
WHITENOISE_AUTOREFRESH = DEBUG

# Mail
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if ENVIRONMENT == "development"
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_FILE_PATH = str(BASE_DIR / ".pilotlight" / "mail")
if not DEVELOPING:
    vars().update(env.email_url("PILOTLIGHT_EMAIL_URL", default="smtp://localhost:25"))
# A mail server that never answers must hold neither a page nor a worker.
EMAIL_TIMEOUT = whole("PILOTLIGHT_EMAIL_SECONDS", 10, least=1)
DEFAULT_FROM_EMAIL = env.str("PILOTLIGHT_FROM_EMAIL", default="pilotlight@localhost")

# Security
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.bool("PILOTLIGHT_BEHIND_PROXY", default=False)
# The proxies whose X-Forwarded-For is believed; with none named, the one that stands before us.
TRUSTED_PROXIES = networks("PILOTLIGHT_TRUSTED_PROXIES")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Probes speak plain HTTP. A program that sends its token so is refused, not led on: it would never
# learn that everybody on the way has read it.
FOR_PROGRAMS = ("/api/", "/scim/")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", *(f"^{path[1:]}" for path in FOR_PROGRAMS)]
if not DEVELOPING:
    SECURE_SSL_REDIRECT = env.bool("PILOTLIGHT_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = whole("PILOTLIGHT_HSTS_SECONDS", 31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("PILOTLIGHT_HSTS_SUBDOMAINS", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, SELF],
        "style-src": [NONCE, SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "innovation.people.token_authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["innovation.web.entrance.AnyRole"],
    "DEFAULT_PARSER_CLASSES": [
        "innovation.web.parsers.FiniteJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "innovation.web.paging.ApiCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "innovation.web.schema.ScopedSchema",
    "EXCEPTION_HANDLER": "innovation.web.problems.problem_details",
    "DEFAULT_THROTTLE_CLASSES": []
    if ENVIRONMENT == "test"
    else ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("PILOTLIGHT_API_RATE", default="600/min")},
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pilotlight API",
    "DESCRIPTION": "Needs, pilots, measured evidence and objectives; the same rules as the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["innovation.web.entrance.AnyRole"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "innovation.web.problems.in_schema",
    ],
    # Fields of one name in several rooms; without these, the schema calls them by a hash.
    "ENUM_NAME_OVERRIDES": {
        "Role": "innovation.people.roles.ROLE_CHOICES",
        "NeedStatus": "innovation.needs.states.NeedStatus",
        "IdeaStatus": "innovation.ideas.states.IdeaStatus",
        "Discipline": "innovation.talent.disciplines.Discipline",
        "OpenFor": "innovation.talent.disciplines.OpenFor",
        "HelpTime": "innovation.talent.models.HelpTime",
        "OfferAnswer": "innovation.talent.models.OfferAnswer",
        "PilotStatus": "pilots.lifecycle.states.PilotStatus",
        "LogStatus": "pilots.lifecycle.models.LogStatus",
        "PullStatus": "pilots.metrics.models.PullStatus",
        "MetricRole": "pilots.metrics.models.MetricRole",
        "MetricKind": "pilots.metrics.models.MetricKind",
        "HappeningKind": "pilots.evidence.models.HappeningKind",
        "SiblingKind": "pilots.metrics.models.SiblingKind",
        "TeamRole": "pilots.lifecycle.models.TeamRole",
        "LeadAnswer": "pilots.lifecycle.models.LeadAnswer",
        "TimeAnswer": "pilots.staffing.models.TimeAnswer",
        "MentorSkill": "pilots.mentoring.skills.CHOICES",
        "MentorshipAnswer": "pilots.mentoring.models.MentorshipAnswer",
        "BudgetCategory": "pilots.funding.models.BudgetCategory",
        "WeekKept": "pilots.protected_time.models.WeekKept",
        "WeekLostTo": "pilots.protected_time.models.WeekLostTo",
        "AlarmAnswer": "pilots.evidence.models.AlarmAnswer",
        "StopAnswer": "pilots.safety.models.StopAnswer",
        "Harm": "pilots.safety.models.Harm",
        "SustainedDecision": "pilots.sustaining.models.DECISIONS",
        "Severity": "pilots.hazards.models.Severity",
        "Likelihood": "pilots.hazards.models.Likelihood",
        "ReviewArea": "pilots.assurance.areas.ReviewArea",
        "AnswerVerdict": "pilots.assurance.models.AnswerVerdict",
        "OpinionView": "pilots.assurance.models.OpinionView",
        "MilestoneEnd": "pilots.milestones.models.MilestoneEnd",
        "ChampionAnswer": "pilots.adoption.models.ChampionAnswer",
        "PdsaDecision": "pilots.adoption.models.PdsaDecision",
        "SupportEnd": "pilots.adoption.models.SupportEnd",
        "Complexity": "pilots.adoption.nasss.Complexity",
        "Barrier": "pilots.adoption.barriers.Barrier",
        "GroupStanding": "pilots.adoption.barriers.GroupStanding",
        "RiskWeight": "pilots.risks.rating.RiskWeight",
        "RiskChance": "pilots.risks.rating.RiskChance",
        "CardOutcome": "pilots.learning.endings.CardOutcome",
        "StopGround": "pilots.learning.endings.StopGround",
        "IncentiveKind": "pilots.incentives.kinds.IncentiveKind",
        "CareerForm": "pilots.incentives.kinds.CareerForm",
        "IncentiveOutcome": "pilots.incentives.kinds.IncentiveOutcome",
    },
}
# The longest that a token of the API is made for, in days.
TOKEN_DAYS = whole("PILOTLIGHT_TOKEN_DAYS", 365, least=1)
# The smallest count of a group that is kept and shown (CDC WONDER: none of 0 to 9).
LEAST_CELL = whole("PILOTLIGHT_LEAST_CELL", 10, least=5)
KNOX_TOKEN_MODEL = "innovation.ApiToken"  # noqa: S105 - the name of a table
REST_KNOX = {"AUTH_HEADER_PREFIX": "Token"}

LOG_LEVEL = env.str("PILOTLIGHT_LOG_LEVEL", default="INFO")
# Lines are for people who read the journal; JSON for a program that collects it.
LOG_FORMAT = one_of("PILOTLIGHT_LOG_FORMAT", "line", ["line", "json"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "innovation.web.one_line.OneLine",
            "format": "{asctime} {levelname} {name} {under} {message}",
            "style": "{",
        },
        "access": {"()": "innovation.web.one_line.OneLine", "format": "{message}", "style": "{"},
        "json": {"()": "innovation.web.json_line.JsonLine"},
    },
    "filters": {"without_secrets": {"()": "innovation.web.shown_path.WithoutSecrets"}},
    "handlers": {
        # Here, too: Django's own loggers ask the root for its handlers and not for its level.
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "level": LOG_LEVEL,
            "filters": ["without_secrets"],
        },
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "json" if LOG_FORMAT == "json" else "access",
            "stream": "ext://sys.stdout",
        },
    },
    "loggers": {
        # The web server writes addresses as they were decoded, with the line breaks in them.
        "granian.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        "_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
