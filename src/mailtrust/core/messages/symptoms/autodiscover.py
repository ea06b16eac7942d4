"""Outlook and the servers that it looks for by itself."""

from mailtrust.core.messages.causes import likely, possible, rare
from mailtrust.core.messages.symptoms.symptom import Symptom
from mailtrust.core.model.text import text

_TWO_HOSTS = (
    "mailtrust check https://autodiscover.{domain} --client outlook-windows",
    "mailtrust check https://{domain} --client outlook-windows",
)
_RETURNS = text(
    "Outlook asks again an hour after success and five minutes after failure: a warning of Autodiscover's comes back "
    "by itself, whatever is clicked."
)

SYMPTOMS = (
    Symptom(
        "autodiscover-warning",
        text("Outlook warns about a certificate of a server that nobody configured"),
        (
            ("outlook", "warning|fails", "certificate", "outside|new-domain|dns-change"),
            ("outlook", "autodiscover", "certificate|warning"),
            ("dns-change", "outlook|exchange|autodiscover"),
            ("autodiscover", "certificate", "warning|fails"),
        ),
        (
            *likely("autodiscover-foreign-certificate"),
            *possible("autodiscover-srv-shadowed", "autodiscover-not-found", "name-near-miss", "name-mismatch"),
            *rare("autodiscover-insecure-redirect", "chain-incomplete"),
        ),
        (
            text(
                "With one certificate for several mail domains, an SRV record _autodiscover._tcp.DOMAIN leads Outlook "
                "to the name in the certificate, if neither DOMAIN nor autodiscover.DOMAIN answers on port 443 before. "
                "Such records are easily lost when DNS moves."
            ),
            _RETURNS,
        ),
        ("outlook-windows",),
        _TWO_HOSTS,
    ),
    Symptom(
        "warning-inside",
        text("Outlook warns inside the company, not outside"),
        (
            ("outlook", "inside", "warning|fails", "certificate"),
            ("inside", "warning", "certificate", "exchange|outlook"),
        ),
        (
            *likely("scp-internal-name", "scp-name-mismatch"),
            *possible("name-internal", "autodiscover-foreign-certificate"),
            *rare("self-signed"),
        ),
        (
            text(
                "Clients in the domain are told Exchange's own addresses: AutoDiscoverServiceInternalUri and the "
                "InternalUrl of each virtual directory must carry names of the certificate, and these names resolve "
                "inside."
            ),
            text("A domain controller with a web server on port 443 answers for https://DOMAIN inside the company."),
        ),
        ("outlook-windows",),
        ("mailtrust check https://{host} --client outlook-windows", *_TWO_HOSTS),
    ),
    Symptom(
        "out-of-office",
        text("Out of Office, free/busy or the address book does not work, mail does"),
        (
            ("out-of-office", "fails"),
            ("free-busy", "fails"),
            ("address-book", "fails", "outlook"),
            ("out-of-office", "autodiscover|outlook"),
        ),
        (
            *likely("autodiscover-foreign-certificate", "scp-name-mismatch"),
            *possible("name-mismatch", "autodiscover-not-found", "scp-internal-name", "chain-incomplete"),
            *rare("exchange-auth-expiring", "expired"),
        ),
        (
            text(
                "These services are found by Autodiscover and fetched over HTTPS. When a certificate there displeases, "
                "or somebody clicked No, they fail while mail goes on by the last known settings."
            ),
        ),
        ("outlook-windows",),
        ("mailtrust check https://{host} --client outlook-windows", *_TWO_HOSTS),
    ),
    Symptom(
        "prompts-after-renewal",
        text("Asks again and again since the certificate was renewed"),
        (
            ("again", "renewal", "password|warning|outlook|certificate"),
            ("password", "again", "outlook|exchange|certificate"),
            ("renewal", "warning", "outlook|phone|again"),
        ),
        (
            *likely("extended-protection-mismatch"),
            *likely(
                "addresses-disagree",
                why=text(
                    "One server or balancer still shows the old certificate: Outlook meets now the one, now the other."
                ),
            ),
            *possible(
                "self-signed",
                why=text(
                    "Whatever exception was stored for the old certificate is void with the new one: a self-signed or "
                    "private certificate must be brought to each client again."
                ),
            ),
            *possible("served-not-assigned", "ports-disagree", "autodiscover-foreign-certificate"),
            *rare("chain-incomplete", "connector-name-stale"),
        ),
        (
            text(
                "For a password: Extended Protection, if a balancer shows another certificate than IIS; log-ons fail "
                "with 0xC000035B. For a certificate: a server that was forgotten, or Autodiscover."
            ),
            _RETURNS,
        ),
        ("outlook-windows",),
        ("mailtrust check {target}", "mailtrust check {target} --also ADDRESS-OF-EACH-EXCHANGE-SERVER"),
    ),
)
