"""The terminal report: what is seen first, and that it fits, whoever's words stand in it."""

# ruff: noqa: RUF001 - signs that look alike are meant here
import re
import unicodedata
from dataclasses import replace

import pytest
from rich.cells import cell_len

from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Unknown
from mailtrust.core.model.remedy import ServeChain
from mailtrust.core.model.text import text
from mailtrust.core.report.headline import headline
from mailtrust.core.report.terminal import render

SGR = re.compile("\x1b\\[[0-9;]*m")
NAMES = ["incomplete", "healthy", "alone", "untidy", "hostile", "unreachable"]
WIDTHS = [40, 66, 80, 120]


def show(sample: Assessment, width: int = 80, **more: object) -> str:
    given = {"colour": False, "translate": lambda template: template} | more
    return render(sample, width=width, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("voice", ["admin", "manager", "user"])
def test_it_fits_and_obeys_nobody(
    samples: dict[str, Assessment], name: str, width: int, ascii_only: bool, voice: str
) -> None:
    plain = show(samples[name], width, ascii_only=ascii_only, voice=voice)
    assert plain.endswith("\n")
    assert "\n\n\n" not in plain
    for line in plain.splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()
    assert not {one for one in plain if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} - {"\n"}
    coloured = show(samples[name], width, ascii_only=ascii_only, voice=voice, colour=True)
    assert SGR.sub("", coloured) == plain
    assert SGR.search(coloured)


@pytest.mark.parametrize("name", NAMES)
def test_every_language_fits(samples: dict[str, Assessment], name: str) -> None:
    def chinese(template: str) -> str:
        return "服务器没有发送中间证书，客户端拒绝连接：" + " ".join(re.findall(r"\{\w+\}", template))

    for width in WIDTHS:
        for line in show(samples[name], width, translate=chinese).splitlines():
            assert cell_len(line) <= width


@pytest.mark.parametrize("name", ["incomplete", "healthy", "alone", "untidy", "unreachable"])
def test_the_ascii_twin_is_ascii(samples: dict[str, Assessment], name: str) -> None:
    for voice in ("admin", "manager", "user"):
        assert show(samples[name], ascii_only=True, voice=voice).isascii()


@pytest.mark.parametrize("name", NAMES)
def test_the_environment_is_not_looked_at(
    samples: dict[str, Assessment], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = show(samples[name]), show(samples[name], colour=True)
    for variable, value in {
        "COLUMNS": "20", "LINES": "3", "TERM": "dumb", "NO_COLOR": "1", "FORCE_COLOR": "1", "COLORTERM": "truecolor",
        "TTY_COMPATIBLE": "1", "LANG": "fr_FR", "JUPYTER_COLUMNS": "10",
    }.items():  # fmt: skip
        monkeypatch.setenv(variable, value)
    assert (show(samples[name]), show(samples[name], colour=True)) == before


def test_the_first_sentence_says_it_all(samples: dict[str, Assessment]) -> None:
    first = {name: str(headline(sample)) for name, sample in samples.items() if name != "hostile"}
    assert first == {
        "incomplete": "mail.example.com: 5 of 6 clients refuse it; the missing intermediate Example Issuing CA 3 "
        "cures all of them.",
        "healthy": "mail.example.com: all 7 clients accept it.",
        "alone": "mail.example.com: of 7 clients, 6 refuse it and 1 warn.",
        "untidy": "example.com: 1 of 7 clients refuses it.",
        "unreachable": "mail.example.com: no port showed a certificate, so nothing could be judged.",
    }


def test_the_headline_says_what_was_not_seen(samples: dict[str, Assessment]) -> None:
    healthy, nobody = samples["healthy"], samples["unreachable"]
    away = Unknown("network-blocked", text("It turned this check away."), "mail.example.com:2525")
    by_ipv4 = Unknown("network-blocked", text("Seen by IPv4 only."), "mail.example.com:993")
    said = str(headline(replace(healthy, results=(away, by_ipv4))))
    assert said.endswith("accepts what was seen, but mail.example.com:2525 could not be looked at.")
    nowhere = replace(samples["incomplete"].findings[0], title=text("mail.example.com has no address"))
    assert str(headline(replace(nobody, results=(nowhere,)))).endswith("judged: mail.example.com has no address.")
    case = replace(nobody.evidence.case, lookups=(Lookup("dns-mx", "example.com", (), "It does not exist."),))
    unknown = replace(nobody, results=(), evidence=replace(nobody.evidence, case=case))
    assert str(headline(unknown)).endswith("judged: It does not exist.")


def test_what_stands_in_between_is_said_before_any_cure(incomplete: Assessment) -> None:
    between = replace(incomplete.findings[0], rule="tls-intercepted", title=text("It looks as if X had opened it"))
    said = str(headline(replace(incomplete, results=(between, *incomplete.results))))
    assert said.endswith("It looks as if X had opened it: look from another network first.")


def test_where_nothing_was_asked_there_is_no_picture(samples: dict[str, Assessment]) -> None:
    evidence = samples["unreachable"].evidence
    nothing = replace(samples["unreachable"], evidence=replace(evidence, case=replace(evidence.case, observations=())))
    assert "What ? presents" not in show(nothing)
    assert "presents" not in show(nothing)


def test_the_headline_promises_no_more_than_the_remedies(incomplete: Assessment) -> None:
    first, second = incomplete.remedies
    chain, expiring = incomplete.findings
    other = replace(chain, rule="name-mismatch", clients=("thunderbird",))
    results = (chain, other, expiring)

    def said(*remedies: object) -> str:
        return str(headline(replace(incomplete, results=results, remedies=remedies)))  # type: ignore[arg-type]

    assert said().endswith("5 of 6 clients refuse it.")
    assert said(first).endswith("the missing intermediate Example Issuing CA 3 cures 4 of these 5.")
    ordered = replace(first, goal=ServeChain("00" * 32, ()))
    assert said(ordered).endswith("“Serve the certificate together with its chain” cures 4 of these 5.")
    rest = replace(second, cures=(other.id,), title=first.title)
    assert said(first, rest).endswith("2 things to do cure all of them.")
    assert said(rest).endswith("5 of 6 clients refuse it.")  # Thunderbird lacks the chain as well
    both = replace(second, cures=(chain.id, other.id))
    assert said(first, both).endswith("one thing to do cures all of them: Renew the certificate.") is False
    goal = ServeChain("00" * 32, ())
    assert said(replace(both, goal=goal)).endswith("one thing to do cures all of them: Renew the certificate.")


def test_the_gap_is_drawn_where_the_certificate_is_missing(incomplete: Assessment) -> None:
    lines = show(incomplete).splitlines()
    gap = next(number for number, line in enumerate(lines) if line.endswith("╌ MISSING"))
    assert lines[gap].startswith("│  ○ Example Issuing CA 3 ╌╌")
    leaf = next(number for number, line in enumerate(lines) if "● mail.example.com" in line)
    assert leaf < gap
    assert all(line.startswith("│  ┊ ") for line in lines[leaf + 1 : gap])
    assert "http://ca.example.net/issuing-3.crt" in " ".join(lines[gap : gap + 3])
    anchor = next(number for number, line in enumerate(lines) if "◆ Example Root X1" in line)
    assert anchor > gap
    assert lines[anchor].endswith("in every client's store")
    complete = "\n".join(lines[anchor + 1 :])
    assert "MISSING" not in complete


def test_ports_with_the_same_chain_share_a_branch(incomplete: Assessment) -> None:
    shown = show(incomplete)
    assert "├─ smtp 25, smtps 465, submission 587, imap 143, imaps 993  TLSv1.3\n" in shown
    assert shown.count("● mail.example.com") == 2
    assert "without server name" not in shown
    assert "├─ – pop3 110, sieve 4190: nobody listens there\n" in shown
    assert "421 4.7.0 too many connections" in " ".join(shown.split()).replace("│ ", "")


def test_clients_meet_ports(incomplete: Assessment) -> None:
    rows = {line[:20].strip(): line[20:].split() for line in show(incomplete).splitlines()}
    assert "refuses*" in rows["Gmail on Android"]
    assert rows["Gmail on Android"].count("accepts") == 1
    assert "refuses~" in rows["Java mail (Angus Mai"]
    assert rows["Outlook for Windows"].count("accepts") == 2
    assert rows["Mail servers with MT"][-3:] == ["?", "unknown", "–"]
    assert rows["Thunderbird"][-1] == "chain-incomplete"


def test_a_finding_says_who_reads_what_and_what_to_do(incomplete: Assessment) -> None:
    shown = " ".join(show(incomplete).split())
    assert "“Certificate not valid. The Gmail app can't guarantee the security of this email address.”" in shown
    assert "judged from the client's source code; the words: an article" in shown
    assert "1. Write leaf and intermediate into one file. /etc/ssl/mail/fullchain.pem:" in shown
    assert "$ doveadm reload needs a reload · needs root · undo: as before" in shown
    assert "Certificates & Security → Intermediate Certs → Add New disturbs nothing · cannot be undone" in shown
    assert "... and 35 more lines" in shown
    assert shown.index("Cure 2 Renew the certificate") < shown.index("Cure 2 as above")
    assert "« Certificat non valide. »" not in shown
    assert "Certificat non valide." in show(incomplete, lang="fr")


def test_the_words_of_a_recalled_profile_are_marked(incomplete: Assessment) -> None:
    judged = tuple(one for one in incomplete.evidence.verdicts if one.client == "java-mail")
    alone = replace(incomplete, evidence=replace(incomplete.evidence, verdicts=judged))
    assert "less certain: recalled, nobody could source it; the words: its source" in " ".join(show(alone).split())


def test_voices(incomplete: Assessment) -> None:
    manager, user = show(incomplete, voice="manager"), show(incomplete, voice="user")
    assert "For the manager: what chain-incomplete costs." in manager
    assert "doveadm reload" not in manager
    assert "Who accepts it" in manager
    assert "For the user: what chain-incomplete looks like." in user
    assert "Cure" not in user
    assert "For the administrator" not in manager + user


def test_what_it_rests_on_is_said(incomplete: Assessment) -> None:
    shown = " ".join(show(incomplete).split())
    assert "mozilla is older than 180 days" in shown
    assert "microsoft is older" not in shown
    assert "The CRL could not be fetched." in shown
    assert "_imaps._tcp.example.com (dns-srv): SERVFAIL" in shown
    assert "not in the state" not in shown


def test_assumptions_come_before_everything_else(incomplete: Assessment, untidy: Assessment) -> None:
    case = incomplete.evidence.case
    chain = tuple(one for one in case.observations[5].presented_chain)
    root = incomplete.evidence.stores["mozilla"].anchors[0].certificate
    supposed = replace(case, local_roots=(root,), deployed=("gpo", "firefox"), hypothetical=chain)
    lines = " ".join(show(replace(incomplete, evidence=replace(incomplete.evidence, case=supposed))).split())
    assert lines.index("(--with): mail.example.com, Example Issuing CA 3.") < lines.index(
        "What mail.example.com presents"
    )
    assert "Assumed: Example Root X1 is trusted on the clients that gpo, firefox reach" in lines
    assert "assumed on clients (--roots)" in lines
    everywhere = replace(case, local_roots=(root,))
    shown = show(replace(incomplete, evidence=replace(incomplete.evidence, case=everywhere)))
    assert "Assumed: Example Root X1 is trusted on every client (--roots)." in shown


def test_a_store_that_differs_from_the_recorded_one_says_so(healthy: Assessment) -> None:
    stores = {name: replace(store, digest="cd" * 32) for name, store in healthy.evidence.stores.items()}
    shown = " ".join(show(replace(healthy, evidence=replace(healthy.evidence, stores=stores))).split())
    assert "mozilla is not in the state in which it was when the case was recorded" in shown


def test_disorder_is_visible(untidy: Assessment) -> None:
    shown = show(untidy)
    assert "├─ mx1.example.com, mx2.example.com: smtp 25  TLSv1.3\n" in shown
    assert re.search(r"● mail\.example\.com +presented #1\n", shown)
    assert re.search(r"● Example Issuing CA 3 +presented #4, #5\n", shown)
    assert re.search(r"◆ Example Root X1 +in the store of 6 of 7 clients\n", shown)
    assert "also presented #2" in shown
    assert re.search(r"◇ Other Root R2 +presented #3, not needed\n", shown)
    assert "It presents no certificate at all." in shown
    assert "microsoft is empty and trusts nothing." in shown


def test_a_certificate_alone(alone: Assessment) -> None:
    shown = show(alone)
    assert re.search(r"○ nobody else vouches for it ╌+ IN NO STORE\n", shown)
    assert "expired 3 days ago · rsa-1024 · self-signed" in shown
    assert "✗ expired for 7 of 7 clients" in shown
    assert re.search(r"Thunderbird +! asks +expired, name-mismatch, self-signed\n", shown)
    assert re.search(r"Gmail on Android +✗ refuses ", shown)


def test_a_stranger_cannot_flood_the_page(hostile: Assessment) -> None:
    assert len(show(hostile).splitlines()) < 250


def test_of_many_hurt_clients_the_first_are_named(incomplete: Assessment) -> None:
    clients = incomplete.evidence.clients
    more = {f"{client}@old": profile for client, profile in clients.items()}
    found = replace(incomplete.findings[0], clients=(*clients, *more))
    unhurt = replace(incomplete.evidence.verdicts[0], client="firefox")
    evidence = replace(
        incomplete.evidence, clients={**clients, **more}, verdicts=(*incomplete.evidence.verdicts, unhurt)
    )
    shown = " ".join(show(replace(incomplete, evidence=evidence, results=(found,))).split())
    assert "hurts Gmail on Android, Outlook for Windows, Apple Mail on iPhone and iPad, Thunderbird, " in shown
    assert "Java mail (Angus Mail) and 9 more" in shown
