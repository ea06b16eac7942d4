"""The script that an administrator runs on Exchange: it is PowerShell, it only reads, and it writes what is read."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from mailtrust.cli.main import main
from mailtrust.core.formats.exchange import export_wire

SOURCE = files("mailtrust.core.targets.powershell").joinpath("collect.ps1").read_text(encoding="utf-8")
TREE = Parser(Language(tree_sitter_powershell.language())).parse(SOURCE.encode()).root_node

READS = {
    "Get-AcceptedDomain", "Get-ActiveSyncVirtualDirectory", "Get-AuthConfig", "Get-AutodiscoverVirtualDirectory",
    "Get-ClientAccessServer", "Get-ClientAccessService", "Get-EcpVirtualDirectory", "Get-EdgeSubscription",
    "Get-ExchangeCertificate", "Get-ExchangeServer", "Get-FederationTrust", "Get-HybridApplication",
    "Get-HybridConfiguration", "Get-ImapSettings", "Get-MapiVirtualDirectory", "Get-OabVirtualDirectory",
    "Get-OutlookAnywhere", "Get-OwaVirtualDirectory", "Get-PopSettings", "Get-PowerShellVirtualDirectory",
    "Get-ReceiveConnector", "Get-SendConnector", "Get-TransportServer", "Get-TransportService",
    "Get-UMCallRouterSettings", "Get-UMServer", "Get-UMService", "Get-WebServicesVirtualDirectory",
    "Get-Service", "Get-WebApplication", "Get-WebBinding", "Get-WebConfigurationProperty",
}  # fmt: skip
"""Cmdlets that ask Exchange, Windows and IIS, and change nothing."""
WITHIN = {
    "ConvertTo-Json", "ForEach-Object", "Get-Command", "Import-Module", "New-Object", "Where-Object", "Write-Host",
}  # fmt: skip
"""Of PowerShell itself, within its own memory."""
WRITES = {"Export-Clixml", "Move-Item"}
"""What writes, each once: the file that was asked for."""
METHODS = {
    "Add", "ContainsKey", "GetUnresolvedProviderPathFromPSPath", "Match", "Remove", "ToBase64String", "ToString",
    "ToUniversalTime", "Trim", "WriteAllText",
}  # fmt: skip
SECRET = ("PrivateKey", "Password", "Credential", "PSCredential", "SecureString", "ExportableKey")


def nodes(kind: str, below: Node = TREE) -> Iterator[Node]:
    if below.type == kind:
        yield below
    for child in below.children:
        yield from nodes(kind, child)


def written(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode()


def test_it_is_powershell() -> None:
    assert not TREE.has_error


def test_every_command_in_it_reads() -> None:
    own = {written(node) for node in nodes("function_name")}
    called = [written(node) for node in nodes("command_name")]
    assert set(called) - own <= READS | WITHIN | WRITES
    assert set(called) >= READS | WITHIN | WRITES | own, "something in the lists is never called"
    assert [called.count(name) for name in sorted(WRITES)] == [1, 1]
    # What is called by a variable is the block that was given to Get-Part, and nothing else.
    assert {written(node) for node in nodes("command_name_expr")} == {"$Read"}


def test_every_method_in_it_is_harmless() -> None:
    calls = [one for call in nodes("invokation_expression") for one in call.children if one.type == "member_name"]
    assert {written(name) for name in calls} == METHODS
    assert SOURCE.count("WriteAllText") == 1


def test_it_asks_for_no_secret() -> None:
    members = {written(node) for node in nodes("member_name")}
    assert "HasPrivateKey" in members
    for member in members - {"HasPrivateKey", "PrivateKeyExportable"}:
        assert not any(word.lower() in member.lower() for word in SECRET), member


def wires() -> list[type[msgspec.Struct]]:
    kinds = [one for one in vars(export_wire).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    return [one for one in kinds if one is not msgspec.Struct]


def test_it_writes_what_the_schema_has_and_all_of_it() -> None:
    """Each literal is an object of the export: its keys are those of one type, and no key of a type is left out."""
    fields = {one: {field.encode_name for field in msgspec.structs.fields(one)} for one in wires()}
    added = {written(node).strip("'") for node in nodes("string_literal")}
    reached: dict[type[msgspec.Struct], set[str]] = {one: set() for one in fields}
    for literal in nodes("hash_literal_expression"):
        keys = {written(key) for key in nodes("key_expression", literal) if _own_key(key, literal)}
        if not keys or any(key.startswith(("'", "Server")) for key in keys):
            continue
        fitting = [one for one, known in fields.items() if keys <= known]
        assert fitting, keys
        for one in fitting:
            reached[one] |= keys
    for one, known in fields.items():
        assert not known - reached[one] - added, one.__name__


def _own_key(key: Node, literal: Node) -> bool:
    above = key.parent
    while above is not None and above.type != "hash_literal_expression":
        above = above.parent
    return above == literal


def test_the_command_writes_it_as_windows_has_scripts(tmp_path: Path) -> None:
    output = tmp_path / "collect.ps1"
    assert main(["services", "collect", "-o", str(output)]) == 0
    octets = output.read_bytes()
    assert octets.decode("utf-8-sig").replace("\r\n", "\n") == SOURCE
    assert octets.startswith(b"\xef\xbb\xbf<#\r\n")
    assert SOURCE.isascii()
