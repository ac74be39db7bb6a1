"""Settings: where they come from, what is refused, and that secrets stay secret."""

from pathlib import Path

import pytest

from worker.settings import Settings, SettingsError, load_settings, without_password


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"STANCEWIRE_{name.upper()}", raising=False)


def test_defaults_hold_without_anything_given() -> None:
    assert load_settings().redis_url is None
    assert load_settings().batch_size == 25


def test_an_argument_goes_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "stancewire.toml").write_text('batch_size = 1\nqueue = "file"\ngroup = "file"\n')
    monkeypatch.setenv("STANCEWIRE_BATCH_SIZE", "2")
    monkeypatch.setenv("STANCEWIRE_QUEUE", "environment")
    settings = load_settings(batch_size=3)
    assert (settings.batch_size, settings.queue, settings.group) == (3, "environment", "file")


def test_the_file_may_stand_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.toml"
    file.write_text("batch_size = 7\n")
    monkeypatch.setenv("STANCEWIRE_CONFIG", str(file))
    assert load_settings().batch_size == 7


def test_a_named_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCEWIRE_CONFIG", "nowhere.toml")
    with pytest.raises(SettingsError, match=r"STANCEWIRE_CONFIG names a file that is not there: nowhere\.toml"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("batch_sizes = 3", "batch_sizes .* is no setting of Stancewire"),
        ("batch_size = 0", "batch_size .*greater than or equal to 1"),
        ("batch_size = 'many'", "batch_size"),
        ("batch_time_limit = 1\narticle_time_limit = 2", "batch_time_limit must not be below article_time_limit"),
        ("not toml", "stancewire.toml|Expected|expected"),
    ],
)
def test_a_bad_file_is_refused_with_the_setting_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "stancewire.toml").write_text(text)
    with pytest.raises(SettingsError, match=complaint):
        load_settings()


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:6379/0",
        "rediss://user:secret@redis.example:6380/1",
        "unix:///run/valkey.sock?db=2",
        "unix://user:secret@/run/valkey.sock",
    ],
)
def test_addresses_of_every_kind_are_taken(url: str) -> None:
    assert load_settings(redis_url=url).redis_url is not None


@pytest.mark.parametrize(
    "url",
    [
        *("http://h", "localhost:6379", "redis://", "unix://", "redis://h:port/0", "redis://[::1"),
        *("redis://user:12/geheim@h/0", "redis://user:12#geheim@h/0", "unix:///run/v.sock?x=geheim@h"),
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(redis_url=f"{url}?password=geheim")
    assert "redis_url" in str(refusal.value)
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://h:1/0", "redis://h:1/0"),
        ("redis://user:geheim@h:1/0", "redis://user:***@h:1/0"),
        ("rediss://:geheim@h/0?ssl_cert_reqs=none", "rediss://:***@h/0?ssl_cert_reqs=none"),
        ("unix:///run/v.sock?db=1", "unix:///run/v.sock?db=1"),
        ("unix:///run/v.sock?db=1&password=geheim", "unix:///run/v.sock?db=1&password=***"),
        ("rediss://h/0?ssl_password=geheim&db=1", "rediss://h/0?ssl_password=***&db=1"),
        ("redis://user@h/0", "redis://user@h/0"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
    settings = load_settings(redis_url=url)
    assert settings.shown_redis_url == shown
    assert "geheim" not in repr(settings)


def test_a_child_process_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = load_settings(
        redis_url="redis://user:geheim@h:1/0", server_port=1, topic_max_length=5, concurrency=3, key_prefix="p"
    ).model_copy(update={"server_port": None})
    for name, value in given.environment().items():
        monkeypatch.setenv(name, value)
    child = load_settings()
    assert child == given.model_copy(update={"state_directory": tmp_path / ".stancewire"})
