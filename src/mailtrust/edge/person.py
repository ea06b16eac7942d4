"""Who runs this program, as the system calls them."""

import os
import socket
import sys
from getpass import getuser

from mailtrust.core.model.cleaning import clean

LONGEST, LONGEST_NAME = 200, 100


def person() -> str:
    """`anna@host`: `user_name` and where. It is what this machine says, and no proof of anything."""
    return clean(f"{_name()}@{socket.gethostname()}", LONGEST)


def user_name() -> str:
    """`anna`; of sudo the one who called it."""
    return clean(_name(), LONGEST_NAME)


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
