"""MailStore Server: certificates are chosen in its Service Configuration, from the machine's store.

Each line there (client 8460, HTTP 8461, HTTPS 8462, administration 8463, IMAP) has a certificate of its own. It runs
on Windows' own TLS, so what is sent with a certificate comes from the machine's stores (parts/windows.py).
"""

from dataclasses import replace

from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    ServeSameCertificate,
    Step,
)
from mailtrust.core.model.rights import ADMINISTRATOR
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import human, look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import renew_or_order, write_new_bundle
from mailtrust.core.targets.parts.steps import check_again, who_ends_tls
from mailtrust.core.targets.parts.windows import (
    allow_versions_of_today,
    by_script,
    carry_over,
    find_the_key,
    look_for_complaints,
    mend_store,
)

ID = "mailstore"
TITLE = "MailStore Server"
GREETINGS: tuple[str, ...] = ("mailstore",)


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Intermediates into the machine's store; a new certificate as PFX; chosen in the Service Configuration."""
    match remedy.goal:
        case ServeChain():
            return (
                *mend_store(remedy, context),
                by_script(context, "mailstore-script", context.source),
                _restart(),
                _every_line(context),
                check_again(context),
            )
        case ReplaceCertificate():
            pfx = replace(context, suffix=".pfx")
            return (
                who_ends_tls(context),
                _or_acme(),
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, pfx, ID, with_key=True),
                by_script(context, "mailstore-script", "FILE-FROM-THE-CA" if remedy.safe else f"{context.file}.zip"),
                _import(pfx),
                _choose(context),
                _restart(),
                _every_line(context),
                check_again(context),
            )
        case ServeSameCertificate():
            return (
                who_ends_tls(context),
                *carry_over(context),
                _choose(context),
                _restart(),
                _every_line(context),
                check_again(context),
            )
        case ConfigureServer(setting=setting):
            mending = _setting(setting, context)
            after = (_restart(), _every_line(context), check_again(context))
            return (who_ends_tls(context), *mending, *after) if mending else ()
        case _:
            return ()


def _or_acme() -> Step:
    # MailStore help, Using Let's Encrypt Certificates; notice of April 2023 on versions before 23.1.2
    return human(
        text(
            "If the server's name is in the public DNS and anybody can reach its port 80, it can get and renew "
            "certificates from Let's Encrypt itself (version 23.1.2 or newer; older ones cannot any more). Then this "
            "is all, and what follows is not needed."
        ),
        text("MailStore Server Service Configuration"),
        text("IP Addresses and Ports"),
        text("the button beside Server Certificate"),
        text("Let's Encrypt"),
        undo=text("Choose the former certificate in the same place."),
        needs=ADMINISTRATOR,
    )


def _import(context: TargetContext) -> Step:
    return Step(
        text(
            "Import {file} on the server. Its password is asked for: press Enter where you gave it none with "
            "--password-file. Then delete the file, which holds the key.",
            file=context.bundle,
        ),
        Run(
            f"Import-PfxCertificate -FilePath .\\{context.bundle} -CertStoreLocation Cert:\\LocalMachine\\My"
            " -Password (Read-Host -AsSecureString)",
            "powershell",
        ),
        text("Delete it under Personal in certlm.msc."),
        needs=ADMINISTRATOR,
    )


def _choose(context: TargetContext) -> Step:
    return human(
        text(
            "Choose it for every line whose clients complain: each has a certificate of its own. Its names must hold "
            "{host}, as the users' programs know the server.",
            host=context.host,
        ),
        text("MailStore Server Service Configuration"),
        text("IP Addresses and Ports"),
        text("the button beside Server Certificate"),
        text("Select from Certificate Store"),
        text("the new certificate, OK"),
        undo=text("Choose the former certificate in the same place."),
        needs=ADMINISTRATOR,
    )


def _restart() -> Step:
    return human(
        text("Let the service take it up; users are logged out, and archiving that is under way is cut off."),
        text("MailStore Server Service Configuration"),
        text("Restart Service"),
        undo=text("Undo the steps above and restart it again."),
        disruption="restart",
        needs=ADMINISTRATOR,
    )


def _every_line(context: TargetContext) -> Step:
    host = f"[{context.host}]" if ":" in context.host else context.host
    lines = " ".join(f"tls://{host}:{port}" for port in (8460, 8462, 8463))
    return look(
        text("Look at every line: MailStore Client (8460), web access (8462), administration (8463), IMAP."),
        f"mailtrust check {lines} imap://{host}{context.options}",
    )


def _setting(setting: str, context: TargetContext) -> tuple[Step, ...]:
    match setting:
        case "offer-tls" | "send-sni-certificate":
            return (_choose(context),)
        case "tls-version":
            return (allow_versions_of_today(),)
        case "mend-handshake":
            return (look_for_complaints(), _choose(context))
        case "matching-key":
            return (find_the_key(), _choose(context))
        case "stop-injection":
            return (
                human(
                    text("Update MailStore, or let clients use its port with TLS from the start."),
                    undo=text("Let them use the former port again."),
                    needs=ADMINISTRATOR,
                ),
            )
        case _:
            return ()
