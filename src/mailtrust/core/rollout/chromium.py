"""Chrome, Chromium and Edge on Linux, by policy, for every user of a computer.

On Windows and macOS these browsers trust what was added to the system's store, unless CAPlatformIntegrationEnabled is
off: there the system's ways reach them. Before version 132 they knew no such policy, on Linux or elsewhere.
"""

import base64
import hashlib

from mailtrust.core.formats.chrome_policies import (
    TRUSTED,
    read_policies,
    with_certificates,
    without_certificates,
    write_policies,
)
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Anchors, Kit, KitFile, Wish
from mailtrust.core.model.text import text
from mailtrust.core.remedies.doing import do, human, look
from mailtrust.core.remedies.file_names import distinct_file_name
from mailtrust.core.rollout.parts.authorities import expect_roots, left_out
from mailtrust.core.rollout.parts.certificate_files import der_files

ID = "chromium"
TITLE = text("Chrome, Chromium and Edge on Linux")
POLICY = "policy.json"
PROGRAM = "Chrome"
MERGES: tuple[str, ...] = (POLICY,)

# Program, and its folder of mandatory policies; chromium, docs/enterprise/policies.md. Ubuntu's snap reads the third.
_FOLDERS = (
    ("chromium", "/etc/chromium/policies/managed"),
    ("google-chrome", "/etc/opt/chrome/policies/managed"),
    ("/snap/bin/chromium", "/etc/chromium-browser/policies/managed"),
    ("microsoft-edge", "/etc/opt/edge/policies/managed"),
)


def install(wish: Wish) -> Kit:
    """One policy file and a script; the certificates for whoever clicks. Raises UserProblem where there is no root."""
    expect_roots(wish.anchors, PROGRAM)
    merged = read_policies(wish.existing[POLICY], POLICY) if POLICY in wish.existing else {}
    name = _file(wish)
    return Kit(
        files=(
            *der_files(Anchors(wish.anchors.roots, wish.anchors.intermediates)),
            KitFile(
                name,
                write_policies(with_certificates(merged, wish.anchors.roots, wish.anchors.intermediates)),
                text("the policy: trusted roots, and intermediates that are only known"),
            ),
            KitFile(
                "install.sh",
                _script(_INSTALL, wish),
                text("puts the policy where the browsers of this computer look for it"),
                executable=True,
            ),
        ),
        steps=(
            do(
                text("As root, in this folder. For another browser of this kind name its folder behind the script."),
                "sh install.sh",
                text("Run remove.sh of the removal kit: mailtrust trust chromium --remove."),
            ),
        ),
        remarks=(*_REMARKS, *left_out(wish.anchors, PROGRAM)),
    )


def remove(wish: Wish) -> Kit:
    """A script that deletes the policy file, or puts what was merged with it back without the certificates."""
    files = [
        KitFile("remove.sh", _script(_REMOVE, wish), text("takes the policy away"), executable=True),
    ]
    if POLICY in wish.existing:
        left = without_certificates(read_policies(wish.existing[POLICY], POLICY), wish.anchors.certificates)
        files.append(KitFile(POLICY, write_policies(left), text("what the policy holds besides")))
    return Kit(
        files=tuple(files),
        steps=(
            do(
                text("As root, in this folder. For another browser of this kind name its folder behind the script."),
                "sh remove.sh",
                text("Run install.sh of the kit again."),
            ),
        ),
        remarks=_REMARKS,
    )


def check(wish: Wish) -> tuple[Step, ...]:
    """The browser's own page, and the file."""
    return (
        human(
            text("In the browser: the policies in force."),
            text("chrome://policy in the address bar, Enter"),
            text("{policy} stands there with status OK", policy=TRUSTED),
        ),
        human(
            text("In the browser: what it trusts besides its own list."),
            text("chrome://certificate-manager in the address bar, Enter"),
        ),
        look(
            text("On the computer: the file."), f"ls -l {' '.join(f'{folder}/{_file(wish)}' for _, folder in _FOLDERS)}"
        ),
    )


_REMARKS = (
    text("The browser takes the policy up within a minute or at its next start."),
    text("For versions before 132, and for Flatpaks: mailtrust trust nss."),
    text(
        "On Windows and macOS Chrome and Edge trust what is in the system's store: mailtrust trust gpo, windows or "
        "apple."
    ),
)


def _file(wish: Wish) -> str:
    """A name that is nobody else's; a later kit of that name takes its place."""
    return f"mailtrust-{distinct_file_name(wish.name)}.json"


def _script(body: str, wish: Wish) -> bytes:
    before = wish.existing.get(POLICY)
    own = write_policies(with_certificates({}, wish.anchors.roots, wish.anchors.intermediates))
    rows = "".join(f"browser {program} {folder}\n" for program, folder in _FOLDERS)
    filled = (
        body.replace("@FILE@", _file(wish))
        .replace("@LEFT@", POLICY)
        .replace(
            "@EACH@", "' -e '".join(base64.b64encode(one.der).decode("ascii") for one in wish.anchors.certificates)
        )
        .replace("@POLICY@", TRUSTED)
        .replace("@OWN@", hashlib.sha256(own).hexdigest())
        .replace("@MERGED@", "none" if before is None else hashlib.sha256(before).hexdigest())
        .replace("@BROWSERS@\n", rows)
    )
    return filled.encode("utf-8")


_COMMON = r"""
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
found=

browser() {
    if command -v "$1" >/dev/null || [ -d "$2" ]; then found="$found $2"; fi
}
"""

_INSTALL = (
    r"""#!/bin/sh
# Puts the policy where the browsers of this computer look for it. As root.
#   sh install.sh [FOLDER...]"""
    + _COMMON
    + r"""
if [ $# -eq 0 ]; then
@BROWSERS@
    # shellcheck disable=SC2086 # folders without blanks
    set -- $found
fi
file=@FILE@
if [ $# -eq 0 ]; then
    echo 'No Chrome, Chromium or Edge was found; name its folder of managed policies.' >&2
    exit 1
fi
for folder; do
    for other in "$folder"/*; do
        # Of two files that set the same policy one alone counts, and every file in the folder is read.
        if [ "${other##*/}" = "$file" ] || ! grep -qs '"@POLICY@"' "$other"; then continue; fi
        if [ "$(sha256sum <"$other" | cut -c 1-64)" = @MERGED@ ]; then
            mv "$other" "$folder/../${other##*/}.before"
            echo "$other is part of $file now; it was moved to $folder/../${other##*/}.before"
        else
            echo "$other sets @POLICY@ too; nothing was changed." >&2
            echo "Make the kit again: mailtrust trust chromium --root FILE --out DIR --merge $other" >&2
            exit 1
        fi
    done
done
for folder; do
    mkdir -p "$folder"
    install -m 644 "$here/$file" "$folder/"
    echo "$folder/$file is there now."
done
"""
)

_REMOVE = (
    r"""#!/bin/sh
# Takes the certificates out of every policy that has them; what is in it besides stays. As root.
#   sh remove.sh [FOLDER...]"""
    + _COMMON
    + r"""
if [ $# -eq 0 ]; then
@BROWSERS@
    # shellcheck disable=SC2086 # folders without blanks
    set -- $found
fi
for folder; do
    for file in "$folder"/*; do
        # By what it holds, whatever it is called.
        if ! grep -qsF -e '@EACH@' "$file"; then continue; fi
        seen=yes
        case $(sha256sum <"$file" | cut -c 1-64) in
            @OWN@)
                rm -f "$file"
                echo "$file is gone."
                ;;
            @MERGED@)
                install -m 644 "$here/@LEFT@" "$file"
                echo "$file no longer trusts the certificates."
                ;;
            *)
                echo "$file holds policies that this kit does not know; it was not changed." >&2
                echo "Make the kit again: mailtrust trust chromium --remove --root FILE --out DIR --merge $file" >&2
                exit 1
                ;;
        esac
    done
done
if [ -z "${seen-}" ]; then echo 'No policy has the certificates.'; fi
"""
)
