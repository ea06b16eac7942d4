"""HAProxy: one frontend a place."""

from collections.abc import Sequence
from pathlib import Path

from tests.programs.daemons import Daemons, Place, program

HEAD = """\
global
  ssl-default-bind-ciphers DEFAULT:@SECLEVEL=0
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 30s
"""
FRONTEND = """
frontend port-{port}
  bind {address}:{port} ssl crt {folder}/combined.pem
  http-request return status 200
"""


def start_haproxy(daemons: Daemons, here: Path, places: Sequence[Place]) -> None:
    """Serve HTTPS at the places, from a folder that is made. Raises NotInstalledError, DidNotStartError."""
    binary = program("haproxy", "haproxy")
    here.mkdir()
    frontends = (FRONTEND.format(address=one.address, port=one.port, folder=one.folder) for one in places)
    (here / "haproxy.cfg").write_text(HEAD + "".join(frontends))
    daemons.start([binary, "-db", "-f", here / "haproxy.cfg"], [(one.address, one.port) for one in places])
