"""Apache: one virtual host a place."""

from collections.abc import Sequence
from pathlib import Path

from tests.programs.daemons import Daemons, Place, program

MODULES = "/usr/lib/apache2/modules"
HEAD = """\
ServerName post.example
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
PidFile {here}/pid
DefaultRuntimeDir {here}
ErrorLog {here}/error.log
User nobody
Group nogroup
SSLCipherSuite DEFAULT:@SECLEVEL=0
"""
HOST = """\
Listen {address}:{port}
<VirtualHost {address}:{port}>
  SSLEngine on
  SSLCertificateFile {folder}/bundle.pem
  SSLCertificateKeyFile {folder}/key.pem
</VirtualHost>
"""


def start_apache(daemons: Daemons, here: Path, places: Sequence[Place]) -> None:
    """Serve HTTPS at the places, from a folder that is made. Raises NotInstalledError, DidNotStartError."""
    binary = program("apache2", "apache2-bin")
    here.mkdir()
    hosts = "".join(HOST.format(address=one.address, port=one.port, folder=one.folder) for one in places)
    (here / "httpd.conf").write_text(HEAD.format(modules=MODULES, here=here) + hosts)
    command = [binary, "-d", here, "-f", here / "httpd.conf", "-D", "FOREGROUND"]
    daemons.start(command, [(one.address, one.port) for one in places])
