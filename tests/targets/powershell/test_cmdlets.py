"""Acts come to the cmdlets that Microsoft documents, and to no answer that nobody knows."""

from mailtrust.core.model.exchange_change import (
    EnableCertificate,
    ImportCertificate,
    PersonDoes,
    RemoveCertificate,
    RestartServices,
    SetAuthCertificate,
    SetClientAccessName,
    SetConnectorCertificate,
    SwitchService,
)
from mailtrust.core.targets.powershell.cmdlets import Cmdlet, FileOctets, HoursFromNow, Password, cmdlets

NEW, OLD = "A" * 40, "B" * 40


def test_a_certificate_is_enabled_where_it_is_said() -> None:
    assert cmdlets(EnableCertificate("MAIL1", NEW, ("IIS", "POP"))) == (
        Cmdlet(
            "Enable-ExchangeCertificate",
            (("Thumbprint", NEW), ("Server", "MAIL1"), ("Services", ("IIS", "POP"))),
        ),
    )


def test_cmdlets_of_edge_and_2007_know_no_server() -> None:
    for act in (
        EnableCertificate("EDGE1", NEW, ("SMTP",), overwrite_default_smtp=True),
        ImportCertificate("EDGE1", NEW, "new.pfx"),
        RemoveCertificate("EDGE1", NEW),
        SetClientAccessName("OLD1", "IMAP", "mail.example.com"),
    ):
        for one in cmdlets(act, local=True):
            assert "Server" not in dict(one.parameters)


def test_no_is_answered_by_yes_and_by_putting_back() -> None:
    one, other = cmdlets(EnableCertificate("MAIL1", NEW, ("SMTP",), default_smtp=OLD))
    assert dict(one.parameters)["Thumbprint"] == NEW
    assert dict(one.parameters)["Force"] is True
    assert other.parameters == (("Thumbprint", OLD), ("Server", "MAIL1"), ("Services", ("SMTP",)), ("Force", True))


def test_no_answer_is_given_where_nobody_knows_what_to_put_back() -> None:
    (one,) = cmdlets(EnableCertificate("MAIL1", NEW, ("SMTP",)))
    assert "Force" not in dict(one.parameters)


def test_yes_is_answered_once() -> None:
    (one,) = cmdlets(EnableCertificate("MAIL1", NEW, ("SMTP",), overwrite_default_smtp=True, default_smtp=OLD))
    assert dict(one.parameters)["Force"] is True


def test_https_is_not_made_a_must_where_nobody_wants_it() -> None:
    (one,) = cmdlets(EnableCertificate("MAIL1", NEW, ("IIS",), require_ssl=False))
    assert dict(one.parameters)["DoNotRequireSsl"] is True


def test_each_of_the_others() -> None:
    assert cmdlets(ImportCertificate("MAIL1", NEW, "new.pfx"))[0].parameters == (
        ("Server", "MAIL1"),
        ("FileData", FileOctets("new.pfx")),
        ("Password", Password("new.pfx")),
        ("PrivateKeyExportable", True),
    )
    assert cmdlets(SetConnectorCertificate("send", "Outbound", "")) == (
        Cmdlet("Set-SendConnector", (("Identity", "Outbound"), ("TlsCertificateName", None))),
    )
    assert cmdlets(SetConnectorCertificate("receive", "MAIL1\\In", "<I>a<S>b"))[0].name == "Set-ReceiveConnector"
    assert ("NewCertificateEffectiveDate", HoursFromNow(49)) in cmdlets(SetAuthCertificate(NEW, 49))[0].parameters
    assert ("Confirm", False) in cmdlets(RemoveCertificate("MAIL1", NEW))[0].parameters
    for act in (PersonDoes(), RestartServices("MAIL1", ("W3SVC",)), SwitchService("MAIL1", "W3SVC", running=False)):
        assert cmdlets(act) == ()
