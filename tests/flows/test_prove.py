"""Whose a port is, while a plan is proven machine by machine."""

from typing import Any

from mailtrust.core.model.settings import Place, Server
from mailtrust.flows.prove import parted

HOST = "mail.example.com"


def server(name: str, *ports: int | None) -> Server:
    return Server(name, tuple(Place(HOST, HOST, port) for port in ports), "nginx", name)


def test_a_port_belongs_to_whoever_is_named_for_it(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    web, imap, smtp = (caseworld.seen((leaf,), port) for port in (443, 993, 25))
    seen = (web, imap, smtp)
    here, elsewhere = parted((server("web", 443), server("mail", None)), seen, ("web",))
    assert (here, elsewhere) == ({web.id}, {imap.id, smtp.id})
    here, elsewhere = parted((server("one", 993), server("two", 993)), seen, ("one",))
    assert here == elsewhere == {imap.id}
