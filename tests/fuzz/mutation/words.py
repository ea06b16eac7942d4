"""Texts that a stranger may send and nobody may show as they are, and texts changed by chance."""

from collections.abc import Sequence
from random import Random

HOSTILE = (
    "",
    "\x00",
    "\x1b[2J\x1b[31mred",
    "\x1b]0;owned\x07",
    "\x9b2J\x9d0;owned\x9c",
    "\x1b]8;;http://evil.test/\x1b\\here\x1b]8;;\x1b\\",
    "\x07\x08\x08\x7f\x0c\x0b",
    "a\r\nOK - all is well | x=1\nb",
    "a\u2028b\u2029c\x85d",
    "\u202elive\u2069\u2066\u2067 \u200f\u061c",
    "in\u200bvis\u2060ible\ufeff \U000e0041\U000e007f",
    "\ud800 \udfff",
    "\ufffe\uffff\U0010ffff\ue000",
    "Z" + "\u0301\u0489" * 60,
    "\u1100" * 40 + "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "<script>alert(1)</script><zq onzq=1>'\"><img src=x onerror=alert(1)>",
    "</style></title></textarea></svg><zq>",
    "--><zq><!--",
    "]]><zq/><![CDATA[",
    "<?zq?><!DOCTYPE zq [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;&amp;&#0;&#x1b;",
    "javascript:alert(1)//",
    '" onzq="1',
    "{host} {0} {} %s %(host)s ${HOME} `id` $(id) ; rm -rf /",
    "[bold red]x[/] [link=http://evil.test]y[/link] [/]",
    ":smile: \\[x] [[/]]",
    "'a|b'=1;2;3 | c=d",
    'x"} 1\nmailtrust_evil{a="\\',
    "\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nATTACH:file:///x,;:\\",
    "../../../etc/passwd\x00.crt",
    "xn--" + "a" * 70 + ".xn--.example",
    "xn--zckzah-\u00e4.*.*..example.",
    "*",
    "*.",
    "." * 300,
    "a" * 5000,
    "mail.example.com\x00.evil.test",
    "[::1%25eth0]",
    "1.2.3.4.5",
    "999999999999999999999999999999",
    "http://[::1",
    "http://user:pass@127.0.0.1:99999/%zz?#",
    "ldap:///CN=x?cACertificate?base?objectClass=*",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    "\u0130\u0131\u017f\ufb03\u00df\u1e9e",
    "\U0001d552\u24d0\uff41\u3002com\u2024",
    "a b\t c \u00a0\u3000\u2003 d ",
    " leading, and=trailing+\\ #",
)


def hostile(chance: Random) -> str:
    """A text of the list, sometimes two, sometimes very many times."""
    words = chance.choice(HOSTILE)
    if chance.random() < 0.3:
        words += chance.choice(HOSTILE)
    if chance.random() < 0.05:
        words *= chance.choice((10, 100, 1000))
    return words[:50_000]


def mutate_text(chance: Random, seed: bytes, seeds: Sequence[bytes]) -> bytes:
    """UTF-8 text (lone surrogates included) with characters and words changed."""
    text = seed.decode("utf-8", "surrogatepass")
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(text) + 1)
        to = min(len(text), at + chance.choice((0, 0, 1, 1, 2, 5, 20)))
        match chance.randrange(7):
            case 0:
                text = text[:at] + hostile(chance) + text[to:]
            case 1:
                text = text[:at] + chr(chance.choice((chance.randrange(0x80), chance.randrange(0x110000)))) + text[to:]
            case 2:
                text = text[:at] + text[to:]
            case 3:
                text = text[:at] + text[at:to] * chance.choice((2, 3, 50)) + text[to:]
            case 4:
                other = chance.choice(seeds).decode("utf-8", "surrogatepass")
                text = text[:at] + other[chance.randrange(len(other) + 1) :]
            case 5:
                text = (
                    text[:at]
                    + chance.choice(("\x00", "\n", ",", '"', "'", ":", "[", "]", "/", "@", "%", "\\"))
                    + text[at:]
                )
            case _:
                text = text.swapcase() if chance.random() < 0.2 else text[:at] + text[at:to][::-1] + text[to:]
    return text[:200_000].encode("utf-8", "surrogatepass")
