"""The least set of certificates: what it is made of, and that no smaller one does, by trying every way there is."""

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailtrust.core.services.least_set import (
    MOST_NAMES,
    Ca,
    Candidate,
    LeastSet,
    Order,
    Reuse,
    least_set,
)
from mailtrust.core.services.least_words import would_do
from mailtrust.core.services.needs import Need

MAIL, AUTODISCOVER, INSIDE = "mail.example.com", "autodiscover.example.com", "ex1.corp.local"


def need(service: str, *names: str, server: str = "EX1", product: str = "exchange") -> Need:
    return Need(server, product, service, names)


def test_one_certificate_serves_all_that_is_public() -> None:
    found = least_set([need("IIS", MAIL, AUTODISCOVER), need("IMAP", "imap.example.com"), need("SMTP", MAIL)])
    (order,) = found.orders
    assert order.spec.dns_names == (MAIL, AUTODISCOVER, "imap.example.com")
    assert (order.spec.common_name, order.spec.key, order.ca) == (MAIL, "rsa-2048", "public")
    assert found.proven


def test_an_internal_name_beside_public_ones_is_left_out_and_told() -> None:
    iis = need("IIS", MAIL, INSIDE)
    found = least_set([iis])
    assert [one.spec.dns_names for one in found.orders] == [(MAIL,)]
    assert [(one.need, one.names) for one in found.left_out] == [(iis, (INSIDE,))]


def test_who_is_reached_by_internal_names_alone_needs_the_own_ca() -> None:
    archive = need("HTTPS", "archive.corp.local", "10.0.0.5", server="archive", product="mailstore")
    found = least_set([need("IIS", MAIL), archive])
    assert [(one.ca, one.spec.dns_names, one.spec.ip_addresses) for one in found.orders] == [
        ("public", (MAIL,), ()),
        ("own", ("archive.corp.local",), ("10.0.0.5",)),
    ]
    alone = least_set([need("IIS", MAIL, INSIDE), archive], ca="own")
    assert [one.ca for one in alone.orders] == ["own"]
    assert alone.left_out == ()


def test_what_would_do_but_for_its_ca_is_told() -> None:
    mine = Candidate("A" * 40, (MAIL, "*.example.com"), "own", None)
    needs = [need("IIS", MAIL, AUTODISCOVER)]
    (said,) = map(str, would_do(least_set(needs, [mine]), [mine]))
    assert said.startswith(f"{MAIL} (AAAAAAAA), which is there, holds all that is to be ordered with {AUTODISCOVER}.")
    assert would_do(least_set(needs, [mine], ca="own"), [mine]) == ()
    elsewhere = Candidate("A" * 40, mine.names, "own", frozenset({"EX2"}))
    assert would_do(least_set(needs, [elsewhere]), [elsewhere]) == ()


def test_what_is_there_is_used_before_anything_is_ordered() -> None:
    there = Candidate("A" * 40, (MAIL, "*.example.com"), "public", None)
    needs = [need("IIS", MAIL, AUTODISCOVER), need("IMAP", "imap.example.com")]
    assert least_set(needs, [there]).parts == (Reuse(there, tuple(needs)),)
    # Its key cannot leave the other server.
    bound = Candidate("A" * 40, there.names, "public", frozenset({"EX2"}))
    assert [type(part) for part in least_set(needs, [bound]).parts] == [Order]
    # Exchange takes RSA; nginx takes both.
    ec = Candidate("B" * 40, there.names, "public", None, rsa=False)
    assert [type(part) for part in least_set(needs, [ec]).parts] == [Order]
    web = [need("http server", MAIL, server="web", product="nginx")]
    assert [type(part) for part in least_set(web, [ec]).parts] == [Reuse]
    # No client would know it.
    own = Candidate("C" * 40, there.names, "own", None)
    assert [type(part) for part in least_set(needs, [own]).parts] == [Order]


def test_one_new_certificate_is_less_than_two_that_are_there() -> None:
    two = [Candidate("A" * 40, (MAIL,), "public", None), Candidate("B" * 40, ("www.example.com",), "public", None)]
    found = least_set([need("IIS", MAIL), need("server", "www.example.com", server="web", product="nginx")], two)
    assert [type(part) for part in found.parts] == [Order]


def test_clients_without_sni_have_services_of_one_port_share_a_certificate() -> None:
    port = frozenset({("web", 443)})
    needs = [Need("web", "nginx", name, (f"{name}.example.com",), port) for name in ("mail", "www")]
    there = [Candidate("A" * 40, ("mail.example.com",), "public", None)]
    limited = least_set(needs, there, most_names=1)
    assert sorted(type(part).__name__ for part in limited.parts) == ["Order", "Reuse"]
    together = least_set(needs, there, sni=False, most_names=1)
    assert [one.spec.dns_names for one in together.orders] == [("mail.example.com", "www.example.com")]


def test_more_names_than_a_ca_takes_are_shared_out() -> None:
    needs = [need("server", *(f"{one}{number}.example.com" for number in range(40)), server=one) for one in "abcd"]
    found = least_set(needs)
    assert [len(one.spec.dns_names) for one in found.orders] == [80, 80]
    assert all(len(one.spec.dns_names) <= MOST_NAMES for one in found.orders)


def test_a_wildcard_makes_the_names_under_it_needless() -> None:
    found = least_set([need("server", "*.example.com", server="web", product="nginx"), need("IIS", MAIL)])
    assert [one.spec.dns_names for one in found.orders] == [("*.example.com",)]


def test_an_answer_comes_also_where_not_everything_can_be_tried() -> None:
    needs = [need("s", *(f"n{(number * 7 + at) % 60}.example.com" for at in range(5)), server=f"s{number}")
             for number in range(40)]  # fmt: skip
    found = least_set(needs, most_names=12, most_steps=500)
    assert not found.proven
    assert {one for part in found.parts for one in part.needs} == set(needs)


def test_very_many_services_are_not_too_many() -> None:
    needs = [need(word, *names, server=f"EX{number}") for number in range(300) for word, names in (
        ("IIS", (MAIL, AUTODISCOVER)), ("SMTP", (f"ex{number}.example.com",)))]  # fmt: skip
    found = least_set(needs, most_names=1000)
    assert (len(found.parts), found.proven) == (1, True)
    assert found.parts[0].needs == tuple(needs)
    there = [Candidate(f"{number:040X}", (f"ex{number}.example.com", MAIL), "public", None) for number in range(300)]
    shared = least_set(needs, there, most_names=100)
    assert len(shared.parts) == 4
    assert not shared.proven
    assert {one for part in shared.parts for one in part.needs} == set(needs)


NAMES = (
    "a.example.com", "b.example.com", "*.example.com", "c.example.org", "d.example.org", "x.corp.local", "y.corp.local",
)  # fmt: skip
PRODUCTS = st.sampled_from(["exchange", "nginx"])
SOME_NAMES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def needed(draw: st.DrawFn) -> list[Need]:
    count = draw(st.integers(1, 6))
    return [
        Need(draw(st.sampled_from(["S1", "S2"])), draw(PRODUCTS), f"service {number}", draw(SOME_NAMES))
        for number in range(count)
    ]


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        thumbprint=st.sampled_from(["A" * 40, "B" * 40, "C" * 40, "D" * 40]),
        names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True).map(tuple),
        ca=st.sampled_from(["public", "own"]),
        servers=st.sampled_from([None, frozenset({"S1"}), frozenset({"S2"})]),
        rsa=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.thumbprint,
)


@settings(max_examples=150, deadline=None)
@given(needed(), CANDIDATES, st.sampled_from(["public", "own"]), st.integers(1, 5))
# The wildcard might make room for both others, and does not.
@example(
    [
        need("a", "a.example.com", "c.example.org"),
        need("b", "b.example.com", "d.example.org"),
        need("c", "*.example.com", product="nginx"),
    ],
    [],
    "public",
    2,
)
def test_no_smaller_set_does(needs: list[Need], there: list[Candidate], ca: Ca, room: int) -> None:
    found = least_set(needs, there, ca=ca, most_names=room)
    assert found.proven
    assert _cost(found) == min(_every_cost(needs, there, ca, room))
    for part in found.parts:
        names = part.spec.dns_names if isinstance(part, Order) else part.candidate.names
        for one in part.needs:
            assert all(_holds(names, name) for name in _asked(one, ca)[1])
    assert sorted(one.service for part in found.parts for one in part.needs) == sorted(one.service for one in needs)


def _cost(found: LeastSet) -> tuple[int, int, int]:
    return len(found.parts), len(found.orders), sum(len(one.spec.dns_names) for one in found.orders)


def _asked(one: Need, ca: str) -> tuple[str, frozenset[str]]:
    """Who must certify it, and what."""
    public = frozenset(name for name in one.names if not name.endswith(".local"))
    return ("public", public) if public and ca == "public" else ("own", frozenset(one.names))


def _holds(names: Sequence[str], wanted: str) -> bool:
    return wanted in names or f"*.{wanted.partition('.')[2]}" in names


def _written(names: frozenset[str]) -> frozenset[str]:
    """Without those that a wildcard among them covers."""
    return frozenset(name for name in names if name[0] == "*" or f"*.{name.partition('.')[2]}" not in names)


def _every_cost(needs: list[Need], there: list[Candidate], ca: str, room: int) -> Iterator[tuple[int, int, int]]:
    for groups in _partitions(list(range(len(needs)))):
        choices = []
        for group in groups:
            asked = [_asked(needs[at], ca) for at in group]
            names = frozenset(name for _, wanted in asked for name in wanted)
            able: list[tuple[str, int]] = [
                (one.thumbprint, 0)
                for one in there
                if all(_holds(one.names, name) for name in names)
                and (one.ca == "public" or all(kind == "own" for kind, _ in asked))
                and (one.servers is None or all(needs[at].server in one.servers for at in group))
                and (one.rsa or all(needs[at].product != "exchange" for at in group))
            ]
            written = _written(names)
            alone = any(_written(wanted) == written for _, wanted in asked)
            if len({kind for kind, _ in asked}) == 1 and (len(written) <= room or alone):
                able.append(("", len(written)))
            choices.append(able)
        for way in product(*choices):
            used = [print_ for print_, _ in way if print_]
            if len(set(used)) == len(used):  # two groups of one certificate are one group
                yield len(way), len(way) - len(used), sum(names for _, names in way)


def _partitions(items: list[int]) -> Iterator[list[list[int]]]:
    if not items:
        yield []
        return
    first, *rest = items
    for groups in _partitions(rest):
        yield [[first], *groups]
        for at in range(len(groups)):
            yield [*groups[:at], [first, *groups[at]], *groups[at + 1 :]]
