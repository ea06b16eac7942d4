"""The store of a Linux system, which OpenSSL, GnuTLS and all that is built on them read: Debian, Red Hat, SUSE, Arch.

Roots alone: what stands in that store GnuTLS and curl trust for itself, an intermediate too.
"""

from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Anchors, Kit, KitFile, Wish
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, look
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.rollout.parts.certificate_files import pem_files, what_it_is

ID = "linux"
TITLE = text("the store of a Linux system")
MERGES: tuple[str, ...] = ()

DEBIAN = "/usr/local/share/ca-certificates"
RED_HAT = "/etc/pki/ca-trust/source/anchors"


def install(wish: Wish) -> Kit:
    """The roots, a script that knows the distributions, and the commands for the two most common."""
    roots = Anchors(wish.anchors.roots, (), wish.anchors.servers)
    files = pem_files(roots, ".crt")  # update-ca-certificates(8) takes no other ending
    names = " ".join(file.path for file in files)
    return Kit(
        files=(
            *files,
            KitFile(
                "install.sh",
                _script(_INSTALL, roots),
                text("puts them into the store of this distribution"),
                executable=True,
            ),
        ),
        steps=(
            do(text("As root, in this folder."), "sh install.sh", _AWAY),
            do(
                text("Or by hand on Debian and Ubuntu."),
                f"install -m 644 {names} {DEBIAN}/\nupdate-ca-certificates",
                text("Delete them there, and update-ca-certificates --fresh."),
            ),
            do(
                text("Or by hand on Red Hat, Fedora, Rocky and Alma."),
                f"install -m 644 {names} {RED_HAT}/\nupdate-ca-trust extract",
                text("Delete them there, and update-ca-trust extract."),
            ),
            do(
                text("Or by hand where p11-kit makes the store (Red Hat, SUSE, Arch), wherever it keeps its files."),
                "\n".join(f"trust anchor --store {file.path}" for file in files),
                text("The same with --remove instead of --store."),
            ),
        ),
        remarks=(*_REMARKS, *_about(wish.anchors)),
    )


def remove(wish: Wish) -> Kit:
    """A script that deletes exactly these files and lets the store be made again."""
    return Kit(
        files=(
            KitFile("remove.sh", _script(_REMOVE, wish.anchors), text("takes them out of the store"), executable=True),
        ),
        steps=(do(text("As root, in this folder."), "sh remove.sh", text("Run install.sh of the kit again.")),),
        remarks=_REMARKS,
    )


def check(wish: Wish) -> tuple[Step, ...]:
    """OpenSSL asked for each, with no other store than the system's."""
    return tuple(
        look(
            text(
                "See whether {what} is trusted, in the kit's folder: OK says that it is.",
                what=what_it_is(one, wish.anchors),
            ),
            f"openssl verify {certificate_file(one)}.crt",
        )
        for one in wish.anchors.trusted
    )


_AWAY = text("Run remove.sh of the removal kit: mailtrust trust linux --remove.")

_REMARKS: tuple[Text, ...] = (
    text("Services that have read the store already, such as Postfix, take it up when they are started again."),
    text(
        "Firefox, Thunderbird and Chromium keep lists of their own, and so do most of Java, Python's certifi, Node.js, "
        "Snaps, Flatpaks and containers. Where the distribution makes Java's cacerts out of this store (Debian with "
        "ca-certificates-java, Red Hat, SUSE), its own Java is reached."
    ),
)


def _about(anchors: Anchors) -> tuple[Text, ...]:
    remarks = []
    if anchors.intermediates:
        remarks.append(
            text(
                "The intermediates are not in this kit: in this store each of them would be trusted for itself. "
                "Servers have to send them; mailtrust bundle puts them together."
            )
        )
    if anchors.servers:
        remarks.append(
            text("Red Hat and SUSE take CAs alone out of this store: there a server's own certificate stays unknown.")
        )
    return tuple(remarks)


def _script(body: str, anchors: Anchors) -> bytes:
    files = " ".join(f"{certificate_file(one)}.crt" for one in anchors.trusted)
    return (_COMMON + body).replace("@FILES@", files).encode("utf-8")


_COMMON = r"""#!/bin/sh
# The certificates in the store of this Linux system. As root.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
files='@FILES@'

# Red Hat and Fedora; SUSE; Arch; Debian, Ubuntu and Alpine: where anchors go, and what takes them up.
if [ -d /etc/pki/ca-trust/source/anchors ]; then
    store=/etc/pki/ca-trust/source/anchors
    refresh() { update-ca-trust extract; }
elif [ -d /etc/pki/trust/anchors ]; then
    store=/etc/pki/trust/anchors
    refresh() { update-ca-certificates; }
elif [ -d /etc/ca-certificates/trust-source/anchors ]; then
    store=/etc/ca-certificates/trust-source/anchors
    refresh() { update-ca-trust; }
elif command -v update-ca-certificates >/dev/null; then
    store=/usr/local/share/ca-certificates
    refresh() { update-ca-certificates "$@"; }
else
    echo 'No store of certificates was found. Is ca-certificates installed?' >&2
    exit 1
fi
"""

_INSTALL = r"""
mkdir -p "$store"
for file in $files; do
    install -m 644 "$here/$file" "$store/"
done
refresh
echo "In $store: $files"
"""

# Without --fresh Debian leaves the links to a file that is gone; and never does it tell its Java, whose store keeps the
# certificate: seen with ca-certificates 20230311 and ca-certificates-java 20230710.
_REMOVE = r"""
for file in $files; do
    rm -f "$store/$file"
done
refresh --fresh || refresh
java=/etc/ca-certificates/update.d/jks-keystore
if [ "$store" = /usr/local/share/ca-certificates ] && [ -x "$java" ]; then
    for file in $files; do echo "-/etc/ssl/certs/${file%.crt}.pem"; done | "$java"
fi
echo "No longer in $store: $files"
"""
