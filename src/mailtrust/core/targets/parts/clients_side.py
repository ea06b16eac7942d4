"""Steps that are done at clients, in DNS or in the network, whatever product serves the certificate."""

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.remedy import ConfigureServer, Remedy, Run, Step, TrustAnchorOnClients, UseName, Write
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import NOTHING_CHANGED, human, look
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.targets.parts.context import TargetContext, safe_host
from mailtrust.core.targets.parts.steps import check_again
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.thumbprint import thumbprint


def steps_elsewhere(remedy: Remedy, context: TargetContext, evidence: Evidence) -> tuple[Step, ...]:
    """The steps of a remedy in which no product that serves certificates has a part; empty for the others."""
    match remedy.goal:
        case UseName():
            return _use_name(remedy.goal, context)
        case TrustAnchorOnClients():
            return _trust_anchor(remedy.goal, context, evidence)
        case ConfigureServer(setting="open-network"):
            return _open_network(context)
        case ConfigureServer(setting="correct-dns"):
            return _correct_dns(context)
        case ConfigureServer(setting="mend-revocation"):
            return _mend_revocation(context)
        case _:
            return ()


def _use_name(goal: UseName, context: TargetContext) -> tuple[Step, ...]:
    name, old = safe_host(goal.names[0]), safe_host(goal.instead_of)
    return (
        look(
            text("See that {name} leads to the same server and that every client accepts it there.", name=name),
            f"mailtrust check {name}{context.options}",
        ),
        human(
            text(
                "Where {name} does not lead to the server from inside, add it to the internal DNS with the internal "
                "address.",
                name=name,
            ),
            undo=text("Take the record out again."),
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
            needs="Organization Management",
        ),
        check_again(context),
    )


def _trust_anchor(goal: TrustAnchorOnClients, context: TargetContext, evidence: Evidence) -> tuple[Step, ...]:
    root = evidence.certificates.get(goal.anchor)
    if root is None:
        return ()
    stem = certificate_file(root)
    file = f"{stem}.crt"
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
        human(
            text(
                "Windows (Outlook, .NET, Chrome, Edge, Firefox from 120 on): import {file} by group policy into every "
                "computer's trusted roots.",
                file=file,
            ),
            text("Group Policy Management"),
            text("Computer Configuration"),
            text("Policies"),
            text("Windows Settings"),
            text("Security Settings"),
            text("Public Key Policies"),
            text("Trusted Root Certification Authorities"),
            text("Import"),
            undo=text(
                "Delete it in the same place; on single computers: certutil -delstore Root {print}.",
                print=thumbprint(root),
            ),
            needs="Domain Admins",
        ),
        Step(
            text("Java programs keep a store of their own; do this with each Java that runs one."),
            Run(f"keytool -importcert -noprompt -cacerts -alias {stem} -file {file}"),
            text("keytool -delete -cacerts -alias {alias}", alias=stem),
            needs="root",
        ),
        Step(
            text("Debian and Ubuntu; elsewhere /etc/pki/ca-trust/source/anchors and update-ca-trust."),
            Run(f"install -m 0644 {file} /usr/local/share/ca-certificates/{file} && update-ca-certificates"),
            text("Delete the file there and run update-ca-certificates --fresh."),
            needs="root",
        ),
        human(
            text(
                "Phones: push {file} by device management. On an iPhone set up by hand it must also be switched on "
                "under Settings, General, About, Certificate Trust Settings. On Android many apps heed no added root, "
                "so look whether yours does.",
                file=file,
            ),
            undo=text("Take the profile back."),
        ),
        check_again(context),
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
                "Open ports {ports} in the firewalls on the way, take mail out of TLS inspection there and in virus "
                "scanners, or take {host} out of DNS and settings if it is not meant to serve.",
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
