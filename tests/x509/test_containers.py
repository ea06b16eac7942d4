"""Every kind of file that certificates come in, made by the tools that make them."""

import base64
import io
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.issuance.authority import Authority, Issued
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.model.certificate import UnreadableCertificate
from mailtrust.core.x509 import der
from mailtrust.core.x509.archive import MAX_MEMBER_OCTETS, MAX_MEMBERS
from mailtrust.core.x509.chain_order import presented_order
from mailtrust.core.x509.containers import MAX_OCTETS, Contents, Form, Kind, read_container
from mailtrust.core.x509.pem import to_pem, to_pem_chain
from mailtrust.core.x509.private_key import PrivateKey, read_private_key

PASSWORD = b"pass word"


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def chain(server: Issued, intermediate: Authority, root: Authority) -> tuple[bytes, ...]:
    return tuple(made.certificate.der for made in (server, intermediate, root))


@pytest.fixture
def files(tmp_path: Path, server: Issued, intermediate: Authority, root: Authority) -> Path:
    (tmp_path / "leaf.pem").write_text(to_pem(server.certificate))
    (tmp_path / "key.pem").write_text(server.key.to_pem())
    (tmp_path / "issuers.pem").write_text(to_pem_chain((intermediate.certificate, root.certificate)))
    return tmp_path


def found(contents: Contents) -> tuple[bytes, ...]:
    return tuple(item.certificate.der for item in contents.items)


def roles(contents: Contents) -> list[str]:
    return [str(item.role) for item in contents.items]


def test_pem_in_any_mix(server: Issued, intermediate: Authority, root: Authority, chain: tuple[bytes, ...]) -> None:
    text = "Bag Attributes\n" + server.key.to_pem() + to_pem_chain(
        (server.certificate, intermediate.certificate, root.certificate)
    )  # fmt: skip
    contents = read_container(text.encode(), "mix.pem")
    assert contents.form is Form.PEM
    assert found(contents) == chain
    assert [key.spki for key in contents.keys] == [server.key.spki]
    assert [str(other.role) for other in contents.others] == ["a private key (rsa, 2048 bits)"]
    assert contents.problems == ()
    assert roles(contents) == [
        "the server's own certificate, for mail.example.org, autodiscover.example.org; its private key is here too",
        "an intermediate: Issuing CA, issued by New Root",
        "a root: New Root",
    ]


def test_a_cross_certificate_is_told_from_an_intermediate(root: Authority, crossed: Authority) -> None:
    contents = read_container(to_pem_chain((crossed.certificate, root.certificate)).encode(), "x")
    assert roles(contents) == ["a cross-certificate: the root New Root, issued by Old Root", "a root: New Root"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_what_exchange_writes_is_understood(server: Issued, encoding: str) -> None:
    data = to_pem(server.certificate).replace("\n", "\r\n").encode(encoding)
    assert found(read_container(data, "exchange.cer")) == (server.certificate.der,)


def test_der_and_bare_base64(server: Issued) -> None:
    octets = server.certificate.der
    assert found(read_container(octets, "a.cer")) == (octets,)
    assert read_container(octets, "a.cer").form is Form.DER
    bare = base64.encodebytes(octets)
    assert found(read_container(bare, "a.txt")) == (octets,)
    assert found(read_container(bare.decode().encode("utf-16"), "a.txt")) == (octets,)


@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_pkcs7_as_openssl_writes_it(files: Path, chain: tuple[bytes, ...], form: str) -> None:
    arguments = ("crl2pkcs7", "-nocrl", "-outform", form)
    data = openssl(*arguments, "-certfile", str(files / "leaf.pem"), "-certfile", str(files / "issuers.pem"))
    contents = read_container(data, "chain.p7b")
    assert set(found(contents)) == set(chain)
    if form == "PEM":  # Windows writes a chain between the marks of a certificate
        relabelled = data.replace(b"PKCS7", b"CERTIFICATE")
        assert set(found(read_container(relabelled, "chain.cer"))) == set(chain)


def test_pkcs7_in_ber_as_windows_writes_it(chain: tuple[bytes, ...]) -> None:
    inner = der.encode_integer(1) + b"\x31\x00" + der.encode(0x30, der.encode_oid("1.2.840.113549.1.7.1"))
    signed = b"\x30\x80" + inner + b"\xa0\x80" + b"".join(chain) + b"\0\0" + b"\x31\x00" + b"\0\0"
    data = b"\x30\x80" + der.encode_oid("1.2.840.113549.1.7.2") + b"\xa0\x80" + signed + b"\0\0" + b"\0\0"
    contents = read_container(data, "chain.p7b")
    assert (contents.form, found(contents)) == (Form.PKCS7, chain)


PBE = {
    "modern": ("-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha256"),
    "windows": ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    "certificates in the clear": ("-certpbe", "NONE"),
    "all in the clear": ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac"),
    "the nineties": ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
}


def pfx(files: Path, kind: str, password: bytes) -> bytes:
    inputs = ("-in", str(files / "leaf.pem"), "-inkey", str(files / "key.pem"), "-certfile", str(files / "issuers.pem"))
    return openssl("pkcs12", "-export", *inputs, *PBE[kind], "-passout", "stdin", stdin=password + b"\n")


@pytest.mark.parametrize("kind", PBE)
def test_pkcs12_as_openssl_writes_it(files: Path, chain: tuple[bytes, ...], server: Issued, kind: str) -> None:
    contents = read_container(pfx(files, kind, PASSWORD), "a.pfx", PASSWORD)
    assert contents.form is Form.PKCS12
    assert [str(problem) for problem in contents.problems] == []
    assert found(contents)[0] == server.certificate.der
    assert set(found(contents)) == set(chain)
    assert contents.keys == (server.key,)


def test_pkcs12_without_password_and_with_an_empty_one(files: Path, chain: tuple[bytes, ...]) -> None:
    data = pfx(files, "modern", b"")
    assert set(found(read_container(data, "a.pfx"))) == set(chain)
    assert set(found(read_container(data, "a.pfx", b""))) == set(chain)


def test_pkcs12_says_what_is_wrong_with_the_password(files: Path) -> None:
    data = pfx(files, "modern", PASSWORD)
    (missing,) = read_container(data, "a.pfx").problems
    assert str(missing) == "a.pfx: the PKCS#12 file needs its password, or is damaged."
    (wrong,) = read_container(data, "a.pfx", b"another").problems
    assert "another one" in str(wrong)
    assert "another" not in dict(wrong.values).values()
    (odd,) = read_container(data, "a.pfx", b"\xff\xfe").problems
    assert "does not open" in str(odd)


@pytest.mark.skipif(shutil.which("keytool") is None, reason="needs keytool: apt install openjdk-17-jre-headless")
@pytest.mark.parametrize("kind", ["JKS", "PKCS12"])
def test_key_stores_as_keytool_writes_them(files: Path, chain: tuple[bytes, ...], server: Issued, kind: str) -> None:
    source, store = files / "source.pfx", files / "store"
    source.write_bytes(pfx(files, "modern", PASSWORD))
    arguments = ["-importkeystore", "-noprompt", "-srckeystore", str(source), "-srcstoretype", "PKCS12"]
    arguments += ["-srcstorepass", PASSWORD.decode(), "-destkeystore", str(store), "-deststoretype", kind]
    arguments += ["-deststorepass", PASSWORD.decode()]
    subprocess.run(["keytool", *arguments], check=True, capture_output=True)
    contents = read_container(store.read_bytes(), "store.jks", PASSWORD)
    assert contents.form.value.upper() == kind
    assert set(found(contents)) == set(chain)
    assert contents.keys == (server.key,)
    if kind == "JKS":
        locked = read_container(store.read_bytes(), "store.jks")
        assert set(found(locked)) == set(chain)
        assert "password" in str(locked.problems[0])
        assert "does not open" in str(read_container(store.read_bytes(), "store.jks", b"another").problems[0])


def test_other_java_key_stores_are_told_with_their_cure() -> None:
    (other,) = read_container(b"\xce\xce\xce\xce" + bytes(20), "store.jceks").others
    assert "keytool" in str(other.role)
    (problem,) = read_container(b"\xfe\xed\xfe\xed" + bytes(3), "store.jks").problems
    assert "damaged" in str(problem)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("PKCS#8", ("pkcs8", "-topk8", "-nocrypt")),
        ("PKCS#8, encrypted", ("pkcs8", "-topk8", "-passout", "pass:pass word")),
        ("PKCS#1", ("rsa", "-traditional")),
        ("PKCS#1, encrypted the old way", ("rsa", "-traditional", "-aes256", "-passout", "pass:pass word")),
        ("DER PKCS#8", ("pkcs8", "-topk8", "-nocrypt", "-outform", "DER")),
        ("DER PKCS#8, encrypted", ("pkcs8", "-topk8", "-passout", "pass:pass word", "-outform", "DER")),
        ("DER PKCS#1", ("rsa", "-traditional", "-outform", "DER")),
    ],
)
def test_private_keys_in_every_spelling(server: Issued, name: str, arguments: tuple[str, ...]) -> None:
    data = openssl(*arguments, stdin=server.key.to_pem().encode())
    contents = read_container(data, "key", PASSWORD)
    assert contents.keys == (server.key,), name
    assert contents.items == ()
    without = read_container(data, "key")
    if "encrypted" in name:
        assert without.keys == ()
        assert str(without.problems[0]) == "key: the private key is encrypted: give its password."
        assert "another one" in str(read_container(data, "key", b"another").problems[0])
    else:
        assert without.keys == (server.key,)


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_sec1_and_edwards_keys(form: str) -> None:
    curve = make_key("ec-p384")
    data = openssl("ec", "-outform", form, stdin=curve.to_pem().encode())
    assert read_container(data, "key").keys == (curve,)
    edwards = make_key("ed25519")
    data = openssl("pkey", "-outform", form, stdin=edwards.to_pem().encode())
    assert read_container(data, "key").keys == (edwards,)


def test_an_encrypted_pem_is_opened_by_openssl(server: Issued) -> None:
    locked = server.key.to_pem(PASSWORD)
    assert "ENCRYPTED" in locked
    opened = openssl("pkey", "-passin", "pass:pass word", stdin=locked.encode())
    assert read_private_key(opened) == server.key


def test_keys_that_sign_nothing_are_told() -> None:
    data = openssl("genpkey", "-algorithm", "X25519")
    contents = read_container(data, "key")
    assert contents.keys == ()
    assert "not supported" in str(contents.problems[0])


def test_a_key_never_shows_itself(server: Issued) -> None:
    contents = read_container(server.key.to_pem().encode(), "key")
    shown = repr(contents) + str(contents.keys) + "".join(map(str, contents.others))
    numbers = der.children(der.expect(der.children(der.read(server.key.pkcs8)[1])[2][1], der.SEQUENCE, "RSAPrivateKey"))
    for _, octets in numbers[3:]:
        assert repr(octets)[2:20] not in shown
        assert str(der.integer(octets)) not in shown


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as written:
        for name, octets in members:
            written.writestr(name, octets)
    return stream.getvalue()


def test_the_zip_of_a_ca_is_told_file_by_file(server: Issued, intermediate: Authority, root: Authority) -> None:
    p7b = openssl("crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", stdin=to_pem(intermediate.certificate).encode())
    data = archive(
        ("a1b2c3.crt", to_pem(server.certificate).encode()),
        ("bundle/gd.p7b", p7b),
        ("bundle/gd-bundle.crt", to_pem_chain((intermediate.certificate, root.certificate)).encode()),
        ("__MACOSX/._a1b2c3.crt", b"clutter"),
        ("README.txt", b"Thank you"),
        ("old.zip", archive(("x", b"x"))),
    )
    contents = read_container(data, "ca.zip")
    assert contents.form is Form.ZIP
    assert [item.origin for item in contents.items] == [
        "ca.zip/a1b2c3.crt", "ca.zip/bundle/gd.p7b", "ca.zip/bundle/gd-bundle.crt", "ca.zip/bundle/gd-bundle.crt"
    ]  # fmt: skip
    assert roles(contents) == [
        "the server's own certificate, for mail.example.org, autodiscover.example.org",
        "an intermediate: Issuing CA, issued by New Root",
        "an intermediate: Issuing CA, issued by New Root (the same as in ca.zip/bundle/gd.p7b)",
        "a root: New Root",
    ]
    assert [(other.origin, str(other.role)) for other in contents.others] == [
        ("ca.zip/README.txt", "not a certificate"),
        ("ca.zip/old.zip", "an archive inside the archive: unpack it and give it by itself"),
    ]
    assert contents.problems == ()
    assert contents.certificates == (server.certificate, intermediate.certificate, root.certificate)


def test_an_archive_is_unpacked_within_bounds(server: Issued) -> None:
    pem = to_pem(server.certificate).encode()
    many = read_container(archive(*((f"{n}.txt", b"x") for n in range(MAX_MEMBERS)), ("last.crt", pem)), "many.zip")
    assert many.items == ()
    assert str(MAX_MEMBERS) in str(many.problems[0])
    bombs = (
        archive(("bomb.crt", bytes(MAX_MEMBER_OCTETS + 1)), ("a.crt", pem)),
        archive(("bomb.crt", bytes(100 * 1024)), ("a.crt", pem)),
        archive(("bomb.crt", bytes(MAX_MEMBER_OCTETS + 1)), ("a.crt", pem), method=zipfile.ZIP_STORED),
    )
    for bomb in bombs:
        contents = read_container(bomb, "bomb.zip")
        assert found(contents) == (server.certificate.der,)
        assert "larger than files of certificates are" in str(contents.problems[0])
    full = read_container(archive(*((f"{n}.crt", pem * 400) for n in range(40)), method=zipfile.ZIP_STORED), "full.zip")
    assert any("larger" in str(problem) for problem in full.problems)


def test_an_archive_that_lies_about_its_sizes(server: Issued) -> None:
    data = archive(("a.crt", bytes(MAX_MEMBER_OCTETS + 1)))
    lie = data.replace(struct.pack("<I", MAX_MEMBER_OCTETS + 1), struct.pack("<I", 100))
    contents = read_container(lie, "lie.zip")
    assert contents.items == ()
    assert contents.problems or contents.others


def test_archives_that_cannot_be_read(server: Issued) -> None:
    pem = to_pem(server.certificate).encode()
    squeezed = read_container(archive(("a.crt", pem), method=zipfile.ZIP_BZIP2), "a.zip")
    assert "not supported" in str(squeezed.problems[0])
    whole = archive(("a.crt", pem))
    assert "damaged" in str(read_container(whole[:-10], "cut.zip").problems[0])
    assert "damaged" in str(read_container(whole.replace(whole[60:80], bytes(20)), "bad.zip").problems[0])


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs zip: apt install zip")
def test_an_encrypted_archive(tmp_path: Path, server: Issued) -> None:
    (tmp_path / "a.crt").write_text(to_pem(server.certificate))
    subprocess.run(["zip", "-q", "-P", "secret", "a.zip", "a.crt"], cwd=tmp_path, check=True)
    data = (tmp_path / "a.zip").read_bytes()
    assert "password" in str(read_container(data, "a.zip").problems[0])
    assert "password" in str(read_container(data, "a.zip", b"another").problems[0])
    assert found(read_container(data, "a.zip", b"secret")) == (server.certificate.der,)


def test_names_from_outside_are_cleaned() -> None:
    contents = read_container(archive(("\x1b[31mred.txt", b"x")), "a\nb.zip")
    assert contents.others[0].origin == "a b.zip/\\x1b[31mred.txt"


def test_requests_lists_and_other_blocks_are_named(tmp_path: Path, server: Issued) -> None:
    (tmp_path / "key").write_text(server.key.to_pem())
    arguments = ("req", "-new", "-key", str(tmp_path / "key"), "-subj", "/CN=x")
    assert "certificate request" in str(read_container(openssl(*arguments, "-outform", "DER"), "a").others[0].role)
    (other,) = read_container(openssl(*arguments), "a.csr").others
    assert (str(other.role), other.kind) == (
        "a certificate request; the CA answers it with a certificate",
        Kind.REQUEST,
    )
    assert other.octets == openssl(*arguments, "-outform", "DER")


def test_an_unreadable_certificate_is_an_item_with_its_reason() -> None:
    contents = read_container(to_pem(b"\x30\x03\x02\x01\x05").encode(), "a.crt")
    (item,) = contents.items
    assert isinstance(item.certificate, UnreadableCertificate)
    assert str(item.role).startswith("not readable as a certificate: ")
    assert contents.certificates == ()


def test_trust_settings_of_openssl_are_left_out(server: Issued) -> None:
    data = openssl("x509", "-trustout", "-addtrust", "serverAuth", stdin=to_pem(server.certificate).encode())
    assert b"TRUSTED CERTIFICATE" in data
    assert found(read_container(data, "a")) == (server.certificate.der,)


def test_a_file_too_large_is_not_read() -> None:
    assert str(MAX_OCTETS) in str(read_container(bytes(MAX_OCTETS + 1), "a").problems[0])


@given(
    st.binary(max_size=300), st.sampled_from((b"", b"PK\x03\x04", b"\xfe\xed\xfe\xed\0\0\0\2", b"0\x80", b"\xff\xfe"))
)
def test_noise_never_raises(noise: bytes, head: bytes) -> None:
    contents = read_container(head + noise, "noise", PASSWORD)
    assert contents.items or contents.others or contents.problems


@given(data=st.data())
def test_a_damaged_file_never_raises(
    server: Issued, intermediate: Authority, chain: tuple[bytes, ...], data: st.DataObject
) -> None:
    whole = data.draw(
        st.sampled_from(
            (
                archive(("a.crt", chain[0]), ("k", server.key.to_pem().encode())),
                to_pem_chain((server.certificate, intermediate.certificate)).encode(),
                intermediate.key.pkcs8,
                intermediate.key.to_pem().encode(),
            )
        )
    )
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    read_container(bytes(damaged), "damaged")


def test_presented_order(server: Issued, intermediate: Authority, root: Authority, crossed: Authority) -> None:
    wanted = (server.certificate, intermediate.certificate, root.certificate)
    assert presented_order((root.certificate, server.certificate, intermediate.certificate, root.certificate)) == wanted
    assert presented_order(()) == ()
    assert presented_order((root.certificate, intermediate.certificate)) == wanted[1:][::-1]
    mixed = (root.certificate, crossed.certificate, server.certificate, intermediate.certificate)
    assert presented_order(mixed) == (*wanted[:2], crossed.certificate, root.certificate)


def test_a_key_matches_its_certificate_alone(server: Issued, intermediate: Authority) -> None:
    assert server.key.matches(server.certificate)
    assert not server.key.matches(intermediate.certificate)
    assert not intermediate.key.matches(server.certificate)
    stranger: PrivateKey = make_key("rsa-2048")
    assert not stranger.matches(server.certificate)
