"""Which certificate Exchange presents: the documented cases as tables, and what must hold of every case."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.exchange_world import (
    CA,
    NOW,
    certificate,
    connector,
    organisation,
    send_connector,
    server,
)

from mailtrust.core.model.exchange import (
    ClientAccessSettings,
    EdgeSubscription,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    IisBinding,
    NotRead,
    SendConnector,
    UmSettings,
)
from mailtrust.core.services.exchange.certificates import holds
from mailtrust.core.services.exchange.selecting.select import era_of, select
from mailtrust.core.services.exchange.selecting.selection import (
    Chosen,
    NoneEligible,
    NotOffered,
    Selection,
    SelectionUnknown,
    is_served,
)

MAIL = "mail.example.com"


def only(found: tuple[Selection, ...], kind: str) -> Selection:
    (one,) = [selection for selection in found if selection.kind == kind]
    return one


def starttls(*certificates: ExchangeCertificate, version: str = "15.2.1544.4", **about: Any) -> Selection:
    it = server(*certificates, version=version, receive_connectors=(connector(**about),))
    return only(select(organisation(it), NOW), "receive")


def letter(one: Selection) -> str:
    """Of the certificate that is presented; else the first letter of the outcome's class in lower case."""
    match one.outcome:
        case Chosen(certificate=it):
            return it.thumbprint[0]
        case SelectionUnknown():
            return "unknown"
        case NoneEligible():
            return "none"
        case NotOffered():
            return "not offered"


OLD = "14.3.513.0"

# Microsoft, "Selection of Inbound STARTTLS Certificates" (2016, 2019, Subscription Edition): the steps by number.
INBOUND: list[tuple[str, list[ExchangeCertificate], dict[str, Any], str, tuple[int, ...]]] = [
    ("1: no TLS in AuthMechanism", [certificate("A", MAIL)], {"mechanisms": frozenset({"BasicAuth"})}, "not offered",
     ()),
    ("2: TlsCertificateName goes before Fqdn",
     [certificate("A", MAIL), certificate("B", "other.example.com", issuer="CN=Other")],
     {"tls": "<I>CN=Other<S>CN=other.example.com"}, "B", ()),
    ("2: its markers in lower case", [certificate("A", MAIL)], {"tls": f"<i>{CA}<s>CN={MAIL}"}, "A", ()),
    ("2, 6: of two that TlsCertificateName means, the newest",
     [certificate("A", MAIL, days_old=20), certificate("B", MAIL, days_old=5)], {"tls": f"<I>{CA}<S>CN={MAIL}"}, "B",
     ()),
    ("2, 7: TlsCertificateName of an expired one",
     [certificate("A", MAIL, days_old=100), certificate("B", MAIL, issuer="")],
     {"tls": f"<I>{CA}<S>CN={MAIL}"}, "A", (12016,)),
    ("2: Fqdn", [certificate("A", "else.example.com"), certificate("B", MAIL)], {}, "B", ()),
    ("2: no Fqdn: the server's own name", [certificate("A", MAIL), certificate("B", "mail1.corp.example")],
     {"fqdn": ""}, "B", ()),
    ("3: nothing holds the name", [certificate("A", "else.example.com")], {}, "none", (12014,)),
    ("3: a renewal by another intermediate", [certificate("A", MAIL, issuer="CN=R12, O=Let's Encrypt, C=US")],
     {"tls": f"<I>{CA}<S>CN={MAIL}"}, "none", (12014,)),
    ("4: no private key", [certificate("A", MAIL, key=False)], {}, "none", (12014,)),
    ("4: the service SMTP", [certificate("A", MAIL, services=("IIS",))], {}, "none", (12014,)),
    ("4: a name in the SAN", [certificate("A", "www.example.com", MAIL)], {}, "A", ()),
    ("4: a key that the export does not tell of: the shell lists those with one", [certificate("A", MAIL, key=None)],
     {}, "A", ()),
    ("6: the newest", [certificate("A", MAIL, days_old=20), certificate("B", MAIL, days_old=5)], {}, "B", ()),
    ("6: one of a CA before a newer self-signed one",
     [certificate("A", MAIL, days_old=20), certificate("B", MAIL, days_old=5, issuer="")], {}, "A", ()),
    ("6: the newest self-signed one",
     [certificate("A", MAIL, days_old=20, issuer=""), certificate("B", MAIL, days_old=5, issuer="")], {}, "B", ()),
    ("7: expired, and presented", [certificate("A", MAIL, days_old=100)], {}, "A", (12016,)),
    ("6, 7: an expired one of a CA before a valid self-signed one",
     [certificate("A", MAIL, days_old=100), certificate("B", MAIL, issuer="")], {}, "A", (12016,)),
    # "Configure authenticated SMTP settings": "exact match or wildcard match".
    ("a wildcard holds one label", [certificate("A", "*.example.com")], {}, "A", ()),
    ("a wildcard holds no two labels", [certificate("A", "*.example.com")], {"fqdn": "a.b.example.com"}, "none",
     (12014,)),
    # What is not documented is not guessed.
    ("a newer wildcard beside the name itself",
     [certificate("A", MAIL, days_old=20), certificate("B", "*.example.com", days_old=5)], {}, "unknown", ()),
    ("an older wildcard beside the name itself",
     [certificate("A", MAIL, days_old=5), certificate("B", "*.example.com", days_old=20)], {}, "A", ()),
    ("valid from the same moment", [certificate("A", MAIL), certificate("B", MAIL)], {}, "unknown", ()),
    ("not valid yet", [certificate("A", MAIL, days_old=-3), certificate("B", MAIL)], {}, "unknown", ()),
    ("services untold", [certificate("A", MAIL, services=None)], {}, "unknown", ()),
    ("moments untold", [certificate("A", MAIL, days_old=None), certificate("B", MAIL)], {}, "unknown", ()),
    ("moments untold, but there is one alone", [certificate("A", MAIL, days_old=None)], {}, "A", ()),
    ("AuthMechanism untold", [certificate("A", MAIL)], {"mechanisms": None}, "unknown", ()),
    ("a TlsCertificateName that is none", [certificate("A", MAIL)], {"tls": MAIL}, "unknown", ()),
    ("a disabled connector", [certificate("A", MAIL)], {"enabled": False}, "not offered", ()),
    ("a wildcard for an older Exchange", [certificate("A", "*.example.com")], {"version": OLD}, "unknown", ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("certificates", "about", "expected", "events"), [case[1:] for case in INBOUND], ids=[case[0] for case in INBOUND]
)
def test_starttls(
    certificates: list[ExchangeCertificate], about: dict[str, Any], expected: str, events: tuple[int, ...]
) -> None:
    found = starttls(*certificates, **about)
    assert (letter(found), found.events) == (expected, events)
    assert found.basis == "document"


@pytest.mark.parametrize("version", [OLD, "8.3.83.6", "15.0.1497.48", ""])
def test_preference_among_several_is_recalled_for_what_is_older_or_unknown(version: str) -> None:
    found = starttls(certificate("A", MAIL, days_old=20), certificate("B", MAIL, days_old=5), version=version)
    assert (letter(found), found.basis) == ("B", "recalled")
    assert starttls(certificate("A", MAIL), version=version).basis == "document"


@pytest.mark.parametrize(
    ("version", "era"),
    [("15.1.2507.6", "documented"), ("15.2.2562.17", "documented"), ("15.0.1497.48", "older"), ("8.3.83.6", "older"),
     ("", "unknown"), ("fifteen", "unknown"), ("15", "unknown")],
)  # fmt: skip
def test_builds(version: str, era: str) -> None:
    assert era_of(version) == era


def test_one_without_the_service_that_would_come_first_is_a_doubt() -> None:
    """The note in the article: it may be picked, and TLS fails later."""
    found = starttls(certificate("A", MAIL, days_old=20), certificate("B", MAIL, days_old=5, services=("IIS",)))
    assert isinstance(found.outcome, Chosen)
    assert found.outcome.certificate.thumbprint[0] == "A"
    assert "B" * 8 in str(found.outcome.doubts[0])
    assert is_served(found)
    older = starttls(certificate("A", MAIL, days_old=5), certificate("B", MAIL, days_old=20, services=("IIS",)))
    assert isinstance(older.outcome, Chosen)
    assert not older.outcome.doubts


def test_the_search_tells_what_ruled_each_out() -> None:
    """Every certificate of the server that was not taken is named once, with its reason."""
    found = starttls(
        certificate("A", MAIL),
        certificate("B", "else.example.com"),
        certificate("C", MAIL, services=("IIS",)),
        certificate("D", MAIL, key=False),
    )
    told = [str(detail) for step in found.why for detail in step.details]
    assert [line for line in told if "BBBB" in line] == ["else.example.com (BBBBBBBB): does not hold the name"]
    assert any("CCCC" in line and "SMTP" in line for line in told)
    assert any("DDDD" in line and "private key" in line for line in told)


# Microsoft, Get-ExchangeCertificate example 4; Set-SendConnector; KB 4495258.
SENDING: list[tuple[str, list[ExchangeCertificate], SendConnector, str, bool | None]] = [
    ("by its Fqdn", [certificate("A", MAIL)], send_connector(), "A", True),
    ("by its TlsCertificateName", [certificate("A", "x.example")], send_connector(tls=f"<I>{CA}<S>CN=x.example"), "A",
     True),
    ("a TlsCertificateName that leads nowhere", [certificate("A", MAIL)], send_connector(tls=f"<I>CN=Old<S>CN={MAIL}"),
     "none", False),
    ("no name fits", [certificate("A", "x.example")], send_connector(), "unknown", None),
    ("no TLS", [certificate("A", MAIL)], send_connector(ignore=True), "not offered", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("certificates", "sending", "expected", "served"), [case[1:] for case in SENDING], ids=[case[0] for case in SENDING]
)
def test_as_a_client(
    certificates: list[ExchangeCertificate], sending: SendConnector, expected: str, served: bool | None
) -> None:
    found = only(select(organisation(server(*certificates), sends=(sending,)), NOW), "send")
    assert (letter(found), is_served(found)) == (expected, served)


def test_a_send_connector_is_for_its_source_servers_alone() -> None:
    elsewhere = replace(send_connector(), source_servers=("MAIL2",))
    assert not select(organisation(server(certificate("A", MAIL)), sends=(elsewhere,)), NOW)


# Microsoft, "Selection of Inbound Anonymous TLS Certificates".
@pytest.mark.parametrize(
    ("certificates", "internal", "expected", "events"),
    [
        ([certificate("A", "mail1", issuer="")], "A" * 40, "A", ()),
        ([certificate("A", "whatever.example")], "A" * 40, "A", ()),
        ([certificate("A", "mail1")], "", "none", (12012,)),
        ([certificate("A", "mail1")], "B" * 40, "none", (12013,)),
        ([certificate("A", "mail1", days_old=100)], "A" * 40, "A", (12015,)),
        ([certificate("A", "mail1")], None, "unknown", ()),
    ],
)
def test_among_exchange_servers(
    certificates: list[ExchangeCertificate], internal: str | None, expected: str, events: tuple[int, ...]
) -> None:
    it = server(*certificates, receive_connectors=(connector(),), internal_transport=internal)
    found = only(select(organisation(it), NOW), "anonymous-in")
    assert (letter(found), found.events) == (expected, events)


def test_among_exchange_servers_only_where_a_connector_has_it() -> None:
    it = server(receive_connectors=(connector(mechanisms=frozenset({"Tls"})),), internal_transport="A" * 40)
    assert letter(only(select(organisation(it), NOW), "anonymous-in")) == "not offered"
    assert all(one.kind != "anonymous-out" for one in select(organisation(it), NOW))


def test_among_exchange_servers_not_where_a_connector_suppresses_it() -> None:
    suppressing = replace(connector(), suppresses_anonymous_tls=True)
    internal = certificate("A", "mail1", issuer="")
    alone = server(internal, receive_connectors=(suppressing,), internal_transport="A" * 40)
    found = only(select(organisation(alone), NOW), "anonymous-in")
    assert isinstance(found.outcome, NotOffered)
    assert str(found.outcome.setting) == "SuppressXAnonymousTls is on"
    another = replace(alone, receive_connectors=(suppressing, connector(name="Default MAIL1")))
    found = only(select(organisation(another), NOW), "anonymous-in")
    assert letter(found) == "A"
    assert "on: Default MAIL1" in str(found.why[0].say)


def test_towards_edge_and_inwards_again() -> None:
    """Microsoft, "Selection of Outbound Anonymous TLS Certificates"."""
    inward = SendConnector("EdgeSync - Inbound", "", ("EDGE1",), smart_hosts=("--",), smart_host_auth="ExchangeServer")
    edge = ExchangeServer("EDGE1", "edge1.example.com", "15.2.1.1", (certificate("E", "edge1"),), edge=True,
                          internal_transport="E" * 40)  # fmt: skip
    inside = server(certificate("A", "mail1"), internal_transport="A" * 40)
    found = select(organisation(inside, edge, sends=(inward,)), NOW)
    assert [(one.server, letter(one)) for one in found if one.kind == "anonymous-out"] == [
        ("MAIL1", "A"),
        ("EDGE1", "E"),
    ]
    subscribed = ExchangeOrganisation((inside,), edge_subscriptions=(EdgeSubscription("EDGE1", "Here"),))
    assert letter(only(select(subscribed, NOW), "anonymous-out")) == "A"


# Microsoft, Set-ImapSettings, -X509CertificateName and example 4's note.
@pytest.mark.parametrize(
    ("certificates", "name", "running", "expected"),
    [
        ([certificate("A", MAIL, services=("IMAP",)), certificate("B", "mail1", services=("IMAP",))], MAIL, True, "A"),
        ([certificate("A", MAIL)], MAIL, True, "none"),
        ([certificate("A", "*.example.com", services=())], MAIL, True, "A"),
        (
            [certificate("A", "*.example.com", services=()), certificate("B", MAIL, services=("IMAP",))],
            MAIL,
            True,
            "unknown",
        ),
        ([certificate("A", MAIL, services=("IMAP",))], "", True, "unknown"),
        ([certificate("A", MAIL, services=("IMAP",))], MAIL, False, "not offered"),
        ([certificate("A", MAIL, services=None)], MAIL, None, "unknown"),
        ([certificate("A", MAIL, services=("IMAP",), key=False)], MAIL, None, "none"),
    ],
)
def test_imap(certificates: list[ExchangeCertificate], name: str, running: bool | None, expected: str) -> None:
    it = server(*certificates, client_access=(ClientAccessSettings("IMAP", name, running=running),))
    assert letter(only(select(organisation(it), NOW), "imap")) == expected


def test_iis_presents_what_is_bound() -> None:
    bindings = (
        IisBinding("Default Web Site", 443, "A" * 40),
        IisBinding("Exchange Back End", 444, "C" * 40),
        IisBinding("Other", 8443, "", host="other.example"),
        IisBinding("Old", 9443, "D" * 40),
        IisBinding("Gone", 7443, "C" * 40, store="My"),
        # Of a store that Get-ExchangeCertificate does not list, as clients of ACME choose for IIS.
        IisBinding("Elsewhere", 6443, "C" * 40, store="WebHosting"),
    )
    it = server(certificate("A", MAIL), certificate("D", MAIL, days_old=100), bindings=bindings)
    found = select(organisation(it), NOW)
    assert [(one.name, letter(one), is_served(one)) for one in found] == [
        ("Default Web Site:443", "A", True),
        ("Exchange Back End:444", "none", False),
        ("Other:8443 other.example", "none", False),
        ("Old:9443", "D", False),
        ("Gone:7443", "none", False),
        ("Elsewhere:6443", "unknown", None),
    ]


def test_iis_without_bindings() -> None:
    one = server(certificate("A", MAIL, services=("IIS",)))
    assert letter(only(select(organisation(one), NOW), "iis")) == "A"
    two = server(certificate("A", MAIL, services=("IIS",)), certificate("B", "mail1", services=("IIS",)))
    assert letter(only(select(organisation(two), NOW), "iis")) == "unknown"
    assert not select(organisation(server(certificate("A", MAIL))), NOW)


@pytest.mark.parametrize(
    ("mode", "services", "expected"),
    [("TCP", ("UM",), "not offered"), ("TLS", ("UM",), "A"), ("Dual", ("SMTP",), "none"), ("", ("UM",), "unknown"),
     ("TLS", None, "unknown")],
)  # fmt: skip
def test_unified_messaging(mode: Any, services: Any, expected: str) -> None:
    it = server(certificate("A", MAIL, services=services), um=(UmSettings("UM", mode),), version="15.0.1.1")
    assert letter(only(select(organisation(it), NOW), "um")) == expected


def test_what_was_not_read_is_unknown() -> None:
    it = ExchangeOrganisation((server(),), not_read=(NotRead("MAIL1", "Get-ImapSettings", "access denied"),))
    (found,) = select(it, NOW)
    assert (found.kind, letter(found)) == ("imap", "unknown")


def test_a_server_whose_certificates_nobody_read_presents_nobody_knows_what() -> None:
    """Half of it answers: that its certificates are not in the export does not say that it has none."""
    settings = (ClientAccessSettings("IMAP", MAIL, running=True), ClientAccessSettings("POP", MAIL, running=False))
    silent = server(
        receive_connectors=(connector(), connector(tls=f"<I>{CA}<S>CN={MAIL}", name="Named")),
        client_access=settings,
        bindings=(IisBinding("Default Web Site", 443, "A" * 40), IisBinding("Other", 8443, "")),
        um=(UmSettings("UM", "TLS"),),
        internal_transport="A" * 40,
        version="15.0.1.1",
    )
    sends = (send_connector(tls=f"<I>{CA}<S>CN={MAIL}"),)
    found = select(organisation(silent, sends=sends), NOW)
    assert [(one.name, letter(one)) for one in found if letter(one) != "unknown"] == [
        ("POP", "not offered"),
        ("Other:8443", "none"),
    ]
    assert len(found) == 9
    assert not any(one.events for one in found)


def test_two_bindings_that_present_the_same_are_told_once() -> None:
    both = tuple(IisBinding("Default Web Site", 443, "A" * 40, address=one) for one in ("*", "127.0.0.1"))
    found = select(organisation(server(certificate("A", MAIL), bindings=both)), NOW)
    assert [(one.name, letter(one)) for one in found] == [("Default Web Site:443", "A")]


@pytest.mark.parametrize(
    ("name", "host", "how"),
    [("mail.example.com", "MAIL.example.com", "exact"), ("*.example.com", "mail.example.com", "wildcard"),
     ("*.example.com", "example.com", ""), ("*.example.com", "a.b.example.com", ""), ("*", "mail", ""),
     ("*.com", "", ""), ("mail1", "mail1", "exact")],
)  # fmt: skip
def test_names(name: str, host: str, how: str) -> None:
    assert holds(certificate("A", name), host) == how


_certificates = st.lists(
    st.builds(
        certificate,
        st.just("A"),
        st.sampled_from((MAIL, "*.example.com", "else.example.com", "mail1.corp.example")),
        services=st.sampled_from((("SMTP",), ("IIS",), (), ("SMTP", "IMAP"))),
        days_old=st.integers(-5, 200),
        issuer=st.sampled_from((CA, "")),
        key=st.sampled_from((True, False, None)),
    ),
    max_size=6,
).map(lambda many: [replace(one, thumbprint="ABCDEF"[number] * 40) for number, one in enumerate(many)])


@given(_certificates, st.randoms(use_true_random=False), st.sampled_from(("15.2.1", OLD)))
def test_the_order_of_the_export_never_matters(many: list[ExchangeCertificate], chance: Any, version: str) -> None:
    shuffled = list(many)
    chance.shuffle(shuffled)
    one, other = starttls(*many, version=version), starttls(*shuffled, version=version)
    assert (letter(one), one.events, is_served(one)) == (letter(other), other.events, is_served(other))


@given(_certificates)
def test_what_is_presented_is_eligible_and_none_better_is(many: list[ExchangeCertificate]) -> None:
    found = starttls(*many)
    eligible = [
        one for one in many if holds(one, MAIL) and one.has_private_key is not False and "SMTP" in (one.services or ())
    ]
    match found.outcome:
        case Chosen(certificate=it):
            assert it in eligible
            assert not any(not one.self_signed for one in eligible if it.self_signed)
            alike = [one for one in eligible if one.self_signed == it.self_signed]
            assert it.not_before == max(one.not_before for one in alike if one.not_before is not None)
        case NoneEligible():
            assert not eligible
            assert found.events == (12014,)
        case SelectionUnknown(candidates=candidates):
            assert {one.thumbprint for one in candidates} == {one.thumbprint for one in eligible}
        case NotOffered():
            raise AssertionError(found)
