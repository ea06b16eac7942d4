"""iPhones, iPads and Macs: a configuration profile, by hand or by device management, and the keychain of a Mac.

On iOS a root that a person installs is not trusted for servers before a second switch is on (Apple support 102390);
what device management or Apple Configurator installs is trusted at once.
"""

from mailtrust.core.formats.apple_profile import write_profile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Kit, KitFile, Wish
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import do, human, look
from mailtrust.core.remedies.file_names import distinct_file_name
from mailtrust.core.rollout.parts.certificate_files import der_file, der_files
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.x509.thumbprint import thumbprint

ID = "apple"
TITLE = text("iPhone, iPad and Mac")
MERGES: tuple[str, ...] = ()

KEYCHAIN = "/Library/Keychains/System.keychain"


def install(wish: Wish) -> Kit:
    """The profile, and the certificates for the keychain of a Mac."""
    profile = _file(wish)
    return Kit(
        files=(
            KitFile(
                profile,
                wish.sign(_profile(wish)),
                text("the configuration profile, for device management or to be opened on the device"),
            ),
            *der_files(wish.anchors),
        ),
        steps=(
            human(
                text(
                    "With device management: the profile as a custom profile. It is trusted at once, on every device."
                ),
                undo=_AWAY,
                needs=_MANAGEMENT,
            ),
            human(
                text(
                    "Or by hand on an iPhone or iPad: bring the profile there by mail, AirDrop or a web page, open it."
                ),
                text("Settings, Profile Downloaded"),
                text("Install, the device's passcode, Install"),
                undo=_AWAY,
            ),
            human(
                text("There, the second switch. Without it mail and Safari refuse the servers as before."),
                text("Settings, General, About, Certificate Trust Settings"),
                text("Enable full trust for root certificates: switch on {names}", names=_names(wish)),
                undo=text("Switch it off in the same place."),
            ),
            *(
                do(
                    text("Or on a Mac in Terminal, in this folder: {name}.", name=called(one.subject)),
                    f"sudo security add-trusted-cert -d -r {_result(wish, one)} -k {KEYCHAIN} {der_file(one)}",
                    _AWAY,
                )
                for one in wish.anchors.trusted
            ),
            *(
                do(
                    text(
                        "Or on a Mac in Terminal, in this folder: {name}, which is only known.",
                        name=called(one.subject),
                    ),
                    f"sudo security add-certificates -k {KEYCHAIN} {der_file(one)}",
                    _AWAY,
                )
                for one in wish.anchors.intermediates
            ),
            human(
                text("Or on a Mac by hand."),
                text("open the profile, then System Settings, General, Device Management"),
                text("double-click the profile, Install"),
                text("Keychain Access, System, the certificate: Trust, Secure Sockets Layer: Always Trust"),
                undo=_AWAY,
                needs=_ADMINISTRATOR,
            ),
        ),
        remarks=_REMARKS,
    )


def remove(wish: Wish) -> Kit:
    """How the profile goes, and the commands for the keychain; there is no profile that removes another."""
    return Kit(
        files=der_files(wish.anchors),
        steps=(
            human(
                text("With device management: take the profile {id} off the devices.", id=_identifier(wish)),
                undo=_BACK,
                needs=_MANAGEMENT,
            ),
            human(
                text("By hand on an iPhone or iPad."),
                text("Settings, General, VPN & Device Management"),
                text("{name}: Remove Profile", name=wish.name),
                undo=_BACK,
            ),
            human(
                text("By hand on a Mac, where the profile was opened."),
                text("System Settings, General, Device Management"),
                text("{name}: Remove", name=wish.name),
                undo=_BACK,
                needs=_ADMINISTRATOR,
            ),
            *(
                do(
                    text("On a Mac in Terminal, in this folder: {name}.", name=called(one.subject)),
                    f"sudo security remove-trusted-cert -d {der_file(one)}\n"
                    f"sudo security delete-certificate -Z {thumbprint(one)} {KEYCHAIN}",
                    _BACK,
                )
                for one in wish.anchors.trusted
            ),
            *(
                do(
                    text("On a Mac in Terminal, in this folder: {name}.", name=called(one.subject)),
                    f"sudo security delete-certificate -Z {thumbprint(one)} {KEYCHAIN}",
                    _BACK,
                )
                for one in wish.anchors.intermediates
            ),
        ),
    )


def check(wish: Wish) -> tuple[Step, ...]:
    """Settings on the device, `security` on a Mac."""
    return (
        human(
            text("On an iPhone or iPad: the profile is there, and its root is switched on."),
            text("Settings, General, VPN & Device Management: {name}", name=wish.name),
            text("Settings, General, About, Certificate Trust Settings: {names}", names=_names(wish)),
        ),
        *(
            look(
                text("On a Mac: its SHA-1 is listed where it is there."),
                f"security find-certificate -a -Z {KEYCHAIN} | grep {thumbprint(one)}",
            )
            for one in wish.anchors.certificates
        ),
        look(text("On a Mac: what administrators have trusted."), "security dump-trust-settings -d"),
    )


_AWAY = text("See the removal kit: mailtrust trust apple --remove.")
_BACK = text("Use the kit again that is made without --remove.")
_ADMINISTRATOR = "Administrator"
_MANAGEMENT = "MDM"

_REMARKS = (
    text("Apple refuses servers' certificates that are valid for more than 825 days, under a root of one's own too."),
    text("Mail takes it up at once; other programs when they are started again."),
)


def _profile(wish: Wish) -> bytes:
    return write_profile(
        _identifier(wish),
        wish.name,
        wish.anchors.trusted,
        wish.anchors.intermediates,
        description=text(
            "Lets this device trust the servers that {name} vouches for.", name=wish.name
        ).render(wish.translate),
    )  # fmt: skip


def _identifier(wish: Wish) -> str:
    """By the name: a later profile of that name takes the place of this one."""
    return f"mailtrust.trust.{distinct_file_name(wish.name).lower()}"


def _file(wish: Wish) -> str:
    return f"{distinct_file_name(wish.name)}.mobileconfig"


def _names(wish: Wish) -> tuple[str, ...]:
    return tuple(called(one.subject) for one in wish.anchors.trusted)


def _result(wish: Wish, one: Certificate) -> str:
    """`security help add-trusted-cert`: a root, or a certificate that is trusted as itself."""
    return "trustRoot" if one in wish.anchors.roots else "trustAsRoot"
