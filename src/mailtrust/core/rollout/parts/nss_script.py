"""A script for NSS databases: those of Chromium on Linux, and the profiles of Firefox and Thunderbird."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.rollout import Anchors
from mailtrust.core.remedies.file_names import certificate_file
from mailtrust.core.x509.pem import to_pem

AUTHORITY, PEER, KNOWN = "C,,", "P,,", ",,"
"""certutil(1): a CA that is trusted for servers; a server trusted as itself; known, and no reason to trust."""

# Firefox keeps new profiles in ~/.config since 147; Chromium makes a new database in ~/.local/share, and keeps to one
# in ~/.pki where there is one. Both were seen, with Firefox ESR 153 and Chromium 156.
CHROMIUM = (
    "$HOME/.pki/nssdb",
    "${XDG_DATA_HOME:-$HOME/.local/share}/pki/nssdb",
    "$HOME/snap/chromium/current/.pki/nssdb",
    "$HOME/snap/chromium/current/.local/share/pki/nssdb",
)
FIREFOX = (
    "$HOME/.mozilla/firefox/*",
    "${XDG_CONFIG_HOME:-$HOME/.config}/mozilla/firefox/*",
    "$HOME/snap/firefox/common/.mozilla/firefox/*",
    "$HOME/.var/app/org.mozilla.firefox/.mozilla/firefox/*",
    "$HOME/.var/app/org.mozilla.firefox/config/mozilla/firefox/*",
    "$HOME/Library/Application Support/Firefox/Profiles/*",
)
THUNDERBIRD = (
    "$HOME/.thunderbird/*",
    "$HOME/snap/thunderbird/common/.thunderbird/*",
    "$HOME/.var/app/org.mozilla.Thunderbird/.thunderbird/*",
    "$HOME/Library/Thunderbird/Profiles/*",
)

EVERY_USER = (
    "for home in /home/*; do\n"
    '  runuser -u "$(stat -c %U "$home")" -- env -i HOME="$home" PATH="$PATH" sh "$PWD/{file}"\n'
    "done"
)
"""For root; what the file is called, in this folder."""


def nss_script(verb: str, anchors: Anchors, places: Iterable[str], *, make: str = "") -> bytes:
    """A script for the user who runs it: `verb` is `install` or `remove`; with `--check` it only looks.

    `places`: patterns of folders, as the shell expands them, that hold databases. `make`: the database that is made
    where there is none at all.
    """
    rows = "".join(
        f"each {_trust(one, anchors)} {certificate_file(one)} {_base64(one)}\n" for one in anchors.certificates
    )
    body = _BODY.replace("@PLACES@", " ".join(f'"{_globbed(one)}"' for one in places))
    body = body.replace("@MAKE@", make).replace("@VERB@", verb).replace("@EACH@\n", rows)
    return body.encode("utf-8")


def certutil_command(one: Certificate, anchors: Anchors) -> str:
    """The command that puts it into Chromium's database; another's folder goes in the place of that one."""
    name = certificate_file(one)
    return f"certutil -A -d sql:$HOME/.pki/nssdb -n {name} -t {_trust(one, anchors)} -i {name}.pem"


def _trust(one: Certificate, anchors: Anchors) -> str:
    return AUTHORITY if one in anchors.roots else PEER if one in anchors.servers else KNOWN


def _base64(one: Certificate) -> str:
    return "".join(to_pem(one).splitlines()[1:-1])


def _globbed(place: str) -> str:
    """In double quotes, with a pattern at its end outside of them."""
    return place.replace("/*", '"/*"') if place.endswith("/*") else place


_BODY = r"""#!/bin/sh
# @VERB@: the certificates below, in the NSS databases of the user who runs this.
#   sh @VERB@.sh [--check] [DATABASE-FOLDER...]
# --check only looks. Without folders: all databases that are found. Restart the programs afterwards.
set -eu

verb=@VERB@
if [ "${1-}" = --check ]; then verb=check; shift; fi
if ! command -v certutil >/dev/null; then
    echo 'certutil of NSS is missing. apt: libnss3-tools, dnf: nss-tools, zypper: mozilla-nss-tools' >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a newer NSS wrote an older certutil neither sees nor deletes wholly: a root that looks deleted is trusted on,
# when a server sends it. So certutil runs with the libraries of the program that used the profile last.
nss() {
    database=$1
    shift
    own=$(sed -n 's/^LastPlatformDir=//p' "$database/compatibility.ini" 2>/dev/null | tr -d '\r') || own=
    if [ -n "$own" ] && [ -e "$own/libnss3.so" ] &&
        LD_LIBRARY_PATH=$own certutil -L -d "sql:$database" >/dev/null 2>&1; then
        LD_LIBRARY_PATH=$own certutil "$@" -d "sql:$database"
    else
        certutil "$@" -d "sql:$database"
    fi
}

# The names under which a database lists certificates.
names() {
    nss "$1" -L | sed -n 's/[[:space:]]\{1,\}[A-Za-z]*,[A-Za-z]*,[A-Za-z]*[[:space:]]*$//p'
}

# How often this certificate is among those that have the subject of the one called $2, and how many these are.
count() {
    nss "$1" -L -n "$2" -a 2>/dev/null | awk -v wanted="$3" '
        /^-----BEGIN/ { got = ""; next }
        /^-----END/ { all++; if (got == wanted) found++; next }
        { gsub(/[\r\n ]/, ""); got = got $0 }
        END { print found + 0, all + 0 }'
}

# One certificate in one database.
one() {
    database=$1 trust=$2 name=$3 octets=$4
    {
        echo '-----BEGIN CERTIFICATE-----'
        echo "$octets" | fold -w 64
        echo '-----END CERTIFICATE-----'
    } >"$work/one.pem"
    if [ "$verb" = install ]; then
        nss "$database" -A -n "$name" -t "$trust" -i "$work/one.pem"
        echo "$database: $name is there now"
        return
    fi
    names "$database" >"$work/names"
    state=absent
    : >"$work/same"
    while read -r listed; do
        case $(count "$database" "$listed" "$octets") in
            0*) continue ;;
            '1 1') state=$listed; break ;;
            *) state=namesake; printf '%s\n' "$listed" >>"$work/same" ;;
        esac
    done <"$work/names"
    if [ "$state" = absent ]; then
        echo "$database: $name is not there"
    elif [ "$verb" = check ]; then
        if [ "$state" = namesake ]; then state=$(cat "$work/same"); fi
        echo "$database: $name is there; trusted where a C or P is shown:"
        nss "$database" -L | grep -F -- "$state"
    else
        # The trust goes first, and by the certificate's octets, not by its name.
        nss "$database" -A -n "$name" -t ,, -i "$work/one.pem"
        if [ "$state" = namesake ]; then
            echo "$database: $name is not trusted any more; it stays listed beside another of the same subject"
        else
            nss "$database" -D -n "$state"
            echo "$database: $name is not there any more"
        fi
    fi
}

each() {
    while read -r folder; do
        one "$folder" "$@" </dev/null
    done <"$work/databases"
}

if [ $# -eq 0 ]; then
    set -- @PLACES@
    new=@MAKE@
else
    new=
fi
for folder; do
    # Files of others are left alone: their owner runs this himself.
    if [ -e "$folder/cert9.db" ] && [ -O "$folder/cert9.db" ]; then printf '%s\n' "$folder"; fi
done >"$work/databases"
if [ ! -s "$work/databases" ] && [ -n "$new" ] && [ "$verb" = install ]; then
    mkdir -p "$new"
    chmod 700 "$new"
    certutil -N -d "sql:$new" --empty-password
    printf '%s\n' "$new" >"$work/databases"
fi
if [ ! -s "$work/databases" ]; then
    echo "no NSS database of $(id -un) was found; start the program once, or name the folder that holds its cert9.db"
    exit 0
fi
@EACH@
"""
