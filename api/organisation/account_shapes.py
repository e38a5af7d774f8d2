"""How accounts look to programs."""

from __future__ import annotations

from rest_framework import serializers

from api.http.base import TypedTextField
from api.http.changes import ChangeSerializer
from api.organisation.shapes import REASON
from dms.accounts.keeping import LONGEST_LOGIN, LONGEST_NAME, AccountState, AccountVerb
from dms.records.protection.grants import LONGEST_REASON

WAYS = ["password", "ldap", "oidc"]


class AccountSerializer(serializers.Serializer):
    """An account: of a person, or of a program."""

    id = serializers.IntegerField(source="user.id", help_text="Identifies it for ever; the `id` of the person.")
    user = serializers.CharField(source="user.username", help_text="The login.")
    name = serializers.CharField(source="user.get_full_name", help_text="Given and family name; may be empty.")
    state = serializers.ChoiceField(
        AccountState.choices,
        help_text="`waiting`: nobody has chosen a password or come from outside yet; `locked`: it does not open.",
    )
    is_service = serializers.BooleanField(
        source="user.is_service", help_text="True: a program, which has tokens and no password."
    )
    ways = serializers.ListField(
        child=serializers.ChoiceField(WAYS),
        help_text="Where the person logs in: by a password here, the directory (`ldap`), the provider (`oidc`).",
    )
    second_factor = serializers.BooleanField(source="user.has_factor", help_text="Whether one is set up.")
    last_login = serializers.DateTimeField(source="user.last_login", allow_null=True, help_text="Null: never.")
    has_rights = serializers.BooleanField(
        source="user.holds_rights", help_text="Something is granted, a membership or clearance runs or will."
    )
    set_up_at = serializers.DateTimeField(
        source="user.link_used_at", allow_null=True, help_text="When the password was chosen by a set-up link."
    )
    setup_link_until = serializers.SerializerMethodField(help_text="Until when a set-up link is out; null: none is.")
    actions = serializers.ListField(
        child=serializers.ChoiceField([str(verb) for verb in AccountVerb]), help_text="What you can do with it now."
    )

    def get_setup_link_until(self, account: object) -> str | None:
        user = account.user  # type: ignore[attr-defined]
        if not (user.has_link and user.is_new and not user.holds_rights):
            return None
        return serializers.DateTimeField().to_representation(user.link_expires_at)


class AccountFilter(serializers.Serializer):
    """All of these must fit."""

    q = TypedTextField(required=False, max_length=200, help_text="A part of the login or of the name.")
    state = serializers.ChoiceField(AccountState.choices, required=False, help_text="Only those in this state.")


class NewAccountSerializer(ChangeSerializer):
    """Whose account it is."""

    shown = AccountSerializer

    user = TypedTextField(
        max_length=LONGEST_LOGIN, help_text="The login: letters, digits and `@.+-_`; no other has it in any case."
    )
    first_name = TypedTextField(
        required=False, default="", allow_blank=True, max_length=LONGEST_NAME, help_text="Given name."
    )
    last_name = TypedTextField(
        required=False, default="", allow_blank=True, max_length=LONGEST_NAME, help_text="Family name."
    )
    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)


class AccountSessionsEndedSerializer(serializers.Serializer):
    """How many have ended."""

    ended = serializers.IntegerField(help_text="How many sessions have ended.")


class SetupLinkSerializer(serializers.Serializer):
    """Lets a person choose the first password of their account."""

    link = serializers.CharField(help_text="To be handed to the person alone; nobody can read it again later.")
    expires_at = serializers.DateTimeField(help_text="Until when it opens; once, and only while there is no right.")


class AccountEventSerializer(serializers.Serializer):
    """One thing that happened to an account."""

    at = serializers.DateTimeField(help_text="When.")
    actor = serializers.CharField(help_text="Who: `user:…`, `operator:…` or `system:…`.")
    event = serializers.CharField(source="name", help_text="Stable name.")
    text = serializers.CharField(source="sentence", help_text="What happened, for people.")
    reason = serializers.CharField(help_text="Why.")
