"""`/sessions/`: in which browsers one is logged in oneself, and ending that. Nobody sees those of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.http.base import ApiView
from api.http.problems import not_found
from dms.access.models import User
from dms.accounts.sessions import OpenSession, session_end, sessions_end_but, sessions_of

END = "end"


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    session: OpenSession
    here: bool

    @property
    def id(self) -> str:
        return self.session.handle

    @property
    def actions(self) -> list[str]:
        return [] if self.here else [END]


class SessionSerializer(serializers.Serializer):
    """A browser in which you are logged in."""

    id = serializers.CharField(help_text="Names it here, and opens nothing.")
    began = serializers.DateTimeField(
        source="session.began", allow_null=True, help_text="When you logged in; null: before this was kept."
    )
    last_used = serializers.DateTimeField(
        source="session.last_used", allow_null=True, help_text="To the minute; null: before this was kept."
    )
    agent = serializers.CharField(source="session.agent", help_text="What the browser calls itself; may be empty.")
    here = serializers.BooleanField(help_text="It is the one that asks; it ends by logging out.")
    actions = serializers.ListField(child=serializers.ChoiceField([END]), help_text="What you can do with it now.")


class SessionsEndedSerializer(serializers.Serializer):
    """How many have ended."""

    ended = serializers.IntegerField(help_text="How many sessions have ended.")


class SessionFinder(ApiView):
    serializer_class: type[serializers.Serializer] = SessionSerializer
    pagination_class = None

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    def key(self) -> str | None:
        """Of the session that asks; None for a program with a token."""
        return None if self.request.auth else self.request.session.session_key

    def sessions(self, now: datetime) -> list[SessionAnswer]:
        here = self.key()
        return [SessionAnswer(one, one.key == here) for one in sessions_of(self.user, now=now)]


class SessionsView(SessionFinder):
    @extend_schema(operation_id="sessions_list", responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Where you are logged in, the one used last first."""
        return self.answer(self.sessions(timezone.now()), many=True)


class SessionView(SessionFinder):
    @extend_schema(operation_id="sessions_retrieve")
    def get(self, request: Request, handle: str) -> Response:
        """One of your sessions."""
        found = next((one for one in self.sessions(timezone.now()) if one.id == handle), None)
        if found is None:
            raise not_found()
        return self.answer(found)


class SessionEndView(SessionFinder):
    @extend_schema(operation_id="sessions_end", request=None, responses={204: None})
    def post(self, request: Request, handle: str) -> Response:
        """Logs you out there, from the next request on. 404 too when it has ended already."""
        if not session_end(self.actor, self.user, handle, now=timezone.now()):
            raise not_found()
        return Response(status=204)


class SessionsEndOthersView(SessionFinder):
    serializer_class = SessionsEndedSerializer

    @extend_schema(operation_id="sessions_end_others", request=None, responses=SessionsEndedSerializer)
    def post(self, request: Request) -> Response:
        """Logs you out everywhere but here; asked with a token, everywhere."""
        ended = sessions_end_but(self.actor, self.user, self.key(), now=timezone.now())
        return self.answer({"ended": ended})
