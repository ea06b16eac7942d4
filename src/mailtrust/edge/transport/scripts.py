"""Small scripts of `sh` for another machine: they get paths as arguments, never as part of their text."""

from mailtrust.edge.transport.limits import SBIN

# Exit statuses of our own scripts; what coreutils say has others.
HIDDEN, THERE, TORN, NO_FILE = 81, 82, 83, 84

READ = f"""
kind=$(stat -L -c '%F' -- "$1") || exit 1
case "$kind" in "regular file"|"regular empty file") ;; *) exit {NO_FILE} ;; esac
stat -L -c '%a %u:%g' -- "$1" && readlink -f -- "$1" && head -c "$2" -- "$1"
"""
WRITE = f"""
set -e
umask 077
if [ "$4" = new ]; then
  mkdir -p -- "$(dirname -- "$1")"
  if [ -e "$1" ] || [ -L "$1" ]; then exit {THERE}; fi
  real=$1
else
  real=$(readlink -f -- "$1")
fi
folder=$(dirname -- "$real")
waiting=$(mktemp -- "$folder/.mailtrust.XXXXXXXX")
trap 'rm -f -- "$waiting"' EXIT
cat > "$waiting"
[ "$(sha256sum < "$waiting" | cut -c 1-64)" = "$5" ] || exit {TORN}
[ ! -e "$real" ] || cp --attributes-only --preserve=all -- "$real" "$waiting" 2>/dev/null || true
chmod -- "$2" "$waiting"
[ -z "$3" ] || chown -- "$3" "$waiting"
sync -- "$waiting"
if [ "$4" = new ]; then ln -T -- "$waiting" "$real"; else mv -f -T -- "$waiting" "$real"; fi
sync -- "$folder"
"""
KEEP = """
set -e
umask 077
folder=$(dirname -- "$2")
mkdir -p -- "$folder"
waiting=$(mktemp -- "$folder/.mailtrust.XXXXXXXX")
trap 'rm -f -- "$waiting"' EXIT
cp -L -p -- "$1" "$waiting"
sync -- "$waiting"
mv -f -T -- "$waiting" "$2"
sync -- "$folder" "$(dirname -- "$folder")"
"""
REMOVE = """
rm -f -- "$1" && if [ -d "$(dirname -- "$1")" ]; then sync -- "$(dirname -- "$1")"; fi
"""
NAMES = f"""
if [ -d "$1" ] && {{ [ ! -r "$1" ] || [ ! -x "$1" ]; }}; then exit {HIDDEN}; fi
for one in PATTERN; do if [ -e "$one" ] || [ -L "$one" ]; then printf '%s\\0' "$one"; fi; done
"""
RUN = f'PATH="$PATH:{SBIN}"; LC_ALL=C.UTF-8; export PATH LC_ALL; seconds=$1; shift; exec timeout -k 5 "$seconds" "$@"'
# Whichever of them is there: Debian has perl always.
TALK = r"""
if command -v socat >/dev/null; then exec socat -t 10 - "UNIX-CONNECT:$1"; fi
if command -v nc >/dev/null && nc -h 2>&1 | grep -q -e -U; then exec nc -U "$1"; fi
exec perl -MIO::Socket::UNIX -e '
  my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$!\n";
  local $/; print $s <STDIN>; $s->flush; shutdown $s, 1; print <$s>;' "$1"
"""
TOO_LONG = 124
NOT_EXECUTABLE, NO_PROGRAM = 126, 127
