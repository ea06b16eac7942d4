"""Enable-ExchangeCertificate on one server: what it changes there, and what takes it back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailtrust.core.model.exchange import (
    UM_SERVICES,
    ExchangeCertificate,
    ExchangeServer,
    ExchangeService,
    IisBinding,
)
from mailtrust.core.model.exchange_change import BindSite, EnableCertificate, ExchangeAct, ExchangeStep
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import bears, called, from_a_ca, holds
from mailtrust.core.services.exchange.enabling.default_smtp import Answer, answered
from mailtrust.core.services.exchange.fronts import fronts_of
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.serving import FRONT_SITE, MOVING, front_thumbprint, is_main


@frozen
class Assigning:
    """What comes of it."""

    after: ExchangeServer
    steps: tuple[ExchangeStep, ...] = ()
    remarks: tuple[Text, ...] = ()
    touched: tuple[ExchangeService, ...] = ()
    default_replaced: bool = False


def assigning(
    server: ExchangeServer,
    certificate: ExchangeCertificate,
    services: tuple[ExchangeService, ...],
    answer: Answer,
    now: datetime,
    *,
    require_ssl: bool,
) -> Assigning:
    """Services are added to those it has; each but SMTP is taken from the certificate that had it."""
    new = tuple(one for one in services if not has(server, certificate, one))
    default = answered(server, certificate, answer, now) if "SMTP" in services else None
    overwrite = default is not None and default.overwrite
    if overwrite and "SMTP" not in new:
        new = (*new, "SMTP")
    if not new:
        return Assigning(server)
    others = _other_bindings(server, certificate) if "IIS" in new else ()
    kept = _put_back(server, certificate) if "SMTP" in new and not overwrite else ""
    remarks = default.remarks if default is not None and "SMTP" in new else ()
    if "IIS" in new:
        remarks = (*remarks, *_seen_by_clients(server, certificate), *((_REQUIRE_SSL,) if require_ssl else ()))
    unsure = _may_be_refused(server, new)
    if unsure:
        remarks = (*remarks, _STARTUP_MODE)
    act = EnableCertificate(
        server.name,
        certificate.thumbprint,
        new,
        overwrite_default_smtp=overwrite,
        default_smtp=kept,
        require_ssl=require_ssl,
    )
    sure = replace(act, services=tuple(one for one in new if one not in unsure))
    steps = (
        *((_enable(server, certificate, sure),) if sure.services else ()),
        *(_bind(server, one, certificate) for one in others),
        *(_enable_alone(server, certificate, one) for one in unsure),
    )
    return Assigning(_after(server, certificate, act, others), steps, remarks, new, overwrite)


def _may_be_refused(server: ExchangeServer, services: tuple[ExchangeService, ...]) -> tuple[ExchangeService, ...]:
    """Unified Messaging that starts nobody knows how: Exchange refuses it in the mode TCP, and all of the same call."""
    known = {one.service for one in server.um if one.startup_mode}
    return tuple(one for one in services if one in UM_SERVICES and one not in known)


def _seen_by_clients(server: ExchangeServer, certificate: ExchangeCertificate) -> Iterator[Text]:
    """What those who come to IIS will be warned of."""
    urls = dict.fromkeys(front.host for front in fronts_of(server) if front.service == "IIS")
    lacking = tuple(host for host in urls if not bears(certificate, host))
    if lacking:
        yield text(
            "Who comes to IIS on {server} as {names} will be warned: {certificate} does not bear that name, and URLs "
            "of virtual directories have it.",
            server=server.name,
            names=lacking,
            certificate=called(certificate),
        )
    if not from_a_ca(certificate):
        yield text(
            "{certificate} is self-signed: every client warns of it, unless it is brought to that client "
            "(`mailtrust trust`).",
            certificate=called(certificate),
        )


def has(server: ExchangeServer, certificate: ExchangeCertificate, service: ExchangeService) -> bool:
    """Whether it serves that already. The back end counts as IIS too, so the front's binding tells more."""
    if service == "IIS" and (front := front_thumbprint(server)) is not None:
        return front == certificate.thumbprint
    if service == "IIS" and _made_by_setup(certificate) and _owner(server, certificate, "IIS"):
        return False
    return service in (certificate.services or ())


def _made_by_setup(certificate: ExchangeCertificate) -> bool:
    """Whether it is the certificate that the back end has from setup, and that shows IIS for its sake."""
    return certificate.root_ca_type == "Registry" or certificate.friendly_name == "Microsoft Exchange"


def _owner(server: ExchangeServer, certificate: ExchangeCertificate, service: ExchangeService) -> str:
    """Who has it now, besides the certificate: a thumbprint; empty: nobody, as far as is known."""
    if service == "IIS" and (front := front_thumbprint(server)) is not None:
        return front if front != certificate.thumbprint else ""
    others = (one for one in server.certificates if one.thumbprint != certificate.thumbprint)
    return next((one.thumbprint for one in others if service in (one.services or ())), "")


def _enable(server: ExchangeServer, certificate: ExchangeCertificate, act: EnableCertificate) -> ExchangeStep:
    say = text(
        "Assign {certificate} on {server} to {services}.",
        certificate=called(certificate),
        server=server.name,
        services=act.services,
    )
    unsaid = any(one.services is None for one in server.certificates)
    nothing = _NOBODY_SAYS if unsaid and set(act.services) & MOVING else _ONLY_ADDED
    return ExchangeStep(
        say, act, _undo(server, certificate, act) or nothing, role_groups(act, edge=server.edge), "reload"
    )


def _enable_alone(server: ExchangeServer, certificate: ExchangeCertificate, service: ExchangeService) -> ExchangeStep:
    act = EnableCertificate(server.name, certificate.thumbprint, (service,))
    return replace(_enable(server, certificate, act), may_be_refused=True)


def _put_back(server: ExchangeServer, certificate: ExchangeCertificate) -> str:
    """The default SMTP certificate, if Exchange would take it again: who overwrites it must be able to put it back."""
    found = server.certificate(server.internal_transport or "")
    if found is None or found is certificate or found.status not in ("", "Valid") or found.has_private_key is False:
        return ""
    return found.thumbprint


def _undo(server: ExchangeServer, certificate: ExchangeCertificate, act: EnableCertificate) -> tuple[ExchangeAct, ...]:
    """Each service goes back to the certificate that had it."""
    back: dict[str, list[ExchangeService]] = {}
    for service in act.services:
        # Of another store than its own Exchange can assign none.
        if service in MOVING and server.certificate(owner := _owner(server, certificate, service)) is not None:
            back.setdefault(owner, []).append(service)
    acts = [
        EnableCertificate(server.name, owner, tuple(services), require_ssl=act.require_ssl)
        for owner, services in back.items()
    ]
    former = server.internal_transport
    if act.overwrite_default_smtp and former and server.certificate(former) is not None:
        acts.append(EnableCertificate(server.name, former, ("SMTP",), overwrite_default_smtp=True))
    return tuple(acts)


def _after(
    server: ExchangeServer, certificate: ExchangeCertificate, act: EnableCertificate, others: tuple[IisBinding, ...]
) -> ExchangeServer:
    """`others`: the bindings that follow the main one."""
    new = frozenset(act.services)
    certificates = tuple(
        replace(one, services=(one.services or frozenset()) | new)
        if one.thumbprint == certificate.thumbprint
        else _robbed(_put_back_again(one, act.default_smtp), new & MOVING, server)
        for one in server.certificates
    )
    bindings = server.bindings
    if "IIS" in new and bindings is not None:
        bindings = tuple(
            replace(one, thumbprint=certificate.thumbprint, store="") if is_main(one) or one in others else one
            for one in bindings
        )
        if not any(is_main(one) for one in bindings):
            bindings = (*bindings, IisBinding(FRONT_SITE, 443, certificate.thumbprint))
    internal = certificate.thumbprint if act.overwrite_default_smtp else server.internal_transport
    return replace(server, certificates=certificates, bindings=bindings, internal_transport=internal)


def _put_back_again(one: ExchangeCertificate, kept: str) -> ExchangeCertificate:
    """Putting it back is an assignment to SMTP; it has that as a rule."""
    if one.thumbprint != kept or one.services is None:
        return one
    return replace(one, services=one.services | {"SMTP"})


def _robbed(one: ExchangeCertificate, moved: frozenset[ExchangeService], server: ExchangeServer) -> ExchangeCertificate:
    """What is left to a certificate; one that another site is bound to keeps IIS, and so may any that setup made."""
    if one.services is None or not one.services & moved:
        return one
    if server.bindings is None:
        stays = _made_by_setup(one)
    else:
        stays = any(bound.thumbprint == one.thumbprint and bound.site != FRONT_SITE for bound in server.bindings)
    if stays:
        moved = moved - {"IIS"}
    return replace(one, services=one.services - moved)


def _other_bindings(server: ExchangeServer, certificate: ExchangeCertificate) -> tuple[IisBinding, ...]:
    """More bindings of the front site with the former certificate, which Exchange's cmdlet does not know of."""
    former = front_thumbprint(server)
    return tuple(
        one
        for one in server.bindings or ()
        if one.site == FRONT_SITE
        and not is_main(one)
        and one.thumbprint
        and one.thumbprint == former != certificate.thumbprint
        and (not one.host or holds(certificate, one.host))
    )


def _bind(server: ExchangeServer, one: IisBinding, certificate: ExchangeCertificate) -> ExchangeStep:
    act = BindSite(server.name, one.site, one.port, certificate.thumbprint, one.host, one.address)
    say = text(
        "The site {site} on {server} has another binding with the former certificate, {host}:{port}: it follows.",
        site=one.site,
        server=server.name,
        host=one.host or one.address,
        port=one.port,
    )
    undo = BindSite(server.name, one.site, one.port, one.thumbprint, one.host, one.address)
    return ExchangeStep(say, act, (undo,), role_groups(act))


_ONLY_ADDED = text("Services cannot be taken away again. It does no harm: what was assigned before stays so.")
_NOBODY_SAYS = text(
    "The export does not say which certificate has these services now, so nothing takes it back: note that before."
)
_REQUIRE_SSL = text(
    "IIS turns on “Require SSL” on the default site with it. A redirection from http to https that you made there "
    "needs a look afterwards."
)
_STARTUP_MODE = text(
    "The export does not say how Unified Messaging starts. In the mode TCP, which is the default, Exchange refuses the "
    "certificate: it is assigned by itself, and what is refused there stops nothing else."
)
