"""All settings, from the environment; nothing else configures Linli.

Every variable is read here and nowhere else. A wrong value stops the start with a sentence that names it.
`docs/deploy.md` lists them.
"""

from __future__ import annotations

import os
import secrets
from ipaddress import ip_network
from pathlib import Path

from csp.constants import NONE, SELF
from environs import Env, EnvError, validate

env = Env()

PACKAGE = Path(__file__).resolve().parent
HOME = Path(env.str("LINLI_HOME", ".linli")).expanduser().resolve()
DEBUG = env.bool("LINLI_DEBUG", False)
# Demo accounts, the persona switch and the shiftable clock exist only under this flag.
DEMO = env.bool("LINLI_DEMO", False)


# Every secret by its name, for a backup.
LINLI_SECRETS: dict[str, str] = {}


def secret(name: str) -> str:
    """A secret from the environment, or one made once and kept in the data folder, readable by its owner alone."""
    LINLI_SECRETS[name] = env.str(f"LINLI_{name.upper()}", "") or kept_secret(HOME / "secrets" / name)
    return LINLI_SECRETS[name]


def kept_secret(path: Path) -> str:
    """The secret of a file, made when it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            keep_secret(path, secrets.token_urlsafe(48))
        except OSError as error:  # a full or read-only disk: say where
            raise SystemExit(f"无法在 {path.parent} 保存密钥：{error}。请检查磁盘空间和权限。") from error
    return path.read_text().strip()


def keep_secret(path: Path, value: str) -> None:
    """Put a secret under its name unless another process was first; on the disk before anybody encrypts by it."""
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        fresh.unlink()
    except OSError:  # a file system without links
        fresh.rename(path)
    else:
        fresh.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


SECRET_KEY = secret("secret_key")
# Newest first; older keys still decrypt. `linli keys rotate` re-encrypts with the newest.
LINLI_FIELD_KEYS = secret("field_keys").split(",")
LINLI_HASH_KEY = secret("hash_key")

ALLOWED_HOSTS = env.list("LINLI_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if not DEBUG else ["*"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("LINLI_ORIGINS", [])
# The address printed in QR codes and letters; empty means the address of the request.
LINLI_BASE_URL = env.str("LINLI_BASE_URL", "").rstrip("/")

INSTALLED_APPS = [
    "linli.core",
    "linli.areas",
    "linli.actors",
    "linli.organizations",
    "linli.voice",
    "linli.mediation",
    "linli.indicators",
    "linli.portal",
    *(["linli.demo"] if DEMO else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "procrastinate.contrib.django",
    "rules.apps.AutodiscoverRulesConfig",
    "storages",
    "csp",
]

MIDDLEWARE = [
    "linli.core.monitoring.callers.CallerMiddleware",
    "linli.core.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "linli.core.monitoring.requests.RequestMiddleware",
    "linli.core.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "linli.core.access.middleware.IdleTimeoutMiddleware",
    "linli.core.access.middleware.AccountStateMiddleware",
    "linli.core.privacy.middleware.ConsentMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "linli.core.errors.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "linli.urls"
WSGI_APPLICATION = "linli.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.contrib.humanize.templatetags.humanize",
                "linli.core.ui.templatetags.linli",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "linli.core.ui.context.ui",
            ],
        },
    }
]
FORM_RENDERER = "linli.core.ui.forms.Renderer"

# `linli serve` starts the embedded server and hands its address on; any other server comes by the same variable.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgresql:///linli")}
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True, ATOMIC_REQUESTS=False)
# A page's queries take milliseconds, less than compiling them or starting parallel workers would; long ones may.
PLANNING = "-c jit=off -c parallel_setup_cost=50000"
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", PLANNING)
# A standby of the same database for what may be some seconds old (core/replica); nothing is written to it.
if env.str("LINLI_REPLICA_URL", ""):
    DATABASES["replica"] = env.dj_db_url("LINLI_REPLICA_URL")
    DATABASES["replica"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True, TEST={"MIRROR": "default"})
    DATABASES["replica"]["OPTIONS"] = {
        "connect_timeout": 3,
        "tcp_user_timeout": 10_000,
        "options": f"-c default_transaction_read_only=on {PLANNING}",
        **DATABASES["replica"].get("OPTIONS", {}),
    }
DATABASE_ROUTERS = ["linli.core.replica.reading.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# core knows no posts; whoever holds them answers here (see docs/architecture.md, "One inversion").
LINLI_GRANTS = "linli.actors.queries.provided_grants"
LINLI_ROLES = "linli.actors.choices.Role"
LINLI_HOLDERS = "linli.actors.queries.holders_of"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_MAX_AGE = 31_536_000
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# Public keys (age) of those who may open a backup; with one, the worker makes a backup every night.
LINLI_BACKUP_KEYS: list[str] = env.list("LINLI_BACKUP_KEYS", [])
LINLI_BACKUP_DIR = Path(env.str("LINLI_BACKUP_DIR", "") or HOME / "backups").expanduser().resolve()
LINLI_BACKUP_KEEP = env.int("LINLI_BACKUP_KEEP", 14)

LINLI_FILES_BUCKET = env.str("LINLI_S3_BUCKET", "")
LINLI_FILES_FOLDER = {
    "BACKEND": "linli.core.files.disk.DurableStorage",
    "OPTIONS": {"location": HOME / "files", "directory_permissions_mode": 0o700, "file_permissions_mode": 0o600},
}
LINLI_FILES_STORE = {
    "BACKEND": "linli.core.files.bucket.Bucket",
    "OPTIONS": {
        "bucket_name": LINLI_FILES_BUCKET,
        "endpoint_url": env.str("LINLI_S3_ENDPOINT", None),
        "access_key": env.str("LINLI_S3_KEY", None),
        "secret_key": env.str("LINLI_S3_SECRET", None),
        "region_name": env.str("LINLI_S3_REGION", "us-east-1"),
        "style": env.str("LINLI_S3_STYLE", "auto", validate=validate.OneOf(["auto", "path", "virtual"])),
    },
}
STORAGES = {
    "default": LINLI_FILES_STORE if LINLI_FILES_BUCKET else LINLI_FILES_FOLDER,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# --- watching (docs/deploy.md, "Monitoring") -------------------------------------------------------------------
# Addresses or networks of the proxies before us; what anybody else says about whom he speaks for is not believed.
LINLI_TRUSTED_PROXIES: list[str] = env.list("LINLI_TRUSTED_PROXIES", [])
LINLI_METRICS_ALLOW: list[str] = env.list("LINLI_METRICS_ALLOW", ["127.0.0.0/8", "::1"])
LINLI_METRICS_TOKEN = env.str("LINLI_METRICS_TOKEN", "")
LINLI_SLOW_REQUEST_MS = env.int("LINLI_SLOW_REQUEST_MS", 1000)
LINLI_SLOW_QUERY_MS = env.int("LINLI_SLOW_QUERY_MS", 500)
try:
    _networks = [ip_network(text.strip(), strict=False) for text in (*LINLI_TRUSTED_PROXIES, *LINLI_METRICS_ALLOW)]
except ValueError as error:
    raise EnvError(f"LINLI_TRUSTED_PROXIES 或 LINLI_METRICS_ALLOW 里有写错的地址：{error}") from error

# --- security (rulebook §11.3; the numbers are our defaults for level 2) ---------------------------------------
LINLI_SECURITY_LEVEL = env.int("LINLI_SECURITY_LEVEL", 2)
SECURE_COOKIES = env.bool("LINLI_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_ENGINE = "linli.core.access.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LINLI_TILE_URL = env.str("LINLI_TILE_URL", "")
LINLI_TILE_ATTRIBUTION = env.str("LINLI_TILE_ATTRIBUTION", "")
LINLI_TILE_DATUM = env.str("LINLI_TILE_DATUM", "wgs84")
TILE_HOSTS: list[str] = env.list("LINLI_TILE_HOSTS", [])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *TILE_HOSTS],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Pages of other sites whose scripts may call the API, e.g. https://screen.example.gov.cn; none by default.
LINLI_API_ORIGINS: list[str] = env.list("LINLI_API_ORIGINS", [])

# Receivers of webhooks inside the own network: host, host:port, or http://host:port for an unencrypted one.
LINLI_WEBHOOK_HOSTS: list[str] = env.list("LINLI_WEBHOOK_HOSTS", [])

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "linli.core.access.passwords.LengthValidator"},
    {"NAME": "linli.core.access.passwords.CharacterClassesValidator"},
    {"NAME": "linli.core.access.passwords.HistoryValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# What the security administrator has not set on the page (core/access/policy.py).
LINLI_PASSWORD_LENGTH = 10
LINLI_PASSWORD_CLASSES = 3
LINLI_PASSWORD_HISTORY = 5
LINLI_INITIAL_PASSWORD_DAYS = 7
LINLI_LOGIN_FAILURES = 5
LINLI_LOCKOUT_MINUTES = 15
LINLI_SESSIONS = 1
LINLI_STALE_DAYS = 90
LINLI_SECOND_FACTOR_ROLES = ""
LINLI_PASSWORD_DAYS = env.int("LINLI_PASSWORD_DAYS", 90)  # staff only
LINLI_IDLE_MINUTES_STAFF = env.int("LINLI_IDLE_MINUTES_STAFF", 15)
LINLI_IDLE_MINUTES_PUBLIC = env.int("LINLI_IDLE_MINUTES_PUBLIC", 30)
AXES_FAILURE_LIMIT = "linli.core.access.policy.failures_allowed"
AXES_COOLOFF_TIME = "linli.core.access.policy.lockout_time"
AXES_RESET_ON_SUCCESS = True
# Trying again while locked does not make the lock longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "core/locked_out.html"
AXES_VERBOSE = False

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "linli.core.access.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "linli.core.access.accounts.LoginForm",
    "signup": "linli.core.access.accounts.SignupForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # axes keeps count
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "邻里共治"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "linli.core.files.uploads.NamelessUploadHandler",
]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
_email = env.dj_email_url("EMAIL_URL", "console:" if DEBUG else "dummy:")
if "EMAIL_BACKEND" not in _email:
    raise EnvError("EMAIL_URL 的开头应为 smtp:、smtps:、submission: 之一")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
DEFAULT_FROM_EMAIL = env.str("LINLI_FROM_EMAIL", "linli@localhost")

# The clock of a demo can be shifted to see deadlines work (core/clock.py); elsewhere this is refused.
LINLI_CLOCK_SHIFT_DAYS = env.int("LINLI_CLOCK_SHIFT_DAYS", 0)

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# The rooms of core are no apps of their own; their jobs are found here.
PROCRASTINATE_IMPORT_PATHS = [f"linli.core.{room.parent.name}.jobs" for room in PACKAGE.glob("core/*/jobs.py")]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": "ext://linli.core.logs.renderer",
            "foreign_pre_chain": "ext://linli.core.logs.PROCESSORS",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LINLI_LOG_LEVEL", "WARNING")},
    # A line for each request, unless only errors are wanted; the account somebody tried is nobody's business.
    "loggers": {
        "linli.requests": {"level": env.str("LINLI_REQUEST_LOG_LEVEL", "INFO")},
        "axes": {"level": "CRITICAL"},
    },
}

SILENCED_SYSTEM_CHECKS = ["axes.W003"]
