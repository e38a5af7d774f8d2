"""The paths of REST v1. Each ends in a slash; they stay as they are."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from api import history_views, search_views
from api.documents import (
    checking_out_views,
    comparison_views,
    deriving_views,
    page_tool_views,
    page_views,
    version_views,
)
from api.documents import views as document_views
from api.dossiers import filing_views, holding_views, relation_views
from api.dossiers import views as dossier_views
from api.inbox import views as inbox_views
from api.kinds import views as kind_views
from api.organisation import account_views, session_views
from api.organisation import views as organisation_views
from api.parties import views as party_views
from api.plan import views as plan_views
from api.protection import level_views as protection_views
from api.protection import reading_views, rights_views
from api.schema import views as schema_views

app_name = "api"

DOCUMENT = "documents/<uuid:document_id>/"
VERSION = f"{DOCUMENT}versions/<int:version>/"
DOSSIER_KIND = "dossier-kinds/<str:slug>/"
DOCUMENT_KIND = "document-kinds/<str:slug>/"
ITEM = "inbox/<uuid:item_id>/"
DOSSIER = "dossiers/<uuid:dossier_id>/"
CASE = "cases/<uuid:case_id>/"
PARTY = "parties/<uuid:party_id>/"
BODY = "bodies/<int:body_id>/"
PERSON = "people/<int:person_id>/"
ACCOUNT = "accounts/<int:person_id>/"
ENTRY = "plan-entries/<uuid:entry_id>/"


def rights_of(place: str, name: str) -> list[URLPattern]:
    """Of a plan entry or dossier: the same below either."""
    return [
        path(f"{place}rights/", rights_views.RightsView.as_view(), name=f"{name}-rights"),
        path(f"{place}rights/restrict/", rights_views.RightsRestrictView.as_view(), name=f"{name}-rights-restrict"),
        path(f"{place}rights/open/", rights_views.RightsOpenView.as_view(), name=f"{name}-rights-open"),
        path(
            f"{place}rights/explanation/",
            rights_views.RightsExplanationView.as_view(),
            name=f"{name}-rights-explanation",
        ),
        path(f"{place}rights/history/", rights_views.RightsHistoryView.as_view(), name=f"{name}-rights-history"),
        path(
            f"{place}rights/history/export/",
            rights_views.RightsHistoryExportView.as_view(),
            name=f"{name}-rights-history-export",
        ),
    ]


urlpatterns = [
    path("inbox/", inbox_views.InboxView.as_view(), name="inbox"),
    path(ITEM, inbox_views.ItemView.as_view(), name="inbox-item"),
    path(f"{ITEM}original/", inbox_views.ItemOriginalView.as_view(), name="inbox-original"),
    path(f"{ITEM}retry/", inbox_views.ItemRetryView.as_view(), name="inbox-retry"),
    path(f"{ITEM}accept/", inbox_views.ItemAcceptView.as_view(), name="inbox-accept"),
    path(f"{ITEM}settle/", inbox_views.ItemSettleView.as_view(), name="inbox-settle"),
    path(f"{ITEM}reopen/", inbox_views.ItemReopenView.as_view(), name="inbox-reopen"),
    path("documents/", document_views.DocumentsView.as_view(), name="documents"),
    path("documents/merge/", deriving_views.DocumentsMergeView.as_view(), name="documents-merge"),
    path(DOCUMENT, document_views.DocumentView.as_view(), name="document"),
    path(f"{DOCUMENT}split/", deriving_views.DocumentSplitView.as_view(), name="document-split"),
    path(f"{DOCUMENT}pages/", page_views.DocumentPagesView.as_view(), name="document-pages"),
    path(f"{DOCUMENT}pages/<int:number>/image/", page_views.PageImageView.as_view(), name="document-page-image"),
    path(f"{DOCUMENT}original/", document_views.DocumentOriginalView.as_view(), name="document-original"),
    path(f"{DOCUMENT}rendition/", document_views.DocumentRenditionView.as_view(), name="document-rendition"),
    path(f"{DOCUMENT}thumbnail/", document_views.DocumentThumbnailView.as_view(), name="document-thumbnail"),
    path(f"{DOCUMENT}history/", history_views.DocumentHistoryView.as_view(), name="document-history"),
    path(f"{DOCUMENT}past/", history_views.DocumentPastView.as_view(), name="document-past"),
    path(f"{DOCUMENT}level/", protection_views.DocumentLevelView.as_view(), name="document-level"),
    path(f"{DOCUMENT}comparison/", comparison_views.ComparisonView.as_view(), name="document-comparison"),
    path(f"{DOCUMENT}check-out/", checking_out_views.CheckOutView.as_view(), name="document-check-out"),
    path(f"{DOCUMENT}give-back/", checking_out_views.GiveBackView.as_view(), name="document-give-back"),
    path(
        f"{DOCUMENT}break-check-out/",
        checking_out_views.BreakCheckOutView.as_view(),
        name="document-break-check-out",
    ),
    path(f"{DOCUMENT}versions/", version_views.VersionsView.as_view(), name="document-versions"),
    path(VERSION, version_views.VersionView.as_view(), name="document-version"),
    path(f"{DOCUMENT}pages/change/", page_tool_views.PagesChangeView.as_view(), name="document-pages-change"),
    path(f"{VERSION}restore/", page_tool_views.VersionRestoreView.as_view(), name="version-restore"),
    path(f"{VERSION}original/", version_views.VersionOriginalView.as_view(), name="version-original"),
    path(f"{VERSION}rendition/", version_views.VersionRenditionView.as_view(), name="version-rendition"),
    path(f"{VERSION}thumbnail/", version_views.VersionThumbnailView.as_view(), name="version-thumbnail"),
    path(f"{VERSION}pages/", version_views.VersionPagesView.as_view(), name="version-pages"),
    path(
        f"{VERSION}pages/<int:number>/image/", version_views.VersionPageImageView.as_view(), name="version-page-image"
    ),
    path("document-kinds/", document_views.DocumentKindsView.as_view(), name="document-kinds"),
    path(f"{DOCUMENT_KIND}fields/", kind_views.DocumentKindFieldsView.as_view(), name="document-kind-fields"),
    path(
        f"{DOCUMENT_KIND}fields/versions/", kind_views.DocumentKindVersionsView.as_view(), name="document-kind-versions"
    ),
    path("dossier-kinds/", kind_views.DossierKindsView.as_view(), name="dossier-kinds"),
    path(DOSSIER_KIND, kind_views.DossierKindView.as_view(), name="dossier-kind"),
    path(f"{DOSSIER_KIND}fields/", kind_views.DossierKindFieldsView.as_view(), name="dossier-kind-fields"),
    path(f"{DOSSIER_KIND}fields/versions/", kind_views.DossierKindVersionsView.as_view(), name="dossier-kind-versions"),
    path("dossiers/", dossier_views.DossiersView.as_view(), name="dossiers"),
    path(DOSSIER, dossier_views.DossierView.as_view(), name="dossier"),
    path(f"{DOSSIER}close/", dossier_views.DossierCloseView.as_view(), name="dossier-close"),
    path(f"{DOSSIER}reopen/", dossier_views.DossierReopenView.as_view(), name="dossier-reopen"),
    path(f"{DOSSIER}number-used/", dossier_views.DossierNumberUsedView.as_view(), name="dossier-number-used"),
    path(f"{DOSSIER}renumber/", dossier_views.DossierRenumberView.as_view(), name="dossier-renumber"),
    path(f"{DOSSIER}history/", history_views.DossierHistoryView.as_view(), name="dossier-history"),
    path(f"{DOSSIER}history/export/", history_views.DossierHistoryExportView.as_view(), name="dossier-history-export"),
    path(f"{DOSSIER}past/", history_views.DossierPastView.as_view(), name="dossier-past"),
    path(f"{DOSSIER}level/", protection_views.DossierLevelView.as_view(), name="dossier-level"),
    path(f"{DOSSIER}sensitive/", reading_views.DossierSensitiveView.as_view(), name="dossier-sensitive"),
    path(f"{DOSSIER}readers/", reading_views.DossierReadersView.as_view(), name="dossier-readers"),
    path(f"{DOSSIER}readers/export/", reading_views.DossierReadersExportView.as_view(), name="dossier-readers-export"),
    path(f"{DOSSIER}cases/", dossier_views.DossierCasesView.as_view(), name="dossier-cases"),
    path(CASE, dossier_views.CaseView.as_view(), name="case"),
    path(f"{CASE}close/", dossier_views.CaseCloseView.as_view(), name="case-close"),
    path(f"{CASE}move/", dossier_views.CaseMoveView.as_view(), name="case-move"),
    path(f"{CASE}reopen/", dossier_views.CaseReopenView.as_view(), name="case-reopen"),
    path(f"{DOSSIER}parties/", party_views.DossierPartiesView.as_view(), name="dossier-parties"),
    path(f"{CASE}parties/", party_views.CasePartiesView.as_view(), name="case-parties"),
    path("participations/<uuid:participation_id>/", party_views.ParticipationView.as_view(), name="participation"),
    path("party-roles/", party_views.PartyRolesView.as_view(), name="party-roles"),
    path("parties/", party_views.PartiesView.as_view(), name="parties"),
    path(PARTY, party_views.PartyView.as_view(), name="party"),
    path(f"{PARTY}files/", party_views.PartyFilesView.as_view(), name="party-files"),
    path(f"{PARTY}merge/", party_views.PartyMergeView.as_view(), name="party-merge"),
    path(f"{PARTY}part/", party_views.PartyPartView.as_view(), name="party-part"),
    path(f"{PARTY}information/", party_views.PartyInformationView.as_view(), name="party-information"),
    path(f"{DOSSIER}relations/", relation_views.DossierRelationsView.as_view(), name="dossier-relations"),
    path(f"{CASE}relations/", relation_views.CaseRelationsView.as_view(), name="case-relations"),
    path(f"{DOCUMENT}relations/", relation_views.DocumentRelationsView.as_view(), name="document-relations"),
    path("relations/<uuid:relation_id>/", relation_views.RelationView.as_view(), name="relation"),
    path("holdings/", holding_views.HoldingsView.as_view(), name="holdings"),
    path("holdings/export/", holding_views.HoldingsExportView.as_view(), name="holdings-export"),
    path(f"{DOSSIER}volumes/", holding_views.DossierVolumesView.as_view(), name="dossier-volumes"),
    path(f"{DOSSIER}loans/", holding_views.DossierLoansView.as_view(), name="dossier-loans"),
    path("volumes/<uuid:volume_id>/", holding_views.VolumeView.as_view(), name="volume"),
    path("volumes/<uuid:volume_id>/close/", holding_views.VolumeCloseView.as_view(), name="volume-close"),
    path("volumes/<uuid:volume_id>/reopen/", holding_views.VolumeReopenView.as_view(), name="volume-reopen"),
    path("volumes/<uuid:volume_id>/contents/", holding_views.VolumeContentsView.as_view(), name="volume-contents"),
    path("loans/<uuid:loan_id>/return/", holding_views.LoanReturnView.as_view(), name="loan-return"),
    path("filing/", filing_views.FilingView.as_view(), name="filing"),
    path("filing/copy/", filing_views.FilingCopyView.as_view(), name="filing-copy"),
    path("filing/unmake/", filing_views.FilingUnmakeView.as_view(), name="filing-unmake"),
    path("filing/undo/", filing_views.FilingUndoView.as_view(), name="filing-undo"),
    path("filing/places/", filing_views.FilingPlacesView.as_view(), name="filing-places"),
    path("clearances/", protection_views.ClearancesView.as_view(), name="clearances"),
    path("clearances/<str:username>/", protection_views.ClearanceView.as_view(), name="clearance"),
    *rights_of(DOSSIER, "dossier"),
    *rights_of(ENTRY, "plan-entry"),
    path("grants/<int:grant_id>/", rights_views.GrantView.as_view(), name="grant"),
    path("grants/<int:grant_id>/withdraw/", rights_views.GrantWithdrawView.as_view(), name="grant-withdraw"),
    path("bodies/", organisation_views.BodiesView.as_view(), name="bodies"),
    path("bodies/places/", organisation_views.BodyPlacesView.as_view(), name="body-places"),
    path(BODY, organisation_views.BodyView.as_view(), name="body"),
    path(f"{BODY}retire/", organisation_views.BodyRetireView.as_view(), name="body-retire"),
    path(f"{BODY}revive/", organisation_views.BodyReviveView.as_view(), name="body-revive"),
    path(f"{BODY}members/", organisation_views.BodyMembersView.as_view(), name="body-members"),
    path(f"{BODY}grants/", organisation_views.BodyGrantsView.as_view(), name="body-grants"),
    path(f"{BODY}history/", organisation_views.BodyHistoryView.as_view(), name="body-history"),
    path("memberships/<int:member_id>/", organisation_views.MembershipView.as_view(), name="membership"),
    path(
        "memberships/<int:member_id>/remove/", organisation_views.MembershipRemoveView.as_view(), name="member-remove"
    ),
    path("sessions/", session_views.SessionsView.as_view(), name="sessions"),
    path("sessions/end/", session_views.SessionsEndOthersView.as_view(), name="sessions-end"),
    path("sessions/<str:handle>/", session_views.SessionView.as_view(), name="session"),
    path("sessions/<str:handle>/end/", session_views.SessionEndView.as_view(), name="session-end"),
    path("accounts/", account_views.AccountsView.as_view(), name="accounts"),
    path(ACCOUNT, account_views.AccountView.as_view(), name="account"),
    path(f"{ACCOUNT}lock/", account_views.AccountLockView.as_view(), name="account-lock"),
    path(f"{ACCOUNT}unlock/", account_views.AccountUnlockView.as_view(), name="account-unlock"),
    path(f"{ACCOUNT}end-sessions/", account_views.AccountSessionsView.as_view(), name="account-end-sessions"),
    path(f"{ACCOUNT}setup-link/", account_views.AccountSetupLinkView.as_view(), name="account-setup-link"),
    path(f"{ACCOUNT}history/", account_views.AccountHistoryView.as_view(), name="account-history"),
    path("people/", organisation_views.PeopleView.as_view(), name="people"),
    path(PERSON, organisation_views.PersonView.as_view(), name="person"),
    path(f"{PERSON}grants/", organisation_views.PersonGrantsView.as_view(), name="person-grants"),
    path("file-plan/", plan_views.FilePlanView.as_view(), name="file-plan"),
    path("file-plan/tree/", plan_views.FilePlanTreeView.as_view(), name="file-plan-tree"),
    path("file-plan/export/", plan_views.FilePlanExportView.as_view(), name="file-plan-export"),
    path("file-plan/import/", plan_views.FilePlanImportView.as_view(), name="file-plan-import"),
    path("plan-entries/", plan_views.PlanEntriesView.as_view(), name="plan-entries"),
    path(ENTRY, plan_views.PlanEntryView.as_view(), name="plan-entry"),
    path(f"{ENTRY}sensitive/", reading_views.EntrySensitiveView.as_view(), name="plan-entry-sensitive"),
    path(f"{ENTRY}move/", plan_views.PlanEntryMoveView.as_view(), name="plan-entry-move"),
    path(f"{ENTRY}retire/", plan_views.PlanEntryRetireView.as_view(), name="plan-entry-retire"),
    path("search/", search_views.SearchView.as_view(), name="search"),
    path("schema/", schema_views.SchemaView.as_view(), name="schema"),
    path("schema/docs/", schema_views.SchemaDocsView.as_view(), name="schema-docs"),
    re_path(r"", schema_views.NoSuchPathView.as_view(), name="no-such-path"),
]
