"""People and organisations, where they are reached, and in which dossiers and cases they take part in which role."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dms.access.levels import Level
from dms.access.models import Scope
from dms.audit.models import Recorded
from dms.records.dossiers.models import Case, Dossier
from dms.records.order import german
from dms.records.parties.queries import ParticipationQuerySet, PartyQuerySet

LONGEST_NAME = 200


class PartyKind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class Party(Recorded):
    """Somebody whom the town deals with. Stands once in the register; one found twice is merged, and nothing is lost.

    Its rights are those of the dossier where it was entered; whoever sees a dossier that it takes part in sees it too.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    home = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")
    """The dossier where it was entered and whose scope it has; null: in the register itself."""
    kind = models.CharField(max_length=20, choices=PartyKind)
    academic_title = models.CharField(max_length=60, blank=True)
    given_names = models.CharField(max_length=LONGEST_NAME, blank=True)
    family_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    birth_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    birth_date = models.DateField(null=True)
    organisation = models.CharField(max_length=LONGEST_NAME, blank=True)
    """What the organisation is called; of a person always empty."""
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    """It turned out to be this one."""
    standing = models.ForeignKey("self", models.PROTECT, null=True, related_name="stands_for")
    """The one at the end of all mergers, which everybody sees instead; null: itself."""
    entered_at = models.DateTimeField()
    name = models.CharField(max_length=3 * LONGEST_NAME)
    """As people read it in a list, formed of the parts (`dms.records.parties.names`), like the two below."""
    name_key = models.CharField(max_length=3 * LONGEST_NAME, db_index=True)
    sounds = ArrayField(models.CharField(max_length=40), default=list)

    objects = PartyQuerySet.as_manager()  # type: ignore[misc]
    audited_fields: ClassVar[tuple[str, ...]] = (
        "scope_id", "home_id", "kind", "academic_title", "given_names", "family_name", "birth_name", "birth_date",
        "organisation", "merged_into_id", "standing_id", "entered_at",
    )  # fmt: skip

    class Meta:
        ordering = [german("name"), "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=PartyKind.PERSON, organisation="") & ~Q(family_name="")
                | Q(kind=PartyKind.ORGANISATION, family_name="", given_names="", birth_date__isnull=True)
                & ~Q(organisation=""),
                name="party_has_the_name_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, standing__isnull=True)
                | Q(merged_into__isnull=False, standing__isnull=False) & ~Q(standing=F("id")),
                name="party_merged_into_another",
            ),
        ]
        indexes = [GinIndex(fields=["sounds"], name="party_sounds")]

    def __str__(self) -> str:
        return self.name

    @property
    def level(self) -> int:
        """As secret as the dossier where it was entered."""
        return self.home.level if self.home else Level.OPEN

    @property
    def chain(self) -> str:
        """Of its own: a person's data is told, given out and one day erased by itself."""
        return f"party:{self.pk}"


class AddressKind(models.TextChoices):
    HOME = "home", _("Wohnanschrift")
    BUSINESS = "business", _("Geschäftsanschrift")
    POST_BOX = "post_box", _("Postfach")
    DELIVERY = "delivery", _("Zustellanschrift")
    MAIL = "mail", _("E-Mail")
    PHONE = "phone", _("Telefon")


POSTAL = frozenset({AddressKind.HOME, AddressKind.BUSINESS, AddressKind.POST_BOX, AddressKind.DELIVERY})


class PartyAddress(Recorded):
    """Where a party is reached, by post (in the parts of DIN 5008), by mail or by phone, for as long as that holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=20, choices=AddressKind)
    addition = models.CharField(max_length=200, blank=True)
    """Zusatz: c/o, part of the house, department."""
    street = models.CharField(max_length=200, blank=True)
    """With the number of the house; of a post box its number."""
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    """Empty: Germany."""
    value = models.CharField(max_length=300, blank=True)
    """The mail address or phone number; of a postal address empty."""
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    audited_fields = (
        "party_id", "kind", "addition", "street", "postcode", "city", "country", "value", "valid_from", "valid_to",
    )  # fmt: skip

    class Meta:
        ordering = ["kind", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=POSTAL, value="") & ~Q(city="")
                | Q(kind__in=[AddressKind.MAIL, AddressKind.PHONE], city="", street="", postcode="") & ~Q(value=""),
                name="party_address_is_postal_or_not",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="party_address_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["postcode"], name="party_address_postcode")]

    @property
    def chain(self) -> str:
        return f"party:{self.party_id}"


class PartyRole(Recorded):
    """As what somebody takes part: applicant, sender, neighbour … A list of the town's own."""

    slug = models.SlugField(primary_key=True, max_length=40)
    label = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)

    audited_fields = ("label", "position")

    class Meta:
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return gettext(self.label)


class Participation(Recorded):
    """A party takes part in a dossier, or in one of its cases. Told in the chain of the dossier, with its rights."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="participations")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="participations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="participations")
    """As it was named; whom that is today says `Party.standing`."""
    role = models.ForeignKey(PartyRole, models.PROTECT, related_name="+")
    since = models.DateTimeField()

    objects = ParticipationQuerySet.as_manager()  # type: ignore[misc]
    audited_fields = ("dossier_id", "case_id", "party_id", "role_id", "since")

    class Meta:
        ordering = ["role__position", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "case", "party", "role"], nulls_distinct=False, name="takes_part_once"
            )
        ]

    @property
    def chain(self) -> str:
        return f"dossier:{self.dossier_id}"

    @property
    def stands(self) -> Party:
        """Whom it is about today. `party` and its `standing` have come along."""
        return self.party.standing or self.party


__all__ = ["POSTAL", "AddressKind", "Participation", "Party", "PartyAddress", "PartyKind", "PartyRole"]
