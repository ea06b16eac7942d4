"""Who runs this program, as the system calls them."""

import os
import socket
import sys
from getpass import getuser

from mailtrust.core.model.cleaning import clean

LONGEST = 200


def person() -> str:
    """`anna@host`; of sudo the one who called it. It is what this machine says, and no proof of anything."""
    return clean(f"{_name()}@{socket.gethostname()}", LONGEST)


def _name() -> str:
    if sys.platform != "win32":
        import pwd

        caller = os.environ.get("SUDO_USER", "") if os.geteuid() == 0 else ""
        try:
            # Not by LOGNAME, which everybody may set.
            return caller or pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:  # a user without a name, as in some containers
            return str(os.geteuid())
    else:
        try:
            return getuser()
        except (OSError, KeyError, ImportError):
            return "?"
