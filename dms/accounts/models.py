"""What people log in with beside their password or instead of it: an identity outside, an authenticator app, passkeys,
codes for the day these are lost; and the link by which they choose their first password."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dms.access.models import User


class OutsideIdentity(models.Model):
    """Who somebody is where they log in instead of here; whoever comes from there as `subject` is `user`."""

    user = models.ForeignKey(User, models.PROTECT, related_name="outside_identities")
    source = models.CharField(max_length=20)
    """`oidc` or `ldap`."""
    subject = models.CharField(max_length=500)
    """What stays the same there whatever people are called, and is never given to another person."""
    linked_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    """Not audited, each login moves it."""

    audited_fields: ClassVar[tuple[str, ...]] = ("user_id", "source", "subject", "linked_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "subject"], name="outside_identity_once"),
            models.UniqueConstraint(fields=["source", "user"], name="one_identity_of_a_source"),
        ]

    @property
    def owner_id(self) -> int:
        return self.user_id


class SetupLink(models.Model):
    """The last link by which somebody could choose the first password of their account, or did
    (`dms.accounts.setting_up`). The link itself is shown once; here is what recognises it."""

    user = models.OneToOneField(User, models.PROTECT, related_name="setup_link")
    selector = models.CharField(max_length=32, unique=True)
    """The first half of the code: by it the row is found, and wrong second halves are counted."""
    digest = models.CharField(max_length=64)
    """Of the second half, which has 256 random bits, so a plain SHA-256 is enough."""
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=200)
    """`Actor.key`."""
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    audited_fields: ClassVar[tuple[str, ...]] = (
        "user_id", "digest", "issued_at", "issued_by", "expires_at", "used_at",
    )  # fmt: skip

    @property
    def owner_id(self) -> int:
        return self.user_id


class SpentLogout(models.Model):
    """A word of the provider that a login has ended, which works once (`dms.accounts.outside_logout`)."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)


class AuthenticatorApp(models.Model):
    """An app that shares a secret with us and shows another six digits every thirty seconds (TOTP, RFC 6238)."""

    user = models.OneToOneField(User, models.PROTECT, related_name="authenticator_app")
    secret = models.TextField()
    """Encrypted (`dms.accounts.sealing`)."""
    created_at = models.DateTimeField()
    last_step = models.BigIntegerField()
    """The step of the last code that was taken, so that none works twice. Not audited, for each login moves it."""

    audited_fields: ClassVar[tuple[str, ...]] = ("user_id", "created_at", "secret_digest")

    @property
    def owner_id(self) -> int:
        return self.user_id

    @property
    def secret_digest(self) -> str:
        """What events carry: a secret that was put in from outside shows, and no event holds it."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


class RecoveryCodes(models.Model):
    """Codes that each replace the second factor once. Only digests are kept; the codes are shown once."""

    user = models.OneToOneField(User, models.PROTECT, related_name="recovery_codes")
    digests = ArrayField(models.CharField(max_length=64))

    audited_fields: ClassVar[tuple[str, ...]] = ("user_id", "digests")

    @property
    def owner_id(self) -> int:
        return self.user_id


class Passkey(models.Model):
    """A key pair of one of the person's devices or of a stick; we keep the public half (WebAuthn)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=100)
    """Which device it is, in its owner's words."""
    credential_id = models.BinaryField(unique=True, max_length=1023)
    credential = models.BinaryField()
    """Attested credential data as WebAuthn defines it: identifier and public key."""
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    counter = models.BigIntegerField(default=0)
    """How often the device says that it signed; one that falls back was copied. Not audited, each login moves it."""

    audited_fields: ClassVar[tuple[str, ...]] = ("user_id", "name", "created_at", "credential_digest")

    @property
    def owner_id(self) -> int:
        return self.user_id

    @property
    def credential_digest(self) -> str:
        return hashlib.sha256(bytes(self.credential)).hexdigest()
