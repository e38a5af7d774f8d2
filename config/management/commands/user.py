"""`./manage.py user`: makes accounts, gives roles, resets passwords, disables and enables; lists all of them."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone

from config.town import files_scopes, user_setup
from dms.access.models import ApiToken, Scope, User
from dms.access.permissions import ROLE_ALLOWS, Permission, Role
from dms.accounts.accounts import account_disable, account_enable, password_reset
from dms.accounts.directory import NotInDirectory, directory_link
from dms.accounts.models import AuthenticatorApp, Passkey
from dms.accounts.operators import operator_here
from dms.accounts.outside import OutsideRefused, outside_unlink
from dms.accounts.second_factor.keeping import second_factor_reset
from dms.accounts.sessions import sessions_end_but
from dms.accounts.tokens import tokens_withdraw
from dms.adapters.chosen import directory
from dms.audit.lifecycle import NotPossible
from ingest.scopes import inbox_scope

WHAT_TO_SAY = (
    "Say what to do: --role, --no-role, --reset-password, --disable, --enable, --withdraw-tokens, "
    "--reset-second-factor, --unlink, --link-directory or --end-sessions. See --help."
)
IN_ONE_PLACE = (
    "A right in one place is given in the browser by somebody with the role rights: open the plan entry or dossier, "
    "“Rechte”, “Recht vergeben”."
)
VERBS = ("reset_password", "disable", "enable", "withdraw_tokens", "reset_second_factor", "unlink", "end_sessions")


class Command(BaseCommand):
    help = (
        "Makes an account with --role and prints its password, once; or gives an account that is there one more role. "
        "Passwords go to standard output alone, all else to standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="?")
        parser.add_argument("--role", action="append", choices=[str(role) for role in Role], default=[])
        parser.add_argument(
            "--no-role", action="store_true", help="make the account without a right; it is given in one place later"
        )
        parser.add_argument(
            "--service", action="store_true", help="with --role: a program, which has tokens only (./manage.py token)"
        )
        parser.add_argument(
            "--outside", action="store_true", help="with --role: no password; waits for who first logs in elsewhere so"
        )
        does = parser.add_mutually_exclusive_group()
        does.add_argument("--reset-password", action="store_true", help="print a new one; sessions end at once")
        does.add_argument(
            "--disable", action="store_true", help="no more login; sessions end and tokens are withdrawn at once"
        )
        does.add_argument("--enable", action="store_true", help="login again, with the password from before")
        does.add_argument("--withdraw-tokens", action="store_true", help="all API tokens of the account end at once")
        does.add_argument(
            "--reset-second-factor",
            action="store_true",
            help="it is lost: the password alone opens; sessions end at once",
        )
        does.add_argument(
            "--unlink", action="store_true", help="nobody who logs in elsewhere (OIDC, LDAP) comes into it any more"
        )
        does.add_argument(
            "--link-directory", metavar="NAME", help="whoever is called so in the directory (LDAP) comes into it, too"
        )
        does.add_argument("--end-sessions", action="store_true", help="logged out in all browsers at once")
        does.add_argument(
            "--list", action="store_true", help="all accounts with state, roles, last login, tokens, second factor"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for line in _listed():
                self.stdout.write(line)
            return
        name = options["username"]
        if not name:
            raise CommandError("Name the account. See --help.")
        makes = bool(options["role"] or options["no_role"])
        if makes:
            self._make(name, options)
        asked = [verb for verb in VERBS if options[verb]]
        if options["link_directory"]:
            self._link_directory(_account(name), options["link_directory"])
            return
        if (options["service"] or options["outside"]) and not makes:
            raise CommandError("--service and --outside make an account, so they need --role or --no-role.")
        if not asked and not makes:
            raise CommandError(_what_to_say(name))
        for verb in asked:
            getattr(self, f"_{verb}")(_account(name))

    def _make(self, name: str, options: dict[str, Any]) -> None:
        if options["role"] and options["no_role"]:
            raise CommandError("--role gives a right and --no-role none. Choose one of them.")
        if options["no_role"] and User.objects.filter(username=name).exists():
            raise CommandError(f"{name} is there already. {IN_ONE_PLACE}")
        passwordless = options["service"] or options["outside"]
        roles = [Role(role) for role in options["role"]]
        self._give_roles(name, roles, service=options["service"], passwordless=passwordless)

    def _give_roles(self, name: str, roles: list[Role], *, service: bool, passwordless: bool) -> None:
        known = User.objects.filter(username=name).first()
        if known and service and not known.is_service:
            raise CommandError(f"{name} is a person's account already. Choose another name for the program.")
        password = None if passwordless else secrets.token_urlsafe(12)
        try:
            user_setup(
                name, password, scope=inbox_scope(), also=files_scopes(), roles=roles, actor=operator_here(),
                now=timezone.now(), service=service,
            )  # fmt: skip
        except Scope.DoesNotExist:
            raise CommandError("There is no inbox yet. First: ./manage.py setup") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if known is None and password:
            self.stdout.write(password)
        elif known is None and not service:
            self._say(f"{name} has no password. Whoever first logs in elsewhere under this name has the account.")
        elif known is None:
            self._say(f"{name} has no password. Make a token: ./manage.py token {name} --reach intake")
        if roles:
            given = " and ".join(roles)
            reads = any(Permission.DOSSIER_READ in ROLE_ALLOWS[role] for role in roles)
            what = "the inbox and every file that is not secret" if reads else "by itself it opens no file"
            self._say(f"{name} has the role {given} in all of the town: {what}.")
            self._say(f"For one place only, make the account with --no-role instead. {IN_ONE_PLACE}")
        else:
            self._say(f"{name} has no right yet and sees nothing. {IN_ONE_PLACE}")

    def _reset_password(self, user: User) -> None:
        if user.is_service:
            raise CommandError(f"{user.username} is a service account: it has tokens and never a password.")
        password = secrets.token_urlsafe(12)
        password_reset(operator_here(), user, password, now=timezone.now())
        self.stdout.write(password)
        self._say("All sessions have ended.")
        if tokens := _usable_tokens(user):
            self._say(f"{tokens} API token(s) stay usable; --withdraw-tokens ends them.")
        if not user.is_active:
            self._say("The account is still disabled; --enable lets it log in.")

    def _disable(self, user: User) -> None:
        try:
            tokens = account_disable(operator_here(), user, now=timezone.now())
        except NotPossible as refusal:
            raise CommandError(str(refusal)) from None
        self._say(f"{user.username} is disabled: all sessions have ended, {tokens} API token(s) are withdrawn.")

    def _enable(self, user: User) -> None:
        account_enable(operator_here(), user, now=timezone.now())
        self._say(f"{user.username} may log in again, with the password from before.")

    def _withdraw_tokens(self, user: User) -> None:
        tokens = tokens_withdraw(operator_here(), user, now=timezone.now())
        self._say(f"{tokens} API token(s) of {user.username} are withdrawn.")

    def _reset_second_factor(self, user: User) -> None:
        if not second_factor_reset(operator_here(), user, now=timezone.now()):
            self._say(f"{user.username} had none. All sessions have ended.")
            return
        self._say(f"{user.username} logs in with the password alone, or sets up a new one where it is prescribed.")
        self._say("All sessions have ended.")

    def _unlink(self, user: User) -> None:
        found = list(user.outside_identities.all())
        for identity in found:
            outside_unlink(operator_here(), identity, now=timezone.now())
        self._say(f"{len(found)} link(s) of {user.username} are removed; all sessions have ended.")

    def _link_directory(self, user: User, there: str) -> None:
        if directory() is None:
            raise CommandError("There is no directory: LDAP_URL is not set (docs/login.md).")
        try:
            directory_link(operator_here(), user, there, None, now=timezone.now())
        except NotInDirectory:
            raise CommandError(
                f"The directory knows nobody called “{there}” who may log in (LDAP_USER_FILTER)."
            ) from None
        except OutsideRefused as refusal:
            raise CommandError(str(refusal)) from None
        self._say(f"{user.username} is linked: whoever is {there} in the directory logs in to it, and is disabled")
        self._say("when that ends (./manage.py organisation sync). --unlink takes the link back.")

    def _end_sessions(self, user: User) -> None:
        count = sessions_end_but(operator_here(), user, None, now=timezone.now())
        self._say(f"{count} session(s) of {user.username} have ended.")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence, lambda text: text)  # not in the colour of errors


def _account(name: str) -> User:
    try:
        return User.objects.get(username=name)
    except User.DoesNotExist:
        raise CommandError(f"There is no account “{name}”. With --role it is made; --list shows all.") from None


def _what_to_say(name: str) -> str:
    """To whoever named an account and nothing else."""
    known = User.objects.filter(username=name).first()
    if known is None:
        return (
            f"There is no account “{name}”. ./manage.py user {name} --role clerk makes it with that role in all of the "
            f"town; ./manage.py user {name} --no-role makes it without a right. {IN_ONE_PLACE}"
        )
    return WHAT_TO_SAY if known.grants.exists() else f"{name} has no right of its own. {IN_ONE_PLACE} {WHAT_TO_SAY}"


def _usable_tokens(user: User) -> int:
    return ApiToken.objects.filter(ApiToken.usable(timezone.now()), user=user).count()


def _listed() -> Iterator[str]:
    """One line each, in columns, for reading and for `cut -f`."""
    usable = ApiToken.objects.filter(ApiToken.usable(timezone.now()))
    tokens = dict(usable.values_list("user_id").annotate(Count("pk")).order_by())
    kinds = {"app": AuthenticatorApp.objects.all(), "passkey": Passkey.objects.all()}
    factors = {name: set(kind.values_list("user_id", flat=True)) for name, kind in kinds.items()}
    yield "name\tstate\troles\tlast login\ttokens\tsecond factor"
    for user in User.objects.order_by("username").prefetch_related("grants"):
        roles = ",".join(sorted({grant.role for grant in user.grants.all()})) or "-"
        last = timezone.localtime(user.last_login).strftime("%Y-%m-%d %H:%M") if user.last_login else "never"
        factor = ",".join(name for name, owners in factors.items() if user.pk in owners) or "-"
        state = ("service" if user.is_service else "enabled") if user.is_active else "disabled"
        yield f"{user.username}\t{state}\t{roles}\t{last}\t{tokens.get(user.pk, 0)}\t{factor}"
