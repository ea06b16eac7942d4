"""HAProxy's own reader asked for the words of the same text: `.alert` says what it took for a word."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrust.core.formats.haproxy_cfg import HaproxyCfgError, read_haproxy_cfg

pytestmark = pytest.mark.real_server

PIECES = st.sampled_from([*"ab\\\"'#{} \t-[", "\\x41", "\\n", '\\"', "\\ ", "\\#", "''", "\x0b", "\\$", "\\'", "\r"])
TEXT = st.lists(PIECES, max_size=10).map("".join)
SAID = re.compile(r"parsing \[[^\]]*:1\]: '(.*?)'\.\n", re.DOTALL)
MORE = re.compile(r"Unexpected argument '(.*?)' for '.alert'", re.DOTALL)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT)
def test_haproxy_reads_the_same_words(installed: Callable[[str, str], str], tmp_path: Path, words: str) -> None:
    source = f".alert {words}\n"
    file = tmp_path / "haproxy.cfg"
    file.write_bytes(source.encode())
    done = subprocess.run([installed("haproxy", "haproxy"), "-c", "-f", file], capture_output=True, check=False)
    errors = done.stderr.decode("utf-8", "surrogateescape")
    more, said = MORE.search(errors), SAID.search(errors)
    try:
        (line,) = read_haproxy_cfg(source)
    except HaproxyCfgError:
        assert not more
        assert not said
        return
    if more:
        assert line.values[2] == more[1]
    else:
        assert said, errors
        assert "".join(line.values[1:]) == said[1]
