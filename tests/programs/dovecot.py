"""Dovecot: IMAP, POP3, ManageSieve and LMTP; a certificate for each address. Started by root only."""

from collections.abc import Sequence
from pathlib import Path

from tests.programs.daemons import Daemons, Place, program

ANYBODY = """\
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={here}/home
}}
"""
"""Whoever comes is let in, with any password; {here} has his mail."""
IMAPS_ALONE = """\
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
"""
CONFIGURATION = """\
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
protocols = imap pop3 sieve lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/bundle.pem
ssl_key = <{folder}/key.pem
ssl_cipher_list = DEFAULT:@SECLEVEL=0
mail_max_userip_connections = 100
import_environment = TZ OPENSSL_CONF={openssl}
"""
LOCAL = """\
local {address} {{
  ssl_cert = <{folder}/bundle.pem
  ssl_key = <{folder}/key.pem
}}
"""
LISTENER = """\
  inet_listener {name} {{
    address = {address}
    port = {port}
    ssl = {ssl}
  }}
"""
# Which service serves a scheme, and whether inside TLS.
SERVICES = {
    "imap": ("imap-login", "no"),
    "imaps": ("imap-login", "yes"),
    "pop3": ("pop3-login", "no"),
    "pop3s": ("pop3-login", "yes"),
    "sieve": ("managesieve-login", "no"),
    "lmtp": ("lmtp", "no"),
}


def start_dovecot(daemons: Daemons, here: Path, places: Sequence[Place]) -> None:
    """Serve the places from a folder that is made. Raises NotInstalledError, DidNotStartError."""
    binary = program("dovecot", "dovecot-imapd dovecot-pop3d dovecot-managesieved dovecot-lmtpd")
    here.mkdir(parents=True)
    folders = {one.address: one.folder for one in places}
    parts = [
        (CONFIGURATION + ANYBODY).format(here=here, folder=places[0].folder, openssl=daemons.openssl_configuration)
    ]
    parts += [LOCAL.format(address=address, folder=folder) for address, folder in folders.items()]
    for service in dict.fromkeys(service for service, _ in SERVICES.values()):
        of_service = [scheme for scheme, (name, _) in SERVICES.items() if name == service]
        # Its usual ports are off unless they are asked for.
        listeners = [f"  inet_listener {scheme} {{\n    port = 0\n  }}\n" for scheme in of_service]
        for number, one in enumerate(places):
            if one.scheme in of_service:
                name, ssl = f"{one.scheme}-{number}", SERVICES[one.scheme][1]
                listeners.append(LISTENER.format(name=name, address=one.address, port=one.port, ssl=ssl))
        parts.append(f"service {service} {{\n{''.join(listeners)}}}\n")
    (here / "dovecot.conf").write_text("".join(parts))
    daemons.start([binary, "-F", "-c", here / "dovecot.conf"], [(one.address, one.port) for one in places])
