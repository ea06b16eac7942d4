"""The certificates of the kit: one function a fault, each a good certificate but for it."""

from dataclasses import replace
from ssl import TLSVersion
from typing import Any

from mailtrust.core.issuance.recipe import CLIENT_AUTH, Recipe, dns_subtree, server_recipe
from mailtrust.core.model.certificate import NameConstraints
from mailtrust.lab.kit.case import DEAD_END, Presented, Stand
from mailtrust.lab.pki import Pki

UNKNOWN_EXTENSION = ("1.3.6.1.4.1.32473.1", True, b"\x05\x00")
"""Critical, and of nobody: an arc for examples (RFC 5612 2)."""
NINE_HUNDRED = (-10.0, 890.0)


def good(pki: Pki, stand: Stand) -> Presented:
    """Nothing is wrong."""
    return Presented(pki.leaf(stand.name("mail")))


def missing_intermediate(pki: Pki, stand: Stand) -> Presented:
    """The leaf alone; the intermediate can be downloaded."""
    leaf = pki.leaf(stand.name("mail"))
    return Presented(leaf, (leaf.certificate,), (pki.intermediate.certificate,))


def unreachable_intermediate(pki: Pki, stand: Stand) -> Presented:
    """The leaf alone, below an intermediate that nobody has ever seen; its address does not answer."""
    issuer, _ = pki.another_intermediate("Unseen CA")
    leaf = pki.leaf(stand.name("mail"), by=issuer, ca_issuers=(DEAD_END,))
    return Presented(leaf, (leaf.certificate,))


def expired(pki: Pki, stand: Stand) -> Presented:
    """It ended two days ago."""
    return Presented(pki.leaf(stand.name("mail"), days=(-90, -2)))


def wrong_name(pki: Pki, stand: Stand) -> Presented:
    """It was issued for another host of the domain."""
    return Presented(pki.leaf(stand.name("www")))


def self_signed(pki: Pki, stand: Stand) -> Presented:
    """Right name, no authority."""
    return Presented(pki.self_signed(stand.name("mail"), common_name=stand.name("mail"), days=(-1, 365)))


def key_encipherment_only(pki: Pki, stand: Stand) -> Presented:
    """An RSA key that may not sign; without RSA key exchange, and in TLS 1.3, that is all that it is for."""
    return _changed(pki, stand, key_usage=frozenset({"keyEncipherment"}))


def client_auth_only(pki: Pki, stand: Stand) -> Presented:
    """For clients, by the wrong template."""
    return _changed(pki, stand, extended_key_usage=(CLIENT_AUTH,))


def unknown_critical_extension(pki: Pki, stand: Stand) -> Presented:
    """A demand that nobody understands (RFC 5280 4.2)."""
    return _changed(pki, stand, extensions=(UNKNOWN_EXTENSION,))


def nine_hundred_days(pki: Pki, stand: Stand) -> Presented:
    """More than Apple's 825 days for private roots."""
    return Presented(pki.leaf(stand.name("mail"), days=NINE_HUNDRED))


def rsa_512(pki: Pki, stand: Stand) -> Presented:
    """RFC 8017 9.1.1: a PSS signature, which TLS 1.3 demands, does not fit into so few bits."""
    return Presented(pki.leaf(stand.name("mail"), key="rsa-512"), newest_tls=TLSVersion.TLSv1_2)


def rsa_1024(pki: Pki, stand: Stand) -> Presented:
    """Half of what is asked for today."""
    return Presented(pki.leaf(stand.name("mail"), key="rsa-1024"))


def sha_1(pki: Pki, stand: Stand) -> Presented:
    """Signed with SHA-1, which an elliptic key of the kit's CA can do as well as any."""
    return _changed(pki, stand, signature_hash="sha1")


def revoked(pki: Pki, stand: Stand) -> Presented:
    """Taken back, as the CA's responder and its list say."""
    asked = replace(server_recipe(stand.name("mail")), ocsp_urls=(stand.ocsp_url,), crl_urls=(stand.crl_url,))
    return Presented(pki.leaf(stand.name("mail"), recipe=asked), revoked=True)


def underscore(pki: Pki, stand: Stand) -> Presented:
    """A host name that DNS allows, and host names do not (RFC 1123 2.1)."""
    return Presented(pki.leaf(stand.name("my_mail")))


def ipv6_address(pki: Pki, stand: Stand) -> Presented:
    """The address as an iPAddress, as it should be."""
    return _with_names(pki, Recipe(ip_addresses=(str(stand.ipv6),)))


def address_as_dns_name(pki: Pki, stand: Stand) -> Presented:
    """The address where names stand."""
    return _with_names(pki, Recipe(dns_names=(str(stand.ipv4),)))


def common_name_beside_address(pki: Pki, stand: Stand) -> Presented:
    """The host in the subject, and a subjectAltName that holds an address only."""
    return _with_names(pki, Recipe(common_name=stand.name("mail"), ip_addresses=("192.0.2.99",)))


def intermediate_for_clients(pki: Pki, stand: Stand) -> Presented:
    """The leaf is for servers, its issuer for clients only."""
    return _below(pki, stand, extended_key_usage=(CLIENT_AUTH,))


def name_constraint_violated(pki: Pki, stand: Stand) -> Presented:
    """The issuer may speak for another domain only."""
    return _below(pki, stand, name_constraints=NameConstraints((dns_subtree("example.invalid"),), ()))


def path_length_exceeded(pki: Pki, stand: Stand) -> Presented:
    """An issuer below one that may have none below it."""
    lower, _ = pki.another_intermediate("Lower CA", by=pki.intermediate)
    leaf = pki.leaf(stand.name("mail"), by=lower, above=(pki.intermediate.certificate,), ca_issuers=())
    return Presented(leaf)


def _changed(pki: Pki, stand: Stand, **faults: Any) -> Presented:
    """A good certificate with other contents."""
    return Presented(pki.leaf(stand.name("mail"), recipe=replace(server_recipe(stand.name("mail")), **faults)))


def _with_names(pki: Pki, names: Recipe) -> Presented:
    """A server's certificate with exactly these names."""
    recipe = replace(
        # A subject there must be: without one the subjectAltName would have to be critical (RFC 5280 4.2.1.6)
        server_recipe(organisation="Lab"),
        common_name=names.common_name,
        dns_names=names.dns_names,
        ip_addresses=names.ip_addresses,
    )
    return Presented(pki.leaf(recipe=recipe))


def _below(pki: Pki, stand: Stand, **faults: Any) -> Presented:
    """A good leaf below a faulty intermediate."""
    issuer, address = pki.another_intermediate("Faulty CA", faults=faults)
    return Presented(pki.leaf(stand.name("mail"), by=issuer, ca_issuers=(address,)))
