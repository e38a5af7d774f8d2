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
    DOSSIER_VIEW = "dossier.view"
    DOSSIER_KEEP = "dossier.keep"
    DOSSIER_AMEND = "dossier.amend"
    DOSSIER_REOPEN = "dossier.reopen"
    PARTY_KEEP = "party.keep"
    PARTY_REGISTER = "party.register"
    PLAN_VIEW = "plan.view"
    PLAN_CHANGE = "plan.change"
    HISTORY_VIEW = "history.view"
    ACCOUNT_KEEP = "account.keep"
    ACCOUNT_MANAGE = "account.manage"
    GRANT = "access.grant"
    CONFIGURE = "system.configure"


class Role(models.TextChoices):
    SCANNING = "scanning", _("Scanstelle")
    CLERK = "clerk", _("Sachbearbeitung")
    ARCHIVIST = "archivist", _("Archiv")
    REGISTRY = "registry", _("Registratur")
    RIGHTS = "rights", _("Rechtevergabe")


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
            Permission.DOSSIER_VIEW,
            Permission.DOSSIER_KEEP,
            Permission.PARTY_KEEP,
            Permission.PLAN_VIEW,
        }
    ),
    Role.ARCHIVIST: frozenset(
        {
            Permission.INBOX_VIEW,
            Permission.DOCUMENT_VIEW,
            Permission.HISTORY_VIEW,
            Permission.DOSSIER_VIEW,
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
            Permission.HISTORY_VIEW,
            Permission.DOSSIER_VIEW,
            Permission.DOSSIER_KEEP,
            Permission.PARTY_KEEP,
            Permission.PARTY_REGISTER,
            Permission.DOSSIER_AMEND,
            Permission.DOSSIER_REOPEN,
            Permission.PLAN_VIEW,
            Permission.PLAN_CHANGE,
        }
    ),
    Role.RIGHTS: frozenset({Permission.GRANT, Permission.PLAN_VIEW, Permission.DOSSIER_VIEW}),
}
"""Being administrator of the technology allows nothing here: it is not a role of this table."""


OF_ONESELF = frozenset({Permission.ACCOUNT_KEEP})
"""What everybody may do with what is their own, whatever their roles: password, language, tokens."""


def roles_allowing(permission: Permission) -> list[Role]:
    return [role for role, allowed in ROLE_ALLOWS.items() if permission in allowed]
