"""What can be allowed at all, and which role allows what."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    INBOX_VIEW = "inbox.view"
    INBOX_ADD = "inbox.add"
    INBOX_RETRY = "inbox.retry"
    INBOX_PROCESS = "inbox.process"
    DOCUMENT_VIEW = "document.view"
    DOCUMENT_CLASSIFY = "document.classify"
    DOCUMENT_CORRECT = "document.correct"
    DOCUMENT_FILE = "document.file"
    DOCUMENT_VERSION = "document.version"
    DOCUMENT_UNLOCK = "document.unlock"
    DOSSIER_VIEW = "dossier.view"
    """That it exists, what it is called, where it stands and in what state."""
    DOSSIER_READ = "dossier.read"
    """What is told of it: description, fields, who takes part."""
    DOSSIER_KEEP = "dossier.keep"
    DOSSIER_AMEND = "dossier.amend"
    DOSSIER_REOPEN = "dossier.reopen"
    PARTY_KEEP = "party.keep"
    PARTY_REGISTER = "party.register"
    PLAN_VIEW = "plan.view"
    PLAN_CHANGE = "plan.change"
    LEVEL_RAISE = "level.raise"
    LEVEL_LOWER = "level.lower"
    CLEARANCE_GIVE = "clearance.give"
    SENSITIVE_MARK = "sensitive.mark"
    READS_AUDIT = "reads.audit"
    KINDS_CHANGE = "kinds.change"
    HISTORY_VIEW = "history.view"
    ACCOUNT_KEEP = "account.keep"
    ACCOUNT_MANAGE = "account.manage"
    """That it exists and whether it opens: making, locking, unlocking. It opens no account in use."""
    ACCOUNT_RESET = "account.reset"
    """Another password, or no second factor any more, for an account in use: so whoever may do it can get in."""
    GRANT = "access.grant"
    CONFIGURE = "system.configure"


class Role(models.TextChoices):
    SCANNING = "scanning", _("Scanstelle")
    CLERK = "clerk", _("Sachbearbeitung")
    ARCHIVIST = "archivist", _("Archiv")
    REGISTRY = "registry", _("Registratur")
    RIGHTS = "rights", _("Rechtevergabe")
    SECRECY = "secrecy", _("Geheimschutz")
    REVISION = "revision", _("Datenschutz und Revision")
    ACCOUNTS = "accounts", _("Kontenverwaltung")


ROLE_ALLOWS: dict[Role, frozenset[Permission]] = {
    Role.SCANNING: frozenset({Permission.INBOX_VIEW, Permission.INBOX_ADD, Permission.INBOX_RETRY}),
    Role.CLERK: frozenset(
        {
            Permission.INBOX_VIEW,
            Permission.INBOX_ADD,
            Permission.INBOX_RETRY,
            Permission.DOCUMENT_VIEW,
            Permission.DOCUMENT_CLASSIFY,
            Permission.DOCUMENT_CORRECT,
            Permission.DOCUMENT_FILE,
            Permission.DOCUMENT_VERSION,
            Permission.DOSSIER_VIEW,
            Permission.DOSSIER_READ,
            Permission.DOSSIER_KEEP,
            Permission.PARTY_KEEP,
            Permission.LEVEL_RAISE,
            Permission.PLAN_VIEW,
        }
    ),
    Role.ARCHIVIST: frozenset(
        {
            Permission.INBOX_VIEW,
            Permission.DOCUMENT_VIEW,
            Permission.HISTORY_VIEW,
            Permission.DOSSIER_VIEW,
            Permission.DOSSIER_READ,
            Permission.PLAN_VIEW,
        }
    ),
    Role.REGISTRY: frozenset(
        {
            Permission.INBOX_VIEW,
            Permission.INBOX_ADD,
            Permission.INBOX_RETRY,
            Permission.DOCUMENT_VIEW,
            Permission.DOCUMENT_CLASSIFY,
            Permission.DOCUMENT_CORRECT,
            Permission.DOCUMENT_FILE,
            Permission.DOCUMENT_VERSION,
            Permission.DOCUMENT_UNLOCK,
            Permission.HISTORY_VIEW,
            Permission.DOSSIER_VIEW,
            Permission.DOSSIER_READ,
            Permission.DOSSIER_KEEP,
            Permission.PARTY_KEEP,
            Permission.PARTY_REGISTER,
            Permission.DOSSIER_AMEND,
            Permission.DOSSIER_REOPEN,
            Permission.LEVEL_RAISE,
            Permission.LEVEL_LOWER,
            Permission.SENSITIVE_MARK,
            Permission.PLAN_VIEW,
            Permission.PLAN_CHANGE,
            Permission.KINDS_CHANGE,
        }
    ),
    Role.RIGHTS: frozenset({Permission.GRANT, Permission.PLAN_VIEW, Permission.DOSSIER_VIEW}),
    Role.SECRECY: frozenset({Permission.CLEARANCE_GIVE}),
    Role.REVISION: frozenset({Permission.READS_AUDIT, Permission.PLAN_VIEW, Permission.DOSSIER_VIEW}),
    Role.ACCOUNTS: frozenset({Permission.ACCOUNT_MANAGE}),
}
"""Being administrator of the technology allows nothing here: it is not a role of this table."""


OF_ONESELF = frozenset({Permission.ACCOUNT_KEEP})
"""What everybody may do with what is their own, whatever their roles: password, language, tokens."""


OF_ACCOUNTS = frozenset({Permission.ACCOUNT_MANAGE, Permission.ACCOUNT_RESET})
"""What is done to the accounts of others. They stand in no scope, so it takes the right in all scopes of the town."""


OF_THE_TOWN = frozenset({Role.SECRECY, Role.ACCOUNTS})
"""Roles that no part of the plan can give: what they allow reaches beyond it."""


def roles_allowing(permission: Permission) -> list[Role]:
    return [role for role, allowed in ROLE_ALLOWS.items() if permission in allowed]
