"""How do we reach the server? Redis clients and Celery's broker address from the settings."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from worker.settings import Settings, SettingsError

Client = Redis

OLDEST_VERSION = (7, 0)
"""Older servers know neither a group's `lag` nor scripts that are refused whole when memory is out."""
PASSING_REFUSALS = ("MISCONF", "NOREPLICAS", "MASTERDOWN")
"""The server cannot write to its disk (it is full), misses its replicas, or has lost the one it follows."""


class ServerError(Exception):
    """The server cannot be used; the message says why and what to do."""


class UnsupportedServerError(ServerError):
    """The server answers, but is too old: waiting will not help."""


def connect(settings: Settings, *, retries: int = 3) -> Client:
    """Return a client that answers in bytes; it connects with its first command."""
    url = server_url(settings)
    options: dict[str, object] = {
        "socket_timeout": settings.redis_timeout,
        "socket_connect_timeout": settings.redis_timeout,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=1.0), retries),
        "health_check_interval": 30,
        "protocol": 2,  # one shape of answers on every server
        "client_name": "stancewire",
    }
    if urlsplit(url).scheme == "rediss":
        options |= tls_options(settings)
    if urlsplit(url).scheme == "unix":
        del options["socket_connect_timeout"]
    client: Client = Redis.from_url(url, **options)
    return client


def server_url(settings: Settings) -> str:
    """Return the server's address, password included."""
    if settings.redis_url is None:
        raise SettingsError("no server: set STANCEWIRE_REDIS_URL, or use `stancewire run`, which starts one")
    return settings.redis_url.get_secret_value()


def tls_options(settings: Settings) -> dict[str, object]:
    """Return the options of a `rediss://` connection: the server's certificate is always verified."""
    files = {
        "ssl_ca_certs": settings.redis_ca_file,
        "ssl_certfile": settings.redis_certificate_file,
        "ssl_keyfile": settings.redis_key_file,
    }
    return {name: str(path) for name, path in files.items() if path is not None}


def broker_url(settings: Settings) -> str:
    """Return the server's address in the form that Celery understands: login and database in their place only."""
    parts = urlsplit(server_url(settings))
    query = dict(parse_qsl(parts.query))
    login, _, address = parts.netloc.rpartition("@")
    user, password, database = (query.pop(name, None) for name in ("username", "password", "db"))
    if user is not None or password is not None:
        login = f"{quote(user or '', safe='')}:{quote(password or '', safe='')}"
    before = f"{login}@" if login else ""
    if parts.scheme == "unix":
        options = urlencode({"virtual_host": database or "0", **query})
        return f"redis+socket://{before}{quote(parts.path)}?{options}"
    path = parts.path if database is None else f"/{database}"
    return f"{parts.scheme}://{before}{address}{path}{'?' if query else ''}{urlencode(query)}"


def will_pass(error: Exception) -> bool:
    """Whether the same command may succeed later without a change of ours: the server is away, full or read-only."""
    if isinstance(error, RedisConnectionError | RedisTimeoutError | OutOfMemoryError | ReadOnlyError):
        return True
    # A pipeline puts the command before the server's words.
    words = str(error).rpartition("caused error: ")[2]
    return isinstance(error, ResponseError) and words.startswith(PASSING_REFUSALS)


def server_version(client: Client) -> tuple[str, tuple[int, ...]]:
    """Return the server's name (`redis` or `valkey`) and version."""
    information = client.info("server")
    name = str(information.get("server_name", "redis"))
    version = str(information.get("valkey_version") or information["redis_version"])
    return name, tuple(int(part) for part in version.split(".") if part.isdigit())


def check_server(client: Client) -> str:
    """Return the server's name and version, or raise `ServerError` where it cannot be reached or is too old."""
    try:
        name, version = server_version(client)
    except (RedisConnectionError, RedisTimeoutError) as error:
        raise ServerError(f"the server does not answer: {error}") from None
    except RedisError as error:
        raise ServerError(f"the server refuses: {error}") from None
    if name == "redis" and version < OLDEST_VERSION:
        shown = ".".join(map(str, version))
        raise UnsupportedServerError(f"the server is Redis {shown}; Stancewire needs Redis 7.0 or later, or any Valkey")
    return f"{name} {'.'.join(map(str, version))}"
