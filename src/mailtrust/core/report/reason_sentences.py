"""A reason as one sentence, for whoever judges chains one by one. Findings, which explain and advise, say more."""

from collections.abc import Callable, Mapping
from datetime import date

from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Reason

_MOST_NAMES = 8

Value = str | int | date | Text | tuple[str, ...]


class _Facts:
    """A reason's facts, ready to stand in a sentence."""

    def __init__(self, reason: Reason) -> None:
        self._facts = dict(reason.facts)

    def __call__(self, name: str) -> Value:
        value = self._facts.get(name)
        return "?" if value is None or value == "" else value

    def has(self, name: str) -> bool:
        return bool(self._facts.get(name))


def sentence(reason: Reason) -> Text:
    """What the reason says; for a code without a sentence of its own, the code."""
    tell = _SENTENCES.get(reason.code)
    return text("{code}.", code=reason.code) if tell is None else tell(_Facts(reason))


def _unparsable(facts: _Facts) -> Text:
    if facts.has("problems"):
        return text("The certificate cannot be read: {problems}.", problems=facts("problems"))
    if facts.has("fields"):
        return text("The certificate cannot be read in these fields: {fields}.", fields=facts("fields"))
    return text("A certificate that was sent cannot be read.")


def _budget(facts: _Facts) -> Text:
    if facts.has("most_certificates"):
        return text(
            "The path is longer than the {most} certificates that are followed, so it is refused.",
            most=facts("most_certificates"),
        )
    if facts.has("most_comparisons"):
        return text(
            "There are more names and name constraints than the {most} comparisons allowed, so the path is refused.",
            most=facts("most_comparisons"),
        )
    return text("The search for a path was given up when its budget was spent, so the chain is refused.")


def _signature(facts: _Facts) -> Text:
    if facts.has("unsupported"):
        return text("The signature cannot be checked: {issuer} has a key, or uses a method, that is not known here.",
                    issuer=facts("issuer_name"))  # fmt: skip
    return text("The certificate bears the name of {issuer} as its issuer, but that key did not sign it.",
                issuer=facts("issuer_name"))  # fmt: skip


def _distrusted(facts: _Facts) -> Text:
    match facts("because"):
        case "issued-after":
            return text("The root {root} is no longer trusted for certificates issued after {day}.",
                        root=facts("root_name"), day=facts("distrust_after"))  # fmt: skip
        case "disallowed":
            return text("The root {root} is not trusted since {day}.",
                        root=facts("root_name"), day=facts("disallowed_from"))  # fmt: skip
        case _:
            return text("The root {root} is not trusted for servers.", root=facts("root_name"))


def _name_constraint(facts: _Facts) -> Text:
    if facts.has("excluded"):
        return text("The CA {issuer} may not issue certificates for {name}: it is excluded.",
                    issuer=facts("issuer_name"), name=facts("name"))  # fmt: skip
    return text("The CA {issuer} may not issue certificates for {name}: it lies outside of what is permitted.",
                issuer=facts("issuer_name"), name=facts("name"))  # fmt: skip


def _key(facts: _Facts) -> Text:
    if facts.has("least_bits"):
        return text("The key of {subject} has {bits} bits; at least {least} are asked for.",
                    subject=facts("subject"), bits=facts("bits"), least=facts("least_bits"))  # fmt: skip
    kind = facts("curve") if facts.has("curve") else facts("algorithm")
    return text("The key of {subject} is of a kind that is not accepted: {kind}.", subject=facts("subject"), kind=kind)


def _purposes(facts: _Facts) -> Text:
    if facts.has("absent"):
        return text("The certificate does not say that it is for servers, and below this root it must.")
    if not facts.has("purposes"):
        return text("The key of {subject} is meant for no purpose at all.", subject=facts("subject"))
    return text("The key of {subject} is meant for other purposes than servers: {purposes}.",
                subject=facts("subject"), purposes=facts("purposes"))  # fmt: skip


def _no_name(facts: _Facts) -> Text:
    names, count = facts("presented"), facts("presented_count")
    if isinstance(names, tuple) and isinstance(count, int) and len(names) > _MOST_NAMES:
        return text(
            "The name {reference} is not in the certificate; it is for {presented} and {more} more.",
            reference=facts("reference"),
            presented=names[:_MOST_NAMES],
            more=count - _MOST_NAMES,
        )
    if facts.has("presented"):
        return text("The name {reference} is not in the certificate; it is for {presented}.",
                    reference=facts("reference"), presented=facts("presented"))  # fmt: skip
    return text("The name {reference} is not in the certificate, which has no such names.",
                reference=facts("reference"))  # fmt: skip


def _revoked(facts: _Facts) -> Text:
    if facts.has("reason"):
        return text("The certificate of {subject} was revoked at {day} ({reason}).",
                    subject=facts("subject"), day=facts("since"), reason=facts("reason"))  # fmt: skip
    return text("The certificate of {subject} was revoked at {day}.", subject=facts("subject"), day=facts("since"))


def _policy(facts: _Facts) -> Text:
    match facts("because"):
        case "unreadable":
            return text("The policy extensions of {subject} cannot be read.", subject=facts("subject"))
        case "mapping":
            return text("{subject} maps any-policy, which is forbidden.", subject=facts("subject"))
        case _:
            return text("A policy is demanded (by {subject}), and none that would do runs through the path.",
                        subject=facts("subject"))  # fmt: skip


def _not_ca(facts: _Facts) -> Text:
    if facts("because") == "key-usage":
        return text("{subject} may not sign certificates: its key usage lacks keyCertSign.", subject=facts("subject"))
    return text("{subject} is no certificate authority (basicConstraints), yet it issued a certificate.",
                subject=facts("subject"))  # fmt: skip


def _profile(facts: _Facts) -> Text:
    tell = _BREACHES.get(str(facts("because")), _BREACHES["malformed"])
    what = text("{field} ({what})", field=facts("field"), what=facts("what")) if facts.has("what") else facts("field")
    return text("{subject}: {breach} ({requirement}).", subject=facts("subject"), breach=tell(what),
                requirement=facts("requirement"))  # fmt: skip


_BREACHES: Mapping[str, Callable[[Value], Text]] = {
    "missing": lambda field: text("{field} is missing", field=field),
    "forbidden": lambda field: text("{field} must not be there", field=field),
    "empty": lambda field: text("{field} is empty", field=field),
    "critical": lambda field: text("{field} must not be critical", field=field),
    "not-critical": lambda field: text("{field} must be critical", field=field),
    "malformed": lambda field: text("{field} is not well formed", field=field),
    "inconsistent": lambda field: text("{field} does not agree with the rest of the certificate", field=field),
    "unsuitable": lambda field: text("{field} is not one of those allowed", field=field),
}

_SENTENCES: Mapping[str, Callable[[_Facts], Text]] = {
    "chain-incomplete": lambda facts: text(
        "The certificate of {issuer}, which issued this one, was not sent and is not known.",
        issuer=facts("issuer_name"),
    ),
    "chain-expired-issuer": lambda facts: text(
        "The CA certificate of {subject} ended at {day}.", subject=facts("subject"), day=facts("not_after")
    ),
    "signature-invalid": _signature,
    "issuer-not-ca": _not_ca,
    "path-length-exceeded": lambda facts: text(
        "Below {subject} stand more CA certificates than may: {found} instead of {allowed}.",
        found=facts("found"), subject=facts("subject"), allowed=facts("allowed"),
    ),
    "name-constraint-violated": _name_constraint,
    "critical-extension-unknown": lambda facts: text(
        "{subject} has critical extensions that are not understood: {oids}.",
        subject=facts("subject"), oids=facts("oids"),
    ),
    "policy-violated": _policy,
    "certificate-unparsable": _unparsable,
    "path-budget-exceeded": _budget,
    "anchor-unknown": lambda facts: text("The root {root} is not trusted.", root=facts("root_name")),
    "anchor-distrusted": _distrusted,
    "self-signed": lambda facts: text(
        "{subject} signed its certificate itself, and is not trusted.", subject=facts("subject")
    ),
    "ct-missing": lambda _: text("The certificate carries no proof of its publication (Certificate Transparency)."),
    "name-mismatch": _no_name,
    "name-only-in-common-name": lambda facts: text(
        "The name {reference} stands in the common name only, where it is not looked for.",
        reference=facts("reference"),
    ),
    "name-ip-as-dns": lambda facts: text(
        "The address {reference} stands in the certificate as a DNS name, which does not count.",
        reference=facts("reference"),
    ),
    "name-wildcard-depth": lambda facts: text(
        "The wildcard {near} stands for one label only and does not reach {reference}.",
        near=facts("near"), reference=facts("reference"),
    ),
    "expired": lambda facts: text("The certificate ended at {day}.", day=facts("not_after")),
    "not-yet-valid": lambda facts: text(
        "The certificate of {subject} is not valid before {day}.", subject=facts("subject"), day=facts("not_before")
    ),
    "validity-too-long": lambda facts: text(
        "The certificate is valid for {days} days; at most {most} are allowed.",
        days=facts("days"), most=facts("most_days"),
    ),
    "key-weak": _key,
    "signature-weak": lambda facts: text(
        "The certificate of {subject} is signed with {hash}, which is no longer accepted.",
        subject=facts("subject"), hash=facts("hash"),
    ),
    "key-usage-wrong": lambda facts: text(
        "The certificate's key may not be used so: it needs {needed}.", needed=facts("needed")
    ),
    "eku-no-server-auth": _purposes,
    "client-auth-missing": lambda facts: text(
        "The key of {subject} is not meant for clients (id-kp-clientAuth).", subject=facts("subject")
    ),
    "eku-no-email-protection": lambda facts: text(
        "The key of {subject} is not meant for e-mail (id-kp-emailProtection).", subject=facts("subject")
    ),
    "leaf-is-ca": lambda facts: text(
        "{subject} is a certificate authority's certificate, not a server's.", subject=facts("subject")
    ),
    "key-not-proven": lambda _: text("The server did not prove that it holds the key of the certificate."),
    "revoked": _revoked,
    "revocation-unreachable": lambda facts: text(
        "Nobody could say whether the certificate of {subject} was revoked ({because}).",
        subject=facts("subject"), because=facts("because"),
    ),
    "must-staple-without-staple": lambda _: text(
        "The certificate demands that the server sends an OCSP answer along, and it sent none."
    ),
    "staple-bad": lambda facts: text(
        "The OCSP answer that the server sent along does not count ({because}).", because=facts("because")
    ),
    "tls-version-old": lambda facts: text(
        "The server speaks {spoken}; at least {least} is asked for.", spoken=facts("spoken"), least=facts("least")
    ),
    "dane-mismatch": lambda facts: text(
        "None of the TLSA records of the host fits what it presents: {records}.", records=facts("records")
    ),
    "dane-unusable": lambda facts: text(
        "The TLSA records of the host are of no use for mail; TLS is demanded, and nothing compared: {records}.",
        records=facts("records"),
    ),
    "client-unknowable": lambda facts: text(
        "Nobody outside can know what this client decides: {because}", because=Text(str(facts("because")))
    ),
    "profile-violated": _profile,
}  # fmt: skip
