"""What a private CA grants of what a request asks for: the names and the key; everything else it decides itself."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Literal, get_args

from mailtrust.core.formats.certificate_names import read_names
from mailtrust.core.formats.certificate_spec import LONGEST_ATTRIBUTE
from mailtrust.core.issuance.ocsp_answer import NO_CHECK
from mailtrust.core.issuance.own_root import constraints_for, under_constraints
from mailtrust.core.issuance.recipe import (
    CLIENT_AUTH,
    OCSP_SIGNING,
    SERVER_AUTH,
    Recipe,
    intermediate_recipe,
    recipe_for,
    root_recipe,
)
from mailtrust.core.model.certificate import CertificateSpec, IdentifierType, PublicKey
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.private_ca import CaSettings
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import extensions as ext
from mailtrust.core.x509.signatures import SignatureResult, signed_by

Profile = Literal["server", "server-and-client"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
"""A mail server; and one that also shows its certificate to others, as Exchange and MTAs with mutual TLS do."""

_PURPOSES: dict[Profile, tuple[str, ...]] = {
    "server": (SERVER_AUTH,),
    "server-and-client": (SERVER_AUTH, CLIENT_AUTH),
}
_CURVES = ("secp256r1", "secp384r1")


@frozen
class Grant:
    """What will be in the certificate, and what will not although it was asked for."""

    recipe: Recipe
    key: PublicKey
    refused: tuple[Text, ...]


def root_of(settings: CaSettings) -> Recipe:
    """The root: nothing below it but one level of CAs."""
    return _constrained(root_recipe(f"{settings.title} Root", settings.organisation, path_length=1), settings)


def issuing_of(settings: CaSettings) -> Recipe:
    """The CA below the root that issues; its own revocation list and issuer stand at the CA's address."""
    plain = intermediate_recipe(f"{settings.title} Issuing CA", settings.organisation)
    # Windows nests purposes: a responder below a CA that lacks its purpose would not be believed.
    fit = replace(plain, extended_key_usage=(SERVER_AUTH, CLIENT_AUTH, OCSP_SIGNING))
    return _with(_constrained(fit, settings), crl=_urls(settings, "root.crl"), issuer=_urls(settings, "root.crt"))


def responder_of(settings: CaSettings) -> Recipe:
    """The OCSP responder that the issuing CA entrusts (RFC 6960 4.2.2.2)."""
    return Recipe(
        common_name=f"{settings.title} OCSP",
        organisation=settings.organisation,
        key_usage=frozenset({"digitalSignature"}),
        extended_key_usage=(OCSP_SIGNING,),
        extensions=((NO_CHECK, False, b"\x05\x00"),),
    )


def grant(request: CertificateRequest, settings: CaSettings, profile: Profile, more_names: Iterable[str] = ()) -> Grant:
    """Decide on a request. Raises UserProblem where nothing can be granted: a bad signature, key or name."""
    if signed_by(request, request.public_key) is not SignatureResult.VALID:
        raise UserProblem(
            text("The request is not signed by its own key, so nobody knows who has that key. Have it made anew.")
        )
    expect_key(request.public_key)
    refused: list[Text] = []
    asked = [name.value for name in request.subject_alt_names if name.type in (IdentifierType.DNS, IdentifierType.IP)]
    others = [name for name in request.subject_alt_names if name.type not in (IdentifierType.DNS, IdentifierType.IP)]
    refused += (
        text("the name {name}: it is no host", name=clean(f"{name.type.value}:{name.value}", 100)) for name in others
    )
    names = read_names((*(asked or request.subject.common_names[-1:]), *more_names))
    expect_permitted(settings, names.dns_names, names.ip_addresses)
    if not names.dns_names and not names.ip_addresses:
        raise UserProblem(text("The request names no host that a certificate could be for."))
    refused += _refused_extensions(request, profile)
    refused += _refused_subject(request, settings)
    return Grant(recipe(settings, profile, names.dns_names, names.ip_addresses, request.public_key), request.public_key,
                 tuple(refused))  # fmt: skip


def recipe(
    settings: CaSettings, profile: Profile, dns_names: tuple[str, ...], addresses: tuple[str, ...], key: PublicKey
) -> Recipe:
    """A server's certificate of this CA."""
    spec = CertificateSpec(
        dns_names,
        addresses,
        next((name for name in dns_names if len(name) <= LONGEST_ATTRIBUTE), None),
        settings.organisation,
        key="rsa-2048" if key.algorithm == "rsa" else "ec-p256",
        extended_key_usage=_PURPOSES[profile],
    )
    return _with(
        recipe_for(under_constraints(spec)),
        crl=_urls(settings, "issuing.crl"),
        issuer=_urls(settings, "issuing.crt"),
        ocsp=_urls(settings, "ocsp"),
    )


def expect_key(key: PublicKey) -> None:
    """Raise UserProblem for a key that some client refuses."""
    if key.algorithm == "rsa" and 2048 <= key.bits <= 8192:
        return
    if key.algorithm == "ec" and key.curve in _CURVES:
        return
    raise UserProblem(
        text(
            "Expected a key of RSA with 2048 bits or more, or of P-256 or P-384, which every client takes; got "
            "{algorithm} {size}.",
            algorithm=key.algorithm,
            size=key.curve or key.bits,
        )
    )


def expect_permitted(settings: CaSettings, dns_names: tuple[str, ...], addresses: tuple[str, ...]) -> None:
    """Raise UserProblem for names that this CA was made not to vouch for (RFC 5280 4.2.1.10)."""
    if not settings.domains:
        return
    outside = [
        name
        for name in dns_names
        if not any(f".{name.removeprefix('*.')}".endswith(f".{domain}") for domain in settings.domains)
    ]
    networks = [ip_network(network) for network in settings.networks]
    outside += [one for one in addresses if not any(ip_address(one) in network for network in networks)]
    if outside:
        raise UserProblem(
            text(
                "This CA vouches for {permitted} alone, so clients would refuse {names}. Leave them out, or make a CA "
                "that may vouch for them.",
                permitted=(*settings.domains, *settings.networks),
                names=tuple(outside),
            )
        )


def _refused_extensions(request: CertificateRequest, profile: Profile) -> Iterable[Text]:
    """What else was asked for: the profile decides, whatever a request says."""
    if request.basic_constraints is not None and request.basic_constraints.ca:
        yield text("to be a CA: it is for a server")
    for oid in request.extended_key_usage or ():
        if oid not in _PURPOSES[profile]:
            yield text("the purpose {name}: the profile {profile} has it not", name=ext.PURPOSES.get(oid, oid),
                       profile=profile)  # fmt: skip
    if request.must_staple:
        yield text("that it must be stapled: few mail servers can")
    for oid, _, _ in request.extensions:
        if oid not in _DECIDED:
            yield text("the extension {oid}: nobody here knows what it promises", oid=oid)


def _refused_subject(request: CertificateRequest, settings: CaSettings) -> Iterable[Text]:
    """Of the subject's words only the name of the host is kept, since nobody vouches for the others."""
    organisation = request.subject.organisation
    if organisation and organisation != settings.organisation:
        yield text("the organisation {name}: this CA writes its own or none", name=clean(organisation, 100))


_DECIDED = frozenset(
    {
        ext.SUBJECT_ALT_NAME,
        ext.BASIC_CONSTRAINTS,
        ext.KEY_USAGE,
        ext.EXTENDED_KEY_USAGE,
        ext.TLS_FEATURE,
        ext.SUBJECT_KEY_IDENTIFIER,
    }
)
"""What is decided on elsewhere, or follows from the key."""


def _constrained(recipe: Recipe, settings: CaSettings) -> Recipe:
    if not settings.domains:
        return recipe
    return replace(recipe, name_constraints=constraints_for(settings.domains, settings.networks))


def _with(recipe: Recipe, *, crl: tuple[str, ...], issuer: tuple[str, ...], ocsp: tuple[str, ...] = ()) -> Recipe:
    return replace(recipe, crl_urls=crl, ca_issuers=issuer, ocsp_urls=ocsp)


def _urls(settings: CaSettings, path: str) -> tuple[str, ...]:
    return () if settings.url is None else (f"{settings.url}/{path}",)
