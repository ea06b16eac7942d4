"""F5 BIG-IP, where a client SSL profile ends TLS.

It sends only what the profile names: certificate, key and, in a field of its own, the chain. Without a chain it sends
the leaf alone (F5 DevCentral, "SSL Profiles Part 3: Certificate Chain Implementation"), and without a word also where
the chain does not fit (K13302, by a third party).
"""

from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    ServeSameCertificate,
    Step,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, human, look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import renew_or_order, write_new_bundle
from mailtrust.core.targets.parts.steps import check_again, fetch_key, prepare_chain

ID = "f5"
TITLE = "F5 BIG-IP"
GREETINGS: tuple[str, ...] = ()

FOLDER = "/shared/tmp"
RIGHTS = "Resource Administrator"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Certificate, key and chain as objects of their own, all three named by the client SSL profile."""
    match remedy.goal:
        case ServeChain():
            return (
                _find(context),
                *prepare_chain(context, "pem", complete=remedy.safe),
                *_install(context, new_key=False),
                check_again(context),
            )
        case ServeSameCertificate():
            return (
                _find(context),
                fetch_key(context),
                *prepare_chain(context, "pem", complete=remedy.safe),
                *_install(context, new_key=True),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                _find(context),
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, context, "pem"),
                *_install(context, new_key=True),
                check_again(context),
            )
        case ConfigureServer(setting=setting) if setting in _SETTINGS:
            return (_find(context), _profile(_SETTINGS[setting]), _save(), check_again(context))
        case _:
            return ()


def _find(context: TargetContext) -> Step:
    return look(
        text(
            "See which client SSL profile the virtual server for {host} has, and what it names today. One without such "
            "a profile passes TLS through: then the server behind it has to be mended.",
            host=context.host,
        ),
        "tmsh list ltm virtual profiles; tmsh list ltm profile client-ssl cert-key-chain",
    )


def _install(context: TargetContext, *, new_key: bool) -> tuple[Step, ...]:
    name, chain = context.file, f"{context.file}-chain"
    files = [f"{chain}.pem", *([context.bundle, context.key] if new_key else [])]
    objects = [f"tmsh install sys crypto cert {chain} from-local-file {FOLDER}/{chain}.pem"]
    gone = [f"tmsh delete sys crypto cert {chain}"]
    own = "CERTIFICATE key KEY"
    if new_key:
        own = f"{name} key {name}"
        objects += [
            f"tmsh install sys crypto key {name} from-local-file {FOLDER}/{context.key}",
            f"tmsh install sys crypto cert {name} from-local-file {FOLDER}/{context.bundle}",
        ]
        gone += [f"tmsh delete sys crypto cert {name}", f"tmsh delete sys crypto key {name}"]
    return (
        do(
            text("Write the intermediates alone into another file: the BIG-IP has a field of its own for them."),
            f"mailtrust bundle {context.bundle} --for f5{context.options} -o {chain}.pem",
            text("Delete {file}.", file=f"{chain}.pem"),
            needs="",
        ),
        do(
            text("Copy the files to the BIG-IP; BIGIP stands for its address."),
            f"scp {' '.join(files)} root@BIGIP:{FOLDER}/",
            text("Delete them there, the key above all."),
            needs=RIGHTS,
        ),
        do(
            text(
                "Keep a copy of its configuration, then install the files as objects. Their names must be new: where "
                "{name} is taken, it would be overwritten, so add the year to it here and below. Under System, "
                "Certificate Management, SSL Certificate List the web page does the same with Import.",
                name=name,
            ),
            f"tmsh save sys ucs before-{name} && " + " && ".join(objects),
            text("{commands}; all of it: tmsh load sys ucs before-{name}", commands="; ".join(gone), name=name),
            needs=RIGHTS,
        ),
        Step(
            text(
                "Name all three in the profile (PROFILE; on its page: Certificate Key Chain, Edit). Without a new "
                "certificate leave CERTIFICATE and KEY as they were and only choose the chain. The line replaces the "
                "whole list: a profile with several pairs (RSA and ECDSA) needs all of them in it. New connections get "
                "it at once; a chain that does not fit is left out without a word."
            ),
            Run(
                "tmsh modify ltm profile client-ssl PROFILE cert-key-chain replace-all-with"
                f" {{ default {{ cert {own} chain {chain} }} }}"
            ),
            text("Run it again with the names noted above."),
            disruption="reload",
            needs=RIGHTS,
        ),
        _save(),
    )


def _profile(say: Text) -> Step:
    return human(
        say,
        text("Local Traffic"),
        text("Profiles, SSL, Client"),
        text("the profile"),
        undo=text("Set it back on the same page."),
        needs=RIGHTS,
    )


def _save() -> Step:
    return do(
        text("Save the configuration, and bring it to the other unit where there are two (DEVICE-GROUP)."),
        "tmsh save sys config && tmsh run cm config-sync to-group DEVICE-GROUP",
        text("Undo the steps above and save again."),
        needs=RIGHTS,
    )


_SETTINGS: dict[str, Text] = {
    "offer-tls": text(
        "Give the virtual server a client SSL profile; for STARTTLS also an SMTPS, IMAP or POP3 profile with its "
        "activation mode set to allow or require."
    ),
    "tls-version": text("Take No TLSv1.2 and No TLSv1.3 off the options, and put the older versions there."),
    "mend-handshake": text("See that certificate, key and chain are chosen, and that ciphers leave something over."),
    "send-sni-certificate": text("Tick Default SSL Profile for SNI on the profile with the right certificate."),
    "matching-key": text("Choose the key that belongs to the certificate."),
    "stop-injection": text("Update the BIG-IP, or let clients use the port with TLS from the start."),
}
