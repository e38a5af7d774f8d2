"""The paths of REST v1. Each ends in a slash; they stay as they are."""

from __future__ import annotations

from django.urls import path, re_path

from api import (
    checking_out_views,
    comparison_views,
    document_views,
    dossier_views,
    filing_views,
    history_views,
    inbox_views,
    page_views,
    party_views,
    plan_views,
    protection_views,
    reading_views,
    relation_views,
    schema_views,
    search_views,
    version_views,
)

app_name = "api"

DOCUMENT = "documents/<uuid:document_id>/"
VERSION = f"{DOCUMENT}versions/<int:version>/"
ITEM = "inbox/<uuid:item_id>/"
DOSSIER = "dossiers/<uuid:dossier_id>/"
CASE = "cases/<uuid:case_id>/"
PARTY = "parties/<uuid:party_id>/"
ENTRY = "plan-entries/<uuid:entry_id>/"

urlpatterns = [
    path("inbox/", inbox_views.InboxView.as_view(), name="inbox"),
    path(ITEM, inbox_views.ItemView.as_view(), name="inbox-item"),
    path(f"{ITEM}original/", inbox_views.ItemOriginalView.as_view(), name="inbox-original"),
    path(f"{ITEM}retry/", inbox_views.ItemRetryView.as_view(), name="inbox-retry"),
    path(f"{ITEM}accept/", inbox_views.ItemAcceptView.as_view(), name="inbox-accept"),
    path(f"{ITEM}settle/", inbox_views.ItemSettleView.as_view(), name="inbox-settle"),
    path(f"{ITEM}reopen/", inbox_views.ItemReopenView.as_view(), name="inbox-reopen"),
    path("documents/", document_views.DocumentsView.as_view(), name="documents"),
    path(DOCUMENT, document_views.DocumentView.as_view(), name="document"),
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
    path(f"{VERSION}original/", version_views.VersionOriginalView.as_view(), name="version-original"),
    path(f"{VERSION}rendition/", version_views.VersionRenditionView.as_view(), name="version-rendition"),
    path(f"{VERSION}thumbnail/", version_views.VersionThumbnailView.as_view(), name="version-thumbnail"),
    path(f"{VERSION}pages/", version_views.VersionPagesView.as_view(), name="version-pages"),
    path(
        f"{VERSION}pages/<int:number>/image/", version_views.VersionPageImageView.as_view(), name="version-page-image"
    ),
    path("document-kinds/", document_views.DocumentKindsView.as_view(), name="document-kinds"),
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
    path("filing/", filing_views.FilingView.as_view(), name="filing"),
    path("filing/undo/", filing_views.FilingUndoView.as_view(), name="filing-undo"),
    path("filing/places/", filing_views.FilingPlacesView.as_view(), name="filing-places"),
    path("clearances/", protection_views.ClearancesView.as_view(), name="clearances"),
    path("clearances/<str:username>/", protection_views.ClearanceView.as_view(), name="clearance"),
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
