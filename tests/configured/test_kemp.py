"""Kemp LoadMaster: which services name which certificates, and the calls that change as little as can be."""

from dataclasses import replace
from functools import cache

import pytest
from tests.configured.asked import asked, places_in
from tests.programs.sample_pki import pki

from mailtrust.core.formats.kemp_name import expect_name
from mailtrust.core.formats.kemp_services import write_services
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Files, Listening
from mailtrust.core.model.endpoint import Endpoint, Protocol, TlsMode
from mailtrust.core.model.load_master import VirtualService
from mailtrust.core.model.plan import OnServer, OnThisMachine
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import Printed, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import Balancer, kemp
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.withheld_keys import mark_of, withheld_in
from mailtrust.lab.pki import Issued

SERVER = Server("lm", (), "kemp", "kemp://admin@lm.example.com")
KEY = OnThisMachine("/root/new.key")


@cache
def leaf(name: str, number: int = 0) -> Issued:
    return pki().leaf(name, f"{number}.{name}", key="ec-p256")


def service(
    port: int, *names: str, address: str = "10.0.0.10", tls_type: int = 0, ends_tls: bool = True
) -> VirtualService:
    return VirtualService(port, address, (port,) if port else (), "tcp", "", ends_tls, names, tls_type)


def met(port: int, address: str = "10.0.0.10") -> Endpoint:
    return Endpoint("mail.example", port, Protocol.HTTPS, TlsMode.IMPLICIT, address, "mail.example", "given")


def facts(
    services: tuple[VirtualService, ...],
    certificates: dict[str, tuple[Certificate, ...]] | None = None,
    pool: dict[str, tuple[Certificate, ...]] | None = None,
    printed: Printed | None = None,
) -> ServerFacts:
    kept = {"mail": leaf("mail.example").chain[:1], "web": leaf("web.example").chain} | (certificates or {})
    files = {f"/certificates/{name}.pem": to_pem_chain(chain).encode() for name, chain in kept.items()}
    files |= {f"/intermediates/{name}.pem": to_pem_chain(chain).encode() for name, chain in (pool or {}).items()}
    return asked(kemp, SERVER, files, {("listvs",): printed or Printed(0, write_services(services))})


def act(changes: tuple[Change, ...] | tuple[Act, ...] | Cannot) -> Act:
    assert not isinstance(changes, Cannot), str(changes.why)
    (one,) = changes
    assert isinstance(one, Act)
    assert str(one.say)
    return one


def test_a_place_for_each_certificate_of_each_service() -> None:
    known = facts((service(443, "mail", "web"), service(993, "mail"), service(25, ends_tls=False)))
    first, second, third = places_in(kemp, SERVER, known)
    assert first == ConfiguredCertificate(
        "kemp", "10.0.0.10:443", "", 0, "/certificates/mail.pem", "/certificates/mail.pem",
        listens=(Listening(443, "10.0.0.10"),), names=("mail.example", "0.mail.example"),
    )  # fmt: skip
    assert (second.chain_file, second.names[0], second.is_default) == ("/certificates/web.pem", "web.example", False)
    assert third.listens == (Listening(993, "10.0.0.10"),)


def test_a_temporary_certificate_is_no_place() -> None:
    both = places_in(kemp, SERVER, facts((service(443, "Temporary"), service(444, "mail"))))
    assert both == places_in(kemp, SERVER, facts((service(444, "mail"),)))


def test_what_only_passes_through_is_said() -> None:
    known = facts((service(443, ends_tls=False),))
    refused = kemp.certificates(SERVER, known)
    assert isinstance(refused, Cannot)
    assert "servers behind it" in str(refused.why)
    elsewhere = replace(service(443, ends_tls=False), address="10.0.0.11")
    both = facts((service(443, "mail"), service(993, ends_tls=False), service(0, ends_tls=False), elsewhere))
    assert kemp.passes_through(SERVER, both, met(443)) is None
    assert kemp.passes_through(SERVER, facts((service(443, "mail"), elsewhere)), met(443, "192.0.2.1")) is None
    assert "10.0.0.11:443" in str(kemp.passes_through(SERVER, both, met(443, "10.0.0.11")))
    assert "10.0.0.10:993" in str(kemp.passes_through(SERVER, both, met(993, "192.0.2.1")))
    assert "10.0.0.10:*" in str(kemp.passes_through(SERVER, both, met(8443)))
    assert kemp.passes_through(SERVER, facts(()), met(443)) is None


def test_why_it_cannot_be_read_is_the_loadmasters_own_word() -> None:
    refused = kemp.certificates(SERVER, facts((), printed=Printed(422, "", "Unknown command")))
    assert isinstance(refused, Cannot)
    assert "Unknown command" in str(refused.why)
    strange = kemp.certificates(SERVER, facts((), printed=Printed(0, "{}")))
    assert isinstance(strange, Cannot)


def test_the_missing_intermediate_is_added_to_the_pool() -> None:
    known = facts((service(443, "mail"),))
    (place,) = places_in(kemp, SERVER, known)
    answer = kemp.upload(SERVER, known, place, leaf("mail.example").chain, None)
    assert not isinstance(answer, Cannot)
    files, acts = answer
    assert files == Files(place.chain_file, place.key_file)
    one, issuer = act(acts), pki().intermediate.certificate
    verb, name = one.command
    assert verb == "addintermediate"
    assert expect_name(name.removeprefix("cert="))
    assert one.input == to_pem_chain((issuer,))
    assert one.back_command == ("delintermediate", name, f"if={issuer.fingerprint}")
    assert (one.keys, one.disruption, one.needs) == ((), "none", "Intermediate Certificates")
    assert kemp.point_to(SERVER, known, {place: files}) == ()


def test_several_are_added_at_once_and_strangers_stay() -> None:
    above, _ = pki().another_intermediate("Upper CA", path_length=1)
    below, _ = pki().another_intermediate("Lower CA", by=above)
    issued = pki().leaf("deep.example", key="ec-p256", by=below, above=(above.certificate,))
    known = facts(
        (service(443, "deep"),), {"deep": issued.chain[:1]}, {"SAML-token": (pki("Somebody Else").root.certificate,)}
    )
    (place,) = places_in(kemp, SERVER, known)
    answer = kemp.upload(SERVER, known, place, issued.chain, None)
    assert not isinstance(answer, Cannot)
    assert [one.command[0] for one in answer[1]] == ["addintermediate", "addintermediate"]
    assert [one.input for one in answer[1]] == [to_pem_chain((one,)) for one in issued.chain[1:]]


def test_a_name_that_another_has_is_not_taken() -> None:
    known = facts((service(443, "mail"),))
    (place,) = places_in(kemp, SERVER, known)
    answer = kemp.upload(SERVER, known, place, leaf("mail.example").chain, None)
    assert not isinstance(answer, Cannot)
    name = act(answer[1]).command[1].removeprefix("cert=")
    taken = facts((service(443, "mail"),), pool={name: (pki("Somebody Else").root.certificate,)})
    again = kemp.upload(SERVER, taken, place, leaf("mail.example").chain, None)
    assert not isinstance(again, Cannot)
    other = act(again[1]).command[1].removeprefix("cert=")
    assert expect_name(other) != name


@pytest.mark.parametrize("in_pool", [True, False])
def test_what_is_sent_besides_is_not_taken_away(in_pool: bool) -> None:
    stranger = pki("Somebody Else").intermediate.certificate
    pool = {"ca": (pki().intermediate.certificate,)} if in_pool else {}
    uploaded = leaf("mail.example").chain[:1] if in_pool else (leaf("mail.example").certificate, stranger)
    known = facts((service(443, "mail"),), {"mail": uploaded}, pool)
    (place,) = places_in(kemp, SERVER, known)
    refused = kemp.upload(SERVER, known, place, leaf("mail.example").chain, None)
    assert isinstance(refused, Cannot)
    assert "bundle --for kemp" in str(refused.why)


def test_a_new_certificate_gets_a_name_of_its_own() -> None:
    known, new = facts((service(443, "web", "mail"), service(993, "mail"))), leaf("mail.example", 1)
    places = [one for one in places_in(kemp, SERVER, known) if one.chain_file == "/certificates/mail.pem"]
    answers = [kemp.upload(SERVER, known, place, new.chain, KEY) for place in places]
    assert answers[0] == answers[1]
    assert not isinstance(answers[0], Cannot)
    files, acts = answers[0]
    one = act(acts)
    name = one.command[1].removeprefix("cert=")
    assert one.command == ("addcert", f"cert={name}")
    assert name == f"mail_example-{new.certificate.fingerprint[:8]}"
    assert one.input.startswith(to_pem_chain(new.chain))
    assert withheld_in(one.input.encode()) == (mark_of(new.certificate),)
    assert "PRIVATE KEY" not in one.input
    assert one.keys == (KEY,)
    assert one.back_command == ("delcert", f"cert={name}", f"if={new.certificate.fingerprint}")
    changes = kemp.point_to(SERVER, known, dict.fromkeys(places, files))
    assert not isinstance(changes, Cannot)
    assert [change.command for change in changes if isinstance(change, Act)] == [
        ("modvs", "vs=10.0.0.10", "port=443", "prot=tcp", f"CertFile=web {name}", "was=web mail"),
        ("modvs", "vs=10.0.0.10", "port=993", "prot=tcp", f"CertFile={name}", "was=mail"),
    ]
    assert [change.back_command[-2:] for change in changes if isinstance(change, Act)] == [
        ("CertFile=web mail", f"was=web {name}"),
        ("CertFile=mail", f"was={name}"),
    ]


def test_what_was_uploaded_before_is_only_assigned() -> None:
    new = leaf("mail.example", 1)
    name = f"mail_example-{new.certificate.fingerprint[:8]}"
    held = facts((service(443, "mail"), service(444, name)), {name: new.chain})
    place = places_in(kemp, SERVER, held)[0]
    assert kemp.upload(SERVER, held, place, new.chain, KEY) == (
        Files(f"/certificates/{name}.pem", f"/certificates/{name}.pem"), (),
    )  # fmt: skip
    other = facts((service(443, "mail"), service(444, name)), {name: leaf("web.example").chain})
    assert isinstance(kemp.upload(SERVER, other, place, new.chain, KEY), Cannot)


def test_no_key_is_read_from_there() -> None:
    known = facts((service(443, "mail"),))
    place = places_in(kemp, SERVER, known)[0]
    refused = kemp.upload(SERVER, known, place, leaf("mail.example", 1).chain, OnServer("/certificates/mail.pem"))
    assert isinstance(refused, Cannot)
    assert "--key FILE" in str(refused.why)


def test_the_right_certificate_of_another_service_is_named() -> None:
    known = facts((service(443, "mail"), service(993, "web")))
    first, second = places_in(kemp, SERVER, known)
    one = act(kemp.point_to(SERVER, known, {second: Files(first.chain_file, first.key_file)}))
    assert one.command[-2:] == ("CertFile=mail", "was=web")
    assert (one.disruption, one.needs) == ("reload", "Virtual Services")
    assert "Extended Protection" not in str(one.say)


def test_what_encrypts_again_is_changed_with_the_servers_behind_it() -> None:
    known = facts((replace(service(443, "mail"), reencrypts=True), service(993, "web")))
    first, second = places_in(kemp, SERVER, known)
    one = act(kemp.point_to(SERVER, known, {first: Files(second.chain_file, second.key_file)}))
    assert "Exchange with Extended Protection must present the very same certificate" in str(one.say)


@pytest.mark.parametrize(("tls_type", "changes"), [(24, True), (0, True), (7, False), (6, True), (16, True)])
def test_versions_of_tls(tls_type: int, changes: bool) -> None:
    known = facts((service(443, "mail", tls_type=tls_type), service(993, "mail", tls_type=24)))
    places = places_in(kemp, SERVER, known)[:1]
    answer = kemp.set_up(SERVER, known, ConfigureServer("tls-version"), places, (443,))
    if not changes:
        assert answer == ()
        return
    one = act(answer)
    assert one.command == ("modvs", "vs=10.0.0.10", "port=443", "prot=tcp", "TLSType=7", f"was={tls_type}")
    assert one.back_command[-2:] == (f"TLSType={tls_type}", "was=7")


def test_other_settings_are_a_persons() -> None:
    known = facts((service(443, "mail"),))
    for other in (
        ConfigureServer("send-sni-certificate"),
        ConfigureServer("matching-key"),
        ConfigureServer("offer-tls"),
    ):
        refused = kemp.set_up(SERVER, known, other, places_in(kemp, SERVER, known), (443,))
        assert isinstance(refused, Cannot)


def test_it_takes_up_by_itself() -> None:
    assert isinstance(kemp, Balancer)
    assert kemp.take_up(SERVER) is None
    assert kemp.test(SERVER) is None
    assert kemp.disruption(SERVER, {}) == "reload"
