"""NSS databases: Chromium's on Linux, and the profiles of Firefox and Thunderbird. Each user has his own.

An intermediate is put in without trust. `trust firefox` and `trust chromium` reach all users of a computer by policy.
"""

from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Kit, KitFile, Wish
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, look
from mailtrust.core.rollout.parts.certificate_files import pem_files
from mailtrust.core.rollout.parts.nss_script import (
    CHROMIUM,
    EVERY_USER,
    FIREFOX,
    THUNDERBIRD,
    certutil_command,
    nss_script,
)

ID = "nss"
TITLE = text("NSS databases: Chromium on Linux, Firefox, Thunderbird")
MERGES: tuple[str, ...] = ()

_PLACES = (*CHROMIUM, *FIREFOX, *THUNDERBIRD)


def install(wish: Wish) -> Kit:
    """A script that finds the databases, and the certificates for whoever uses certutil himself."""
    return Kit(
        files=(
            *pem_files(wish.anchors),
            KitFile(
                "install.sh",
                nss_script("install", wish.anchors, _PLACES, make=CHROMIUM[0]),
                text("puts them into the NSS databases of the user who runs it"),
                executable=True,
            ),
        ),
        steps=(
            do(_ONE_USER, "sh install.sh", _AWAY, needs=""),
            do(_ALL_USERS, EVERY_USER.format(file="install.sh"), _AWAY),
            do(
                text("Or by hand, one database: the folder that holds cert9.db. The name is what it is called there."),
                "\n".join(certutil_command(one, wish.anchors) for one in wish.anchors.certificates),
                text("certutil -D -d sql:FOLDER -n NAME"),
                needs="",
            ),
        ),
        remarks=(*_REMARKS, *_about(wish)),
    )


def remove(wish: Wish) -> Kit:
    """A script that finds exactly these certificates, whatever they are called there."""
    return Kit(
        files=(
            KitFile(
                "remove.sh",
                nss_script("remove", wish.anchors, _PLACES),
                text("takes them out of the NSS databases of the user who runs it"),
                executable=True,
            ),
        ),
        steps=(
            do(_ONE_USER, "sh remove.sh", _BACK, needs=""),
            do(_ALL_USERS, EVERY_USER.format(file="remove.sh"), _BACK),
        ),
        remarks=_REMARKS,
    )


def check(wish: Wish) -> tuple[Step, ...]:  # noqa: ARG001 - the script knows what it was made for
    """The kit's own script, which lists every database."""
    return (look(text("See in which databases they are, in the kit's folder."), "sh ./*.sh --check"),)


_ONE_USER = text("As the user whose programs are meant, in this folder, with these programs closed.")
_ALL_USERS = text("Or as root for every user of the computer; the folder must be one that they may read.")
_AWAY = text("Run remove.sh of the removal kit: mailtrust trust nss --remove.")
_BACK = text("Run install.sh of the kit again.")
_REMARKS = (
    text("It counts for each program from its next start on."),
    text("Who has set a primary password in Firefox or Thunderbird is asked for it."),
    text(
        "By hand, in Firefox and Thunderbird: Settings, Privacy & Security, Certificates, View Certificates, "
        "Authorities, Import or Delete."
    ),
)


def _about(wish: Wish) -> tuple[Text, ...]:
    if not wish.anchors.servers:
        return ()
    return (
        text(
            "Chromium takes a server's certificate that vouches for itself out of its database. Firefox and "
            "Thunderbird do not: there each user has to add an exception for the server."
        ),
    )
