"""The lab's scenarios, one a file."""

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Scenario
from mailtrust.lab.scenarios import (
    addresses_disagree,
    balancer_without_intermediate,
    busy_421,
    ca_as_leaf,
    client_auth_only,
    common_name_only,
    duplicate_certificates,
    expired_cross_sign,
    expired_intermediate,
    expired_leaf,
    forty_certificates,
    greylisting,
    healthy,
    injected_response,
    ip_as_dns_name,
    ip_missing,
    key_not_proven,
    local_name,
    missing_intermediate,
    near_miss_name,
    needs_sni,
    no_server_auth,
    no_starttls,
    port_25_blocked,
    ports_disagree,
    profile_url,
    responder_down,
    revoked_certificate,
    revoked_on_a_list,
    root_in_the_middle,
    rsa_512,
    rsa_1024,
    rsa_good_ecdsa_bad,
    self_signed_with_san,
    self_signed_without_san,
    sha1_signature,
    starttls_refused,
    tarpit,
    tls_1_0_only,
    tls_inspection,
    twenty_years,
    unparsable_certificate,
    unrelated_certificate,
    wildcard_on_imap_and_pop,
    wildcard_too_shallow,
    wrong_key_usage,
    wrong_order_with_root,
)

SCENARIOS: tuple[Scenario, ...] = (
    healthy.SCENARIO,
    missing_intermediate.SCENARIO,
    balancer_without_intermediate.SCENARIO,
    self_signed_without_san.SCENARIO,
    self_signed_with_san.SCENARIO,
    profile_url.SCENARIO,
    wildcard_on_imap_and_pop.SCENARIO,
    near_miss_name.SCENARIO,
    local_name.SCENARIO,
    wildcard_too_shallow.SCENARIO,
    common_name_only.SCENARIO,
    ip_as_dns_name.SCENARIO,
    ip_missing.SCENARIO,
    expired_leaf.SCENARIO,
    twenty_years.SCENARIO,
    wrong_order_with_root.SCENARIO,
    root_in_the_middle.SCENARIO,
    duplicate_certificates.SCENARIO,
    unrelated_certificate.SCENARIO,
    forty_certificates.SCENARIO,
    expired_intermediate.SCENARIO,
    expired_cross_sign.SCENARIO,
    sha1_signature.SCENARIO,
    rsa_1024.SCENARIO,
    rsa_512.SCENARIO,
    no_server_auth.SCENARIO,
    client_auth_only.SCENARIO,
    wrong_key_usage.SCENARIO,
    ca_as_leaf.SCENARIO,
    key_not_proven.SCENARIO,
    unparsable_certificate.SCENARIO,
    revoked_certificate.SCENARIO,
    revoked_on_a_list.SCENARIO,
    responder_down.SCENARIO,
    ports_disagree.SCENARIO,
    addresses_disagree.SCENARIO,
    needs_sni.SCENARIO,
    rsa_good_ecdsa_bad.SCENARIO,
    no_starttls.SCENARIO,
    starttls_refused.SCENARIO,
    injected_response.SCENARIO,
    tls_1_0_only.SCENARIO,
    busy_421.SCENARIO,
    greylisting.SCENARIO,
    tarpit.SCENARIO,
    port_25_blocked.SCENARIO,
    tls_inspection.SCENARIO,
)


class UnknownScenarioError(UserProblem):
    """There is no scenario of that id."""


def scenario_by_id(name: str) -> Scenario:
    """The scenario of that id; UnknownScenarioError names those that there are."""
    for scenario in SCENARIOS:
        if scenario.id == name:
            return scenario
    known = tuple(scenario.id for scenario in SCENARIOS)
    raise UnknownScenarioError(
        text("Expected the name of a scenario, got {name}; there are {known}.", name=name, known=known)
    )
