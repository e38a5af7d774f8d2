"""What people type about dossiers and cases, and how each mistake is told beside its field."""

from __future__ import annotations

from textwrap import shorten
from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.actors import Actor
from dms.access.levels import Level
from dms.access.permissions import Permission
from dms.access.rule import allowed_scopes
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.describing import (
    LONGEST_DESCRIPTION,
    LONGEST_LOCATION,
    LONGEST_TITLE,
    CaseFacts,
    DossierFacts,
    clean_dossier,
)
from dms.records.dossiers.entries import MeantEntries, entries_meant
from dms.records.dossiers.kinds import default_kind
from dms.records.dossiers.models import Dossier, Medium
from dms.records.fields.filling import Filled, InvalidFields, entered_into, filled_of
from dms.records.fields.keeping import current_version, sees_kinds
from dms.records.fields.models import DossierKind, FieldVersion, KindState
from dms.records.plan.models import PlanEntry
from dms.records.protection.from_the_start import Guard, levels_for_new
from dms.records.protection.sensitivity import SensitiveClass
from frontend.forms.fields import PREFIX, add_fields, entered_in, refuse_fields
from frontend.forms.protection import MarkFields

FACTS = ("title", "description", "medium", "location")
GUARD = ("level", "sensitive", "asks_purpose", "reason")
AS_PLANNED = "-"
"""Like no slug of a kind."""
MISSING = gettext_lazy("Bitte einen Betreff eingeben, an dem andere wiederfinden, worum es geht.")


class FactsForm(forms.Form):
    """What a case and a dossier have in common."""

    title = forms.CharField(
        label=gettext_lazy("Betreff"), max_length=LONGEST_TITLE, error_messages={"required": MISSING}
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("Beschreibung"), max_length=LONGEST_DESCRIPTION, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def refuse(self, error: InvalidFact) -> None:
        """What the services do not take is told where it was typed."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class CaseForm(FactsForm):
    def facts(self) -> CaseFacts:
        return cast(CaseFacts, dict(self.cleaned_data))


class DossierForm(FactsForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Aktenart"), required=False,
        help_text=gettext_lazy("Danach richtet sich, welche Felder die Akte hat."),
    )  # fmt: skip
    medium = forms.ChoiceField(label=gettext_lazy("Medium"), choices=Medium.choices, initial=Medium.ELECTRONIC)
    location = forms.CharField(
        label=gettext_lazy("Standort"), max_length=LONGEST_LOCATION, required=False,
        help_text=gettext_lazy("Wo das Papier steht; nur wenn es Papier gibt."),
    )  # fmt: skip
    field_order: tuple[str, ...] = ("title", "description", "medium", "location", "kind")

    def __init__(self, *args: Any, filled: Filled | None = None, kind: DossierKind | None = None,
                 dossier: UUID | None = None, **kw: Any) -> None:  # fmt: skip
        """`kind` is the one whose fields are asked, `filled` what stands in them so far in the `dossier`."""
        super().__init__(*args, **kw)
        self.kind_shown, self._filled = kind, filled
        cast(forms.ChoiceField, self.fields["kind"]).choices = [("", _("keine")), *_kinds(kind)]
        add_fields(self, current_version(kind), filled, dossier)

    @classmethod
    def of(cls, dossier: Dossier, data: Any = None) -> DossierForm:
        """With the fields of the kind that was shown when it was sent, else of its own kind."""
        initial = {name: getattr(dossier, name) for name in FACTS} | {"kind": dossier.kind_id or ""}
        kind = kind_named(data["fields_of"]) if data is not None and "fields_of" in data else dossier.kind
        return cls(data, initial=initial, filled=filled_of(dossier), kind=kind, dossier=dossier.pk)

    @property
    def own(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith(PREFIX) and field.name not in GUARD]

    @property
    def of_kind(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith(PREFIX)]

    def clean(self) -> dict[str, Any]:
        """All that is wrong is told at once, and not what the services find only after the rest was put right."""
        said = super().clean() or self.cleaned_data
        try:
            clean_dossier(cast(DossierFacts, {name: said[name] for name in FACTS if name in said}))
        except InvalidFact as error:
            self.refuse(error)
        if self._asks_right_fields():
            try:
                self._fill(current_version(self.kind_shown))
            except InvalidFields as error:
                refuse_fields(self, error)
        return said

    def _fill(self, version: FieldVersion | None) -> None:
        """Raises InvalidFields."""
        entered_into(self._filled or Filled(version), version, entered_in(self).under(version))

    def _asks_right_fields(self) -> bool:
        """Whether the fields of the kind that is meant are shown; in doubt those that are shown count."""
        return "kind" not in self.cleaned_data or self.kind_chosen() == self.kind_shown

    def kind_chosen(self) -> DossierKind | None:
        """Once the form is valid."""
        return kind_named(self.cleaned_data["kind"])

    def facts(self) -> DossierFacts:
        said = {name: self.cleaned_data[name] for name in FACTS}
        return cast(DossierFacts, {**said, "kind": self.kind_chosen(), "fields": entered_in(self)})


class EntryForm(forms.Form):
    """Asks where the dossier stands: a number or words. Where these leave a doubt, `meant` holds what to pick from."""

    plan_entry = forms.CharField(
        label=gettext_lazy("Aktenplaneintrag"), max_length=400,
        help_text=gettext_lazy("Kennzeichen oder Stichwort; beim Tippen erscheinen Vorschläge (↑ ↓ und Enter)."),
        error_messages={"required": gettext_lazy("Bitte den Eintrag wählen, unter den die Akte gehört.")},
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, actor: Actor, data: Any = None, **kwargs: Any) -> None:
        if data and data.get("chosen_entry"):
            data = {**data.dict(), "plan_entry": data["chosen_entry"]}
        super().__init__(data, **kwargs)
        self._actor = actor
        self.meant: MeantEntries | None = None

    def clean_plan_entry(self) -> PlanEntry:
        typed: str = self.cleaned_data["plan_entry"]
        meant = entries_meant(self._actor, typed)
        if meant.entry is not None:
            return meant.entry
        self.meant = meant
        raise forms.ValidationError(_what_to_do(typed, meant))


class NewDossierForm(EntryForm, DossierForm, MarkFields):
    level = forms.TypedChoiceField(label=gettext_lazy("Vertraulichkeit"), coerce=int, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Warum?"), max_length=500, required=False, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("Pflicht, wo etwas eingestuft oder geschützt wird; der Grund steht im Verlauf."),
    )  # fmt: skip
    field_order = ("plan_entry", "title", "description", "medium", "location", "kind", *GUARD)

    def __init__(self, actor: Actor, data: Any = None, **kwargs: Any) -> None:
        super().__init__(actor, data, **kwargs)
        self._offer_guard(actor)
        choices = cast(forms.ChoiceField, self.fields["kind"])
        planned = (AS_PLANNED, _("wie im Aktenplan vorgesehen"))
        kinds = _kinds(self.kind_shown) if sees_kinds(actor) else []
        choices.choices = [planned, ("", _("keine")), *kinds]
        self.initial.setdefault("kind", AS_PLANNED)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        for fault in self.guard().faults():
            if fault.field not in self.errors:
                self.refuse(fault)
        return said

    def _asks_right_fields(self) -> bool:
        return "plan_entry" not in self.cleaned_data or super()._asks_right_fields()

    def kind_chosen(self) -> DossierKind | None:
        entry: PlanEntry = self.cleaned_data["plan_entry"]
        return default_kind(entry) if self.cleaned_data["kind"] == AS_PLANNED else super().kind_chosen()

    def guard(self) -> Guard:
        said = self.cleaned_data
        chosen = said.get("sensitive")
        return Guard(
            Level(said.get("level") or Level.OPEN), SensitiveClass(chosen) if chosen else None,
            bool(said.get("asks_purpose")), said.get("reason", ""),
        )  # fmt: skip

    @property
    def guarding(self) -> list[forms.BoundField]:
        """How it is secret or sensitive from the start, as far as the person may say so anywhere."""
        return [self[name] for name in GUARD if name in self.fields]

    @property
    def guard_heading(self) -> str:
        """Of what can be said there at all."""
        offered = ("level" in self.fields, "sensitive" in self.fields)
        return {
            (True, True): _("Vertraulich oder besonders geschützt"), (True, False): _("Vertraulich"),
        }.get(offered, _("Besonders geschützt"))  # fmt: skip

    @property
    def is_guarded(self) -> bool:
        """Whether anything is said or wrong there, so that it has to be seen."""
        return any(field.errors or field.value() not in {None, "", "0", 0} for field in self.guarding)

    def _offer_guard(self, actor: Actor) -> None:
        levels, marks = levels_for_new(actor), bool(allowed_scopes(actor, Permission.SENSITIVE_MARK))
        gone = [*(["level"] if len(levels) == 1 else []), *([] if marks else ["sensitive", "asks_purpose"])]
        for name in gone if len(gone) < 3 else GUARD:
            del self.fields[name]
        if "level" in self.fields:
            cast(forms.ChoiceField, self.fields["level"]).choices = [(one.value, one.label) for one in levels]


class RenumberForm(EntryForm):
    reason = forms.CharField(label=gettext_lazy("Warum?"), max_length=500)

    def refuse(self, error: InvalidFact) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


def kind_named(slug: str) -> DossierKind | None:
    return DossierKind.objects.filter(pk=slug).first() if slug else None


def _kinds(now: DossierKind | None) -> list[tuple[str, str]]:
    """Those that can be given, and the one that the dossier has."""
    wanted = Q(state=KindState.ACTIVE) | Q(pk=now.pk if now else "")
    return list(DossierKind.objects.filter(wanted).values_list("slug", "label"))


def _what_to_do(typed: str, meant: MeantEntries) -> str:
    if not meant.choices:
        sentence = _(
            "Zu „{words}“ gibt es im Aktenplan keinen Eintrag, unter dem Sie eine Akte anlegen dürfen. Bitte ein"
            " anderes Wort versuchen oder im Aktenplan nachsehen."
        )
    elif meant.near:
        sentence = _(
            "Zu „{words}“ gibt es im Aktenplan keinen Eintrag. Am nächsten kommen diese; bitte einen wählen oder ein"
            " anderes Wort versuchen."
        )
    else:
        sentence = _("Auf „{words}“ passen {number} Einträge. Bitte einen davon wählen.")
    return sentence.format(words=shorten(typed, 60, placeholder="…"), number=meant.number)
