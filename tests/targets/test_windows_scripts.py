"""The scripts for Windows machines without Exchange: PowerShell whatever stands in them, whole, and without a key."""

import base64
import re
from typing import Any

import pytest
from tests.rollout.test_powershell import literals, mistakes

from mailtrust.core.formats.powershell import quoted
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.targets.powershell.windows_scripts import WINDOWS_FORMS, WindowsForm, windows_script

HOSTS = (
    ("mail.example.com", "mail.example.com"),
    ("O'Neil \u2019s \u201cPost\u201d $(Stop-Computer) `whoami` ; @THUMBPRINT@ #", "HOST"),
    ("\u90f5\u4ef6.example", "xn--5nqv22n.example"),
)
"""What a certificate or a person calls the machine, and what the script calls it."""


def source(form: WindowsForm, caseworld: Any, host: str = "mail.example.com") -> str:
    data = windows_script(
        form, caseworld.leaf(), (caseworld.intermediate.certificate, caseworld.root.certificate), host
    )
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    return data.decode("utf-8-sig").replace("\r\n", "\n")


@pytest.mark.parametrize(("host", "known"), HOSTS, ids=["plain", "hostile", "chinese"])
@pytest.mark.parametrize("form", WINDOWS_FORMS)
def test_it_is_powershell(form: WindowsForm, host: str, known: str, caseworld: Any) -> None:
    it = source(form, caseworld, host)
    assert re.search(r"\$wanted = '[0-9A-F]{40}'\n", it)
    assert mistakes(it) == []
    assert quoted(known) in literals(it)
    assert not re.search(r"@[A-Z]+@", it)


@pytest.mark.parametrize("form", WINDOWS_FORMS)
def test_it_holds_the_intermediates_and_no_root(form: WindowsForm, caseworld: Any) -> None:
    def within(one: Certificate) -> bool:
        return quoted(base64.b64encode(one.der).decode("ascii")) in literals(source(form, caseworld))

    assert within(caseworld.intermediate.certificate)
    assert not within(caseworld.root.certificate)
    assert "LocalMachine\\Root" not in source(form, caseworld)


@pytest.mark.parametrize("form", WINDOWS_FORMS)
def test_nothing_is_changed_without_being_asked(form: WindowsForm, caseworld: Any) -> None:
    """Every command that changes something stands below a ShouldProcess of its function, or of the block it is in."""
    it = source(form, caseworld)
    assert "SupportsShouldProcess" in it
    changing = (
        "Add-ToStore ",
        "Remove-Item ",
        "New-WebBinding ",
        "Set-Bound ",
        "Restart-Service ",
        "Remove-WebBinding",
    )
    for block in re.split(r"\n(?=function |if \(\$Undo\)|Import-Leaf\n)", it):
        name = block.split("{", 1)[0]
        if any(word in name for word in ("Set-Bound", "Remove-Bound", "Add-To")):
            continue  # what is called behind the question
        places = [block.find(word) for word in changing if word in block]
        assert not places or "ShouldProcess(" in block[: min(places)], name


def test_without_intermediates(caseworld: Any) -> None:
    data = windows_script("iis-script", caseworld.leaf(), (), "mail.example.com")
    assert mistakes(data.decode("utf-8-sig")) == []
