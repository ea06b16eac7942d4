"""Steps that are done at clients, in DNS or in the network, whatever product serves the certificate."""

from collections.abc import Iterator, Sequence

from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.remedy import ConfigureServer, Remedy, Run, Step, TrustAnchorOnClients, UseName, Write
from mailtrust.core.model.rights import ORGANIZATION_MANAGEMENT
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import NOTHING_CHANGED, do, human, look
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.targets.parts.context import TargetContext, safe_host
from mailtrust.core.targets.parts.steps import check_again
from mailtrust.core.x509.pem import to_pem


def steps_elsewhere(remedy: Remedy, context: TargetContext, evidence: Evidence) -> tuple[Step, ...]:
    """The steps of a remedy in which no product that serves certificates has a part; empty for the others."""
    match remedy.goal:
        case UseName():
            return _use_name(remedy.goal, context)
        case TrustAnchorOnClients():
            return _trust_anchor(remedy.goal, context, evidence)
        case ConfigureServer(setting="open-network"):
            return _exempt_mail(context) if _was_shown(remedy, evidence) else _open_network(context)
        case ConfigureServer(setting="correct-dns"):
            return _correct_dns(context)
        case ConfigureServer(setting="mend-revocation"):
            return _mend_revocation(context)
        case _:
            return ()


def _use_name(goal: UseName, context: TargetContext) -> tuple[Step, ...]:
    name, old = safe_host(goal.names[0]), safe_host(goal.instead_of)
    return (
        human(
            text(
                "Where {name} does not lead to the server yet, from outside or from inside, add it to the DNS there.",
                name=name,
            ),
            undo=text("Take the record out again."),
        ),
        look(
            text("See that {name} leads to the same server and that every client accepts it there.", name=name),
            f"mailtrust check {name}{context.options}",
        ),
        human(
            text(
                "Put {name} in the place of {old} in what tells clients where to go: autoconfig and Autodiscover "
                "answers, SRV and MX records, profiles pushed to devices, and programs' own settings (in the Dynamics "
                "CRM E-mail Router: Configuration Profiles, the incoming profile's location).",
                name=name,
                old=old,
            ),
            undo=text("Put {old} back.", old=old),
        ),
        Step(
            text(
                "On Exchange: set the internal address of Autodiscover to the name, for each server, and the internal "
                "and external URLs of the virtual directories (EWS, OAB, MAPI, OWA, ActiveSync) likewise."
            ),
            Run(
                "Get-ClientAccessService | Set-ClientAccessService"
                f" -AutoDiscoverServiceInternalUri https://{name}/Autodiscover/Autodiscover.xml",
                "exchange",
            ),
            text("Run it again with the former address; note it first with Get-ClientAccessService."),
            needs=ORGANIZATION_MANAGEMENT,
        ),
        look(
            text("Check again from outside, under the name that clients use now."),
            f"mailtrust check {name}{context.options}",
        ),
    )


def _trust_anchor(goal: TrustAnchorOnClients, context: TargetContext, evidence: Evidence) -> tuple[Step, ...]:
    root = evidence.certificates.get(goal.anchor)
    if root is None:
        return ()
    hurt = tuple(evidence.clients[client] for client in goal.clients if client in evidence.clients)
    file = f"{certificate_file(root)}.crt"
    # A server's certificate that vouches for itself is brought out on demand only.
    source = f"--root {file}" if root.is_ca else f"--root {file} --self-signed"
    return (
        Step(
            text("Write the root into {file}.", file=file),
            Write(file, to_pem(root)),
            text("Delete {file}.", file=file),
        ),
        look(
            text(
                "Compare its fingerprint with the one that the CA's administrator reads out: {fingerprint}. A root "
                "from the network that nobody has compared is nobody's root.",
                fingerprint=root.fingerprint,
            ),
            f"openssl x509 -in {file} -noout -fingerprint -sha256",
        ),
        look(
            text("See what every client will say once it has it."), f"mailtrust check {context.target} --roots {file}"
        ),
        *(
            do(
                text(
                    "For {clients}: write the folder {folder}, and do what its README says.",
                    clients=tuple(Text(client.title) for client in reached),
                    folder=f"for-{way}",
                ),
                f"mailtrust trust {way} {source} --out for-{way}",
                text("mailtrust trust {way} {source} --out away-{way} --remove", way=way, source=source),
                needs="",
            )
            for way, reached in _least_ways(hurt)
        ),
        *(
            human(text("For {client} there is no way. {why}", client=Text(client.title), why=Text(client.beyond_reach)))
            for client in hurt
            if client.beyond_reach
        ),
        check_again(context),
    )


WAYS = ("gpo", "apple", "java", "linux", "android", "firefox", "thunderbird", "chromium", "nss", "windows")
"""Those that reach the most with the least work first."""


def _least_ways(clients: Sequence[ClientProfile]) -> Iterator[tuple[str, tuple[ClientProfile, ...]]]:
    """Ways that together reach every client that can be reached, each with those that it is meant for."""
    left = list(clients)
    for way in WAYS:
        if reached := tuple(client for client in left if way in client.reached_by):
            left = [client for client in left if client not in reached]
            yield way, reached


def _was_shown(remedy: Remedy, evidence: Evidence) -> bool:
    """Whether the way is open, and something on it shows a certificate of its own."""
    return any(seen.id in remedy.observations for seen, _ in evidence.handshakes)


def _exempt_mail(context: TargetContext) -> tuple[Step, ...]:
    return (
        look(
            text("Look from a network without inspection, such as a phone's, and compare: what differs is made here."),
            f"mailtrust check {context.target}",
        ),
        human(
            text(
                "Take ports {ports} of {host} out of TLS inspection: in the firewall or proxy of this network, and in "
                "the virus scanner of this computer.",
                ports=", ".join(str(port) for port in context.ports),
                host=context.host,
            ),
            undo=text("Let them be inspected again."),
        ),
        look(text("Check again from here."), f"mailtrust check {context.target}{context.options}"),
    )


def _open_network(context: TargetContext) -> tuple[Step, ...]:
    ports = ", ".join(str(port) for port in context.ports)
    return (
        look(
            text(
                "Look from another network, best from a mail server, and compare: what differs lies between here and "
                "there."
            ),
            f"mailtrust check {context.target}{context.options}",
        ),
        look(
            text("On the server, see whether the service listens, and on which addresses."),
            "ss -ltn",
        ),
        human(
            text(
                "Open ports {ports} in the firewalls on the way, or take {host} out of DNS and settings if it is not "
                "meant to serve.",
                ports=ports or text("in question"),
                host=context.host,
            ),
            undo=NOTHING_CHANGED if not ports else text("Close them again."),
        ),
        check_again(context),
    )


def _mend_revocation(context: TargetContext) -> tuple[Step, ...]:
    return (
        look(
            text("See what the responder and the list say that the certificate names, from the clients' networks too."),
            f"mailtrust check {context.target}{context.options} --revocation all",
        ),
        human(
            text(
                "With a CA of your own: publish a new list (on Active Directory's: certutil -CRL) at the http address "
                "that stands in the certificates, let the responder run, and have both renewed before they end. With a "
                "public CA: open the way to its addresses, and tell it when they are dead."
            ),
            undo=NOTHING_CHANGED,
        ),
        check_again(context),
    )


def _correct_dns(context: TargetContext) -> tuple[Step, ...]:
    return (
        look(
            text("See what DNS answers, here and from another network; inside and outside may differ."),
            f"nslookup {context.host}",
        ),
        human(
            text(
                "Give {host} an A record (and AAAA where the server has IPv6), or correct whatever names it: the MX or "
                "SRV record, the profile, the setting in the program.",
                host=context.host,
            ),
            undo=text("Take the record out again."),
        ),
        check_again(context),
    )
