"""Kemp (Progress) LoadMaster, where it ends TLS: SSL Acceleration or Reencrypt.

Pages and calls are those of LoadMaster 7.2.
"""

from mailtrust.core.formats.kemp_name import kemp_name
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.remedy import (
    ConfigureServer,
    Human,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    ServeSameCertificate,
    Step,
    Write,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import human
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import renew_or_order, write_new_bundle
from mailtrust.core.targets.parts.steps import check_again, fetch_key, get_missing, prove_bundle, write_bundle
from mailtrust.core.x509.pem import to_pem

ID = "kemp"
TITLE = "Kemp LoadMaster"
GREETINGS: tuple[str, ...] = ()

UPLOADING, POOL, SERVICES = "Certificate Creation", "Intermediate Certificates", "Virtual Services"
"""Rights of a user of the LoadMaster."""


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Intermediates on their own page; a new certificate with its chain on the page of SSL certificates."""
    match remedy.goal:
        case ServeChain():
            return (
                _where_tls_ends(context),
                *(() if remedy.safe else (get_missing(context),)),
                *(step for one in context.intermediates for step in _intermediate(one)),
                *_take_out(context),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                _where_tls_ends(context),
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, context, ID, with_key=True),
                *_certificate(context),
                check_again(context),
            )
        case ServeSameCertificate():
            return (
                _where_tls_ends(context),
                fetch_key(context),
                write_bundle(context, ID, with_key=True),
                prove_bundle(context),
                *_certificate(context),
                check_again(context),
            )
        case ConfigureServer():
            return _configure(remedy.goal, context)
        case _:
            return ()


def _where_tls_ends(context: TargetContext) -> Step:
    return human(
        text(
            "See that the virtual service for {host} ends TLS (SSL Acceleration or Reencrypt). A service on layer 4 "
            "passes TLS through: then the server behind it has to be mended.",
            host=context.host,
        ),
        text("Virtual Services"),
        text("View/Modify Services"),
        text("Modify"),
        text("SSL Properties"),
    )


def _intermediate(one: Certificate) -> tuple[Step, ...]:
    stem = certificate_file(one)
    file, name = f"{stem}.pem", kemp_name(stem)
    undo = text("Delete {name} on the same page.", name=name)
    return (
        Step(
            text("Save this intermediate certificate as {file}.", file=file),
            Write(file, to_pem(one)),
            text("Delete {file}.", file=file),
        ),
        Step(
            text(
                "Add it on the LoadMaster as {name}. The name must not hold blanks; hyphens and underscores are fine. "
                "As users of it report, it is sent from then on with every certificate that it issued; the check at "
                "the end shows whether.",
                name=name,
            ),
            Human(
                (
                    text("Certificates & Security"),
                    text("Intermediate Certs"),
                    text("Add a new Intermediate Certificate"),
                    text("Choose File: {file}", file=file),
                    text("Certificate Name: {name}", name=name),
                    text("Add Certificate"),
                    text("OK"),
                )
            ),
            undo,
            needs=POOL,
        ),
        Step(
            text(
                "Or the same by its interface (to be enabled under Certificates & Security, Remote Access); the "
                "password is asked for. LOADMASTER stands for its address, USER for yours; where its own certificate "
                "is of no public CA, give its root with --cacert FILE, never --insecure."
            ),
            Run(f"curl --user USER --data-binary @{file} 'https://LOADMASTER/access/addintermediate?cert={name}'"),
            text("curl --user USER 'https://LOADMASTER/access/delintermediate?cert={name}'", name=name),
            needs=POOL,
        ),
    )


def _take_out(context: TargetContext) -> tuple[Step, ...]:
    if not context.unwanted:
        return ()
    return (
        human(
            text(
                "These are sent today and should not be: {names}. Delete them on the page of intermediates, unless "
                "another service needs them, or take them out of the file that was imported with the certificate.",
                names=tuple(certificate_file(one) for one in context.unwanted),
            ),
            text("Certificates & Security"),
            text("Intermediate Certs"),
            undo=text("Add them again from their files; download them there before."),
            needs=f"{UPLOADING}, {POOL}",
        ),
    )


def _certificate(context: TargetContext) -> tuple[Step, ...]:
    name = kemp_name(context.file)
    return (
        Step(
            text(
                "Import the file, which holds certificate, chain and key, under a new name, so that the former one "
                "stays for going back."
            ),
            Human(
                (
                    text("Certificates & Security"),
                    text("SSL Certificates"),
                    text("Import Certificate"),
                    text("Certificate File: {file}", file=context.bundle),
                    text("Certificate Identifier: {name}", name=name),
                    text("Save"),
                )
            ),
            text("Delete {name} on the same page.", name=name),
            needs=UPLOADING,
        ),
        Step(
            text(
                "Or the same by its interface. A name that exists already is refused: then take another one, for "
                "&replace=1 would overwrite the former certificate, whose key nobody can read back."
            ),
            # KEMPtechnologies/powershell-sdk-vnext: addcert
            Run(
                f"curl --user USER --data-binary @{context.bundle} 'https://LOADMASTER/access/addcert?cert={name}'",
            ),
            text("curl --user USER 'https://LOADMASTER/access/delcert?cert={name}'", name=name),
            needs=UPLOADING,
        ),
        Step(
            text("Assign it to each virtual service that presents {host}.", host=context.host),
            Human(
                (
                    text("Certificates & Security"),
                    text("SSL Certificates"),
                    text("Available VSs: choose them and press >"),
                    text("Save Changes"),
                )
            ),
            text("Assign the former certificate in the same place."),
            disruption="reload",
            needs=SERVICES,
        ),
    )


_SETTINGS: dict[str, Text] = {
    "offer-tls": text(
        "Enable SSL Acceleration on the virtual service; for STARTTLS choose the STARTTLS protocol of its kind."
    ),
    "tls-version": text("Tick TLS 1.2 and TLS 1.3 under Supported Protocols."),
    "mend-handshake": text(
        "See that a certificate is assigned, and that cipher set and protocols have something in common with clients."
    ),
    "send-sni-certificate": text("Assign the right certificate first, and do not tick Require SNI hostname."),
    "matching-key": text("Import certificate and key again, from one file."),
    "stop-injection": text("Update the LoadMaster, or let clients use the port with TLS from the start."),
}


def _configure(goal: ConfigureServer, context: TargetContext) -> tuple[Step, ...]:
    if goal.setting not in _SETTINGS:
        return ()
    return (
        human(
            _SETTINGS[goal.setting],
            text("Virtual Services"),
            text("View/Modify Services"),
            text("Modify"),
            text("SSL Properties"),
            undo=text("Set it back on the same page."),
            needs=SERVICES,
        ),
        check_again(context),
    )
