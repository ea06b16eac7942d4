"""A root for one server's certificate alone: made, used once, its key thrown away.

Mozilla's verifier takes no certificate as issuer and server at once: a self-signed one is never accepted without
an exception there, even from the store of roots. A root beside it is what every client accepts.
"""

from dataclasses import replace

from mailtrust.core.issuance.recipe import Recipe, dns_subtree, ip_subtree, root_recipe
from mailtrust.core.model.certificate import CertificateSpec, NameConstraints, PresentedIdentifier

_EVERY_ADDRESS = ("0.0.0.0/0", "::/0")
_NO_DOMAIN = "invalid"  # RFC 6761 6.4: guaranteed to hold no host


def own_root_recipe(spec: CertificateSpec, title: str) -> Recipe:
    """A root that can vouch for the names of `spec` and no others (RFC 5280 4.2.1.10): who trusts it risks little."""
    return replace(
        root_recipe(title, spec.organisation, path_length=0),
        name_constraints=constraints_for(spec.dns_names, spec.ip_addresses),
    )


def under_constraints(spec: CertificateSpec) -> CertificateSpec:
    """What can be vouched for under name constraints: for addresses alone without a commonName.

    Where the subjectAltName has no DNS name, OpenSSL (crypto/x509/v3_ncons.c, NAME_CONSTRAINTS_check_CN) and GnuTLS
    (lib/x509/name_constraints.c) hold the commonName against the constraints for DNS names.
    """
    if spec.dns_names:
        return spec
    return replace(spec, common_name=None, organisation=spec.organisation or spec.ip_addresses[0])


def constraints_for(domains: tuple[str, ...], networks: tuple[str, ...]) -> NameConstraints:
    """Only these domains with all below them, and only these addresses or networks; a kind that is empty: none."""
    permitted: list[PresentedIdentifier] = []
    excluded: list[PresentedIdentifier] = []
    permitted += map(dns_subtree, dict.fromkeys(one.removeprefix("*.") for one in domains or (_NO_DOMAIN,)))
    permitted += map(ip_subtree, networks)
    families = {":" in one for one in networks}
    # What is not constrained is allowed, so addresses of a kind that is not named must be excluded.
    excluded += (ip_subtree(every) for every in _EVERY_ADDRESS if (":" in every) not in families)
    return NameConstraints(tuple(permitted), tuple(excluded))
