"""nginx's own reader asked for the words of the same text: its messages name what it took for a word."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrust.core.formats.nginx_conf import NginxConfError, read_nginx_conf

pytestmark = pytest.mark.real_server

PIECES = st.sampled_from([*"ab\\\"'${};# \n\t\r)(", "\\n", "\\t", '\\"', "${x}", "''", "\x0b", "\u00a0", "[", "~^"])
TEXT = st.lists(PIECES, max_size=12).map("".join)
VALUE = re.compile(r'invalid value "(.*)" in "daemon" directive, it must', re.DOTALL)
UNKNOWN = re.compile(r'unknown directive "(.*)" in ', re.DOTALL)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["daemon ", ""]), TEXT)
def test_nginx_reads_the_same_words(
    installed: Callable[[str, str], str], tmp_path: Path, before: str, words: str
) -> None:
    source = f"{before}{words};"
    file = tmp_path / "nginx.conf"
    file.write_bytes(source.encode())
    done = subprocess.run(
        [installed("nginx", "nginx"), "-t", "-c", file, "-e", "/dev/null"], capture_output=True, check=False
    )
    said = done.stderr.decode("utf-8", "replace")
    try:
        first, *others = read_nginx_conf(source)
    except (NginxConfError, ValueError):
        # It may stop at a directive before the fault; of a single one it must find the same fault.
        single = source.count(";") == 1 and "{" not in source
        assert not single or not (VALUE.search(said) or UNKNOWN.search(said)), said
        return
    if value := VALUE.search(said):
        assert (first.name, first.arguments) == ("daemon", (value[1],))
    elif unknown := UNKNOWN.search(said):
        assert first.name == unknown[1]
    else:
        assert "unexpected" not in said, (said, others)
