"""The scripts that put Firefox' and Thunderbird's policies into force on Linux, and out of it."""

import hashlib

from mailtrust.core.formats.mozilla_policies import NAME, with_installed, write_policies
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.rollout import Anchors, Wish
from mailtrust.core.remedies.file_names import certificate_file


@frozen
class Program:
    """Firefox or Thunderbird."""

    id: str
    title: str
    """As its maker names it; so are its folders on Windows and macOS."""
    policies: str
    """Its folder of policies on Linux, which wins over `distribution` in the program's own."""
    homes: tuple[str, ...]
    """Folders that it is installed in on Linux."""
    profiles: tuple[str, ...]
    """Where users' profiles are."""
    follows_since: int
    """The version from which on it trusts on Windows and macOS what was added to the system's store, unasked."""

    def files(self, anchors: Anchors) -> tuple[str, ...]:
        """What the policy installs: each root, and no more, for it gives whatever it installs a CA's trust."""
        return tuple(f"{self.policies}/{certificate_file(one)}.pem" for one in anchors.roots)


def script(body: str, program: Program, wish: Wish) -> bytes:
    """INSTALL or REMOVE, for this program and these certificates."""
    before = wish.existing.get(NAME)
    own = write_policies(with_installed({"policies": {}}, program.files(wish.anchors)))
    known = [hashlib.sha256(own).hexdigest(), *([hashlib.sha256(before).hexdigest()] if before is not None else [])]
    filled = (
        body.replace("@TITLE@", program.title)
        .replace("@ID@", program.id)
        .replace("@FOLDER@", program.policies)
        .replace("@HOMES@", " ".join(program.homes))
        .replace("@KNOWN@", "|".join(known))
        .replace("@MERGED@", "yes" if before is not None else "no")
        .replace("@FILES@", " ".join(f"{certificate_file(one)}.pem" for one in wish.anchors.roots))
    )
    return filled.encode("utf-8")


INSTALL = r"""#!/bin/sh
# Puts the policy and its certificates where @TITLE@ for Linux looks for them. As root.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
policy=@FOLDER@/policies.json

# The file in @FOLDER@ hides one in the program's own folder: what is in force now has to be in the new one.
old=$policy
for home in @HOMES@; do
    if [ ! -e "$old" ] && [ -e "$home/distribution/policies.json" ]; then old=$home/distribution/policies.json; fi
done
if [ -e "$old" ] && ! cmp -s "$here/policies.json" "$old"; then
    case $(sha256sum <"$old" | cut -c 1-64) in
        @KNOWN@) ;;
        *)
            echo "$old holds policies that this kit does not know; nothing was changed." >&2
            echo "Make the kit again: mailtrust trust @ID@ --root FILE --out DIR --merge $old" >&2
            exit 1
            ;;
    esac
    if [ "$old" = "$policy" ]; then cp -p "$policy" "$policy.before"; fi
fi
mkdir -p @FOLDER@
for file in @FILES@; do
    install -m 644 "$here/$file" @FOLDER@/
done
install -m 644 "$here/policies.json" "$policy"
echo "$policy is in force from the next start of @TITLE@ on."
"""

REMOVE = r"""#!/bin/sh
# Takes the policy and its certificates away. As root.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
policy=@FOLDER@/policies.json

if [ ! -e "$policy" ]; then
    echo "$policy is not there."
else
    case $(sha256sum <"$policy" | cut -c 1-64) in
        @KNOWN@) ;;
        *)
            echo "$policy holds policies that this kit does not know; nothing was changed." >&2
            echo "Make the kit again: mailtrust trust @ID@ --remove --root FILE --out DIR --merge $policy" >&2
            exit 1
            ;;
    esac
    if [ @MERGED@ = yes ]; then
        install -m 644 "$here/policies.json" "$policy"
        echo "$policy no longer installs the certificates."
    else
        rm -f "$policy"
        echo "$policy is gone."
    fi
fi
for file in @FILES@; do
    rm -f "@FOLDER@/$file"
done
echo "What is in the profiles of users stays until profiles.sh has been run for each of them."
"""
