"""What stands in front: Extended Protection wants the same certificate there as on IIS; IIS remembers the former one.

Microsoft, "Configure Windows Extended Protection in Exchange Server": SSL bridging needs the identical certificate on
both, SSL offloading is not supported; for a renewal it is switched off, both are changed, and it is switched on again.
"""

from collections.abc import Sequence
from typing import Literal

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.assignment import Balancer
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer, TokenChecking
from mailtrust.core.model.exchange_change import ExchangeStep, PersonDoes, RestartServices
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.roles import role_groups
from mailtrust.core.services.exchange.versions import extended_protection_by_setup, windows_services

SCRIPT = r".\ExchangeExtendedProtectionManagement.ps1"
"""Microsoft's (CSS-Exchange)."""
ON: tuple[TokenChecking, ...] = ("Allow", "Require")


@frozen
class Around:
    """What is done before and after the sites of these servers get another certificate."""

    before: tuple[ExchangeStep, ...] = ()
    after: tuple[ExchangeStep, ...] = ()
    restarts: tuple[ExchangeStep, ...] = ()
    remarks: tuple[Text, ...] = ()


def around(organisation: ExchangeOrganisation, servers: Sequence[ExchangeServer], balancer: Balancer) -> Around:
    """By what stands in front of them."""
    if not servers:
        return Around()
    protected = tuple(one.name for one in servers if extended_protection(one) != "off")
    certainly = any(extended_protection(one) == "on" for one in servers)
    match balancer:
        case "bridging" if protected:
            return _swap_together(organisation, protected)
        case "bridging":
            return Around(after=(_on_the_balancer(),))
        case "offloading":
            return Around(after=(_on_the_balancer(),), remarks=(_OFFLOADING,) if protected else ())
        case "layer-4":
            return Around(restarts=tuple(_restart(one) for one in servers))
        case "unknown":
            return Around(remarks=(_RESTART, *((_TELL,) if certainly else (_WHAT_IS_IN_FRONT,))))
        case "none":
            return Around(remarks=(_RESTART,))


def extended_protection(server: ExchangeServer) -> Literal["on", "off", "unknown"]:
    """Whether some directory of the front site checks it."""
    if server.edge:
        return "off"
    said = [one.extended_protection for one in server.directories or () if one.site == "front"]
    if any(value in ON for value in said):
        return "on"
    if "None" in said:
        return "off"
    return "unknown" if extended_protection_by_setup(server.version) or said else "off"


def _swap_together(organisation: ExchangeOrganisation, servers: tuple[str, ...]) -> Around:
    names = ",".join(map(argument, servers))
    # The hybrid agent needs EWS of the front without it (ExchangeHybrid, hybrid-agent.md).
    agent = organisation.hybrid is not None and organisation.hybrid.agent_targets
    again = f"{SCRIPT} -ExchangeServerNames {names}{' -ExcludeVirtualDirectories EWSFrontEnd' if agent else ''}"
    off = PersonDoes(f"{SCRIPT} -DisableExtendedProtection -ExchangeServerNames {names}")
    on = PersonDoes(again)
    return Around(
        before=(
            ExchangeStep(
                text(
                    "Switch Extended Protection off on {servers}: while the load balancer and Exchange present "
                    "different certificates, Outlook asks for the password without end. The script is Microsoft's "
                    "(CSS-Exchange).",
                    servers=servers,
                ),
                off,
                (on,),
                role_groups(off),
            ),
        ),
        after=(
            _on_the_balancer(),
            ExchangeStep(
                text(
                    "Switch Extended Protection on again on {servers}, now that both present the same.", servers=servers
                ),
                on,
                (off,),
                role_groups(on),
            ),
        ),
    )


def _on_the_balancer() -> ExchangeStep:
    act = PersonDoes()
    return ExchangeStep(
        text("Put the same certificate, with its key and chain, on the load balancer: clients see that one."),
        act,
        text("Put the former certificate back on the load balancer."),
        (),
        person_takes_back=True,
    )


def _restart(server: ExchangeServer) -> ExchangeStep:
    # Enable-ExchangeCertificate.md: "We recommend restarting IIS in environments that use Layer 4 load balancing."
    act = RestartServices(server.name, windows_services(server, "IIS"))
    return ExchangeStep(
        text(
            "Restart IIS on {server}: behind a layer-4 balancer Outlook on the web may go on with cookies of the "
            "former certificate. It comes last, because this shell runs through IIS too.",
            server=server.name,
        ),
        act,
        text("There is nothing to take back."),
        role_groups(act),
        "restart",
    )


_RESTART = text(
    "Outlook on the web may go on with cookies of the former certificate until IIS is restarted (iisreset /noforce): "
    "do it where users are asked to sign in again and again."
)
_WHAT_IS_IN_FRONT = text(
    "What stands in front of the servers was not said: --balancer tells, and can change the steps."
)
_TELL = text(
    "Extended Protection is on. Say with --balancer what stands in front of the servers: a load balancer that decrypts "
    "and encrypts again must present the very same certificate, else Outlook asks for the password without end."
)
_OFFLOADING = text(
    "A load balancer that only decrypts does not go together with Extended Protection: Microsoft does not support it."
)
