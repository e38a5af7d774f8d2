"""People, their API tokens, scopes and grants."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dms.access.permissions import Role


class User(AbstractUser):
    """A person or a service account that logs in. Rights come from grants alone, never from `is_superuser`."""

    language = models.CharField(max_length=10, blank=True, default="")
    """In which the pages speak to this person; empty: as the browser prefers."""

    audited_fields: ClassVar[tuple[str, ...]] = ("username", "is_active")

    @property
    def owner_id(self) -> int:
        """Everybody's account is their own (`dms.access.rule`)."""
        return self.pk


class Scope(models.Model):
    """A stretch of the records under the same rules. Everything that has rights carries the id of its scope."""

    name = models.CharField(max_length=200, unique=True)

    audited_fields: ClassVar[tuple[str, ...]] = ("name",)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """`user` has `role` in `scope`, from the first day up to and including the last."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    audited_fields: ClassVar[tuple[str, ...]] = ("user_id", "scope_id", "role", "valid_from", "valid_to")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "scope", "role"], name="one_grant_per_role"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return _("{user} ist {role} in {scope}").format(user=self.user, role=self.get_role_display(), scope=self.scope)


class ApiToken(models.Model):
    """Lets a program act as its user. Only the digest is kept; the token itself is shown once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100, blank=True, default="")
    """Where it is used, in its owner's words; empty for tokens from before names."""
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    """To the minute. Not audited, for it changes all the time."""

    audited_fields: ClassVar[tuple[str, ...]] = (
        "user_id",
        "name",
        "digest",
        "created_at",
        "expires_at",
        "withdrawn_at",
    )

    @property
    def owner_id(self) -> int:
        return self.user_id

    @staticmethod
    def usable(now: datetime) -> Q:
        """Neither withdrawn nor expired."""
        return Q(withdrawn_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=now))


class LoginAttempts(models.Model):
    """Wrong passwords for one account since the last right one (`dms.access.attempts`)."""

    account = models.CharField(max_length=64)
    browser = models.CharField(max_length=64, blank=True)
    """A browser that has logged in to this account before; empty: all others together."""
    failed = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "browser"], name="attempts_once_per_browser")]
