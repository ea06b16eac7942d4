"""Which proxy a download goes through."""

import pytest

from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.lookup.proxies import Proxy, is_this_machine, proxy_for, read_proxy

ENVIRONMENT = {"http_proxy": "http://proxy.test:3128", "HTTPS_PROXY": "secure.test:8080"}


def test_the_users_choice_goes_before_the_environment():
    assert proxy_for("http", "ca.test", "http://mine.test:1", ENVIRONMENT) == Proxy("mine.test", 1)
    assert proxy_for("http", "localhost", "mine.test:1", ENVIRONMENT) == Proxy("mine.test", 1)
    assert proxy_for("http", "ca.test", "", ENVIRONMENT) is None


def test_the_environment_decides_by_scheme():
    assert proxy_for("http", "ca.test", None, ENVIRONMENT) == Proxy("proxy.test", 3128)
    assert proxy_for("https", "ca.test", None, ENVIRONMENT) == Proxy("secure.test", 8080)
    assert proxy_for("https", "ca.test", None, {"ALL_PROXY": "all.test"}) == Proxy("all.test", 80)
    assert proxy_for("http", "ca.test", None, {}) is None


def test_a_cgi_clients_header_is_no_proxy():
    hostile = {"HTTP_PROXY": "http://evil.test", "REQUEST_METHOD": "GET"}
    assert proxy_for("http", "ca.test", None, hostile) is None
    assert proxy_for("http", "ca.test", None, {"HTTP_PROXY": "http://good.test"}) == Proxy("good.test", 80)


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("*", "ca.test", True),
        ("ca.test", "ca.test", True),
        ("ca.test", "pki.ca.test", True),
        (".ca.test", "pki.ca.test", True),
        ("*.ca.test", "pki.ca.test", True),
        ("ca.test", "notca.test", False),
        ("a.test, ca.test", "CA.test.", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "ca.test", False),
        ("2001:db8::/32", "[2001:db8::1]", True),
        ("rubbish/99", "10.1.2.3", False),
        ("", "ca.test", False),
    ],
)
def test_no_proxy(no_proxy, host, direct):
    chosen = proxy_for("http", host, None, {**ENVIRONMENT, "NO_PROXY": no_proxy})
    assert (chosen is None) == direct


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_machine_is_reached_directly(host):
    assert is_this_machine(host)
    assert proxy_for("http", host, None, ENVIRONMENT) is None


def test_a_name_that_only_ends_like_localhost_is_elsewhere():
    assert not is_this_machine("notlocalhost")
    assert not is_this_machine("localhost.example")


def test_credentials_are_sent_but_never_shown():
    proxy = read_proxy("http://user:p%40ss@proxy.test:3128")
    assert proxy.authorization == "Basic dXNlcjpwQHNz"
    assert "dXNl" not in repr(proxy)
    assert "p@ss" not in repr(proxy)


@pytest.mark.parametrize(
    "given", ["socks5://proxy.test", "https://user:secret@proxy.test", "http://", "http://[::1", "http://a:99999"]
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(given):
    with pytest.raises(UserProblem) as caught:
        read_proxy(given)
    assert "secret" not in str(caught.value)
