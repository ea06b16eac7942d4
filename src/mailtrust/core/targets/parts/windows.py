"""The machine's certificate stores on Windows, from which Schannel makes what it sends.

Schannel does not send what a PFX held or a program passed: it builds a path from the machine's certificate stores and
sends what it found (Microsoft KB 2831004; dotnet/docs, sslstream-troubleshooting). So the cure is to put intermediates
into the store, and to take wrong ones out, whatever program on the machine ends TLS.
"""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.remedy import Human, Remedy, Run, Step, Write
from mailtrust.core.model.rights import ADMINISTRATOR
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import look
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.steps import get_missing, who_ends_tls
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.thumbprint import thumbprint

STORE = r"Cert:\LocalMachine\CA"


def mend_store(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """The intermediates that lack go in, those that are sent wrongly come out."""
    return (
        who_ends_tls(context),
        *(() if remedy.safe else (get_missing(context),)),
        *(step for one in context.intermediates for step in import_issuer(one)),
        *import_by_hand(context),
        *(step for one in context.unwanted for step in take_out(one)),
    )


def by_script(context: TargetContext, form: str, source: str) -> Step:
    """All that is done in the stores, and for IIS the binding, by one script; `source` is what it brings."""
    file = f"{context.file}.ps1"
    return Step(
        text(
            "Or let one script do what follows on the machine: write it here, take it there with the PFX where the "
            "certificate is new, look with .\\{file} -WhatIf, then run .\\{file} -Pfx FILE in Windows PowerShell as "
            "administrator.",
            file=file,
        ),
        Run(f"mailtrust bundle {source} --for {form}{context.options} -o {file}"),
        text("Delete {file}. Where it ran, first run it with -Undo.", file=file),
    )


def find_new() -> Step:
    """The thumbprint that the steps behind ask for."""
    return look(
        text("Find the new certificate and note its thumbprint. HasPrivateKey must be True."),
        r"Get-ChildItem Cert:\LocalMachine\My | Format-List Subject,NotAfter,Thumbprint,HasPrivateKey",
        "powershell",
    )


def allow_versions_of_today() -> Step:
    """TLS 1.2 for servers, in the registry."""
    return Step(
        text(
            "Switch TLS 1.2 on for servers, where it was switched off (Windows Server 2012 and newer have it on). It "
            "counts after a restart of the machine."
        ),
        Run(
            f"New-Item '{_PROTOCOLS}' -Force; Set-ItemProperty '{_PROTOCOLS}' Enabled 1 -Type DWord;"
            f" Set-ItemProperty '{_PROTOCOLS}' DisabledByDefault 0 -Type DWord",
            "powershell",
        ),
        text("Delete the key {key} again.", key=_PROTOCOLS),
        needs=ADMINISTRATOR,
    )


def look_for_complaints() -> Step:
    """What Schannel says itself."""
    return look(
        text("Look for Schannel's complaints in the System log, and for a certificate without its key."),
        "Get-WinEvent -FilterHashtable @{LogName='System';ProviderName='Schannel'} -MaxEvents 20 | Format-List;"
        r" Get-ChildItem Cert:\LocalMachine\My | Format-List Subject,HasPrivateKey,Thumbprint",
        "powershell",
    )


def find_the_key() -> Step:
    """A certificate that lost its key may still find it."""
    return Step(
        text("Let Windows look for the key of the certificate again; if there is none, it must be ordered anew."),
        Run("certutil -repairstore My THUMBPRINT", "powershell"),
        text("Nothing is to be taken back: certificate and key stay as they are."),
        needs=ADMINISTRATOR,
    )


_PROTOCOLS = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server"


def import_issuer(one: Certificate) -> tuple[Step, ...]:
    """One intermediate into the store, by PowerShell or by certutil."""
    file = f"{certificate_file(one)}.cer"
    print_ = thumbprint(one)
    undo = text("Remove-Item {store}\\{print}", store=STORE, print=print_)
    return (
        Step(
            text("Save this intermediate certificate as {file} on the server.", file=file),
            Write(file, to_pem(one)),
            text("Delete {file}.", file=file),
        ),
        Step(
            text(
                "Import it into the computer's Intermediate Certification Authorities. Windows sends with a "
                "certificate what it finds there, and nothing that is only in a PFX."
            ),
            Run(f"Import-Certificate -FilePath .\\{file} -CertStoreLocation {STORE}", "powershell"),
            undo,
            needs=ADMINISTRATOR,
        ),
        Step(
            text("Or the same with the older command."),
            Run(f"certutil -addstore -f CA {file}", "cmd"),
            text("certutil -delstore CA {print}", print=print_),
            needs=ADMINISTRATOR,
        ),
    )


def import_by_hand(context: TargetContext) -> tuple[Step, ...]:
    """The same in the console, for those who prefer it."""
    if not context.intermediates:
        return ()
    return (
        Step(
            text(
                "Or the same by hand in the console, once for each file. It must be the computer's account, not your "
                "own."
            ),
            Human(
                (
                    text("Start, type MMC, Enter"),
                    text("File, Add/Remove Snap-in"),
                    text("Certificates, Add"),
                    text("Computer account, Next"),
                    text("Local computer, Finish, OK"),
                    text("Certificates (Local Computer)"),
                    text("Intermediate Certification Authorities"),
                    text("right-click Certificates, All Tasks, Import"),
                    text("Next"),
                    text("Browse to the file, Open, Next"),
                    text("Place all certificates in the following store: Intermediate Certification Authorities, Next"),
                    text("Finish, OK"),
                )
            ),
            text("Delete the certificate in the same folder of the console."),
            needs=ADMINISTRATOR,
        ),
    )


def take_out(one: Certificate) -> tuple[Step, ...]:
    """A root that was sent along is left alone: Windows must keep trusting it, and leaves roots off by itself."""
    if one.self_issued:
        return ()
    print_ = thumbprint(one)
    file = f"{certificate_file(one)}.cer"
    return (
        Step(
            text(
                "Take {name} out of the store, which is sent today and should not be; export it first. Windows may "
                "hold it for the system's own account too.",
                name=certificate_file(one),
            ),
            Run(
                f"Get-ChildItem {STORE}\\{print_} | Export-Certificate -FilePath .\\{file};"
                f" Remove-Item {STORE}\\{print_};"
                " Get-Item Registry::HKEY_USERS\\S-1-5-18\\Software\\Microsoft\\SystemCertificates\\CA\\Certificates\\"
                f"{print_} -ErrorAction SilentlyContinue | Remove-Item",
                "powershell",
            ),
            text("Import-Certificate -FilePath .\\{file} -CertStoreLocation {store}", file=file, store=STORE),
            needs=ADMINISTRATOR,
        ),
    )


def carry_over(context: TargetContext) -> tuple[Step, ...]:
    """The certificate and its key, from the machine that has them to the one that shall."""
    if context.leaf is None:
        return ()
    file = f"{context.file}.pfx"
    return (
        export_pair(context, context.leaf),
        Step(
            text("Import it on the other machine, then delete the file on both."),
            Run(
                f"Import-PfxCertificate -FilePath .\\{file} -CertStoreLocation Cert:\\LocalMachine\\My"
                " -Password (Read-Host -AsSecureString)",
                "powershell",
            ),
            text("Remove-Item Cert:\\LocalMachine\\My\\{print}", print=thumbprint(context.leaf)),
            needs=ADMINISTRATOR,
        ),
    )


def export_pair(context: TargetContext, leaf: Certificate) -> Step:
    """Certificate and key out of the store that has them."""
    file = f"{context.file}.pfx"
    return Step(
        text("On the machine that serves the right certificate, export it with its key; the password is asked for."),
        Run(
            f"Export-PfxCertificate -Cert Cert:\\LocalMachine\\My\\{thumbprint(leaf)} -FilePath .\\{file}"
            " -Password (Read-Host -AsSecureString) -ChainOption BuildChain",
            "powershell",
        ),
        text("Delete {file}: it holds the key.", file=file),
        needs=ADMINISTRATOR,
    )
