"""Exchange's services, and mail that other servers cannot deliver."""

from mailtrust.core.messages.causes import likely, possible, rare
from mailtrust.core.messages.symptoms.symptom import Symptom
from mailtrust.core.model.text import text

SYMPTOMS = (
    Symptom(
        "old-certificate-served",
        text("The server still shows the old certificate"),
        (("old-certificate", "exchange|certificate"), ("old-certificate", "renewal")),
        (
            *likely("served-not-assigned", "addresses-disagree"),
            *possible("ports-disagree"),
            *rare("connector-name-stale", "tls-intercepted"),
        ),
        (
            text(
                "Assign it with Enable-ExchangeCertificate to each service that shall show it, and restart: IIS for "
                "the web (behind a layer-4 balancer always), the IMAP and POP services for theirs. Other servers need "
                "a reload too."
            ),
        ),
        (),
        ("mailtrust check {target}", "mailtrust check {target} --also ADDRESS-OF-EACH-SERVER"),
    ),
    Symptom(
        "assignment-cannot-be-removed",
        text("A certificate cannot be taken away from a service"),
        (("assign", "remove", "certificate"), ("remove", "certificate", "exchange", "fails")),
        (*likely("served-not-assigned"), *possible("connector-name-stale", "exchange-transport-certificate")),
        (
            text(
                "Exchange only adds: assign another certificate to the service, then remove the old one. What a "
                "connector names, or what Exchange servers recognise each other by, cannot be removed before."
            ),
        ),
    ),
    Symptom(
        "wildcard-imap-pop",
        text("A wildcard certificate for IMAP or POP"),
        (("wildcard", "imap-pop"),),
        (*likely("service-wildcard"), *possible("name-mismatch", "name-wildcard-depth")),
        (),
        (),
        ("mailtrust check imaps://{host}", "mailtrust check pop3s://{host}"),
    ),
    Symptom(
        "unified-messaging",
        text("A certificate cannot be assigned to unified messaging"),
        (("unified-messaging", "certificate|assign"),),
        (*likely("service-um-startup-mode"), *possible("service-absent")),
    ),
    Symptom(
        "default-smtp-question",
        text("Exchange asks whether to replace the default SMTP certificate"),
        (("replace-default", "certificate"),),
        (*likely("service-default-smtp-replaced"), *rare("exchange-transport-certificate")),
        (),
        (),
        ("mailtrust check smtp://{host}",),
    ),
    Symptom(
        "status-not-valid",
        text("Exchange does not call the certificate Valid"),
        (("status", "valid", "certificate", "assign|service"),),
        (
            *likely("service-certificate-not-valid"),
            *possible("chain-incomplete", "anchor-unknown", "revocation-unreachable", "expired"),
        ),
    ),
    Symptom(
        "blank-page",
        text("Outlook on the web or the admin center shows an empty page after log-on"),
        (("blank-page", "web-access|exchange"),),
        (*likely("exchange-backend-binding", "exchange-auth-expiring"), *rare("served-not-assigned")),
        (),
        (),
        ("mailtrust check https://{host}", "mailtrust check tls://{host}:444"),
    ),
    Symptom(
        "others-cannot-deliver",
        text("Other servers hold back mail for us"),
        (
            ("deferred", "other-servers", "certificate"),
            ("deferred", "certificate", "renewal"),
            ("deferred", "certificate", "fails"),
        ),
        (
            *likely("mta-sts-certificate", "dane-mismatch"),
            *possible("tlsa-rollover-missing", "chain-incomplete", "expired", "name-mismatch", "connector-name-stale"),
            *rare("mta-sts-mx-mismatch", "tls-not-offered"),
        ),
        (
            text(
                "Most servers deliver whatever the certificate is. Those that do not follow an MTA-STS policy, TLSA "
                "records, or a rule of their own for this domain."
            ),
        ),
        ("mta-verified", "mta-sts", "mta-dane"),
        ("mailtrust check {domain} --client mta-verified,mta-sts,mta-dane",),
    ),
    Symptom(
        "services-differ",
        text("One service is right, another is not"),
        (("imap-pop", "web-access|browser", "works", "fails"), ("imap-pop", "certificate", "works", "fails")),
        (*likely("ports-disagree", "served-not-assigned"), *possible("chain-incomplete", "addresses-disagree")),
    ),
    Symptom(
        "balancer-chain",
        text("Behind a load balancer"),
        (("balancer", "certificate", "fails|warning|phone"),),
        (
            *likely("chain-incomplete", "addresses-disagree"),
            *possible("extended-protection-mismatch", "served-not-assigned"),
        ),
        (
            text(
                "The balancer shows its own copy of certificate and chain; both must be renewed there too, and be the "
                "same as on the servers where Extended Protection is on."
            ),
        ),
        (),
        ("mailtrust check {target}", "mailtrust check {target} --also ADDRESS-OF-EACH-SERVER"),
    ),
)
