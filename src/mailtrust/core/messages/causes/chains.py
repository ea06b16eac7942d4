"""Chains, paths and anchors."""

from mailtrust.core.messages.causes.kind import Kind
from mailtrust.core.messages.message import Likelihood
from mailtrust.core.model.text import text

KINDS = (
    Kind(
        "chain-incomplete",
        text("a missing intermediate certificate"),
        text(
            "The server sends its own certificate without the one that issued it. Some clients download, remember or "
            "are shipped what is missing; the others refuse."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "self-signed",
        text("a self-signed certificate"),
        text(
            "The server's certificate is signed by itself, as Exchange, MailStore and many set-up programs make one. "
            "Nobody trusts it until it was brought to each client."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "anchor-unknown",
        text("a root that the client does not know"),
        text(
            "The chain ends at a root that is not in this client's store: a private CA that was not brought to it, or "
            "a store too old for the CA."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "anchor-distrusted",
        text("a root that is no longer trusted"),
        text("The maker of the client has ended its trust in the CA, wholly or for certificates issued after a date."),
        Likelihood.RARE,
    ),
    Kind(
        "tls-intercepted",
        text("a proxy or virus scanner in between"),
        text(
            "Something between client and server, often on the client's own machine, shows a certificate of its own "
            "making. Then only some places or machines are affected."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "chain-expired-issuer",
        text("an expired intermediate or root in the chain"),
        text(
            "An intermediate or cross-signed root that the server sends has expired, though the server's own "
            "certificate has not. Clients that know another way up do not notice."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "chain-wrong-order",
        text("certificates in the wrong order"),
        text("The server's certificate is not sent first, or its issuers do not follow one after the other."),
        Likelihood.RARE,
    ),
    Kind(
        "signature-invalid",
        text("a signature that does not fit"),
        text(
            "A certificate in the chain was not signed by the one that stands above it: an intermediate of the right "
            "name and the wrong key, left over from an earlier certificate."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "issuer-not-ca",
        text("an issuer that is no CA"),
        text(
            "The chain goes through a certificate that may not issue others: its basicConstraints or keyUsage say so."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "path-length-exceeded",
        text("more intermediates than the CA allows"),
        text("A CA in the chain allows fewer CAs below it than there are."),
        Likelihood.RARE,
    ),
    Kind(
        "name-constraint-violated",
        text("a name that the CA may not issue for"),
        text("A CA in the chain is limited to certain names, and the certificate carries another."),
        Likelihood.RARE,
    ),
    Kind(
        "policy-violated",
        text("a certificate policy that is demanded and not there"),
        text("A CA in the chain demands a certificate policy that does not run through the whole chain."),
        Likelihood.RARE,
    ),
    Kind(
        "critical-extension-unknown",
        text("an extension that the client does not know"),
        text("A certificate in the chain carries an extension marked critical that this client cannot read."),
        Likelihood.RARE,
    ),
    Kind(
        "certificate-unparsable",
        text("a certificate that cannot be read"),
        text("The certificate's encoding breaks the rules, or it was damaged on its way into the server's files."),
        Likelihood.RARE,
    ),
    Kind(
        "ct-missing",
        text("missing transparency timestamps"),
        text("A certificate below a public root carries no timestamps of public logs, which this client demands."),
        Likelihood.RARE,
    ),
    Kind(
        "revoked",
        text("a revoked certificate"),
        text(
            "The CA has revoked the server's certificate or an intermediate: it must be replaced, nothing else helps."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "revocation-unreachable",
        text("a revocation list that cannot be reached"),
        text(
            "The client insists on asking whether the certificate was revoked, and cannot reach the CA's list or "
            "responder: a firewall or proxy in its way, or a certificate that names no address for it."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "staple-bad",
        text("a bad stapled revocation answer"),
        text("The server passes on an answer of the CA's responder that is out of date, damaged or says revoked."),
        Likelihood.RARE,
    ),
    Kind(
        "must-staple-without-staple",
        text("a stapled revocation answer that is demanded and not sent"),
        text("The certificate says that the server always sends the CA's revocation answer along, and it does not."),
        Likelihood.RARE,
    ),
)
