"""NetScaler (Citrix ADC), where an SSL virtual server ends TLS.

A certificate is a pair with its key (certKey); intermediates are pairs without key, linked one to the next, or all
come in one file with -bundle, the server's own first and nine more at most. The root must not be sent (NetScaler
documentation, "Install, link, and update certificates"). The name of a pair begins with a letter, a digit or `_`, holds
these, `#`, `.`, blanks, `:`, `@`, `=` and `-`, and cannot be changed (`add ssl certKey`, in Citrix's Ansible module).
"""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    ServeSameCertificate,
    Step,
    Write,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, human, look
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import renew_or_order, write_new_bundle
from mailtrust.core.targets.parts.steps import check_again, fetch_key, get_missing, prepare_chain
from mailtrust.core.x509.pem import to_pem

ID = "netscaler"
TITLE = "NetScaler"
GREETINGS: tuple[str, ...] = ()

FOLDER = "/nsconfig/ssl"
RIGHTS = "superuser or network"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Link the intermediates to the pair in service; a new certificate comes with them in one file."""
    match remedy.goal:
        case ServeChain():
            missing = () if remedy.safe else (get_missing(context),)
            return (_find(context), *missing, *_link(context), _save(), check_again(context))
        case ServeSameCertificate():
            return (
                _find(context),
                fetch_key(context),
                *prepare_chain(context, ID, complete=remedy.safe),
                *_install(context),
                _save(),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                _find(context),
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, context, ID, with_key=True),
                *_install(context),
                _save(),
                check_again(context),
            )
        case ConfigureServer(setting=setting) if setting in _SETTINGS:
            return (_find(context), _page(_SETTINGS[setting]), _save(), check_again(context))
        case _:
            return ()


def _find(context: TargetContext) -> Step:
    return look(
        text(
            "On the NetScaler's command line, see which pair the virtual server for {host} has (PAIR in what follows; "
            "VSERVER is the server itself) and what is linked to it. One of type SSL_BRIDGE or TCP passes TLS through: "
            "then the server behind it has to be mended.",
            host=context.host,
        ),
        "show ssl vserver VSERVER; show ssl certLink; show ssl certKey PAIR",
    )


def _link(context: TargetContext) -> tuple[Step, ...]:
    upper = ("PAIR", *(certificate_file(one) for one in context.intermediates))
    return (
        *(step for below, one in zip(upper, context.intermediates, strict=False) for step in _issuer(below, one)),
        *_take_out(context),
    )


def _issuer(below: str, one: Certificate) -> tuple[Step, ...]:
    name = certificate_file(one)
    file = f"{name}.pem"
    return (
        Step(
            text("Save this intermediate certificate as {file}.", file=file),
            Write(file, to_pem(one)),
            text("Delete {file}.", file=file),
        ),
        do(
            text("Copy it to the NetScaler, whose address NETSCALER stands for."),
            f"scp {file} nsroot@NETSCALER:{FOLDER}/",
            text("Delete it there."),
            needs=RIGHTS,
        ),
        Step(
            text("Make a pair of it and link {below} to it; it is sent from then on.", below=below),
            Run(f"add ssl certKey {name} -cert {file}; link ssl certKey {below} {name}"),
            text("unlink ssl certKey {below}, then rm ssl certKey {name}", below=below, name=name),
            disruption="reload",
            needs=RIGHTS,
        ),
    )


def _take_out(context: TargetContext) -> tuple[Step, ...]:
    if not context.unwanted:
        return ()
    return (
        human(
            text(
                "These are sent today and should not be: {names}. Unlink the pair above them; a link may lead to no "
                "root.",
                names=tuple(certificate_file(one) for one in context.unwanted),
            ),
            text("Traffic Management"),
            text("SSL, Certificates"),
            text("the pair, Action: Unlink"),
            undo=text("Link them again."),
            disruption="reload",
            needs=RIGHTS,
        ),
    )


def _install(context: TargetContext) -> tuple[Step, ...]:
    name = context.file
    return (
        do(
            text("Copy chain and key to the NetScaler, whose address NETSCALER stands for."),
            f"scp {context.bundle} {context.key} nsroot@NETSCALER:{FOLDER}/",
            text("Delete them there."),
            needs=RIGHTS,
        ),
        do(
            text(
                "Make a pair of them under a new name, so that the former one stays for going back: where {name} is "
                "taken, add the year to it here and below. With -bundle the "
                "intermediates in the file become pairs of their own and are linked (not on FIPS, nor in a cluster: "
                "there add and link them one by one).",
                name=name,
            ),
            f"add ssl certKey {name} -cert {context.bundle} -key {context.key} -bundle YES",
            text("rm ssl certKey {name}", name=name),
            needs=RIGHTS,
        ),
        Step(
            text(
                "Bind it to the virtual server. For several certificates on one server add -SNICert; the one without "
                "is what clients without a name get."
            ),
            Run(f"bind ssl vserver VSERVER -certkeyName {name}"),
            text("bind ssl vserver VSERVER -certkeyName PAIR"),
            disruption="reload",
            needs=RIGHTS,
        ),
    )


def _page(say: Text) -> Step:
    return human(
        say,
        text("Traffic Management"),
        text("Load Balancing, Virtual Servers"),
        text("the server, Edit"),
        text("SSL Parameters, SSL Profile, Certificates"),
        undo=text("Set it back on the same page."),
        needs=RIGHTS,
    )


def _save() -> Step:
    return do(
        text("Save the configuration; the second unit of a pair gets it by itself."),
        "save ns config",
        text("Undo the steps above and save again."),
        needs=RIGHTS,
    )


_SETTINGS: dict[str, Text] = {
    "offer-tls": text(
        "Bind a certificate to a virtual server of type SSL or SSL_TCP. It knows no STARTTLS: for that let it pass TLS "
        "through to the mail server."
    ),
    "tls-version": text("Tick TLSv12 and TLSv13, and take the older ones off."),
    "mend-handshake": text("See that a certificate is bound, and that ciphers and versions leave something over."),
    "send-sni-certificate": text("Bind the right certificate without Server Certificate for SNI."),
    "matching-key": text("Make the pair again from the certificate and the key that belongs to it."),
    "stop-injection": text("It passes STARTTLS through: what is wrong is at the mail server behind it. Update that."),
}
