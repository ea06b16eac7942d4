"""One order (RFC 8555 7.4): proofs of control, the request, and every chain offered. Needs `mailtrust[acme]`."""

import time
from collections.abc import Iterator
from typing import Any

from acme import challenges, messages
from josepy.json_util import field
from requests.utils import parse_header_links

from mailtrust.core.issuance.acme_problem import explain
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.request import write_request_file
from mailtrust.edge.acme.network import problem_of
from mailtrust.edge.acme.proof import Challenge, Prover, expect_token
from mailtrust.edge.acme.session import Session

ORDER_SECONDS = 300
"""For each of: all proofs, and the issuing."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
MOST_ALTERNATES = 8
MOST_AUTHORIZATIONS = 300


@frozen
class Wanted:
    """What is ordered."""

    request: bytes
    """DER of the PKCS#10 request."""
    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...] = ()
    profile: str | None = None
    replaces: Certificate | None = None
    """The certificate that this one is instead of (RFC 9773 5)."""


@frozen
class Obtained:
    """What came."""

    chains: tuple[bytes, ...]
    """PEM of every chain offered, the CA's own choice first (RFC 8555 7.4.2)."""
    remarks: tuple[Text, ...]
    """Proofs that could not be cleared away, and why."""


class _NewOrder(messages.NewOrder):
    """RFC 9773 5: an order that says which certificate it replaces."""

    replaces: str = field("replaces", omitempty=True)


def obtain(session: Session, wanted: Wanted, prover: Prover) -> Obtained:
    """Order it, prove control, and give what comes. Raises UserProblem; every proof that was shown is cleared."""
    with session.told():
        order = _new_order(session, wanted)
        remarks = _prove(session, order, prover)
        return Obtained(_finalize(session, order), remarks)


def _new_order(session: Session, wanted: Wanted) -> messages.OrderResource:
    offered = session.directory["meta"].profiles or {}
    if wanted.profile is not None and wanted.profile not in offered:
        raise UserProblem(
            text(
                "The server has no profile “{profile}”. There are: {known}.",
                profile=clean(wanted.profile, 60),
                known=tuple(clean(str(name), 60) for name in offered)[:20] or ("-",),
            )
        )
    names = [(messages.IDENTIFIER_FQDN, name) for name in wanted.dns_names]
    names += [(messages.IDENTIFIER_IP, address) for address in wanted.ip_addresses]
    said = {"identifiers": [messages.Identifier(typ=kind, value=value) for kind, value in names]}
    replaces = None if wanted.replaces is None else session.renewal_id(wanted.replaces)
    new_order = session.directory["newOrder"]
    try:
        answer = session.post(new_order, _NewOrder(**said, profile=wanted.profile, replaces=replaces))
    except messages.Error as error:
        if replaces is None or error.code == "rateLimited":
            raise
        # RFC 9773 5: replaced already, or of another account: that must not stop a renewal.
        answer = session.post(new_order, _NewOrder(**said, profile=wanted.profile))
    return messages.OrderResource(
        body=messages.Order.from_json(answer.json()),
        uri=answer.headers["Location"],
        authorizations=[],
        csr_pem=write_request_file(wanted.request, "pem"),
    )


def _prove(session: Session, order: messages.OrderResource, prover: Prover) -> tuple[Text, ...]:
    """Show every proof, have it looked at, and clear it, whatever happens in between."""
    asked: list[tuple[str, messages.ChallengeBody, Challenge]] = []
    for url in tuple(order.body.authorizations)[:MOST_AUTHORIZATIONS]:
        authorization = _authorization(session, url)
        if authorization.status != messages.STATUS_VALID:  # RFC 8555 7.1.3: it may be proven already
            asked.append((url, *_challenge(session, authorization, prover)))
    if not asked:
        return ()
    shown: list[Challenge] = []
    remarks: list[Text] = []
    with prover:
        try:
            for _, _, challenge in asked:
                shown.append(challenge)  # first: what fails half-way is cleared too
                prover.show(challenge)
            prover.settle()
            for _, body, _ in asked:
                session.post(body.uri, body.chall.response(session.key))
            ends = time.monotonic() + ORDER_SECONDS
            for url, _, challenge in asked:
                _await_proof(session, url, challenge, ends)
        finally:
            for challenge in shown:
                try:
                    prover.clear(challenge)
                except UserProblem as left:
                    remarks.append(
                        text("The proof for {name} could not be cleared away: {why}",
                             name=clean(challenge.domain, 255), why=left.message)
                    )  # fmt: skip
    return tuple(remarks)


def _challenge(
    session: Session, authorization: messages.Authorization, prover: Prover
) -> tuple[messages.ChallengeBody, Challenge]:
    domain = str(authorization.identifier.value)
    offered = tuple(authorization.challenges or ())
    for body in offered:
        chall = body.chall
        if isinstance(chall, challenges.HTTP01 | challenges.DNS01) and chall.typ == prover.challenge_type:
            return body, Challenge(
                domain,
                expect_token(str(chall.encode("token"))),
                chall.key_authorization(session.key),
                challenges.DNS01(token=chall.token).validation(session.key),
            )
    raise UserProblem(
        text(
            "The server wants control over {name} proven by {offered}, not by {given}. A wildcard is proven by dns-01 "
            "alone: --dns-update or --hook.",
            name=clean(domain, 255),
            offered=tuple(clean(str(body.chall.typ), 30) for body in offered)[:10] or ("-",),
            given=prover.challenge_type,
        )
    )


def _authorization(session: Session, url: str) -> messages.Authorization:
    found: messages.Authorization = messages.Authorization.from_json(session.post(url).json())
    return found


def _await_proof(session: Session, url: str, challenge: Challenge, ends: float) -> None:
    name = clean(challenge.domain, 255)
    for _ in _rounds(session, ends, text("the proof for {name}", name=name)):
        authorization = _authorization(session, url)
        if authorization.status == messages.STATUS_VALID:
            return
        if authorization.status not in (messages.STATUS_PENDING, messages.STATUS_PROCESSING):
            failed = next((body.error for body in authorization.challenges if body.error is not None), None)
            if failed is None:
                raise UserProblem(text("{name}: the server did not accept the proof, and does not say why.", name=name))
            raise UserProblem(text("{name}: {why}", name=name, why=explain(problem_of(failed))))


def _finalize(session: Session, order: messages.OrderResource) -> tuple[bytes, ...]:
    asked = False
    for _ in _rounds(session, time.monotonic() + ORDER_SECONDS, text("the certificate")):
        body = messages.Order.from_json(session.post(order.uri).json())
        if body.status == messages.STATUS_INVALID:
            if body.error is not None:
                raise UserProblem(explain(problem_of(body.error)))
            raise UserProblem(text("The server gave the order up, and does not say why. Try again."))
        if body.status == messages.STATUS_READY and not asked:
            session.client.begin_finalization(order)
            asked = True
        elif body.status == messages.STATUS_VALID and body.certificate:
            return _chains(session, str(body.certificate))
    raise AssertionError("_rounds ends by raising")


def _chains(session: Session, url: str) -> tuple[bytes, ...]:
    answer = session.post(url)
    links = parse_header_links(answer.headers.get("Link", ""))
    alternates = [link["url"] for link in links if link.get("rel") == "alternate" and "url" in link]
    others: list[Any] = [session.post(one) for one in alternates[:MOST_ALTERNATES]]
    return (answer.content, *(other.content for other in others))


def _rounds(session: Session, ends: float, what: Text) -> Iterator[None]:
    """Once more and once more, with pauses that grow, or that the server asks for; then CouldNotLook."""
    pause = FIRST_PAUSE
    while True:
        yield
        wait = session.network.pause() or pause
        if time.monotonic() + wait > ends:
            raise CouldNotLook(
                text("The server was not done with {what} after {seconds} seconds. Try again later.",
                     what=what, seconds=ORDER_SECONDS)
            )  # fmt: skip
        time.sleep(wait)
        pause = min(pause * 1.5, LONGEST_PAUSE)
