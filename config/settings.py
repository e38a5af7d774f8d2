"""All settings of the product, each read from the environment with a default that is safe on one machine.

`scripts/run` fills the environment from the state folder; in production the compose file or the service
manager does. docs/settings.md lists every variable.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.beat import Steadily
from config.directory import ldap_settings
from config.outside import oidc_settings
from config.search import search_index_choice

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """A setting from the environment, or from the file that `NAME_FILE` names (for secrets)."""
    if name in os.environ:
        return os.environ[name]
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    if default is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Start the product with `make run`, or set {name} or {name}_FILE."
        )
    return default


def env_flag(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str) -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


STATE = Path(env("REGISTRATUR_STATE", str(BASE_DIR / ".state"))).absolute()
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = [old] if (old := env("SECRET_KEY_OLD", "")) else []
DEBUG = env_flag("DEBUG")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "dms.access",
    "dms.audit",
    "dms.records",
    "dms.accounts",
    "ingest",
    "search",
    "retention",
    "api",
    "frontend",
    "config",
]

MIDDLEWARE = [
    "frontend.probes.Probes",
    "config.room.NoRoomIsSaid",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "frontend.caching.KeptByNoCache",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "frontend.entering.session_end.SessionEnd",
    "frontend.language.ChosenLanguage",
    "frontend.login_required.BackToThePage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "frontend.purposes.AskPurpose",
    "frontend.refusals.RefusedAttempts",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- database: two logins, so that the running product owns nothing (docs/decisions/0002-one-door.md) -------------
# `default` may read and write rows but not alter tables, triggers or events; `owner` migrates.
DATABASES = {
    "default": dj_database_url.parse(env("DATABASE_URL"), conn_max_age=600, conn_health_checks=True),
    "owner": dj_database_url.parse(env("DATABASE_OWNER_URL", env("DATABASE_URL"))),
}
APPLICATION_ROLE = DATABASES["default"]["USER"]
# a server that is gone without a word is noticed within half a minute instead of never
for _database in DATABASES.values():
    _database.setdefault("OPTIONS", {}).update(
        {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
         "tcp_user_timeout": 30_000}
    )  # fmt: skip
DATABASES["default"]["TEST"] = {"MIRROR": "owner"}  # tests too: the owner makes the database, `default` uses it
DATABASE_ROUTERS = ["config.database.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- queue --------------------------------------------------------------------------------------
CELERY_BROKER_URL = env("BROKER_URL", "redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# publishing gives up at once: a wake-up that is lost is found by the sweep, an upload that waits is not forgiven.
# A connection on which a worker waits in vain is dropped after one or two health check intervals
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1.5,
    "socket_connect_timeout": 1.5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "config.beat:SteadyScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep-ingest": {"task": "ingest.sweep", "schedule": Steadily(5.0), "options": {"expires": 5}},
    "sweep-search": {"task": "search.sweep", "schedule": Steadily(5.0), "options": {"expires": 5}},
    "sweep-rights": {"task": "rights.sweep", "schedule": Steadily(5.0), "options": {"expires": 5}},
    "tidy-objects": {"task": "ingest.tidy", "schedule": Steadily(3600.0), "options": {"expires": 3600}},
    "seal-audit": {"task": "audit.seal", "schedule": Steadily(900.0), "options": {"expires": 900}},
    "tidy-accounts": {"task": "accounts.tidy", "schedule": Steadily(3600.0), "options": {"expires": 3600}},
}

SEAL_INTERVAL = timedelta(hours=float(env("SEAL_HOURS", "24")))

# --- ports: which adapter stands behind which port ------------------------------------------------
OBJECT_STORE = {
    "url": env("OBJECT_STORE_URL", Path(env("OBJECT_FOLDER", str(STATE / "objects"))).absolute().as_uri()),
    "access_key": env("OBJECT_STORE_ACCESS_KEY", ""),
    "secret_key": env("OBJECT_STORE_SECRET_KEY", ""),
    "certificate_authority": env("OBJECT_STORE_CA", ""),
    "public_url": env("OBJECT_STORE_PUBLIC_URL", ""),
}
OBJECT_STORE_NEW = {
    "access_key": env("OBJECT_STORE_NEW_ACCESS_KEY", ""),
    "secret_key": env("OBJECT_STORE_NEW_SECRET_KEY", ""),
    "certificate_authority": env("OBJECT_STORE_NEW_CA", ""),
    "public_url": env("OBJECT_STORE_NEW_PUBLIC_URL", ""),
}
OBJECT_STORE_PLAN = Path(env("OBJECT_STORE_PLAN", str(STATE / "object-store.json")))
SEARCH_INDEX = search_index_choice(env)
OCR_ENGINE = {
    "adapter": env("OCR_ENGINE", "dms.adapters.tesseract.Tesseract"),
    "languages": env("OCR_LANGUAGES", "deu"),
}
CLAMD_URL = env("CLAMD_URL", "")
MALWARE_SCANNER: dict[str, object] = {
    "adapter": env("MALWARE_SCANNER", "dms.adapters.clamd.Clamd" if CLAMD_URL else "dms.adapters.no_scanner.NoScanner")
}
if MALWARE_SCANNER["adapter"] == "dms.adapters.clamd.Clamd":
    MALWARE_SCANNER |= {"url": CLAMD_URL, "largest_mb": float(env("CLAMD_MAX_MB", "25"))}

# --- taking mail in -------------------------------------------------------------------------------
WATCH_FOLDER = Path(env("WATCH_FOLDER", str(STATE / "inbox")))
WATCH_QUIET_SECONDS = float(env("WATCH_QUIET_SECONDS", "5"))
WATCH_INCOMPLETE_SECONDS = float(env("WATCH_INCOMPLETE_SECONDS", "600"))
UPLOAD_MAX_MB = int(env("UPLOAD_MAX_MB", "2048"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = env("UPLOAD_TEMP", "") or None

# --- records: how reference numbers are written (docs/settings.md) -----------------------------------
DOSSIER_NUMBER = env("DOSSIER_NUMBER", "{plan}-{number}")
CASE_NUMBER = env("CASE_NUMBER", "{dossier}/{number}")

# --- people -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SECOND_FACTOR_FOR = env_list("SECOND_FACTOR_FOR", "")
OIDC = oidc_settings(env)
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "dms.accounts.directory.DirectoryBackend"]
LDAP = ldap_settings(env)
CSRF_FAILURE_VIEW = "frontend.views.errors.form_expired"

# --- what browsers are told -------------------------------------------------------------------------
BEHIND_TLS = env_flag("BEHIND_TLS")
SESSION_COOKIE_AGE = int(float(env("SESSION_HOURS", "12")) * 3600)  # from the login on, whatever happens meanwhile
SESSION_IDLE_MINUTES = float(env("SESSION_IDLE_MINUTES", "120"))
SESSIONS_AT_ONCE = int(env("SESSIONS_AT_ONCE", "0"))
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    # no other site of the town's domain can plant a cookie of these names
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains: those are not ours to decide about
    "security.W021",  # and neither is a whole domain's place on the browsers' preload list
    "security.W008",  # only the proxy reaches the product, so it is the one that leads http to https
]
if not BEHIND_TLS:
    # HSTS and secure cookies need TLS, and on the loopback address there is nobody to listen. Beyond it config.W001
    # says so, once and in plain words.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W012", "security.W016"]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/api/v1/schema/docs/"],  # Swagger UI sets inline styles; it has a policy of its own
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# --- language, time, files ------------------------------------------------------------------------
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", str(STATE / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- REST -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.http.authentication.TokenAuthentication",
        "api.http.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "api.http.reach.WithinReach"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.http.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PAGINATION_CLASS": "api.http.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.http.problems.problem_handler",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Registratur",
    "DESCRIPTION": "The REST interface of the digital records. Hand files in (`POST inbox/`), follow them, read and "
    "find what they became. Log in by `Authorization: Bearer TOKEN`; every path ends in a slash; errors are "
    "problem+json (RFC 9457).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # a change has to say what it changes
    "ENUM_NAME_OVERRIDES": {
        "ItemState": "ingest.models.ItemState",
        "ItemSource": "ingest.models.Source",
        "DocumentState": "dms.records.models.DocumentState",
        "TextState": "dms.records.models.TextState",
        "PlanEntryState": "dms.records.plan.models.EntryState",
        "FileState": "dms.records.dossiers.models.FileState",
        "PartyKind": "dms.records.parties.models.PartyKind",
        "AddressKind": "dms.records.parties.models.AddressKind",
        "SensitiveClass": "dms.records.protection.sensitivity.SensitiveClass",
        "SecrecyLevel": "dms.access.levels.LEVEL_NAMES",
        "ClearedLevel": "dms.access.levels.CLEARED_NAMES",
        "RelationKind": "dms.records.relations.models.RelationKind",
        "TermAction": "api.protection.level_views.TERM_ACTIONS",
        "Removal": "api.parties.shapes.REMOVABLE",
        "BodyKind": "dms.access.models.BodyKind",
        "Role": "dms.access.permissions.Role",
        "KindSource": "dms.records.models.KindSource",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.problems.add_problem_responses",
        "api.schema.words.add_words",
    ],
}

# --- logging: one line per event to standard error, collected by the process manager ---------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {
        "pikepdf": {"level": "WARNING"},
        "pdfminer": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "elastic_transport": {"level": "ERROR"},
    },
}
