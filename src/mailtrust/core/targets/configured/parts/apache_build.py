"""How Apache was built and is started: by what it prints of itself, and by Debian's file of variables."""

import re
from posixpath import dirname, join

from mailtrust.core.model.server_facts import FileAt, OutputOf, Printed, Question, ServerFacts, content_of
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured.parts.apache_tree import MOST_EXPANDED, Build
from mailtrust.core.targets.configured.parts.editing import decode

PROGRAM = "apachectl"
"""On Debian a link to apache2ctl."""
USUAL = ("/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf", "/etc/apache2/httpd.conf")
_BUILT = re.compile(r'-D (HTTPD_ROOT|SERVER_CONFIG_FILE)="([^"]*)"')
_VERSION = re.compile(r"Apache/(\d{1,4}(?:\.\d{1,4}){0,2})", re.ASCII)
_MODULE = re.compile(r"^\s+(\w+\.c)\s*$", re.MULTILINE)
_USUAL_MODULES = frozenset({"core.c", "mod_so.c", "http_core.c"})
_ASSIGNMENT = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(\w+)=(\S*|\"[^\"]*\"|'[^']*')[ \t]*(?:#.*)?$", re.MULTILINE | re.ASCII
)
_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)
_DEFINED = re.compile(r"-D\s*(\w+)", re.ASCII)


def build_questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """What is asked before any file of the configuration."""
    asked = (_printed(server, "-V"), _printed(server, "-l"))
    if any(one not in facts for one in asked):
        return asked
    if _named(server, facts):
        return (FileAt(_envvars(main_file(server, facts))),)
    return (*map(FileAt, USUAL), *(FileAt(_envvars(main)) for main in USUAL))


def main_file(server: Server, facts: ServerFacts) -> str:
    """The configuration's first file."""
    there = (path for path in USUAL if content_of(facts, path) is not None)
    return _named(server, facts) or next(there, USUAL[0])


def build_of(server: Server, facts: ServerFacts) -> Build:
    """What was printed; the usual where nothing was."""
    built, modules = _said(server, facts, "-V"), _said(server, facts, "-l")
    version = _VERSION.search(built)
    main = main_file(server, facts)
    content = content_of(facts, _envvars(main))
    variables = _variables(decode(content.octets)) if content is not None else {}
    return Build(
        root=dict(_BUILT.findall(built)).get("HTTPD_ROOT") or dirname(main),
        version=tuple(map(int, version[1].split("."))) if version else (2, 4),
        modules=frozenset(_MODULE.findall(modules)) or _USUAL_MODULES,
        variables=variables,
        defined=frozenset(_DEFINED.findall(variables.get("APACHE_ARGUMENTS", ""))),
    )


def _named(server: Server, facts: ServerFacts) -> str:
    if server.configuration:
        return server.configuration
    built = dict(_BUILT.findall(_said(server, facts, "-V")))
    return join(built.get("HTTPD_ROOT", ""), built["SERVER_CONFIG_FILE"]) if "SERVER_CONFIG_FILE" in built else ""


def _envvars(main: str) -> str:
    return join(dirname(main), "envvars")


def _printed(server: Server, option: str) -> OutputOf:
    return OutputOf((server.program or PROGRAM, option))


def _said(server: Server, facts: ServerFacts, option: str) -> str:
    answer = facts.get(_printed(server, option))
    return answer.output + answer.errors if isinstance(answer, Printed) else ""


def _variables(shell: str) -> dict[str, str]:
    """Plain assignments, the last one counts; what a shell would have to work out is left out."""
    known: dict[str, str] = {}
    for name, raw in _ASSIGNMENT.findall(shell):
        plain = raw.startswith("'")
        value = raw.strip("\"'") if raw[:1] in "\"'" else raw
        if not plain:
            value = _REFERENCE.sub(lambda match: known.get(match[1] or match[2], match[0]), value)
        if plain or not re.search(r"[$`\\]", value):
            known[name] = value[:MOST_EXPANDED]
    return known
