"""The parts of a mail are found where they lie, whatever its size, and come out as they went in."""

from __future__ import annotations

import base64
import email
import io
import quopri
import random
import re
import resource
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingest.reading import mail_parts as parts_of
from ingest.reading.limits import Limits
from ingest.reading.mail import MailTooLarge, open_mail, read_mail
from ingest.reading.mail_parts import MOST_PARTS, MailPart, TooManyParts, decoded, mail_parts
from ingest.reading.sandbox import run_limited
from tests.shared_data import shared_data

HEADERS = b"From: Erika <e@example.org>\r\nTo: rathaus@example.org\r\nSubject: Antrag\r\nMIME-Version: 1.0\r\n"
MEGABYTE = 1024 * 1024


def leaves(part: MailPart) -> list[MailPart]:
    return [leaf for child in part.children for leaf in leaves(child)] if part.children else [part]


def contents(mail: bytes) -> list[tuple[str, bytes]]:
    file = io.BytesIO(mail)
    return [(leaf.kind, b"".join(decoded(file, leaf))) for leaf in leaves(mail_parts(file))]


def by_the_library(mail: bytes) -> list[tuple[str, bytes]]:
    message = email.message_from_bytes(mail, policy=policy.compat32)
    found = [part for part in message.walk() if not part.is_multipart()]
    return [(part.get_content_type(), bytes(part.get_payload(decode=True) or b"")) for part in found]


@pytest.fixture(params=[2, 3, 7, 64, MEGABYTE])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every boundary falls between two pieces once."""
    monkeypatch.setattr(parts_of, "CHUNK", request.param)


def mixed(boundary: str, *bodies: bytes, end: bytes = b"\r\n") -> bytes:
    head = HEADERS + f'Content-Type: multipart/mixed; boundary="{boundary}"'.encode() + end * 2
    line = b"--" + boundary.encode()
    return head + b"".join(line + end + body + end for body in bodies) + line + b"--" + end


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("boundary", ["x", "=_Part_123.456", "a b", "--"])
def test_parts_and_their_bytes_are_those_that_the_library_finds(boundary: str, end: bytes) -> None:
    bodies = [
        end + b"Guten Tag",
        b"Content-Type: image/png"
        + end
        + b"Content-Transfer-Encoding: base64"
        + end * 2
        + base64.b64encode(b"PNG" * 9),
        b"Content-Type: text/html" + end * 2 + b"--" + end + b"-- " + end + b"--x y" + end + b"-----",
        end,
        b"Content-Type: application/pdf" + end * 2 + b"%PDF" + end,
    ]
    mail = mixed(boundary, *bodies, end=end)
    assert contents(mail) == by_the_library(mail)


@pytest.mark.usefixtures("chunk")
def test_bare_bytes_come_out_as_they_went_in() -> None:
    content = bytes(range(256)) * 3 + b"\r\r\n\n\r"
    mail = mixed("x", b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n" + content)
    assert contents(mail) == [("application/octet-stream", content)]


@pytest.mark.usefixtures("chunk")
def test_an_attached_mail_keeps_every_byte_so_that_its_signature_stays_valid() -> None:
    inner = b"From: x@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC?=\r\n  aus   Bonn\r\n\r\nFrom hier an\r\n.\r\n\r\n"
    mail = mixed("x", b"\r\nAnbei.", b"Content-Type: message/rfc822\r\n\r\n" + inner)
    assert contents(mail)[1] == ("message/rfc822", inner)


@pytest.mark.usefixtures("chunk")
def test_an_inner_multipart_that_is_never_closed_ends_with_the_outer_one() -> None:
    inner = b'Content-Type: multipart/mixed; boundary="y"\r\n\r\n--y\r\n\r\ninnen'
    mail = mixed("x", inner, b"\r\nau\xc3\x9fen")
    assert (
        [content for _, content in contents(mail)]
        == [b"innen", b"au\xc3\x9fen"]
        == [c for _, c in by_the_library(mail)]
    )


PIECES = (
    b"Content-Type: multipart/mixed; boundary=x\r\n", b"Content-Type: multipart/mixed; boundary=y\n",
    b"Content-Type: application/x\r\n", b"\r\n", b"\n", b"--x\r\n", b"--y\n",
    b"--x--\r\n", b"--y--\r\n", b"--x  \r\n", b"--xy\r\n", b"QUJD\r\n", b"kein Kopf\r\n", b" gefaltet\r\n", b"--", b"-",
)  # fmt: skip
CLOSED_AT_ONCE = re.compile(rb"^--([xy]) *\r?\n--\1--", re.MULTILINE)


@pytest.mark.usefixtures("chunk")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_however_broken_the_structure_is_nothing_is_lost_that_the_library_finds(pieces: list[bytes]) -> None:
    assume(all(pieces.count(piece) < 2 for piece in PIECES[:2]))  # boundaries that are used twice mean nothing
    mail = b"".join(pieces)
    assume(not CLOSED_AT_ONCE.search(mail))  # there the library takes the closing line and what follows for a part
    ours = b"".join(content for _, content in contents(mail)).split()
    for _, content in by_the_library(mail):
        assert b"".join(content.split()) in b"".join(ours)


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 57, 58, 1000])
def test_base64_comes_out_whole(size: int) -> None:
    content = random.Random(size).randbytes(size)
    head = b"Content-Type: image/png\r\nContent-Transfer-Encoding: BASE64 \r\n\r\n"
    for text in (
        base64.encodebytes(content),
        base64.b64encode(content),
        base64.b64encode(content).rstrip(b"="),
        b"\r\n".join(base64.b64encode(content)[n : n + 5] for n in range(0, 2000, 5)),
        base64.encodebytes(content) + (b"Vom Verteiler angehaengt" if size % 3 else b""),
    ):
        assert contents(mixed("x", head + text)) == [("image/png", content)], text[:60]


@pytest.mark.usefixtures("chunk")
def test_quoted_printable_comes_out_whole() -> None:
    content = ("Grüße aus Köln = 50\u202f%\r\n" * 40 + "x" * 300 + " \r\n").encode()
    head = b"Content-Type: text/csv\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    assert contents(mixed("x", head + quopri.encodestring(content))) == [("text/csv", content)]


def test_uuencode_comes_out_whole() -> None:
    import binascii

    content = bytes(range(256)) * 5
    lines = b"".join(binascii.b2a_uu(content[n : n + 45]) for n in range(0, len(content), 45))
    head = b"Content-Type: image/png\nContent-Transfer-Encoding: x-uuencode\n\n"
    text = b"begin 644 a.png\n" + lines + b"`\nend\n"
    assert contents(mixed("x", head + text)) == [("image/png", content)]
    assert contents(mixed("x", head + b"kein Anfang\nnirgends")) == [("image/png", b"kein Anfang\nnirgends")]


def test_real_mails_have_the_parts_that_the_library_finds() -> None:
    files = sorted((shared_data() / "mail").glob("*.eml"))
    assert files
    for path in files:
        mail = path.read_bytes()
        ours, theirs = contents(mail), by_the_library(mail)
        leaves_of_ours = [kind for kind, _ in ours if kind not in ("message/rfc822", "message/delivery-status")]
        assert set(leaves_of_ours) <= {kind for kind, _ in theirs}, path.name
        assert {c for k, c in theirs if k == "application/pdf"} <= {c for _, c in ours} | {b""}, path.name


def test_a_mail_of_nothing_but_parts_is_given_up() -> None:
    with pytest.raises(TooManyParts):
        mail_parts(io.BytesIO(mixed("x", *[b"\r\na"] * (MOST_PARTS + 1))))


# --- large mails --------------------------------------------------------------------------------------


def large_mail(path: Path, attachments: int, megabytes: int) -> bytes:
    """Written piece by piece; returns one attachment's content, which all of them have."""
    content = random.Random(1).randbytes(57 * 1024) * (megabytes * MEGABYTE // (57 * 1024))
    text = base64.encodebytes(content).replace(b"\n", b"\r\n")
    with path.open("wb") as file:
        file.write(HEADERS + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nAnbei die Plaene.\r\n")
        for number in range(attachments):
            file.write(f'--x\r\nContent-Disposition: attachment; filename="plan-{number}.bin"\r\n'.encode())
            file.write(b"Content-Transfer-Encoding: base64\r\n\r\n" + text)
        file.write(b"--x--\r\n")
    return content


def _opened_with_its_peak(path: Path, folder: Path) -> tuple[list[int], int]:
    """In a process of its own: sizes of the attachments, and by how many bytes its memory grew at most."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mail = open_mail(path, folder, Limits())
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return [one.path.stat().st_size for one in mail.attachments], grown * 1024


def test_two_hundred_megabytes_of_attachments_take_a_few_of_memory(
    tmp_path: Path,
) -> None:
    content = large_mail(tmp_path / "mail.eml", 4, 50)
    sizes, grown = run_limited(
        _opened_with_its_peak, tmp_path / "mail.eml", tmp_path, limits=Limits(memory_mb=60, seconds=600)
    )
    assert sizes == [len(content)] * 4
    assert grown < 40 * MEGABYTE


def test_the_words_are_read_without_unpacking_anything(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content("Guten Tag")
    message.add_attachment(b"x" * 100, maintype="application", subtype="pdf", filename="Plan.pdf")
    path = tmp_path / "mail.eml"
    path.write_bytes(message.as_bytes())
    mail = read_mail(path, Limits())
    assert (mail.body, mail.attachment_names, mail.attachments) == ("Guten Tag", ("Plan.pdf",), ())
    assert [file.name for file in tmp_path.iterdir()] == ["mail.eml"]


def test_a_text_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.reading.mail.LARGEST_TEXT", 1000)
    path = tmp_path / "mail.eml"
    path.write_bytes(HEADERS + b"\r\n" + b"Wort " * 1000)
    with pytest.raises(MailTooLarge):
        read_mail(path, Limits())
