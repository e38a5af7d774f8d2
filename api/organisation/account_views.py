"""`/accounts/`: who can log in, for whoever keeps accounts: making, locking, unlocking, and set-up links."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from api.http.base import ApiView, read_parameters
from api.http.etags import IF_MATCH, expected_of
from api.http.pagination import ByLogin
from api.http.parsers import JSONParser
from api.organisation.account_shapes import (
    AccountEventSerializer,
    AccountFilter,
    AccountSerializer,
    AccountSessionsEndedSerializer,
    NewAccountSerializer,
    SetupLinkSerializer,
)
from api.organisation.shapes import RightsReasonSerializer
from dms.access.models import User
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed
from dms.accounts.account_history import account_history
from dms.accounts.keeping import (
    Account,
    AccountState,
    account_end_sessions,
    account_lock,
    account_make,
    account_unlock,
    accounts_visible_to,
    in_state,
    may_keep_accounts,
)
from dms.accounts.organisation import people_named
from dms.accounts.setting_up import LASTS, setup_link_issue


class AccountFinder(ApiView):
    """Of views about one account."""

    serializer_class: type[Serializer] = AccountSerializer
    parser_classes = [JSONParser]
    pagination_class: Any = None

    def user(self, person_id: int) -> User:
        """Raises NotFound."""
        return self.find(accounts_visible_to(self.actor), pk=person_id)

    def shown(self, user: User, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.user(user.pk)
        return self.answer(Account(self.actor, fresh), code, of=fresh)

    def reason(self) -> str:
        told: str = self.asked(RightsReasonSerializer)["reason"]
        return told


class AccountsView(ListModelMixin, AccountFinder):
    pagination_class = ByLogin

    def get_queryset(self) -> QuerySet[User]:
        asked = read_parameters(AccountFilter, self.request)
        accounts = accounts_visible_to(self.actor)
        if "state" in asked:
            accounts = in_state(accounts, AccountState(asked["state"]))
        return people_named(accounts, asked["q"]) if "q" in asked else accounts

    def paginate_queryset(self, queryset: Any) -> list[Account]:  # type: ignore[override]
        return [Account(self.actor, user) for user in super().paginate_queryset(queryset) or []]

    @extend_schema(operation_id="accounts_list", parameters=[AccountFilter])
    def get(self, request: Request) -> Response:
        """All accounts, by login; empty for who does not keep accounts."""
        return self.list(request)

    @extend_schema(operation_id="accounts_create", request=NewAccountSerializer, responses={201: AccountSerializer})
    def post(self, request: Request) -> Response:
        """A new account of a person: without a right, and without a password until they choose one.

        A set-up link lets them (`accounts/…/setup-link/`); where the town has a directory or a provider of logins, the
        account waits for whoever first comes from there under its name.
        """
        if not may_keep_accounts(self.actor):  # before anybody learns which logins there are
            raise NotAllowed(self.actor, Permission.ACCOUNT_MANAGE)
        asked = self.asked(NewAccountSerializer)
        made = account_make(
            self.actor, asked["user"], first_name=asked["first_name"], last_name=asked["last_name"],
            reason=asked["reason"], now=timezone.now(),
        )  # fmt: skip
        return self.shown(made, status.HTTP_201_CREATED)


class AccountView(AccountFinder):
    @extend_schema(operation_id="accounts_retrieve")
    def get(self, request: Request, person_id: int) -> Response:
        """The `ETag` can be sent as `If-Match` with what is done to it."""
        return self.shown(self.user(person_id))


class AccountLockView(AccountFinder):
    @extend_schema(operation_id="accounts_lock", request=RightsReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, person_id: int) -> Response:
        """Nobody logs in any more: sessions end, tokens are withdrawn, a set-up link opens nothing, no right counts.

        409 `nobody_left`: then nobody could give rights in some place. 409 `not_oneself`: it is your own.
        """
        user = self.user(person_id)
        account_lock(self.actor, user, reason=self.reason(), now=timezone.now(), expected=expected_of(request, user))
        return self.shown(user)


class AccountUnlockView(AccountFinder):
    @extend_schema(operation_id="accounts_unlock", request=RightsReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, person_id: int) -> Response:
        """The password is the one from before, and rights count again; sessions and tokens do not come back."""
        user = self.user(person_id)
        account_unlock(self.actor, user, reason=self.reason(), now=timezone.now(), expected=expected_of(request, user))
        return self.shown(user)


class AccountSessionsView(AccountFinder):
    serializer_class = AccountSessionsEndedSerializer

    @extend_schema(operation_id="accounts_end_sessions", request=RightsReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, person_id: int) -> Response:
        """Logs the person out in all browsers; tokens go on."""
        user = self.user(person_id)
        ended = account_end_sessions(
            self.actor, user, reason=self.reason(), now=timezone.now(), expected=expected_of(request, user)
        )
        return self.answer({"ended": ended})


class AccountSetupLinkView(AccountFinder):
    serializer_class = SetupLinkSerializer

    @extend_schema(
        operation_id="accounts_issue_setup_link", request=RightsReasonSerializer, parameters=[IF_MATCH],
        responses={201: SetupLinkSerializer},
    )  # fmt: skip
    def post(self, request: Request, person_id: int) -> Response:
        """A link by which the person chooses their first password: shown this once, good once and for seven days.

        409 `account_in_use`: somebody has been in the account, or it is locked or a program's. 409
        `account_has_rights`: it has a right, a membership or a clearance; a link that is out ends with the first of
        these, too.
        """
        user, now = self.user(person_id), timezone.now()
        code = setup_link_issue(self.actor, user, reason=self.reason(), now=now, expected=expected_of(request, user))
        link = f"{request.build_absolute_uri(reverse('login-first'))}#{code}"
        return self.answer({"link": link, "expires_at": now + LASTS}, status.HTTP_201_CREATED)


class AccountHistoryView(AccountFinder):
    serializer_class = AccountEventSerializer

    @extend_schema(operation_id="accounts_history", responses=AccountEventSerializer(many=True))
    def get(self, request: Request, person_id: int) -> Response:
        """What bears on whether and how the account opens, the newest first; at most 200 events."""
        return self.answer(account_history(self.user(person_id)), many=True)
