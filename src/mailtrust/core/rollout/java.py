"""Java: the cacerts of each Java that is installed, or a trust store for one program.

Roots alone: whatever stands in such a store is an anchor, an intermediate too.
"""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Anchors, Kit, KitFile, Wish
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, human, look
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.rollout.parts.certificate_files import pem_files, what_it_is
from mailtrust.core.x509.java_keystore import write_java_keystore
from mailtrust.core.x509.pkcs12 import write_java_truststore

ID = "java"
TITLE = text("Java")
MERGES: tuple[str, ...] = ()

PASSWORD = "changeit"  # noqa: S105
"""What the password of cacerts is in every Java since the first. It keeps nothing secret: there are no keys."""

PKCS12, JKS = "truststore.p12", "truststore.jks"


def install(wish: Wish) -> Kit:
    """The roots, a script for Linux and macOS, keytool for Windows, and two stores for single programs."""
    roots = Anchors(wish.anchors.roots, (), wish.anchors.servers)
    return Kit(
        files=(
            *pem_files(roots),
            KitFile(
                "install.sh",
                _script(_INSTALL, roots),
                text("puts them into the cacerts of every Java it finds"),
                executable=True,
            ),
            KitFile(PKCS12, _pkcs12(roots), text("a trust store with nothing else in it, password changeit")),
            KitFile(
                JKS,
                write_java_keystore(
                    roots.trusted, None, alias=ID, password=PASSWORD.encode(), salt=b"", created=wish.now
                ),
                text("the same for Java 8 before 8u301 and 11 before 11.0.12"),
            ),
        ),
        steps=(
            do(
                text(
                    "On Linux and macOS as root, in this folder; a Java that is not found is named behind the script."
                ),
                "sh install.sh",
                _AWAY,
            ),
            *(
                do(
                    text("On Windows as administrator, with JAVA_HOME set, for Java 9 and later, each Java by itself."),
                    rf'"%JAVA_HOME%\bin\keytool" -importcert -noprompt -cacerts -storepass {PASSWORD} '
                    f"-alias {_alias(one)} -file {certificate_file(one)}.pem",
                    text("keytool -delete -cacerts -alias {alias}", alias=_alias(one)),
                    by="cmd",
                    needs="Administrator",
                )
                for one in roots.trusted
            ),
            do(
                text(
                    "Or for one program alone, instead of cacerts: it then trusts this root and nothing else, no "
                    "public CA either. Copy the store to a place of its own, and put these on the program's command "
                    "line, or into JAVA_TOOL_OPTIONS."
                ),
                f"-Djavax.net.ssl.trustStore=/etc/ssl/{PKCS12} -Djavax.net.ssl.trustStorePassword={PASSWORD}",
                text("Take the two options away."),
                needs="",
            ),
        ),
        remarks=(*_REMARKS, *_about(wish.anchors)),
    )


def remove(wish: Wish) -> Kit:
    """A script that takes out what has these aliases and these octets."""
    return Kit(
        files=(
            KitFile(
                "remove.sh", _script(_REMOVE, wish.anchors), text("takes them out of every cacerts"), executable=True
            ),
        ),
        steps=(
            do(text("On Linux and macOS as root, in this folder."), "sh remove.sh", _BACK),
            *(
                do(
                    text("On Windows as administrator, with JAVA_HOME set, for Java 9 and later, each Java by itself."),
                    rf'"%JAVA_HOME%\bin\keytool" -delete -cacerts -storepass {PASSWORD} -alias {_alias(one)}',
                    _BACK,
                    by="cmd",
                    needs="Administrator",
                )
                for one in wish.anchors.trusted
            ),
            human(
                text(
                    "Where a program was given a trust store of its own: take javax.net.ssl.trustStore off its options."
                )
            ),
        ),
        remarks=_REMARKS,
    )


def check(wish: Wish) -> tuple[Step, ...]:
    """Keytool asked for each alias."""
    return tuple(
        look(
            text("See whether {what} is there: trustedCertEntry says that it is.", what=what_it_is(one, wish.anchors)),
            f"keytool -list -cacerts -storepass {PASSWORD} -alias {_alias(one)}",
        )
        for one in wish.anchors.trusted
    )


_AWAY = text("Run remove.sh of the removal kit: mailtrust trust java --remove.")
_BACK = text("Use the kit again that is made without --remove.")

_REMARKS: tuple[Text, ...] = (
    text("A program that runs keeps what it has read: restart it."),
    text(
        "An update of Java brings a new cacerts and loses what was added: run install.sh again, or keep a trust store "
        "outside of it. Each program with a Java of its own has a cacerts of its own."
    ),
    text(
        "Where the distribution makes cacerts out of the system's store (Debian with ca-certificates-java, Red Hat, "
        "SUSE), the script leaves it alone and says so: mailtrust trust linux reaches it."
    ),
    text(
        "Java can read the system's store instead: -Djavax.net.ssl.trustStoreType=Windows-ROOT on Windows, "
        "KeychainStore on macOS."
    ),
)


def _about(anchors: Anchors) -> tuple[Text, ...]:
    if not anchors.intermediates:
        return ()
    return (
        text(
            "The intermediates are not in this kit: in this store each of them would be trusted for itself. Servers "
            "have to send them; mailtrust bundle puts them together."
        ),
    )


def _alias(one: Certificate) -> str:
    return certificate_file(one).lower()


def _pkcs12(roots: Anchors) -> bytes:
    try:
        return write_java_truststore({_alias(one): one for one in roots.trusted}, PASSWORD.encode())
    except ValueError as error:
        raise UserProblem(
            text("The certificate cannot be put into a PKCS#12 file: its encoding is unsound. `mailtrust cert inspect` "
                 "shows where.")
        ) from error  # fmt: skip


def _script(body: str, anchors: Anchors) -> bytes:
    rows = "".join(
        f"    each {_alias(one)} {certificate_file(one)}.pem {':'.join(_pairs(one.fingerprint))}\n"
        for one in anchors.trusted
    )
    return (_COMMON + body).replace("@PASSWORD@", PASSWORD).replace("@EACH@\n", rows).encode("utf-8")


def _pairs(fingerprint: str) -> list[str]:
    """As keytool writes a SHA-256."""
    return [fingerprint[at : at + 2].upper() for at in range(0, len(fingerprint), 2)]


_COMMON = r"""#!/bin/sh
# The certificates in the cacerts of every Java that is found. As root.
#   sh SCRIPT [JAVA_HOME...]
# Where cacerts has another password: STOREPASS=... in the environment.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
STOREPASS=${STOREPASS-@PASSWORD@}
export STOREPASS

if [ $# -eq 0 ]; then
    set -- /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/*/jre /Library/Java/JavaVirtualMachines/*/Contents/Home
    if [ -n "${JAVA_HOME-}" ]; then set -- "$@" "$JAVA_HOME"; fi
fi

seen=
in_each_store() {
    for home; do
        store=
        for file in "$home/lib/security/cacerts" "$home/jre/lib/security/cacerts"; do
            if [ -e "$file" ]; then store=$(readlink -f "$file"); fi
        done
        keytool=$home/bin/keytool
        [ -x "$keytool" ] || keytool=$home/jre/bin/keytool
        if [ -z "$store" ] || [ ! -x "$keytool" ]; then continue; fi
        case "$seen" in *"|$store|"*) continue ;; esac
        seen="$seen|$store|"
        case "$store" in
            /etc/ssl/certs/java/* | /etc/pki/* | /var/lib/ca-certificates/*)
                echo "$store is made out of the system's store: mailtrust trust linux"
                continue
                ;;
        esac
        all
    done
    if [ -z "$seen" ]; then
        echo 'No Java was found; name its folder.' >&2
        exit 1
    fi
}

# What stands under an alias, as its SHA-256; empty for nothing.
print_of() {
    "$keytool" -J-Duser.language=en -list -v -keystore "$store" -storepass:env STOREPASS -alias "$1" 2>/dev/null |
        sed -n 's/^[[:space:]]*SHA256: *//p'
}

all() {
    :
@EACH@
}
"""

_INSTALL = r"""
each() {
    if [ "$(print_of "$1")" = "$3" ]; then
        echo "$store: $1 is there already"
    else
        "$keytool" -importcert -noprompt -keystore "$store" -storepass:env STOREPASS -alias "$1" -file "$here/$2"
        echo "$store: $1 is there now"
    fi
}

in_each_store "$@"
"""

_REMOVE = r"""
each() {
    if [ "$(print_of "$1")" = "$3" ]; then
        "$keytool" -delete -keystore "$store" -storepass:env STOREPASS -alias "$1"
        echo "$store: $1 is not there any more"
    else
        echo "$store: $1 is not there"
    fi
}

in_each_store "$@"
"""
