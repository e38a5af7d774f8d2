"""People and the bodies they belong to, their API tokens, scopes and grants."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dms.access.levels import Level
from dms.access.permissions import Role


class User(AbstractUser):
    """A person or a service account that logs in. Rights come from grants alone, never from `is_superuser`."""

    language = models.CharField(max_length=10, blank=True, default="")
    """In which the pages speak to this person; empty: as the browser prefers."""

    is_service = models.BooleanField(default=False)
    """A program: it has tokens and never a password, so nobody logs in as it."""

    audited_fields: ClassVar[tuple[str, ...]] = (
        "username", "is_active", "is_service", "first_name", "last_name", "email",
    )  # fmt: skip

    @property
    def owner_id(self) -> int:
        """Everybody's account is their own (`dms.access.rule`)."""
        return self.pk


class Scope(models.Model):
    """A stretch of the records under the same rules. Everything that has rights carries the id of its scope.

    Scopes stand below each other as the records do. What is granted above holds here too, unless `inherits` says no.
    """

    name = models.CharField(max_length=400)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    inherits = models.BooleanField(default=True)
    place = models.CharField(max_length=100, blank=True, default="")
    """The plan entry or dossier where it begins (`dms.audit.models.target_name`); empty for a scope of the town."""
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.OPEN)
    """Of the dossier where it begins, whose title is its name."""

    audited_fields: ClassVar[tuple[str, ...]] = ("name", "parent_id", "inherits", "place", "level")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(place=""), name="scope_name_once"),
            models.UniqueConstraint(fields=["place"], condition=~Q(place=""), name="scope_begins_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_id(self) -> int:
        """Who may give grants in it is a question of its own grants."""
        return self.pk


class BodyKind(models.TextChoices):
    UNIT = "unit", _("Organisationseinheit")
    GROUP = "group", _("Gruppe")
    POSITION = "position", _("Dienstposten")


class BodyState(models.TextChoices):
    ACTIVE = "active", _("aktiv")
    RETIRED = "retired", _("stillgelegt")


class Body(models.Model):
    """Who gets grants without being one person: an organisation unit in a tree, a group across all units, or a position
    (Dienstposten) within a unit, whose grants follow the post and not the person who holds it.

    What a unit has been granted, all who belong to it or to a unit or position below it have.
    """

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=BodyKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    """Who may give grants here decides who belongs to it: belonging is having its grants."""
    state = models.CharField(max_length=10, choices=BodyState, default=BodyState.ACTIVE)
    """Never deleted, for events and grants of the past name it."""

    audited_fields: ClassVar[tuple[str, ...]] = ("name", "kind", "parent_id", "scope_id", "state")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BodyKind.values), name="body_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(kind=BodyKind.GROUP) | Q(parent__isnull=True), name="groups_stand_in_no_tree"
            ),
            models.CheckConstraint(
                condition=~Q(kind=BodyKind.POSITION) | Q(parent__isnull=False), name="positions_stand_in_a_unit"
            ),
            models.CheckConstraint(condition=Q(state__in=BodyState.values), name="body_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """`user` belongs to `body`, or holds the position, from the first day up to and including the last; in units above
    it nobody needs a row of their own."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    body = models.ForeignKey(Body, models.PROTECT, related_name="memberships")
    valid_from = models.DateField(null=True)
    """Empty: since before this was kept."""
    begins_at_once = models.BooleanField(default=False)
    """As with `Grant`."""
    valid_to = models.DateField(null=True)
    is_deputy = models.BooleanField(default=False)
    """Stands in for whoever holds the position (Vertretung), always with a last day."""
    source = models.CharField(max_length=20, blank=True, default="")
    """Which source of people says so (`dms.accounts.outside`) and takes it back; `file`: it came with a table of the
    organisation; empty: somebody here decided."""

    audited_fields: ClassVar[tuple[str, ...]] = (
        "user_id", "body_id", "valid_from", "begins_at_once", "valid_to", "is_deputy", "source",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "body"], name="belongs_once"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(is_deputy=False) | Q(valid_to__isnull=False), name="deputies_have_an_end"
            ),
        ]


class Grant(models.Model):
    """A person or a body has `role` in `scope`, from the first day up to and including the last."""

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="grants")
    body = models.ForeignKey(Body, models.PROTECT, null=True, related_name="grants")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    valid_from = models.DateField()
    begins_at_once = models.BooleanField(default=False)
    """Given for the same day: it holds from then on, and `valid_from` only tells the day. Otherwise a machine whose
    clock ran ahead would shut everybody out when it is put right. False as well for what is older than this field."""
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    given_by = models.CharField(max_length=200, blank=True, default="")
    """`Actor.key`; empty for grants from before this was kept."""

    audited_fields: ClassVar[tuple[str, ...]] = (
        "user_id", "body_id", "scope_id", "role", "valid_from", "begins_at_once", "valid_to", "reason", "given_by",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "scope", "role"], name="one_grant_per_role"),
            models.UniqueConstraint(fields=["body", "scope", "role"], name="one_grant_per_body_and_role"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, body__isnull=True) | Q(user__isnull=True, body__isnull=False),
                name="grant_to_a_person_or_a_body",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_ends_after_it_begins"
            ),
        ]

    @property
    def subject(self) -> User | Body:
        """Who has it. `user` and `body` have come along."""
        found = self.user or self.body
        if found is None:
            raise ValueError("a grant to nobody")
        return found


class Clearance(models.Model):
    """How high the things may be that this person may know of, up to and including the last day. Without one: open."""

    user = models.OneToOneField(User, models.PROTECT, related_name="clearance")
    level = models.PositiveSmallIntegerField(choices=Level)
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    given_by = models.CharField(max_length=200)
    """`Actor.key`."""

    audited_fields: ClassVar[tuple[str, ...]] = ("user_id", "level", "valid_to", "reason", "given_by")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__in=Level.values), name="clearance_is_known")]


class TokenReach(models.TextChoices):
    """What a token lets its program do, at most; its user's rights still decide about each thing."""

    EVERYTHING = "everything", _("alles, was Sie dürfen")
    READ = "read", _("nur lesen")
    INTAKE = "intake", _("nur Post einreichen")


class ApiToken(models.Model):
    """Lets a program act as its user. Only the digest is kept; the token itself is shown once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100, blank=True, default="")
    """Where it is used, in its owner's words; empty for tokens from before names."""
    reach = models.CharField(max_length=12, choices=TokenReach, default=TokenReach.EVERYTHING)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    """To the minute. Not audited, for it changes all the time."""

    audited_fields: ClassVar[tuple[str, ...]] = (
        "user_id",
        "name",
        "reach",
        "digest",
        "created_at",
        "expires_at",
        "withdrawn_at",
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(reach__in=TokenReach.values), name="token_reach_is_known")]

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
