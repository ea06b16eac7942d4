"""Android: what a CA that a user or an administrator installs reaches, how it gets there, and how it leaves.

Apps that target Android 7 (API level 24) and later do not trust such CAs unless their network security configuration
says so (developer.android.com, Network security configuration, "Customize trusted CAs").
"""

import json

from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Kit, KitFile, Wish
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import human
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.rollout.parts.certificate_files import what_it_is
from mailtrust.core.rules.grounds.naming import called

ID = "android"
TITLE = text("Android")
MERGES: tuple[str, ...] = ()

GMAIL = "gmail-managed-configuration.json"

# support.google.com/work/android/answer/7065453: keys of Gmail's managed configuration, since Gmail 6.4.
_GMAIL = {"ssl_required": True, "trust_all_certificates": False}


def install(wish: Wish) -> Kit:
    """The certificates as Android takes them, and what device management tells Gmail."""
    return Kit(
        files=(
            *(
                KitFile(f"{certificate_file(one)}.crt", one.der, what_it_is(one, wish.anchors))
                for one in wish.anchors.certificates
            ),
            KitFile(
                GMAIL,
                (json.dumps(_GMAIL, indent=2) + "\n").encode("ascii"),
                text("for device management: Gmail keeps to TLS, and to certificates that it can check"),
            ),
        ),
        steps=(
            human(
                text(
                    "With device management (Android Enterprise): each .crt file as a trusted CA certificate of the "
                    "work profile or the device, before any account that needs it."
                ),
                text(
                    "Intune: Devices, Configuration, Android Enterprise, Trusted certificate, {file}", file=_files(wish)
                ),
                text("other products: the profile for credentials or CA certificates"),
                undo=_AWAY,
                needs=_MANAGEMENT,
            ),
            human(
                text(
                    "There, in the managed configuration of Gmail, what {file} says. trust_all_certificates would make "
                    "every warning go away, and let everybody in between read the mail: leave it off.",
                    file=GMAIL,
                ),
                undo=_AWAY,
                needs=_MANAGEMENT,
            ),
            human(
                text("Or by hand: bring the .crt file onto the phone, which needs a screen lock."),
                text("Settings, Security & privacy, More security settings, Encryption & credentials"),
                text("Install a certificate, CA certificate, Install anyway"),
                text("{file}", file=_files(wish)),
                undo=_AWAY,
            ),
        ),
        remarks=_REMARKS,
    )


def remove(wish: Wish) -> Kit:
    """Where it is taken off; no file does that."""
    return Kit(
        files=(),
        steps=(
            human(
                text("With device management: take the certificate out of the profile; it leaves the devices with it."),
                undo=_BACK,
                needs=_MANAGEMENT,
            ),
            human(
                text("By hand."),
                text("Settings, Security & privacy, More security settings, Encryption & credentials"),
                text("User credentials, {names}: Remove", names=_names(wish)),
                undo=_BACK,
            ),
        ),
        remarks=_REMARKS,
    )


def check(wish: Wish) -> tuple[Step, ...]:
    """The phone's own list, and a visit."""
    return (
        human(
            text("On the phone: it is listed there."),
            text("Settings, Security & privacy, More security settings, Encryption & credentials"),
            text("Trusted credentials, User: {names}", names=_names(wish)),
        ),
        human(
            text("With the very program: let it come to a server of that CA. mailtrust trust check tells what it did."),
        ),
    )


_AWAY = text("See the removal kit: mailtrust trust android --remove.")
_BACK = text("Use the kit again that is made without --remove.")
_MANAGEMENT = "MDM"

_REMARKS = (
    text(
        "Reached: Chrome, and apps whose makers have allowed CAs of the user, such as Thunderbird for Android (K-9 "
        "Mail). Not reached: every other app made for Android 7 or later, for it trusts the system's CAs alone."
    ),
    text("What reaches every app is a server's certificate of a public CA: mailtrust acme issue."),
    text("A phone with a CA of the user shows a lasting notice that the network may be monitored."),
)


def _files(wish: Wish) -> tuple[str, ...]:
    return tuple(f"{certificate_file(one)}.crt" for one in wish.anchors.trusted)


def _names(wish: Wish) -> tuple[str, ...]:
    return tuple(called(one.subject) for one in wish.anchors.trusted)
