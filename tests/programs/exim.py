"""Exim, unpacked beside the Postfix that it cannot be installed with. Started by root only."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.programs.daemons import LOOPBACK, Daemons, NotInstalledError

from mailtrust.core.model.text import text

UNPACKED = Path(__file__).parents[2] / "build" / "servers"
"""Packages that cannot be installed beside others; the Makefile unpacks them."""

# Debian's Exim wants its own user, whom only the package's installation makes.
USERS = "".join(
    f"{name}:x:{number}:{number}::/:/bin/false\n"
    for name, number in (("root", 0), ("mail", 8), ("uucp", 10), ("Debian-exim", 65533))
)
GROUPS = "root:x:0:\nmail:x:8:\nDebian-exim:x:65533:\n"
WRAPPER = """\
#!/bin/sh
export LD_PRELOAD={library} NSS_WRAPPER_PASSWD={here}/passwd NSS_WRAPPER_GROUP={here}/group
exec {command} "$@"
"""
# What HUP does is done when the daemon says that it has started again.
TAKE_UP = """\
#!/bin/sh
log={here}/log/mainlog
before=$(grep -c 'daemon started' $log)
kill -HUP $(cat {here}/spool/pid)
while [ $(grep -c 'daemon started' $log) = $before ]; do sleep 0.05; done
"""
HEAD = """\
exim_path = {here}/exim4
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
spool_directory = {here}/spool
log_file_path = {here}/log/%slog
pid_file_path = {here}/spool/pid
primary_hostname = mail.post.example
local_interfaces = 127.0.0.1
"""
TAIL = "begin acl\nbegin routers\nbegin transports\n"


class Exim:
    """Its folder, and the commands for it: `program`, and Debian's `maker` of its configuration."""

    def __init__(self, here: Path) -> None:
        """Make the folder. Raises NotInstalledError."""
        self.here = here
        program = UNPACKED / "exim4-daemon-light" / "usr" / "sbin" / "exim4"
        debians = UNPACKED / "exim4-config" / "etc" / "exim4"
        library = next(Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
        if library is None or not (program.exists() and debians.exists()):
            raise NotInstalledError(
                text("{program} is not installed: {package}", program="exim4", package="make test-servers")
            )
        for name in ("spool", "log"):
            (here / name).mkdir(parents=True)
            shutil.chown(here / name, 65533, 65533)
        # Without the bit that makes it another user, so that it takes the user database that it is given.
        shutil.copyfile(program, here / "exim4")
        (here / "passwd").write_text(USERS)
        (here / "group").write_text(GROUPS)
        self.program, self.maker = here / "exim", here / "update-exim4.conf"
        script = UNPACKED / "exim4-config" / "usr" / "sbin" / "update-exim4.conf"
        for path, command in ((self.program, f"{here}/exim4"), (self.maker, f"sh {script}")):
            path.write_text(WRAPPER.format(library=library, here=here, command=command))
        self.take_up = here / "take-up"
        self.take_up.write_text(TAKE_UP.format(here=here))
        for one in (self.program, self.maker, self.take_up, here / "exim4"):
            one.chmod(0o755)
        self.configuration, self.debians = here / "exim.conf", debians

    def configure(self, ports: Mapping[str, int], main: str) -> None:
        """Write the configuration; `smtps` among the ports is TLS from the first octet."""
        listening = f"daemon_smtp_ports = {' : '.join(map(str, ports.values()))}\n"
        listening += f"tls_on_connect_ports = {ports.get('smtps', '')}\n"
        self.configuration.write_text(HEAD.format(here=self.here) + listening + main + TAIL)

    def start(self, daemons: Daemons, ports: Mapping[str, int]) -> None:
        """Raises DidNotStartError."""
        command = [self.program, "-C", self.configuration, "-bdf"]
        daemons.start(command, [(LOOPBACK, port) for port in ports.values()])
