"""Pebble, the ACME server of Let's Encrypt for tests, and its mock of the DNS."""

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.programs.daemons import LOOPBACK, Daemons, program

from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.x509.pem import to_pem_chain

CALM = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}
NAMES = ("localhost",)


@dataclass(frozen=True, slots=True)
class Pebble:
    """A running server."""

    directory: str
    management_port: int
    http_port: int
    """Where it looks for http-01."""
    root: Path
    """PEM of the root that the server's own certificate is trusted by."""
    certificate: Path
    key: Path
    dns: str = ""
    """Where its DNS is, as --dns takes it."""
    mock_port: int = 0
    """Of the mock's management; 0: DNS is somebody else's."""
    environment: Mapping[str, str] = field(default_factory=dict)

    def ask(self, path: str) -> bytes:
        """A page of the management interface, such as roots/0."""
        context = ssl.create_default_context(cafile=str(self.root))
        connection = http.client.HTTPSConnection("localhost", self.management_port, context=context, timeout=10)
        try:
            connection.request("GET", f"/{path}")
            return connection.getresponse().read()
        finally:
            connection.close()

    def status_of(self, serial: int) -> str:
        """Valid or Revoked."""
        return str(json.loads(self.ask(f"cert-status-by-serial/{serial:x}"))["Status"])

    def mock(self, what: str, **said: Any) -> None:
        """Change what the mock of the DNS says, as in set-txt."""
        connection = http.client.HTTPConnection(LOOPBACK, self.mock_port, timeout=10)
        try:
            connection.request("POST", f"/{what}", json.dumps(said))
            assert connection.getresponse().status == 200
        finally:
            connection.close()


def start_pebble(
    daemons: Daemons, here: Path, ports: Any, *, dns: str | None = None, configuration: Any = None, **environment: str
) -> Pebble:
    """Serve ACME, and mock the DNS unless `dns` names one. Raises NotInstalledError, DidNotStartError."""
    binary, mock = program("pebble", "pebble"), program("pebble-challtestsrv", "pebble")
    here.mkdir(parents=True)
    for name, content in _own_certificate().items():
        (here / name).write_text(content)
    listen, management, http = ports(), ports(), ports()
    mock_port = 0
    if dns is None:
        mock_dns, mock_port = ports(), ports()
        dns = f"{LOOPBACK}:{mock_dns}"
        command = [mock, "-dns01", dns, "-management", f"{LOOPBACK}:{mock_port}", "-defaultIPv6", ""]
        command += ["-http01", "", "-https01", "", "-tlsalpn01", ""]
        daemons.start(command, [(LOOPBACK, mock_port)])
    said = {
        "listenAddress": f"{LOOPBACK}:{listen}",
        "managementListenAddress": f"{LOOPBACK}:{management}",
        "certificate": str(here / "server.pem"),
        "privateKey": str(here / "server.key"),
        "httpPort": http,
        "tlsPort": ports(),
        "certificateValidityPeriod": 90 * 86400,
        **(configuration or {}),
    }
    (here / "pebble.json").write_text(json.dumps({"pebble": said}))
    command = [binary, "-config", str(here / "pebble.json"), "-dnsserver", dns, "-strict"]
    daemons.start(command, [(LOOPBACK, listen), (LOOPBACK, management)], **{**CALM, **environment})
    return Pebble(
        f"https://localhost:{listen}/dir",
        management,
        http,
        here / "root.pem",
        here / "server.pem",
        here / "server.key",
        dns,
        mock_port,
        environment,
    )


def _own_certificate() -> dict[str, str]:
    now = datetime.now(UTC).replace(microsecond=0)
    span = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=30)}
    root = make_root(root_recipe("ACME server's own root"), make_key("ec-p256"), serial=make_serial(), **span)
    made = issue(root, server_recipe(*NAMES), make_key("ec-p256"), serial=make_serial(), **span)
    return {
        "root.pem": to_pem_chain((root.certificate,)),
        "server.pem": to_pem_chain((made.certificate,)),
        "server.key": made.key.to_pem(),
    }
