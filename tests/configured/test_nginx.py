"""nginx: what its configuration says, and the few words that change."""

from tests.configured.asked import asked, changed, lines_changed, places_in, server_of

from mailtrust.core.model.configured import Cannot, ConfiguredCertificate, Files, Listening
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, Printed, ServerFacts, content_of
from mailtrust.core.targets.configured import nginx

MAIN = "/etc/nginx/nginx.conf"
DEBIAN = b"""\
user www-data;
include /etc/nginx/modules-enabled/*.conf;
events { worker_connections 768; }
http {
\tinclude /etc/nginx/mime.types;
\tssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; # Dropping SSLv3, ref: POODLE
\tinclude /etc/nginx/conf.d/*.conf;
\tinclude /etc/nginx/sites-enabled/*;
}
"""
SITE = b"""\
server {
    listen 80;
    server_name mail.example.com;
    return 301 https://$host$request_uri;
}
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name mail.example.com "autodiscover.example.com";
    include snippets/mail.conf;
    ssl_certificate_key '/etc/ssl/ec mail.key';
    ssl_certificate     "/etc/ssl/ec mail.pem";
}
"""
SNIPPET = b"ssl_certificate tls/mail.pem;\nssl_certificate_key tls/mail.key;\n"
DEFAULT_SITE = b"""\
server {
    listen 443 default_server ssl;
    listen [::]:443 ssl default_server;
    ssl_certificate /etc/ssl/snakeoil.pem; ssl_certificate_key /etc/ssl/snakeoil.key;
}
"""
FILES = {
    MAIN: DEBIAN,
    "/etc/nginx/mime.types": b"types { text/html html; }",
    "/etc/nginx/sites-enabled/default": DEFAULT_SITE,
    "/etc/nginx/sites-enabled/mail": SITE,
    "/etc/nginx/snippets/mail.conf": SNIPPET,
    "/etc/ssl/snakeoil.pem": b"",
}
VERSION = {("nginx", "-V"): Printed(0, "", "nginx version: nginx/1.22.1\nconfigure arguments: --conf-path=" + MAIN)}
SERVER = server_of(nginx)
MAIL = "/etc/nginx/sites-enabled/mail"


def whole() -> ServerFacts:
    return asked(nginx, SERVER, FILES, VERSION)


def of_one(source: bytes) -> tuple[ServerFacts, tuple[ConfiguredCertificate, ...]]:
    facts = asked(nginx, SERVER, {MAIN: source}, VERSION)
    return facts, places_in(nginx, SERVER, facts)


def test_what_debians_folders_say() -> None:
    snakeoil, rsa, ecdsa = places_in(nginx, SERVER, whole())
    everywhere = (Listening(443),)
    assert snakeoil == ConfiguredCertificate(
        "nginx", "http server _", "/etc/nginx/sites-enabled/default", 4, "/etc/ssl/snakeoil.pem",
        "/etc/ssl/snakeoil.key", listens=everywhere, is_default=True,
    )  # fmt: skip
    names = ("mail.example.com", "autodiscover.example.com")
    service = f"http server {' '.join(names)}"
    assert rsa == ConfiguredCertificate(
        "nginx", service, "/etc/nginx/snippets/mail.conf", 1, "/etc/nginx/tls/mail.pem",
        "/etc/nginx/tls/mail.key", listens=everywhere, names=names, is_default=False,
    )  # fmt: skip
    assert ecdsa == ConfiguredCertificate(
        "nginx", service, MAIL, 12, "/etc/ssl/ec mail.pem", "/etc/ssl/ec mail.key",
        listens=everywhere, names=names, is_default=False,
    )  # fmt: skip


def test_only_the_words_that_name_the_files_change() -> None:
    facts = whole()
    _, rsa, ecdsa = places_in(nginx, SERVER, facts)
    wanted = {rsa: Files("/new/a.pem", rsa.key_file), ecdsa: Files("/new/b c.pem", "/new/b$.key")}
    after = changed(facts, nginx.point_to(SERVER, facts, wanted))
    assert lines_changed(facts, after, "/etc/nginx/snippets/mail.conf") == (
        ["ssl_certificate tls/mail.pem;"], ["ssl_certificate /new/a.pem;"]
    )  # fmt: skip
    assert lines_changed(facts, after, MAIL) == (
        ["    ssl_certificate_key '/etc/ssl/ec mail.key';", '    ssl_certificate     "/etc/ssl/ec mail.pem";'],
        ['    ssl_certificate_key "/new/b$.key";', '    ssl_certificate     "/new/b c.pem";'],
    )


def test_a_snippet_that_two_servers_include_is_one_place() -> None:
    one, two = (b"server { listen 443 ssl; server_name %s; include s; }" % name for name in (b"a", b"b"))
    facts = asked(nginx, SERVER, {MAIN: b"http {%s %s}" % (one, two), "/etc/nginx/s": SNIPPET}, VERSION)
    (place,) = places_in(nginx, SERVER, facts)
    assert place.names == ("a", "b")
    assert place.is_default


def test_a_certificate_of_http_counts_where_a_server_has_none() -> None:
    facts, places = of_one(
        b"""http {
  ssl_certificate a.pem; ssl_certificate_key a.key;
  server { listen 10.0.0.1:443 ssl; server_name a.example; }
  server { listen 10.0.0.1:443; server_name b.example; }
  server { listen 8443 ssl; server_name c.example; ssl_certificate c.pem; }
  server { listen 80; server_name d.example; }
}"""
    )
    inherited, own = places
    assert (inherited.names, inherited.listens) == (("a.example", "b.example"), (Listening(443, "10.0.0.1"),))
    # the certificate is its own, the key is the one around it
    assert (own.chain_file, own.key_file) == ("/etc/nginx/c.pem", "/etc/nginx/a.key")
    after = changed(facts, nginx.point_to(SERVER, facts, {own: Files(own.chain_file, "/new.key")}))
    assert lines_changed(facts, after, MAIN)[1] == [
        "  server { listen 8443 ssl; server_name c.example; ssl_certificate_key /new.key; ssl_certificate c.pem; }"
    ]
    again = places_in(nginx, SERVER, after)
    assert [(one.chain_file, one.key_file) for one in again] == [
        ("/etc/nginx/a.pem", "/etc/nginx/a.key"), ("/etc/nginx/c.pem", "/new.key")
    ]  # fmt: skip


def test_what_nobody_can_see_is_no_place() -> None:
    _, places = of_one(
        b"""http {
  server { listen 443 ssl; server_name a; ssl_certificate a.pem; ssl_certificate_key a.key; }
  server { listen 443 ssl; server_name _; ssl_certificate no.pem; ssl_certificate_key no.key; }
  server { listen 80; server_name b; ssl_certificate no.pem; ssl_certificate_key no.key; }
  server { listen 443 ssl; server_name c; ssl_certificate $ssl_server_name.pem; ssl_certificate_key no.key; }
}"""
    )
    assert [one.chain_file for one in places] == ["/etc/nginx/a.pem"]


def test_mail_and_stream() -> None:
    facts, places = of_one(
        b"""mail {
  ssl_certificate m.pem; ssl_certificate_key m.key;
  server { listen 993 ssl; protocol imap; server_name imap.example.com; }
  server { listen 143; protocol imap; }
}
stream {
  server { listen 636 ssl; proxy_pass back:389; ssl_certificate s.pem; ssl_certificate_key s.key; }
  server { listen 20000-20002 ssl; proxy_pass back:389; ssl_certificate t.pem; ssl_certificate_key t.key; }
}"""
    )
    mail, stream, ports = places
    assert (mail.names, mail.listens, mail.is_default) == ((), (Listening(993), Listening(143)), True)
    assert stream.listens == (Listening(636),)
    assert ports.listens == (Listening(20000), Listening(20001), Listening(20002))
    after = changed(facts, nginx.set_up(SERVER, facts, ConfigureServer("offer-tls"), (mail,), (143,)))
    assert lines_changed(facts, after, MAIN)[1] == ["  starttls on;"]
    assert isinstance(nginx.set_up(SERVER, facts, ConfigureServer("offer-tls"), (stream,), ()), Cannot)


def test_versions_change_where_they_count() -> None:
    facts = whole()
    _, rsa, _ = places_in(nginx, SERVER, facts)
    after = changed(facts, nginx.set_up(SERVER, facts, ConfigureServer("tls-version"), (rsa,), (443,)))
    assert lines_changed(facts, after, MAIN) == (
        ["\tssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; # Dropping SSLv3, ref: POODLE"],
        ["\tssl_protocols TLSv1.2 TLSv1.3; # Dropping SSLv3, ref: POODLE"],
    )
    assert nginx.set_up(SERVER, after, ConfigureServer("tls-version"), (rsa,), (443,)) == ()


def test_versions_are_those_of_the_server_that_answers_first() -> None:
    facts, places = of_one(
        b"""http {
    server {
        listen 443 ssl default_server;
        ssl_reject_handshake on;
    }
    server {
        listen 443 ssl; server_name a; # here
        ssl_certificate a.pem; # and here
        ssl_certificate_key a.key;
    }
}"""
    )
    after = changed(facts, nginx.set_up(SERVER, facts, ConfigureServer("tls-version"), places, (443,)))
    content = content_of(after, MAIN)
    assert content is not None
    assert content.octets.count(b"        ssl_protocols TLSv1.2 TLSv1.3;\n        listen 443 ssl default_server;") == 1
    assert content.octets.count(b"        ssl_protocols TLSv1.2 TLSv1.3;\n        ssl_certificate a.pem; # and") == 1
    assert nginx.set_up(SERVER, after, ConfigureServer("tls-version"), places, (443,)) == ()


def test_another_server_answers_for_all() -> None:
    facts = whole()
    snakeoil, rsa, _ = places_in(nginx, SERVER, facts)
    goal = ConfigureServer("send-sni-certificate")
    after = changed(facts, nginx.set_up(SERVER, facts, goal, (rsa,), (443,)))
    assert lines_changed(facts, after, MAIL)[1] == [
        "    listen 443 ssl default_server;", "    listen [::]:443 ssl default_server;"
    ]  # fmt: skip
    assert lines_changed(facts, after, "/etc/nginx/sites-enabled/default")[1] == [
        "    listen 443 ssl;", "    listen [::]:443 ssl;"
    ]  # fmt: skip
    assert [one.is_default for one in places_in(nginx, SERVER, after)] == [True, True]
    assert nginx.set_up(SERVER, facts, goal, (snakeoil,), (443,)) == ()
    assert nginx.set_up(SERVER, facts, goal, (rsa,), (8443,)) == ()


def test_who_is_first_needs_no_word() -> None:
    goal = ConfigureServer("send-sni-certificate")
    facts, (first, second) = of_one(
        b"""http {
  server { listen 443 ssl; server_name a; ssl_certificate a.pem; ssl_certificate_key a.key; }
  server { listen 443 ssl; server_name b; ssl_certificate b.pem; ssl_certificate_key b.key; }
}"""
    )
    assert nginx.set_up(SERVER, facts, goal, (first,), ()) == ()
    after = changed(facts, nginx.set_up(SERVER, facts, goal, (second,), ()))
    assert [one.is_default for one in places_in(nginx, SERVER, after)] == [False, True]
    assert len(lines_changed(facts, after, MAIN)[1]) == 1


def test_a_shared_line_is_left_alone() -> None:
    source = b"""http {
  server { include l; server_name a; ssl_certificate a.pem; ssl_certificate_key a.key; }
  server { include l; server_name b; ssl_certificate b.pem; ssl_certificate_key b.key; }
}"""
    facts = asked(nginx, SERVER, {MAIN: source, "/etc/nginx/l": b"listen 443 ssl;"}, VERSION)
    _, second = places_in(nginx, SERVER, facts)
    refused = nginx.set_up(SERVER, facts, ConfigureServer("send-sni-certificate"), (second,), ())
    assert isinstance(refused, Cannot)
    assert "line 1 of /etc/nginx/l" in str(refused.why)


def test_lua_is_passed_over() -> None:
    source = b"""http { server { listen 443 ssl; server_name a;
  content_by_lua_block { ngx.say("}", '{', [[ }} ]]) -- }
  --[==[ } ]==] if x then y = { 1 } end }
  ssl_certificate a.pem; ssl_certificate_key a.key; } }"""
    _, (place,) = of_one(source)
    assert place.chain_file == "/etc/nginx/a.pem"


def test_what_cannot_be_read_is_a_sentence() -> None:
    deep = {MAIN: b"http { " + b"server { " * 60 + b"} " * 61}
    loop = {MAIN: b"include nginx.conf;"}
    twice = {f"/etc/nginx/{n}": f"include {n + 1};".encode() * 4 for n in range(10)}
    for files in ({}, {MAIN: b"http {"}, {MAIN: b'"'}, deep, loop, {MAIN: b"include 0;", **twice}):
        facts = asked(nginx, SERVER, files, VERSION)
        assert isinstance(nginx.certificates(SERVER, facts), Cannot)


def test_a_place_is_known_again_after_another_edit_and_gone_when_it_is_gone() -> None:
    facts = whole()
    places = places_in(nginx, SERVER, facts)
    after = changed(facts, nginx.point_to(SERVER, facts, {one: Files("/n.pem", "/n.key") for one in places}))
    assert nginx.point_to(SERVER, after, {one: Files("/n.pem", "/n.key") for one in places}) == ()
    other = asked(nginx, SERVER, {MAIN: b"events {}"}, VERSION)
    assert isinstance(nginx.point_to(SERVER, other, {places[0]: Files("/n.pem", "/n.key")}), Cannot)
    assert isinstance(nginx.set_up(SERVER, other, ConfigureServer("tls-version"), places, ()), Cannot)


def test_the_main_file_is_where_nginx_was_built_to_have_it() -> None:
    built = {("nginx", "-V"): Printed(0, "", "configure arguments: --prefix=/opt/nginx --with-mail")}
    assert FileAt("/opt/nginx/conf/nginx.conf") in asked(nginx, SERVER, {}, built)
    own = server_of(nginx, "/srv/n.conf", "/opt/nginx")
    assert places_in(nginx, own, asked(nginx, own, {"/srv/n.conf": b"events {}"})) == ()
    tested, taken = nginx.test(own), nginx.take_up(own)
    assert tested is not None
    assert tested.command == ("/opt/nginx", "-c", "/srv/n.conf", "-t")
    assert taken.command == ("/opt/nginx", "-c", "/srv/n.conf", "-s", "reload")
