"""Courier: what its files of settings say, and the few lines that change."""

import pytest
from tests.configured.asked import asked, changed, lines_changed, places_in, server_of

from mailtrust.core.model.configured import Cannot, Files, Listening
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import ServerFacts
from mailtrust.core.targets.configured import courier

SERVER = server_of(courier)
HERE = "/etc/courier"
IMAPD_SSL = b"""\
##VERSION: $Id: imapd-ssl.dist.in$
#
SSLPORT=993
SSLADDRESS=0
IMAPDSTARTTLS=YES
##NAME: TLS_PRIORITY:0
TLS_PRIORITY="NORMAL:-CTYPE-OPENPGP"
##NAME: TLS_CERTFILE:0
TLS_CERTFILE=/etc/courier/imapd.pem
#TLS_PRIVATE_KEYFILE=/etc/courier/no.key
"""
ESMTPD = b"PORT=smtp\nTLS_CERTFILE='/etc/courier/esmtpd.pem'  # here\nTLS_PRIVATE_KEYFILE=/etc/courier/esmtpd.key\n"
FILES = {
    f"{HERE}/imapd": b"ADDRESS=0\nPORT=143\n",
    f"{HERE}/imapd-ssl": IMAPD_SSL,
    f"{HERE}/pop3d-ssl": b"TLS_PROTOCOL=TLSv1\nTLS_CERTFILE=${SOME}/pop3d.pem\n",
    f"{HERE}/esmtpd": ESMTPD,
    f"{HERE}/esmtpd-ssl": b"SSLPORT=127.0.0.1.465,4650\n",
    f"{HERE}/imapd.pem.mail.example.com": b"",
    f"{HERE}/imapd.pem.192.0.2.1": b"",
    f"{HERE}/imapd.pem.dpkg-old": b"",
}


def whole() -> ServerFacts:
    return asked(courier, SERVER, FILES)


def test_what_the_files_say() -> None:
    imap, address, name, esmtp = places_in(courier, SERVER, whole())
    assert (imap.service, imap.line, imap.key_file) == ("imapd-ssl", 9, f"{HERE}/imapd.pem")
    assert imap.listens == (Listening(993), Listening(143))
    assert (address.listens, address.names, address.is_default) == (
        (Listening(993, "192.0.2.1"), Listening(143, "192.0.2.1")), (), True
    )  # fmt: skip
    assert (name.names, name.is_default, name.in_place) == (("mail.example.com",), False, True)
    assert (esmtp.chain_file, esmtp.key_file) == (f"{HERE}/esmtpd.pem", f"{HERE}/esmtpd.key")
    assert esmtp.listens == (Listening(465, "127.0.0.1"), Listening(4650), Listening(25))


def test_paths_change_where_they_are_named() -> None:
    facts = whole()
    imap, _, name, esmtp = places_in(courier, SERVER, facts)
    wanted = {imap: Files("/new/i.pem", "/new/i.pem"), esmtp: Files("/new/e.pem", "/new/e.key")}
    after = changed(facts, courier.point_to(SERVER, facts, wanted))
    assert lines_changed(facts, after, f"{HERE}/imapd-ssl") == (
        ["TLS_CERTFILE=/etc/courier/imapd.pem"], ["TLS_CERTFILE=/new/i.pem"]
    )  # fmt: skip
    assert lines_changed(facts, after, f"{HERE}/esmtpd")[1] == [
        "TLS_CERTFILE=/new/e.pem  # here", "TLS_PRIVATE_KEYFILE=/new/e.key"
    ]  # fmt: skip
    assert isinstance(courier.point_to(SERVER, facts, {name: Files("/n", "/n")}), Cannot)
    assert isinstance(courier.point_to(SERVER, facts, {imap: Files("/a b", "/a b")}), Cannot)
    assert courier.point_to(SERVER, facts, {name: Files(name.chain_file, name.key_file)}) == ()


def test_a_key_apart_and_together() -> None:
    facts = whole()
    imap, *_, esmtp = places_in(courier, SERVER, facts)
    wanted = {imap: Files(imap.chain_file, "/new/i.key"), esmtp: Files("/new/e.pem", "/new/e.pem")}
    after = changed(facts, courier.point_to(SERVER, facts, wanted))
    assert lines_changed(facts, after, f"{HERE}/imapd-ssl") == ([], ["TLS_PRIVATE_KEYFILE=/new/i.key"])
    assert lines_changed(facts, after, f"{HERE}/esmtpd") == (
        ["TLS_CERTFILE='/etc/courier/esmtpd.pem'  # here", "TLS_PRIVATE_KEYFILE=/etc/courier/esmtpd.key"],
        ["TLS_CERTFILE=/new/e.pem  # here"],
    )


def test_versions() -> None:
    facts = whole()
    imap, *_, esmtp = places_in(courier, SERVER, facts)
    goal = ConfigureServer("tls-version")
    after = changed(facts, courier.set_up(SERVER, facts, goal, (imap,), (993,)))
    assert lines_changed(facts, after, f"{HERE}/imapd-ssl")[1] == [
        'TLS_PRIORITY="NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"'
    ]
    assert courier.set_up(SERVER, after, goal, (imap,), (993,)) == ()
    assert isinstance(courier.set_up(SERVER, facts, goal, (esmtp,), ()), Cannot)
    assert isinstance(courier.set_up(SERVER, facts, ConfigureServer("offer-tls"), (imap,), ()), Cannot)


@pytest.mark.parametrize(("said", "becomes"), [("TLSv1", "TLSv1.2"), ("TLSv1.2", "")])
def test_versions_of_openssl(said: str, becomes: str) -> None:
    source = f"TLS_PROTOCOL={said}\nTLS_CERTFILE=/a.pem\n".encode()
    facts = asked(courier, SERVER, {f"{HERE}/imapd-ssl": source})
    done = courier.set_up(SERVER, facts, ConfigureServer("tls-version"), places_in(courier, SERVER, facts), ())
    if not becomes:
        assert done == ()
        return
    assert lines_changed(facts, changed(facts, done), f"{HERE}/imapd-ssl")[1] == [f"TLS_PROTOCOL={becomes}"]


def test_nothing_to_be_read_and_commands() -> None:
    assert isinstance(courier.certificates(SERVER, asked(courier, SERVER, {})), Cannot)
    assert courier.test(SERVER) is None
    assert courier.take_up(SERVER).command[:2] == ("systemctl", "try-restart")
    imap, *_ = places_in(courier, SERVER, whole())
    empty = asked(courier, SERVER, {f"{HERE}/imapd": b""})
    assert isinstance(courier.point_to(SERVER, empty, {imap: Files("/a", "/a")}), Cannot)
