"""A login that has begun: the password was right, the second factor is still to come. It opens nothing by itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from dms.access.models import User

KEY = "login_begun"
LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Begun:
    user_id: int
    backend: str
    """Which of AUTHENTICATION_BACKENDS knew the person."""
    proof: str
    """Another password, set meanwhile, ends it."""
    at: float
    next_page: str


def login_begin(request: HttpRequest, user: User, next_page: str, *, now: datetime) -> None:
    begun = Begun(user.pk, _backend_of(user), user.get_session_auth_hash(), now.timestamp(), next_page)
    request.session.cycle_key()
    request.session[KEY] = asdict(begun)


def login_begun(request: HttpRequest, *, now: datetime) -> tuple[User, Begun] | None:
    """Whose login has begun here; None when it took too long, or the account was disabled or got a new password."""
    if KEY not in request.session:
        return None
    begun = Begun(**request.session[KEY])
    user = User.objects.filter(pk=begun.user_id, is_active=True).first()
    late = now.timestamp() - begun.at > LASTS.total_seconds()
    if user is None or late or not constant_time_compare(begun.proof, user.get_session_auth_hash()):
        del request.session[KEY]
        return None
    user.backend = begun.backend
    return user, begun


def _backend_of(user: User) -> str:
    return str(user.backend)  # Django's `authenticate` notes it
