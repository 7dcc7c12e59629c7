import pytest

from convscope import hosts


@pytest.mark.parametrize(
    ("written", "one_spelling"),
    [
        ("localhost", "localhost"),
        ("LocalHost", "localhost"),
        ("localhost.", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("::", "::"),
        ("my_box-2.lan", "my_box-2.lan"),
    ],
)
def test_a_host_has_one_spelling(written: str, one_spelling: str) -> None:
    assert hosts.canonical(written) == one_spelling


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "-a",
        "a b",
        "a/b",
        "user@localhost",
        "localhost:80",
        "*",
        "127.1",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "2130706433",
        "127.0.0.1.5",
        "[127.0.0.1]",
        "[::1",
        "a" * 300,
        "ⅼocalhost",
    ],
)
def test_what_is_no_host_has_no_spelling(text: str) -> None:
    assert hosts.canonical(text) is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1"])
def test_loopback_hosts_are_told(host: str) -> None:
    assert hosts.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["localhost.evil.com", "127.0.0.1.evil.com", "0.0.0.0", "::", "128.0.0.1", "notlocalhost"],
)
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not hosts.is_loopback(host)


def test_an_authority_has_the_port_of_its_scheme_where_none_is_written() -> None:
    assert hosts.split_authority("localhost:8000", "http") == ("localhost", 8000)
    assert hosts.split_authority("localhost", "http") == ("localhost", 80)
    assert hosts.split_authority("[::1]", "wss") == ("::1", 443)


@pytest.mark.parametrize(
    "authority", ["", "::1", "localhost:", "localhost:x", "a@b", "a b", "localhost:8000/", "[a]"]
)
def test_what_is_no_authority_is_refused(authority: str) -> None:
    assert hosts.split_authority(authority, "http") is None


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "localhost",
        "file://",
        "http://a@localhost",
        "http://localhost/",
        "ws://localhost",
    ],
)
def test_what_is_no_origin_of_a_page_is_refused(origin: str) -> None:
    assert hosts.split_origin(origin) is None


def test_an_origin_is_scheme_host_and_port() -> None:
    assert hosts.split_origin("https://Example.org") == ("https", "example.org", 443)


def test_an_address_to_type_has_brackets_and_only_an_unusual_port() -> None:
    assert hosts.url("::1", 8000) == "http://[::1]:8000"
    assert hosts.url("localhost", 80) == "http://localhost"
