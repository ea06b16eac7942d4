"""What runs a command regularly: a systemd service and its timer (systemd.timer(5)), or a line of cron (crontab(5))."""

import shlex
from collections.abc import Sequence

SERVICE, TIMER, CRON = "mailtrust-renew.service", "mailtrust-renew.timer", "mailtrust-renew"

_SERVICE = """\
# Renews what is due of [[renew]] in mailtrust.toml, and goes on with what waits: each run ends soon.
[Unit]
Description=Renew the certificates of mail servers
Documentation=man:mailtrust-renew(1)
Wants=network-online.target
After=network-online.target
# For a mail to the administrator: OnFailure=.

[Service]
Type=oneshot
ExecStart={command}
# 1: a person has something to do; 3: a server or a CA did not answer; 4: it failed, and was taken back.
TimeoutStartSec=30min
Nice=10

# It changes the files of servers and lets them take these up: it cannot be shut in further than so.
UMask=0077
LockPersonality=yes
PrivateTmp=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
RestrictRealtime=yes
SystemCallArchitectures=native
"""

_TIMER = """\
[Unit]
Description=Renew the certificates of mail servers, twice a day
Documentation=man:mailtrust-renew(1)

[Timer]
OnCalendar=*-*-* 00,12:00:00
# Not everybody at the same moment: CAs and the zone's servers are thankful.
RandomizedDelaySec=12h
FixedRandomDelay=yes
Persistent=yes

[Install]
WantedBy=timers.target
"""


def systemd_units(command: Sequence[str]) -> dict[str, str]:
    """The files by their names."""
    return {SERVICE: _SERVICE.format(command=" ".join(map(_word, command))), TIMER: _TIMER}


def cron_line(command: Sequence[str], *, minute: int, hour: int, user: str = "") -> str:
    """Twice a day at this minute (0 to 59), from this hour (0 to 11) on. `user`: for a file of /etc/cron.d."""
    # crontab(5): a percent sign ends the command, unless a backslash stands before it.
    line = shlex.join(command).replace("%", "\\%")
    # cron mails what is left: what was done, and what needs somebody.
    return f"{minute} {hour},{hour + 12} * * * {f'{user} ' if user else ''}{line} > /dev/null\n"


def _word(word: str) -> str:
    """A word of ExecStart (systemd.service, COMMAND LINES; systemd.unit, SPECIFIERS)."""
    safe = word.replace("%", "%%").replace("$", "$$")
    if safe and not set(safe) & set(" \t\"'\\;"):
        return safe
    escaped = safe.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
