"""nginx: one server block a place."""

from collections.abc import Sequence
from pathlib import Path

from tests.programs.daemons import Daemons, Place, program

BLOCK = """
  server {{
    listen {address}:{port} ssl;
    ssl_certificate {folder}/bundle.pem;
    ssl_certificate_key {folder}/key.pem;
    return 200 "here";
  }}
"""


def start_nginx(daemons: Daemons, here: Path, places: Sequence[Place]) -> None:
    """Serve HTTPS at the places, from a folder that is made. Raises NotInstalledError, DidNotStartError."""
    binary = program("nginx", "nginx")
    here.mkdir()
    blocks = "".join(BLOCK.format(address=one.address, port=one.port, folder=one.folder) for one in places)
    temporary = "".join(
        f"  {name}_temp_path {here}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (here / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {here}/pid;\nevents {{}}\n"
        f"http {{\n  access_log off;\n{temporary}  ssl_ciphers DEFAULT:@SECLEVEL=0;\n{blocks}}}\n"
    )
    command = [binary, "-c", here / "nginx.conf", "-p", here, "-e", here / "error.log"]
    daemons.start(command, [(one.address, one.port) for one in places])
