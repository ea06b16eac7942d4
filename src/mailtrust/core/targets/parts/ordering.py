"""How a new certificate is ordered: request, CA, answer. Installing it is the product's business."""

from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.remedy import Remedy, Run, Step, Write
from mailtrust.core.model.rights import ADMINISTRATOR
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import NOTHING_CHANGED, human
from mailtrust.core.targets.parts.context import TargetContext, safe_host
from mailtrust.core.validation.ascents import self_signed
from mailtrust.core.validation.names.internal import is_internal

_OPENSSL_KEYS = {
    "rsa-2048": "rsa:2048",
    "rsa-3072": "rsa:3072",
    "rsa-4096": "rsa:4096",
    "ec-p256": "ec -pkeyopt ec_paramgen_curve:P-256",
    "ec-p384": "ec -pkeyopt ec_paramgen_curve:P-384",
}
_CERTREQ_KEYS = {
    "rsa-2048": ("RSA", "2048"),
    "rsa-3072": ("RSA", "3072"),
    "rsa-4096": ("RSA", "4096"),
    "ec-p256": ("ECDSA_P256", "256"),
    "ec-p384": ("ECDSA_P384", "384"),
}


def renew_or_order(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Order on a system with OpenSSL; a plain renewal goes the way it went last time."""
    spec = context.spec
    if spec is None:
        return ()
    if remedy.safe:
        return (_renew(context),)
    others = (*_by_acme(spec), *_without_a_ca(spec, context))
    return (
        *others,
        Step(
            text(
                "Otherwise make a key and a request for it. The key stays in {key}, readable by you alone.",
                key=context.key,
            )
            if others
            else text(
                "Make a key and a request for it. The key stays in {key}, readable by you alone.", key=context.key
            ),
            Run(_openssl(spec, context)),
            text("Delete {key} and {request}.", key=context.key, request=f"{context.file}.csr"),
        ),
        human(
            text(
                "Give {request} to the CA, and save its answer (zip, p7b or PEM) as {answer}.",
                request=f"{context.file}.csr",
                answer=f"{context.file}.zip",
            )
        ),
    )


def _by_acme(spec: CertificateSpec) -> tuple[Step, ...]:
    """Nobody who speaks ACME on the Internet certifies a name of the inside: with one the whole order fails."""
    names = (*spec.dns_names, *spec.ip_addresses)
    if any(is_internal(name.removeprefix("*.")) for name in spec.dns_names):
        return ()
    return (
        human(
            text(
                "Where an ACME client (certbot, acme.sh, lego) or the product itself gets certificates, tell it these "
                "names and let it order: {names}. Then go on where the file is written.",
                names=names,
            )
        ),
    )


def _without_a_ca(spec: CertificateSpec, context: TargetContext, *, windows: bool = False) -> tuple[Step, ...]:
    """Who made it himself may do so again, and better: with a root for it alone, Mozilla's programs accept it too."""
    if context.leaf is None or not self_signed(context.leaf):
        return ()
    names = " ".join((*(f'"{one}"' if "*" in one else one for one in host_names(spec)), *spec.ip_addresses))
    file = context.file
    made = Step(
        text(
            "Without any CA, as it was until now: this makes {file} and {key}, with a root for them alone. Leave the "
            "request out then, give {file} and --roots {root} to mailtrust bundle and check below, and bring that root "
            "to the clients (mailtrust trust).",
            file=f"{file}.pem",
            key=context.key,
            root=f"{file}-root.pem",
        ),
        Run(f"mailtrust cert self-signed {names} --out {file}", "cmd" if windows else "sh"),
        text("Delete {files}.", files=(f"{file}.pem", context.key, f"{file}-root.pem")),
    )
    if not windows:
        return (made,)
    imported = Step(
        text(
            "With that, import it and its key into the computer's Personal store, and delete {pfx}.", pfx=f"{file}.pfx"
        ),
        Run(
            f"mailtrust bundle {file}.pem --key {context.key} --roots {file}-root.pem --for pfx -o {file}.pfx; "
            f"Import-PfxCertificate -FilePath .\\{file}.pfx -CertStoreLocation Cert:\\LocalMachine\\My",
            "powershell",
        ),
        text("Delete the new certificate under Personal in certlm.msc."),
        needs=ADMINISTRATOR,
    )
    return made, imported


def write_new_bundle(remedy: Remedy, context: TargetContext, form: str, *, with_key: bool = False) -> tuple[Step, ...]:
    """From the CA's answer to the file that the product wants, judged beforehand.

    With a key, the bundle is refused when the two do not belong together; whether it holds the key, its form says.
    """
    key = f" --key {context.key}" if with_key else ""
    answer = "FILE-FROM-THE-CA" if remedy.safe else f"{context.file}.zip"
    return (
        Step(
            text("Write the new certificate and its chain in the right order into {file}.", file=context.bundle),
            Run(f"mailtrust bundle {answer} --for {form}{key}{context.options} -o {context.bundle}"),
            text("Delete {file}.", file=context.bundle),
        ),
        Step(
            text("See beforehand what every client will say to it."),
            Run(f"mailtrust check {context.target} --with {context.bundle}{context.options}"),
            NOTHING_CHANGED,
        ),
    )


def order_on_windows(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Order with certreq, which knows subject alternative names where IIS Manager's own dialog does not."""
    spec = context.spec
    if spec is None:
        return ()
    if remedy.safe:
        return (_renew(context),)
    return (
        *_without_a_ca(spec, context, windows=True),
        Step(
            text("Write what the certificate shall say into {file}.", file="request.inf"),
            Write("request.inf", _inf(spec, context)),
            text("Delete {file}.", file="request.inf"),
        ),
        Step(
            text("Make key and request on the server, in an elevated command prompt."),
            Run("certreq -new -machine request.inf request.csr", "cmd"),
            text("Delete request.csr, and the pending request under Certificate Enrollment Requests in certlm.msc."),
            needs=ADMINISTRATOR,
        ),
        human(text("Give request.csr to the CA, and save its answer as answer.p7b or answer.cer.")),
        Step(
            text("Join the answer with its key. An answer as p7b brings the intermediates along."),
            Run("certreq -accept -machine answer.p7b", "cmd"),
            text("Delete the new certificate under Personal in certlm.msc."),
            needs=ADMINISTRATOR,
        ),
    )


def _renew(context: TargetContext) -> Step:
    return human(
        text(
            "Renew {leaf} in the way it was ordered last time (certbot renew, acme.sh --cron, the CA's page, the CA "
            "of the domain), with the same names. If a new one exists already, go on: then the service was not told "
            "of it.",
            leaf=context.leaf_name,
        )
    )


def _openssl(spec: CertificateSpec, context: TargetContext) -> str:
    names = ",".join((*(f"DNS:{one}" for one in host_names(spec)), *(f"IP:{one}" for one in spec.ip_addresses)))
    return (
        f"umask 077 && openssl req -new -newkey {_OPENSSL_KEYS[spec.key]} -nodes -keyout {context.key}"
        f' -out {context.file}.csr -subj "/CN={_common_name(spec, context)}" -addext "subjectAltName={names}"'
    )


def _inf(spec: CertificateSpec, context: TargetContext) -> str:
    algorithm, length = _CERTREQ_KEYS[spec.key]
    rsa = algorithm == "RSA"
    names = [
        *(f'_continue_ = "DNS={one}&"' for one in host_names(spec)),
        *(f'_continue_ = "IPAddress={one}&"' for one in spec.ip_addresses),
    ]
    common = _common_name(spec, context)
    # Exchange and older Schannel services want a key of the old provider, which has no elliptic curves.
    provider = (
        ['ProviderName = "Microsoft RSA SChannel Cryptographic Provider"', "ProviderType = 12", "KeySpec = 1"]
        if rsa
        else ['ProviderName = "Microsoft Software Key Storage Provider"', "KeySpec = 0"]
    )
    lines = [
        "[Version]",
        'Signature="$Windows NT$"',
        "",
        "[NewRequest]",
        f'Subject = "CN={common}"',
        f"FriendlyName = {common}",
        "HashAlgorithm = sha256",
        f"KeyAlgorithm = {algorithm}",
        f"KeyLength = {length}",
        *provider,
        "Exportable = TRUE",
        "MachineKeySet = TRUE",
        "SMIME = FALSE",
        "RequestType = PKCS10",
        f"KeyUsage = {'0xa0' if rsa else '0x80'}",
        "",
        "[EnhancedKeyUsageExtension]",
        *(f"OID = {one}" for one in spec.extended_key_usage),
        "",
        "[Extensions]",
        '2.5.29.17 = "{text}"',
        *names,
        "",
    ]
    return "\r\n".join(lines)


def host_names(spec: CertificateSpec) -> tuple[str, ...]:
    """The DNS names fit for a command line and a file, wildcards kept; what is no name is left out."""
    fit = (
        f"*.{safe}" if name.startswith("*.") else safe
        for name in spec.dns_names
        if (safe := safe_host(name.removeprefix("*."))) != "HOST"
    )
    return tuple(fit)


def _common_name(spec: CertificateSpec, context: TargetContext) -> str:
    return (*host_names(spec), *spec.ip_addresses, context.host)[0][:64]
