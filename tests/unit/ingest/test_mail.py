"""Opening mails as they really come: wrong declarations, nameless attachments, mails within mails."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.reading.html_text import text_of_html
from ingest.reading.limits import Limits
from ingest.reading.mail import Mail, MailTooLarge, open_mail
from ingest.reading.mail_headers import decoded_header

HEADERS = b"From: Erika <e@example.org>\r\nTo: rathaus@example.org\r\nSubject: Antrag\r\nMIME-Version: 1.0\r\n"


def opened(folder: Path, content: bytes, limits: Limits | None = None) -> Mail:
    path = folder / "mail.eml"
    path.write_bytes(content)
    return open_mail(path, folder, limits or Limits())


def with_attachments(*more: tuple[bytes, str]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Jörg <j@example.org>", "rathaus@example.org", "Größe"
    message["Date"] = "Mon, 05 Jan 2026 07:54:40 +0100"
    message.set_content("Guten Tag")
    for content, name in more:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def test_a_mail_has_sender_subject_date_and_text(tmp_path: Path) -> None:
    mail = opened(tmp_path, with_attachments())
    assert (mail.sender, mail.recipients, mail.subject) == ("Jörg <j@example.org>", "rathaus@example.org", "Größe")
    assert (mail.date, mail.body) == ("2026-01-05T07:54:40+01:00", "Guten Tag")
    assert not mail.encrypted


def test_attachments_keep_name_and_bytes(tmp_path: Path) -> None:
    mail = opened(tmp_path, with_attachments((b"%PDF-1", "Bescheid Müller.pdf"), (b"%PDF-2", "b.pdf")))
    assert [(one.name, one.path.read_bytes()) for one in mail.attachments] == [
        ("Bescheid Müller.pdf", b"%PDF-1"),
        ("b.pdf", b"%PDF-2"),
    ]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("=?utf-8?q?Stra=C3=9Fe?= =?utf-8?q?nbau?=", "Straßenbau"),
        ("=?iso-8859-1?q?Stra=DFe?= 5", "Straße 5"),
        ("=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?b?R3LDv?=", "=?utf-8?b?R3LDv?="),
        ("=?unknown?q?Stra=C3=9Fe?=", "Straße"),
        ("Stra\udcc3\udc9fe", "Straße"),
        ("Stra\udcdfe", "Straße"),
        ("zwei\r\n Zeilen", "zwei Zeilen"),
        ("=?utf-8?q?a=0D=0AB=00?=", "aB"),
        ("", ""),
    ],
)
def test_headers_are_read_as_a_person_would(raw: str, read: str) -> None:
    assert decoded_header(raw) == read


def test_a_broken_date_is_no_date(tmp_path: Path) -> None:
    assert opened(tmp_path, b"Date: gestern\r\n" + HEADERS + b"\r\nText").date is None


def test_the_text_is_read_although_its_encoding_is_declared_wrongly(tmp_path: Path) -> None:
    content = HEADERS + b'Content-Type: text/plain; charset="iso-8859-1"\r\n\r\n' + "Grüße".encode()
    assert opened(tmp_path, content).body == "Grüße"


def test_of_two_forms_of_one_text_the_plain_one_is_read(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content("schlicht")
    message.add_alternative("<p>bunt</p>", subtype="html")
    assert opened(tmp_path, message.as_bytes()).body == "schlicht"


def test_an_empty_plain_form_gives_way_to_the_other(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content(" \n")
    message.add_alternative("<p>bunt</p>", subtype="html")
    assert opened(tmp_path, message.as_bytes()).body == "bunt"


def test_a_page_becomes_paragraphs_without_scripts_and_styles() -> None:
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body><script>evil()</script><h1>An&shy;trag</h1>"
        "<p>Gr&uuml;&szlig;e<br>aus   <b>F</b>ürth</p><table><tr><td>1</td><td>2</td></tr></table><!-- no --></body>"
    )
    assert text_of_html(html) == "An\N{SOFT HYPHEN}trag\n\nGrüße\naus Fürth\n\n1 2"


def test_a_head_that_is_never_closed_does_not_hide_the_mail() -> None:
    assert text_of_html("<head><style>a{}</style><body>Hallo") == "Hallo"


def test_a_nameless_attachment_gets_a_name(tmp_path: Path) -> None:
    content = HEADERS + b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    (attachment,) = opened(tmp_path, content).attachments
    assert attachment.name == "attachment-1.png"
    assert attachment.path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "kept"), [("../../etc/passwd", "passwd"), ("C:\\Temp\\a.pdf", "a.pdf"), ("..", "attachment")]
)
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str, kept: str) -> None:
    (attachment,) = opened(tmp_path, with_attachments((b"x", name))).attachments
    assert attachment.name == kept
    assert attachment.path.parent == tmp_path


def test_a_very_long_name_keeps_its_ending(tmp_path: Path) -> None:
    (attachment,) = opened(tmp_path, with_attachments((b"x", "a" * 400 + ".pdf"))).attachments
    assert len(attachment.name) <= 150
    assert attachment.name.endswith(".pdf")


def test_a_name_in_bare_bytes_is_read(tmp_path: Path) -> None:
    head = (
        HEADERS + b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="Best\xe4tigung.pdf"\r\n'
    )
    (attachment,) = opened(tmp_path, head + b"\r\nx").attachments
    assert attachment.name == "Bestätigung.pdf"


def test_a_forwarded_mail_is_an_attachment_to_be_opened_in_its_turn(tmp_path: Path) -> None:
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "Drinnen", "x@example.org"
    inner.set_content("innen")
    outer = EmailMessage()
    outer["Subject"] = "Draussen"
    outer.set_content("aussen")
    outer.add_attachment(inner)
    mail = opened(tmp_path, outer.as_bytes())
    assert mail.body == "aussen"
    (attachment,) = mail.attachments
    assert (attachment.name, attachment.declared_type) == ("Drinnen.eml", "message/rfc822")
    assert open_mail(attachment.path, tmp_path, Limits()).body == "innen"


@pytest.mark.parametrize(
    ("head", "encrypted"),
    [
        (b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b', True),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", True),
        (b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", False),
        (b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b', False),
    ],
)
def test_encrypted_mails_are_told_from_signed_ones(tmp_path: Path, head: bytes, encrypted: bool) -> None:
    assert opened(tmp_path, HEADERS + head + b"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n").encrypted is encrypted


def test_too_many_or_too_large_attachments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MailTooLarge):
        opened(tmp_path, with_attachments((b"x", "a"), (b"x", "b"), (b"x", "c")), Limits(parts=2))
    with pytest.raises(MailTooLarge):
        opened(tmp_path, with_attachments((b"x" * 1_100_000, "a")), Limits(unpacked_mb=1))


def test_parts_nested_without_end_are_kept_unopened(tmp_path: Path) -> None:
    level = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    content = HEADERS + b"".join(level % (depth, depth) for depth in range(60))
    assert len(opened(tmp_path, content).attachments) == 1


PIECES = (
    b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"Content-Type: text/html; charset=\xff\r\n",
    b"Content-Type: text/plain; charset*=a'b'c\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: ;;=\r\n",
    b"Content-Disposition: attachment; filename*=utf-8''%ff%\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: uuencode\r\n",
    b"Subject: =?x?q?=zz?=\r\n",
    b"Subject: =?utf-8?b?!!?=\r\n",
    b"Date: 99 99\r\n",
    b"\r\n",
    b"--x\r\n",
    b"--x--",
    b"\x00\xff<p>",
    b"begin 644 x\r\n",
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_however_broken_a_mail_is_it_opens(tmp_path: Path, pieces: list[bytes]) -> None:
    assert isinstance(opened(tmp_path, b"".join(pieces)).body, str)
