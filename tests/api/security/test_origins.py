import pytest

from convscope.api.security.guard import Guard
from convscope.settings import Settings
from tests.support.asgi import HOST, LINK, Answer, Headers, ask, connect, counting

TOKEN = "the-token-of-this-test-0123456789"
OPEN = Settings()


def get(headers: Headers, settings: Settings = OPEN, target: str = "/") -> Answer:
    return ask(Guard(counting, settings), target, headers)


GOOD_HOSTS = [
    "localhost",
    "localhost:8000",
    "LOCALHOST:1",
    "localhost.",
    "127.0.0.1",
    "127.9.9.9:80",
]
GOOD_HOSTS += ["[::1]", "[::1]:8000", "[0:0:0:0:0:0:0:1]:8000"]
BAD_HOSTS = ["evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "evil.com:8000", "0.0.0.0"]
BAD_HOSTS += [
    "192.168.1.20:8000",
    "[::]",
    "[fe80::1]",
    "[::ffff:8.8.8.8]",
    "127.0.0.1.nip.io",
    "box.lan",
]
BROKEN_HOSTS = [
    "",
    "localhost:8000@evil.com",
    "evil.com@localhost",
    "localhost/evil.com",
    "a, localhost",
]
BROKEN_HOSTS += [
    "localhost:",
    "localhost:80:80",
    "localhost localhost",
    "::1",
    "2130706433",
    "0x7f.1",
]
BROKEN_HOSTS += ["localhost\t", "localhost#", "localhost\\.evil.com", "löcalhost"]


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_a_loopback_host_comes_in_on_any_port(host: str) -> None:
    assert get({"host": host}).status == 200
    assert connect(Guard(counting, OPEN), headers={"host": host}).accepted


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_a_foreign_host_is_refused_and_told_what_would_allow_it(host: str) -> None:
    answer = get({"host": host})
    assert answer.status == 403
    assert "--allow-host" in answer.sentence()


@pytest.mark.parametrize("host", BROKEN_HOSTS)
def test_a_host_that_is_none_is_refused(host: str) -> None:
    answer = get({"host": host})
    assert answer.status == 403
    assert "Expected one Host header" in answer.sentence()


def test_a_missing_host_is_refused() -> None:
    assert "0 Host headers" in get({}).sentence()


@pytest.mark.parametrize("second", ["evil.com", "localhost:8000"])
def test_two_hosts_are_refused(second: str) -> None:
    answer = get([("host", "localhost:8000"), ("host", second)])
    assert answer.status == 403
    assert "2 Host headers" in answer.sentence()


@pytest.mark.parametrize("host", BAD_HOSTS + BROKEN_HOSTS)
def test_a_websocket_for_a_foreign_host_is_refused_before_it_is_accepted(host: str) -> None:
    answer = connect(Guard(counting, OPEN), headers={"host": host})
    assert (answer.accepted, answer.status) == (False, 403)


def test_allowed_hosts_come_in_and_others_do_not() -> None:
    settings = Settings(allowed_hosts=("Box.lan", "192.168.1.20"))
    assert get({"host": "BOX.LAN:8000"}, settings).status == 200
    assert get({"host": "192.168.1.20:8000"}, settings).status == 200
    assert get({"host": "sub.box.lan"}, settings).status == 403


def test_a_server_on_every_address_answers_to_the_one_that_was_connected_to() -> None:
    guard = Guard(counting, Settings(host="0.0.0.0", token=TOKEN))
    bearer = {"authorization": f"Bearer {TOKEN}"}
    here, mapped = ("192.168.1.20", 8000), ("::ffff:192.168.1.20", 8000)
    for server in (here, mapped):
        answer = ask(guard, headers=bearer | {"host": "192.168.1.20:8000"}, server=server)
        assert answer.status == 200
    assert ask(guard, headers=bearer | {"host": "192.168.1.21:8000"}, server=here).status == 403
    assert ask(guard, headers=bearer | {"host": "0.0.0.0:8000"}, server=here).status == 403
    assert ask(guard, headers=bearer | {"host": "evil.com"}, server=here).status == 403
    assert ask(guard, headers=bearer | {"host": "evil.com"}, server=None).status == 403


def test_a_loopback_server_does_not_answer_to_another_address_it_came_in_at() -> None:
    answer = ask(Guard(counting, OPEN), headers={"host": "10.0.0.5"}, server=("10.0.0.5", 8000))
    assert answer.status == 403


FOREIGN_ORIGINS = ["http://evil.com", "null", "", "http://localhost:8001", "https://localhost:8000"]
FOREIGN_ORIGINS += ["http://localhost", "http://127.0.0.1:8000", "http://localhost:8000.evil.com"]
FOREIGN_ORIGINS += ["http://localhost:8000@evil.com", "http://evil.com#localhost:8000", "file://"]
FOREIGN_ORIGINS += ["http://evil.com\\@localhost:8000", "http://localhost:8000/", "localhost:8000"]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_a_foreign_origin_is_refused(origin: str, method: str) -> None:
    answer = ask(Guard(counting, OPEN), "/", HOST | {"origin": origin}, method=method)
    assert answer.status == 403
    assert "own pages" in answer.sentence()
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_websocket_from_a_foreign_origin_is_refused_before_it_is_accepted(origin: str) -> None:
    answer = connect(Guard(counting, OPEN), headers=HOST | {"origin": origin})
    assert (answer.accepted, answer.status) == (False, 403)


def test_two_origins_are_refused() -> None:
    headers = [("host", "localhost:8000"), *[("origin", "http://localhost:8000")] * 2]
    assert get(headers).status == 403


@pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000", "127.0.0.1:8000", "localhost"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_its_own_page_comes_in(host: str, method: str) -> None:
    headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert ask(Guard(counting, OPEN), "/", headers, method=method).status == 200
    assert connect(Guard(counting, OPEN), headers=headers).accepted


def test_its_own_page_comes_in_over_tls() -> None:
    headers = HOST | {"origin": "https://localhost:8000"}
    assert ask(Guard(counting, OPEN), "/", headers, scheme="https", method="POST").status == 200
    assert connect(Guard(counting, OPEN), headers=headers, scheme="wss").accepted


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_request_from_no_browser_comes_in(method: str) -> None:
    assert ask(Guard(counting, OPEN), "/", HOST, method=method).status == 200


def test_a_websocket_from_no_browser_comes_in() -> None:
    assert connect(Guard(counting, OPEN), headers=HOST).accepted


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something-new"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_a_foreign_page_embeds_or_sends_is_refused_without_an_origin_too(
    site: str, method: str
) -> None:
    headers = HOST | {"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}
    assert ask(Guard(counting, OPEN), "/", headers, method=method).status == 403


def test_a_link_from_a_foreign_page_opens_but_does_not_write() -> None:
    assert get(HOST | LINK).status == 200
    assert ask(Guard(counting, OPEN), "/", HOST | LINK, method="POST").status == 403
    assert get(HOST | LINK | {"sec-fetch-dest": "iframe"}).status == 403


def test_a_frame_of_a_foreign_page_comes_to_the_embedded_view_alone_and_writes_nothing() -> None:
    frame = HOST | LINK | {"sec-fetch-dest": "iframe"}
    assert get(frame, target="/embed?run=abc").status == 200
    for target in ("/embed/", "/embedded", "/runs", "/api/v1/runs", "//embed"):
        assert get(frame, target=target).status == 403
    assert ask(Guard(counting, OPEN), "/embed", frame, method="POST").status == 403
    assert get(frame | {"sec-fetch-mode": "no-cors"}, target="/embed").status == 403
    assert get(frame | {"host": "evil.com"}, target="/embed").status == 403
    at_path = Settings(root_path="/lab")
    assert get(frame, at_path, "/lab/embed").status == 200
    assert get(frame, at_path, "/lab/").status == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_its_own_pages_and_typed_addresses_come_in(site: str) -> None:
    assert get(HOST | {"sec-fetch-site": site}).status == 200


def test_who_is_refused_behind_a_proxy_is_told_what_it_must_forward() -> None:
    proxied = get({"host": "localhost:8000", "origin": "https://lab.example"})
    assert "https://lab.example" in proxied.sentence()
    assert "for http://localhost:8000." in proxied.sentence()
    assert "X-Forwarded-Proto" in proxied.sentence()
    assert "--trust-proxy 127.0.0.1." in proxied.sentence()
    for host in ("lab.example", "", "a, b"):
        assert "proxy must forward" in get({"host": host}).sentence()
    nginx = "proxy_set_header Host $http_host;"
    assert nginx in proxied.sentence()
    assert nginx in get({"host": "lab.example"}).sentence()
