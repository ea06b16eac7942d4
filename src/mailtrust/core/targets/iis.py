"""IIS, and any other server on Windows' own TLS (Schannel): Remote Desktop Gateway, AD FS.

What is sent comes from the machine's stores (parts/windows.py). Exchange and MailStore assign certificates in ways of
their own.
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
from mailtrust.core.model.rights import ADMINISTRATOR
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import human, look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import order_on_windows
from mailtrust.core.targets.parts.steps import check_again, who_ends_tls
from mailtrust.core.targets.parts.windows import (
    allow_versions_of_today,
    by_script,
    carry_over,
    find_new,
    find_the_key,
    look_for_complaints,
    mend_store,
)

ID = "iis"
TITLE = "IIS and other servers on Windows"
GREETINGS: tuple[str, ...] = ()


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Intermediates into the machine's store; a new certificate by certreq; then bind and restart."""
    match remedy.goal:
        case ServeChain():
            return (
                *mend_store(remedy, context),
                by_script(context, "iis-script", context.source),
                _restart(),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                who_ends_tls(context),
                *order_on_windows(remedy, context),
                by_script(context, "iis-script", "FILE-FROM-THE-CA" if remedy.safe else "answer.p7b"),
                *_bind(context),
                _restart(),
                check_again(context),
            )
        case ServeSameCertificate():
            return (
                who_ends_tls(context),
                *carry_over(context),
                *_bind(context),
                _restart(),
                check_again(context),
            )
        case ConfigureServer(setting=setting):
            mending = _setting(setting)
            return (who_ends_tls(context), *mending, _restart(), check_again(context)) if mending else ()
        case _:
            return ()


def _bind(context: TargetContext) -> tuple[Step, ...]:
    return (
        find_new(),
        human(
            text("Give the site the new certificate."),
            text("Internet Information Services (IIS) Manager"),
            text("the server, Sites, the site"),
            text("Bindings"),
            text("https {host}, Edit", host=context.host),
            text("SSL certificate: the new one"),
            text("OK, Close"),
            undo=text("Choose the former certificate in the same place."),
            needs=ADMINISTRATOR,
        ),
    )


def _restart() -> Step:
    return Step(
        text("Let IIS take it up; running sessions are cut. Other services that serve the certificate likewise."),
        Run("iisreset", "cmd"),
        text("Undo the steps above and run it again."),
        disruption="restart",
        needs=ADMINISTRATOR,
    )


def _setting(setting: str) -> tuple[Step, ...]:
    match setting:
        case "offer-tls":
            return (
                human(
                    text("Give the site a binding with TLS, and a certificate for it."),
                    text("Internet Information Services (IIS) Manager"),
                    text("the server, Sites, the site"),
                    text("Bindings"),
                    text("Add, Type: https"),
                    undo=text("Remove the binding in the same place."),
                    needs=ADMINISTRATOR,
                ),
            )
        case "tls-version":
            return (allow_versions_of_today(),)
        case "mend-handshake":
            return (look_for_complaints(), _mend())
        case "send-sni-certificate":
            return (
                look(
                    text(
                        "Give the binding without a host name the right certificate: clients that send no name get "
                        "that one."
                    ),
                    "Get-WebBinding -Protocol https | Format-List bindingInformation,sslFlags,certificateHash",
                    "powershell",
                ),
                _mend(),
            )
        case "matching-key":
            return (find_the_key(),)
        case "stop-injection":
            return (
                human(
                    text("IIS has no STARTTLS for mail but its old SMTP service: take that out of service."),
                    undo=text("Start the service again."),
                    needs=ADMINISTRATOR,
                ),
            )
        case _:
            return ()


def _mend() -> Step:
    return human(text("Mend what was seen there."), undo=text("Put it back."), needs=ADMINISTRATOR)
