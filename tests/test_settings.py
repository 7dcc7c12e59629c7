from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from convscope.settings import Settings, default_cache_dir, resources

TOKEN = "a-token-of-some-length"


def test_the_defaults_are_a_laptops() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.token) == ("127.0.0.1", 8000, None)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "LOCALHOST"]
)
def test_a_loopback_address_needs_no_token(host: str) -> None:
    Settings(host=host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.20", "box.lan", "localhost.evil.com", "8.8.8.8"]
)
def test_any_other_address_needs_a_token(host: str) -> None:
    with pytest.raises(ValueError, match="a token is needed"):
        Settings(host=host)
    assert Settings(host=host, token=TOKEN).token == TOKEN


@pytest.mark.parametrize(
    "token", ["", "short", "fifteen-letters", "with a space in it …", "line\n" * 9]
)
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="at least 16 visible ASCII"):
        Settings(token=token)


def test_the_token_is_not_shown_when_settings_are_printed() -> None:
    assert TOKEN not in repr(Settings(token=TOKEN))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("port", -1),
        ("port", 65536),
        ("device", "gpu"),
        ("max_runs", 0),
        ("max_batch_size", -1),
        ("max_pixels", 0),
        ("unwatched_pause_s", 0.0),
        ("viewer_send_timeout_s", float("nan")),
        ("host", ""),
        ("host", "http://localhost"),
        ("allowed_hosts", ("*",)),
        ("allowed_hosts", ("box.lan:8000",)),
        ("root_path", "lab"),
        ("trusted_proxies", ("box.lan",)),
        ("embedding_origins", ("localhost:8888",)),
        ("embedding_origins", ("*",)),
        ("embedding_origins", ("http://lab.example/lab",)),
        ("embedding_origins", ("http://lab.example; script-src *",)),
        ("trusted_proxies", ("127.0.0.1:8000",)),
    ],
)
def test_settings_that_no_server_can_have_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Settings(**{field: value})  # type: ignore[arg-type]  # on purpose


def test_hosts_are_kept_in_one_spelling() -> None:
    settings = Settings(host="[::1]", allowed_hosts=("Box.LAN.", "[2001:DB8::1]"))
    assert settings.host == "::1"
    assert settings.allowed_hosts == ("box.lan", "2001:db8::1")


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]  # on purpose


def test_the_cache_is_where_the_desktop_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert default_cache_dir() == Path("/somewhere/convscope")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert default_cache_dir() == Path("/home/somebody/.cache/convscope")


@pytest.mark.parametrize("name", ["static", "templates", "models"])
def test_what_is_served_is_found_from_any_folder(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert resources(name).is_dir()
