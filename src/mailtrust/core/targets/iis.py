"""IIS, Exchange and everything else on Windows' own TLS (Schannel): MailStore, Remote Desktop Gateway, AD FS.

Schannel does not send what a PFX held or a program passed: it builds a path from the machine's certificate stores and
sends what it found (Microsoft KB 2831004; dotnet/docs, sslstream-troubleshooting). So the cure is to put intermediates
into the store, and to take wrong ones out.
"""

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
from mailtrust.core.targets.parts.context import TargetContext, certificate_file, thumbprint
from mailtrust.core.targets.parts.ordering import order_on_windows
from mailtrust.core.targets.parts.steps import NOTHING_CHANGED, check_again, get_missing, human, look, who_ends_tls
from mailtrust.core.x509.pem import to_pem

ID = "iis"
TITLE = "IIS, Exchange and other servers on Windows"

ADMINISTRATOR = "Administrator"
STORE = r"Cert:\LocalMachine\CA"


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Intermediates into the machine's store; a new certificate by certreq; then bind and restart."""
    match remedy.goal:
        case ServeChain():
            return (
                who_ends_tls(context),
                *(() if remedy.safe else (get_missing(context),)),
                *(step for one in context.intermediates for step in _import(one)),
                *_by_hand(context),
                *(step for one in context.unwanted for step in _take_out(one)),
                _restart(),
                check_again(context),
            )
        case ReplaceCertificate() | ServeSameCertificate():
            return (
                who_ends_tls(context),
                *order_on_windows(remedy, context),
                *(_carry_over(context) if isinstance(remedy.goal, ServeSameCertificate) else ()),
                *_bind(context),
                _restart(),
                check_again(context),
            )
        case ConfigureServer():
            return _configure(remedy.goal, context)
        case _:
            return ()


def _import(one: Certificate) -> tuple[Step, ...]:
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


def _by_hand(context: TargetContext) -> tuple[Step, ...]:
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


def _take_out(one: Certificate) -> tuple[Step, ...]:
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


def _carry_over(context: TargetContext) -> tuple[Step, ...]:
    """The certificate and its key, from the machine that has them to the one that shall."""
    if context.leaf is None:
        return ()
    print_ = thumbprint(context.leaf)
    file = f"{context.file}.pfx"
    return (
        Step(
            text(
                "On the machine that serves the right certificate, export it with its key; the password is asked for."
            ),
            Run(
                f"Export-PfxCertificate -Cert Cert:\\LocalMachine\\My\\{print_} -FilePath .\\{file}"
                " -Password (Read-Host -AsSecureString) -ChainOption BuildChain",
                "powershell",
            ),
            text("Delete {file}: it holds the key.", file=file),
            needs=ADMINISTRATOR,
        ),
        Step(
            text("Import it on the other machine, then delete the file on both."),
            Run(
                f"Import-PfxCertificate -FilePath .\\{file} -CertStoreLocation Cert:\\LocalMachine\\My"
                " -Password (Read-Host -AsSecureString)",
                "powershell",
            ),
            text("Remove-Item Cert:\\LocalMachine\\My\\{print}", print=print_),
            needs=ADMINISTRATOR,
        ),
    )


def _bind(context: TargetContext) -> tuple[Step, ...]:
    return (
        look(
            text("Find the new certificate and note its thumbprint."),
            r"Get-ChildItem Cert:\LocalMachine\My | Format-List Subject,NotAfter,Thumbprint,HasPrivateKey",
            "powershell",
        ),
        human(
            text("IIS without Exchange: give the site the new certificate."),
            text("Internet Information Services (IIS) Manager"),
            text("the server, Sites, the site"),
            text("Bindings"),
            text("https {host}, Edit", host=context.host),
            text("SSL certificate: the new one"),
            text("OK, Close"),
            undo=text("Choose the former certificate in the same place."),
            needs=ADMINISTRATOR,
        ),
        Step(
            text(
                "Exchange: assign it to the services that shall serve it, and no others. When it asks whether to "
                "overwrite the default SMTP certificate, answer No."
            ),
            Run("Enable-ExchangeCertificate -Thumbprint THUMBPRINT -Services IIS,SMTP,IMAP,POP", "exchange"),
            text(
                "Assign the former certificate in the same way: an assignment cannot be taken away, only given to "
                "another."
            ),
            needs="Organization Management",
        ),
    )


def _restart() -> Step:
    return Step(
        text("Let IIS take it up; running sessions are cut. Services for IMAP, POP and SMTP are restarted likewise."),
        Run("iisreset", "cmd"),
        text("Undo the steps above and run it again."),
        disruption="restart",
        needs=ADMINISTRATOR,
    )


_PROTOCOLS = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server"

_SETTINGS: dict[str, tuple[Text, str]] = {
    "offer-tls": (
        text(
            "See which certificate each Exchange service has, and give it a valid one; without one TLS is not offered."
        ),
        "Get-ExchangeCertificate | Format-List Subject,Services,Status,NotAfter,Thumbprint",
    ),
    "tls-version": (
        text("Switch TLS 1.2 on for servers, where it was switched off (Windows Server 2012 and newer have it on)."),
        (
            f"New-Item '{_PROTOCOLS}' -Force; Set-ItemProperty '{_PROTOCOLS}' Enabled 1 -Type DWord;"
            f" Set-ItemProperty '{_PROTOCOLS}' DisabledByDefault 0 -Type DWord"
        ),
    ),
    "mend-handshake": (
        text("Look for Schannel's complaints in the System log, and for a certificate without its key."),
        (
            "Get-WinEvent -FilterHashtable @{LogName='System';ProviderName='Schannel'} -MaxEvents 20 | Format-List;"
            r" Get-ChildItem Cert:\LocalMachine\My | Format-List Subject,HasPrivateKey,Thumbprint"
        ),
    ),
    "send-sni-certificate": (
        text("Give the binding without a host name the right certificate: clients that send no name get that one."),
        "Get-WebBinding -Protocol https | Format-List bindingInformation,sslFlags,certificateHash",
    ),
    "matching-key": (
        text("Let Windows look for the key of the certificate again; if there is none, it must be ordered anew."),
        r"certutil -repairstore My THUMBPRINT",
    ),
    "stop-injection": (
        text("Install Exchange's latest cumulative and security updates; take scanners off the port."),
        "Get-ExchangeServer | Format-List Name,AdminDisplayVersion",
    ),
}


def _configure(goal: ConfigureServer, context: TargetContext) -> tuple[Step, ...]:
    if goal.setting not in _SETTINGS:
        return ()
    say, command = _SETTINGS[goal.setting]
    changes = goal.setting in ("tls-version", "matching-key")
    undo = text("Delete the key {key} again.", key=_PROTOCOLS) if goal.setting == "tls-version" else NOTHING_CHANGED
    return (
        who_ends_tls(context),
        Step(say, Run(command, "powershell"), undo if changes else NOTHING_CHANGED, needs=ADMINISTRATOR),
        *(
            ()
            if changes
            else (human(text("Mend what was seen there."), undo=text("Put it back."), needs=ADMINISTRATOR),)
        ),
        _restart(),
        check_again(context),
    )
