"""Postfix and mailtrust agree about DANE, and go to the same hosts, through Knot's signatures and Unbound's word."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from mailtrust.lab.oracles.network import reenter
from mailtrust.lab.stories import STORIES
from mailtrust.lab.stories.parts.companies import SERVER


@pytest.mark.may_be_left_out
@pytest.mark.real_server
@pytest.mark.skipif(
    shutil.which("unshare") is None or not os.access("/", os.W_OK), reason="no network of its own can be made here"
)
def test_the_same_hosts_and_the_same_word(tmp_path: Path, capfd: Any) -> None:
    if shutil.which("posttls-finger", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("posttls-finger is not installed: apt install postfix")
    STORIES[0].expect_programs()
    script = Path(__file__).with_name("dane_by_postfix.py")
    status = reenter([sys.executable, str(script)])
    shown = capfd.readouterr()
    assert status == 0, shown.err
    before, broken, after = json.loads(shown.out)
    for look, well in ((before, True), (broken, False), (after, True)):
        assert look["postfix"]["well"] is well, look["postfix"]["said"]
        assert look["mailtrust"]["well"] is well
        assert look["postfix"]["met"] == look["mailtrust"]["met"] == [[SERVER, 25]], "by the server's log"
        assert ("dane-mismatch" in look["mailtrust"]["rules"]) is not well
