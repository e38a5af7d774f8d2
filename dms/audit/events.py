"""The names of everything that can happen, each with the permission it needs and its German text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.access.permissions import Permission


class Event(StrEnum):
    """`subject:action`. A name is never reused or renamed: events are kept for decades."""

    ITEM_RECEIVED = "item:received"
    ITEM_ADVANCED = "item:advanced"
    ITEM_REFUSED = "item:refused"
    ITEM_STUCK = "item:stuck"
    ITEM_RETRIED = "item:retried"
    ITEM_ACCEPTED = "item:accepted"
    ITEM_DONE = "item:done"
    ITEM_SETTLED = "item:settled"
    ITEM_REOPENED = "item:reopened"
    ITEM_MALWARE_FETCHED = "item:malware_fetched"
    DOCUMENT_CLASSIFIED = "document:classified"
    DOCUMENT_CORRECTED = "document:corrected"
    DOCUMENT_REVERTED = "document:reverted"
    DOCUMENT_FILED = "document:filed"
    DOCUMENT_MOVED = "document:moved"
    DOCUMENT_LEFT = "document:left"
    DOCUMENT_TAKEN_BACK = "document:taken_back"
    DOCUMENT_COPIED = "document:copied"
    DOCUMENT_CAME_AS_COPY = "document:came_as_copy"
    DOCUMENT_UNMADE = "document:unmade"
    DOCUMENT_SPLIT = "document:split"
    DOCUMENT_MERGED = "document:merged"
    DOCUMENT_MADE = "document:made"
    DOCUMENT_GAVE = "document:gave"
    DOCUMENT_NOT_MADE = "document:not_made"
    DOCUMENT_VERSION_HANDED_IN = "document:version_handed_in"
    DOCUMENT_VERSION_ADDED = "document:version_added"
    DOCUMENT_VERSION_FAILED = "document:version_failed"
    DOCUMENT_CHECKED_OUT = "document:checked_out"
    DOCUMENT_GIVEN_BACK = "document:given_back"
    DOCUMENT_CHECK_OUT_BROKEN = "document:check_out_broken"
    DOSSIER_OPENED = "dossier:opened"
    DOSSIER_DESCRIBED = "dossier:described"
    DOSSIER_RENUMBERED = "dossier:renumbered"
    DOSSIER_NUMBER_USED = "dossier:number_used"
    DOSSIER_CLOSED = "dossier:closed"
    DOSSIER_AMENDED = "dossier:amended"
    DOSSIER_REOPENED = "dossier:reopened"
    CASE_OPENED = "case:opened"
    CASE_DESCRIBED = "case:described"
    CASE_CLOSED = "case:closed"
    CASE_REOPENED = "case:reopened"
    PARTY_ENTERED = "party:entered"
    PARTY_CORRECTED = "party:corrected"
    PARTY_MERGED = "party:merged"
    PARTY_TAKEN_OVER = "party:taken_over"
    PARTY_PARTED = "party:parted"
    PARTY_GIVEN_BACK = "party:given_back"
    PARTY_TOLD = "party:told"
    PARTY_TAKES_PART = "party:takes_part"
    PARTY_LEFT = "party:left"
    PARTY_ROLE_CREATED = "party_role:created"
    FILE_RELATED = "file:related"
    FILE_UNRELATED = "file:unrelated"
    DOCUMENT_RELATED = "document:related"
    DOCUMENT_UNRELATED = "document:unrelated"
    VOLUME_OPENED = "volume:opened"
    VOLUME_DESCRIBED = "volume:described"
    VOLUME_FILLED = "volume:filled"
    VOLUME_CLOSED = "volume:closed"
    VOLUME_REOPENED = "volume:reopened"
    PAPER_LENT = "paper:lent"
    PAPER_RETURNED = "paper:returned"
    CASE_LEFT = "case:left"
    CASE_CAME = "case:came"
    PLAN_CREATED = "plan:created"
    PLAN_IMPORTED = "plan:imported"
    PLAN_ENTRY_ADDED = "plan_entry:added"
    PLAN_ENTRY_CHANGED = "plan_entry:changed"
    PLAN_ENTRY_MOVED = "plan_entry:moved"
    PLAN_ENTRY_RETIRED = "plan_entry:retired"
    LEVEL_RAISED = "level:raised"
    LEVEL_LOWERED = "level:lowered"
    CLEARANCE_GIVEN = "clearance:given"
    CLEARANCE_WITHDRAWN = "clearance:withdrawn"
    SENSITIVE_MARKED = "sensitive:marked"
    SENSITIVE_UNMARKED = "sensitive:unmarked"
    RECORD_READ = "record:read"
    READS_ASKED = "reads:asked"
    ACCESS_REFUSED = "access:refused"
    SCOPE_CREATED = "scope:created"
    SCOPE_BEGUN = "scope:begun"
    SCOPE_ENTERED = "scope:entered"
    SCOPE_RESTRICTED = "scope:restricted"
    SCOPE_OPENED = "scope:opened"
    GRANT_CREATED = "grant:created"
    GRANT_CHANGED = "grant:changed"
    GRANT_WITHDRAWN = "grant:withdrawn"
    BODY_CREATED = "body:created"
    BODY_CHANGED = "body:changed"
    BODY_MOVED = "body:moved"
    BODY_RETIRED = "body:retired"
    BODY_REVIVED = "body:revived"
    MEMBER_ADDED = "member:added"
    MEMBER_CHANGED = "member:changed"
    MEMBER_REMOVED = "member:removed"
    KIND_CREATED = "kind:created"
    DOSSIER_KIND_CREATED = "dossier_kind:created"
    DOSSIER_KIND_CHANGED = "dossier_kind:changed"
    FIELDS_CHANGED = "fields:changed"
    CLASSIFIER_TRAINED = "classifier:trained"
    ACCOUNT_CREATED = "account:created"
    SETUP_LINK_ISSUED = "account:setup_link_issued"
    SETUP_LINK_USED = "account:setup_link_used"
    ACCOUNT_LINKED = "account:linked"
    ACCOUNT_UNLINKED = "account:unlinked"
    ACCOUNT_DESCRIBED = "account:described"
    SESSIONS_ENDED = "account:sessions_ended"
    SESSIONS_CUT_OFF = "account:sessions_cut_off"
    ACCOUNT_DISABLED = "account:disabled"
    ACCOUNT_ENABLED = "account:enabled"
    PASSWORD_CHANGED = "account:password_changed"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "account:password_reset"  # noqa: S105 - the name of an event
    SECOND_FACTOR_SET_UP = "account:second_factor_set_up"
    SECOND_FACTOR_REMOVED = "account:second_factor_removed"
    SECOND_FACTOR_RESET = "account:second_factor_reset"
    PASSKEY_ADDED = "account:passkey_added"
    PASSKEY_REMOVED = "account:passkey_removed"
    RECOVERY_CODES_RENEWED = "account:recovery_codes_renewed"
    RECOVERY_CODE_USED = "account:recovery_code_used"
    TOKEN_ISSUED = "token:issued"  # noqa: S105 - the name of an event
    TOKEN_WITHDRAWN = "token:withdrawn"  # noqa: S105 - the name of an event
    TOKEN_CUT_OFF = "token:cut_off"  # noqa: S105 - the name of an event


@dataclass(frozen=True, slots=True)
class EventRule:
    permission: Permission
    text: Promise


RULES: dict[Event, EventRule] = {
    Event.ITEM_RECEIVED: EventRule(Permission.INBOX_ADD, _("Eingang angenommen")),
    Event.ITEM_ADVANCED: EventRule(Permission.INBOX_PROCESS, _("Schritte erledigt")),
    Event.ITEM_REFUSED: EventRule(Permission.INBOX_PROCESS, _("Eingang abgewiesen")),
    Event.ITEM_STUCK: EventRule(Permission.INBOX_PROCESS, _("Verarbeitung steckt fest")),
    Event.ITEM_RETRIED: EventRule(Permission.INBOX_RETRY, _("Noch einmal versucht")),
    Event.ITEM_ACCEPTED: EventRule(Permission.INBOX_RETRY, _("Ohne Text übernommen")),
    Event.ITEM_DONE: EventRule(Permission.INBOX_PROCESS, _("Dokumente angelegt")),
    Event.ITEM_SETTLED: EventRule(Permission.INBOX_RETRY, _("Als erledigt abgehakt")),
    Event.ITEM_REOPENED: EventRule(Permission.INBOX_RETRY, _("Wieder geöffnet")),
    Event.ITEM_MALWARE_FETCHED: EventRule(Permission.INBOX_RETRY, _("Original trotz Schadsoftware heruntergeladen")),
    Event.DOCUMENT_CLASSIFIED: EventRule(Permission.DOCUMENT_CLASSIFY, _("Dokumentart festgelegt")),
    Event.DOCUMENT_CORRECTED: EventRule(Permission.DOCUMENT_CORRECT, _("Angaben berichtigt")),
    Event.DOCUMENT_REVERTED: EventRule(Permission.DOCUMENT_CORRECT, _("Letzte Änderung zurückgenommen")),
    Event.DOCUMENT_FILED: EventRule(Permission.DOCUMENT_FILE, _("Dokument abgelegt")),
    Event.DOCUMENT_MOVED: EventRule(Permission.DOCUMENT_FILE, _("Dokument innerhalb der Akte verschoben")),
    Event.DOCUMENT_LEFT: EventRule(Permission.DOCUMENT_FILE, _("Dokument hier herausgenommen")),
    Event.DOCUMENT_TAKEN_BACK: EventRule(Permission.DOCUMENT_FILE, _("Ablegen zurückgenommen")),
    Event.DOCUMENT_COPIED: EventRule(Permission.DOCUMENT_FILE, _("Dokument an eine andere Stelle kopiert")),
    Event.DOCUMENT_CAME_AS_COPY: EventRule(Permission.DOCUMENT_FILE, _("Kopie eines Dokuments aufgenommen")),
    Event.DOCUMENT_UNMADE: EventRule(
        Permission.DOCUMENT_FILE, _("Kopie oder neu entstandenes Dokument zurückgenommen")
    ),
    Event.DOCUMENT_SPLIT: EventRule(Permission.DOCUMENT_VERSION, _("Aufteilen begonnen")),
    Event.DOCUMENT_MERGED: EventRule(Permission.DOCUMENT_VERSION, _("Zusammenfügen begonnen")),
    Event.DOCUMENT_MADE: EventRule(Permission.INBOX_PROCESS, _("Aus anderem Dokument entstanden")),
    Event.DOCUMENT_GAVE: EventRule(Permission.INBOX_PROCESS, _("Daraus ist ein neues Dokument entstanden")),
    Event.DOCUMENT_NOT_MADE: EventRule(Permission.INBOX_PROCESS, _("Daraus konnte kein neues Dokument entstehen")),
    Event.DOCUMENT_VERSION_HANDED_IN: EventRule(Permission.DOCUMENT_VERSION, _("Neue Version eingereicht")),
    Event.DOCUMENT_VERSION_ADDED: EventRule(Permission.INBOX_PROCESS, _("Neue Version übernommen")),
    Event.DOCUMENT_VERSION_FAILED: EventRule(Permission.INBOX_PROCESS, _("Neue Version nicht übernommen")),
    Event.DOCUMENT_CHECKED_OUT: EventRule(Permission.DOCUMENT_VERSION, _("Dokument ausgecheckt")),
    Event.DOCUMENT_GIVEN_BACK: EventRule(Permission.DOCUMENT_VERSION, _("Dokument zurückgegeben")),
    Event.DOCUMENT_CHECK_OUT_BROKEN: EventRule(Permission.DOCUMENT_UNLOCK, _("Auschecken aufgehoben")),
    Event.DOSSIER_OPENED: EventRule(Permission.DOSSIER_KEEP, _("Akte angelegt")),
    Event.DOSSIER_DESCRIBED: EventRule(Permission.DOSSIER_KEEP, _("Akte beschrieben")),
    Event.DOSSIER_RENUMBERED: EventRule(Permission.DOSSIER_AMEND, _("Akte umsigniert")),
    Event.DOSSIER_NUMBER_USED: EventRule(Permission.DOSSIER_KEEP, _("Aktenzeichen nach außen verwendet")),
    Event.DOSSIER_CLOSED: EventRule(Permission.DOSSIER_KEEP, _("Akte abgeschlossen (z. d. A.)")),
    Event.DOSSIER_AMENDED: EventRule(Permission.DOSSIER_AMEND, _("Abgeschlossene Akte berichtigt")),
    Event.DOSSIER_REOPENED: EventRule(Permission.DOSSIER_REOPEN, _("Akte wieder geöffnet")),
    Event.CASE_OPENED: EventRule(Permission.DOSSIER_KEEP, _("Vorgang angelegt")),
    Event.CASE_DESCRIBED: EventRule(Permission.DOSSIER_KEEP, _("Vorgang beschrieben")),
    Event.CASE_CLOSED: EventRule(Permission.DOSSIER_KEEP, _("Vorgang abgeschlossen")),
    Event.CASE_REOPENED: EventRule(Permission.DOSSIER_REOPEN, _("Vorgang wieder geöffnet")),
    Event.PARTY_ENTERED: EventRule(Permission.PARTY_KEEP, _("In das Verzeichnis der Beteiligten eingetragen")),
    Event.PARTY_CORRECTED: EventRule(Permission.PARTY_KEEP, _("Eintrag berichtigt")),
    Event.PARTY_MERGED: EventRule(Permission.PARTY_REGISTER, _("Mit einem anderen Eintrag zusammengeführt")),
    Event.PARTY_TAKEN_OVER: EventRule(Permission.PARTY_REGISTER, _("Steht auch für einen anderen Eintrag")),
    Event.PARTY_PARTED: EventRule(Permission.PARTY_REGISTER, _("Zusammenführung zurückgenommen")),
    Event.PARTY_GIVEN_BACK: EventRule(Permission.PARTY_REGISTER, _("Steht nicht mehr für einen anderen Eintrag")),
    Event.PARTY_TOLD: EventRule(Permission.PARTY_REGISTER, _("Auskunft nach Art. 15 DSGVO erstellt")),
    Event.PARTY_TAKES_PART: EventRule(Permission.DOSSIER_KEEP, _("Beteiligte aufgenommen")),
    Event.PARTY_LEFT: EventRule(Permission.DOSSIER_KEEP, _("Beteiligung beendet")),
    Event.PARTY_ROLE_CREATED: EventRule(Permission.PARTY_REGISTER, _("Rolle für Beteiligte angelegt")),
    Event.FILE_RELATED: EventRule(Permission.DOSSIER_VIEW, _("Verknüpfung angelegt")),
    Event.FILE_UNRELATED: EventRule(Permission.DOSSIER_VIEW, _("Verknüpfung entfernt")),
    Event.DOCUMENT_RELATED: EventRule(Permission.DOCUMENT_VIEW, _("Dokument verknüpft")),
    Event.DOCUMENT_UNRELATED: EventRule(Permission.DOCUMENT_VIEW, _("Verknüpfung des Dokuments entfernt")),
    Event.VOLUME_OPENED: EventRule(Permission.DOSSIER_KEEP, _("Band angelegt")),
    Event.VOLUME_DESCRIBED: EventRule(Permission.DOSSIER_KEEP, _("Band beschrieben")),
    Event.VOLUME_FILLED: EventRule(Permission.DOSSIER_KEEP, _("In einen Band gelegt")),
    Event.VOLUME_CLOSED: EventRule(Permission.DOSSIER_KEEP, _("Band abgeschlossen")),
    Event.VOLUME_REOPENED: EventRule(Permission.DOSSIER_REOPEN, _("Band wieder geöffnet")),
    Event.PAPER_LENT: EventRule(Permission.DOSSIER_KEEP, _("Papier ausgeliehen")),
    Event.PAPER_RETURNED: EventRule(Permission.DOSSIER_KEEP, _("Papier zurückgegeben")),
    Event.CASE_LEFT: EventRule(Permission.DOSSIER_KEEP, _("Vorgang in eine andere Akte verschoben")),
    Event.CASE_CAME: EventRule(Permission.DOSSIER_KEEP, _("Vorgang aus einer anderen Akte aufgenommen")),
    Event.PLAN_CREATED: EventRule(Permission.PLAN_CHANGE, _("Aktenplan angelegt")),
    Event.PLAN_IMPORTED: EventRule(Permission.PLAN_CHANGE, _("Aktenplan übernommen")),
    Event.PLAN_ENTRY_ADDED: EventRule(Permission.PLAN_CHANGE, _("Aktenplaneintrag angelegt")),
    Event.PLAN_ENTRY_CHANGED: EventRule(Permission.PLAN_CHANGE, _("Aktenplaneintrag geändert")),
    Event.PLAN_ENTRY_MOVED: EventRule(Permission.PLAN_CHANGE, _("Aktenplaneintrag verschoben")),
    Event.PLAN_ENTRY_RETIRED: EventRule(Permission.PLAN_CHANGE, _("Aktenplaneintrag stillgelegt")),
    Event.LEVEL_RAISED: EventRule(Permission.LEVEL_RAISE, _("Vertraulichkeit heraufgesetzt")),
    Event.LEVEL_LOWERED: EventRule(Permission.LEVEL_LOWER, _("Vertraulichkeit herabgesetzt")),
    Event.CLEARANCE_GIVEN: EventRule(Permission.CLEARANCE_GIVE, _("Ermächtigung erteilt")),
    Event.CLEARANCE_WITHDRAWN: EventRule(Permission.CLEARANCE_GIVE, _("Ermächtigung entzogen")),
    Event.SENSITIVE_MARKED: EventRule(Permission.SENSITIVE_MARK, _("Als besonders geschützt gekennzeichnet")),
    Event.SENSITIVE_UNMARKED: EventRule(Permission.SENSITIVE_MARK, _("Besonderer Schutz aufgehoben")),
    Event.RECORD_READ: EventRule(Permission.DOSSIER_VIEW, _("Gelesen")),
    Event.READS_ASKED: EventRule(Permission.READS_AUDIT, _("Nach den Lesenden gefragt")),
    Event.ACCESS_REFUSED: EventRule(Permission.DOSSIER_VIEW, _("Zugriff abgewiesen")),
    Event.SCOPE_CREATED: EventRule(Permission.CONFIGURE, _("Bereich angelegt")),
    Event.SCOPE_BEGUN: EventRule(Permission.GRANT, _("Eigene Rechte eingerichtet")),
    Event.SCOPE_ENTERED: EventRule(Permission.GRANT, _("In einen eigenen Rechtebereich übernommen")),
    Event.SCOPE_RESTRICTED: EventRule(Permission.GRANT, _("Auf eigene Rechte beschränkt")),
    Event.SCOPE_OPENED: EventRule(Permission.GRANT, _("Beschränkung aufgehoben")),
    Event.GRANT_CREATED: EventRule(Permission.GRANT, _("Recht vergeben")),
    Event.GRANT_CHANGED: EventRule(Permission.GRANT, _("Recht geändert")),
    Event.GRANT_WITHDRAWN: EventRule(Permission.GRANT, _("Recht entzogen")),
    Event.BODY_CREATED: EventRule(Permission.GRANT, _("Einheit oder Gruppe angelegt")),
    Event.BODY_CHANGED: EventRule(Permission.GRANT, _("Einheit oder Gruppe umbenannt")),
    Event.BODY_MOVED: EventRule(Permission.GRANT, _("An andere Stelle der Organisation verschoben")),
    Event.BODY_RETIRED: EventRule(Permission.GRANT, _("Einheit oder Gruppe stillgelegt")),
    Event.BODY_REVIVED: EventRule(Permission.GRANT, _("Einheit oder Gruppe wieder in Gebrauch genommen")),
    Event.MEMBER_CHANGED: EventRule(Permission.GRANT, _("Dauer der Zugehörigkeit geändert")),
    Event.MEMBER_ADDED: EventRule(Permission.GRANT, _("Person aufgenommen")),
    Event.MEMBER_REMOVED: EventRule(Permission.GRANT, _("Person herausgenommen")),
    Event.KIND_CREATED: EventRule(Permission.CONFIGURE, _("Dokumentart angelegt")),
    Event.DOSSIER_KIND_CREATED: EventRule(Permission.KINDS_CHANGE, _("Aktenart angelegt")),
    Event.DOSSIER_KIND_CHANGED: EventRule(Permission.KINDS_CHANGE, _("Aktenart geändert")),
    Event.FIELDS_CHANGED: EventRule(Permission.KINDS_CHANGE, _("Felder geändert")),
    Event.CLASSIFIER_TRAINED: EventRule(Permission.CONFIGURE, _("Klassifikation neu gelernt")),
    Event.ACCOUNT_CREATED: EventRule(Permission.ACCOUNT_MANAGE, _("Konto angelegt")),
    Event.SETUP_LINK_ISSUED: EventRule(Permission.ACCOUNT_MANAGE, _("Einrichtungslink ausgestellt")),
    Event.SETUP_LINK_USED: EventRule(Permission.ACCOUNT_KEEP, _("Einrichtungslink benutzt und Kennwort gewählt")),
    Event.ACCOUNT_LINKED: EventRule(Permission.ACCOUNT_KEEP, _("Mit einer Anmeldung von außen verbunden")),
    Event.ACCOUNT_UNLINKED: EventRule(Permission.ACCOUNT_KEEP, _("Verbindung mit einer Anmeldung von außen gelöst")),
    Event.ACCOUNT_DESCRIBED: EventRule(Permission.ACCOUNT_MANAGE, _("Name und E-Mail übernommen")),
    Event.SESSIONS_ENDED: EventRule(Permission.ACCOUNT_KEEP, _("In anderen Browsern abgemeldet")),
    Event.SESSIONS_CUT_OFF: EventRule(Permission.ACCOUNT_MANAGE, _("In allen Browsern abgemeldet")),
    Event.ACCOUNT_DISABLED: EventRule(Permission.ACCOUNT_MANAGE, _("Konto gesperrt")),
    Event.ACCOUNT_ENABLED: EventRule(Permission.ACCOUNT_MANAGE, _("Konto freigegeben")),
    Event.PASSWORD_CHANGED: EventRule(Permission.ACCOUNT_KEEP, _("Kennwort geändert")),
    Event.PASSWORD_RESET: EventRule(Permission.ACCOUNT_RESET, _("Kennwort zurückgesetzt")),
    Event.SECOND_FACTOR_SET_UP: EventRule(Permission.ACCOUNT_KEEP, _("Zweiter Faktor eingerichtet")),
    Event.SECOND_FACTOR_REMOVED: EventRule(Permission.ACCOUNT_KEEP, _("Zweiter Faktor abgeschaltet")),
    Event.SECOND_FACTOR_RESET: EventRule(Permission.ACCOUNT_RESET, _("Zweiter Faktor zurückgesetzt")),
    Event.PASSKEY_ADDED: EventRule(Permission.ACCOUNT_KEEP, _("Passkey hinzugefügt")),
    Event.PASSKEY_REMOVED: EventRule(Permission.ACCOUNT_KEEP, _("Passkey entfernt")),
    Event.RECOVERY_CODES_RENEWED: EventRule(Permission.ACCOUNT_KEEP, _("Neue Wiederherstellungscodes")),
    Event.RECOVERY_CODE_USED: EventRule(Permission.ACCOUNT_KEEP, _("Wiederherstellungscode benutzt")),
    Event.TOKEN_ISSUED: EventRule(Permission.ACCOUNT_KEEP, _("Zugriffstoken ausgestellt")),
    Event.TOKEN_WITHDRAWN: EventRule(Permission.ACCOUNT_KEEP, _("Zugriffstoken widerrufen")),
    Event.TOKEN_CUT_OFF: EventRule(Permission.ACCOUNT_MANAGE, _("Zugriffstoken mit dem Konto gesperrt")),
}
