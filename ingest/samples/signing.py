"""Signs a sample PDF with a certificate made for the occasion, which nobody has reason to trust."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from cryptography import x509 as builder
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf

ALLOWED_USE = builder.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def sign_for(name: str, pdf_bytes: bytes) -> bytes:
    """`name` signs; each call makes a new key (P-256), so the bytes differ from one making to the next."""
    key = ec.generate_private_key(ec.SECP256R1())
    plain = serialization.NoEncryption()
    bundle = pkcs12.serialize_key_and_certificates(None, key, _self_signed(name, key), None, plain)
    signer = SimpleSigner.load_pkcs12_data(bundle, other_certs=[])
    signed = io.BytesIO()
    metadata = PdfSignatureMetadata(field_name="Unterschrift", name=name, location="Neustadt an der Lahr")
    with ThreadPoolExecutor(1) as own:  # pyHanko runs an event loop of its own, and the caller's thread may have one
        own.submit(sign_pdf, IncrementalPdfFileWriter(io.BytesIO(pdf_bytes)), metadata, signer, output=signed).result()
    return signed.getvalue()


def _self_signed(name: str, key: ec.EllipticCurvePrivateKey) -> builder.Certificate:
    subject = builder.Name([builder.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    return (
        builder.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(builder.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=730))
        .add_extension(ALLOWED_USE, critical=True)
        .sign(key, hashes.SHA256())
    )
