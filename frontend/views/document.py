"""The page of one document: its pictures with the found words, and what is known of it, to be put right in place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from dms.access.actors import Actor, actor_in_words
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.records.documents.corrections import DocumentAction, document_actions
from dms.records.documents.duplicates import earlier_documents, receipt_of
from dms.records.documents.kinds import kind_labels
from dms.records.documents.registering import attached_beside
from dms.records.documents.versions import is_former
from dms.records.dossiers.copying import may_copy
from dms.records.dossiers.filing import can_take_back, may_file
from dms.records.dossiers.unmaking import can_unmake
from dms.records.fields.telling import fields_shown
from dms.records.meanwhile import state_digest
from dms.records.models import Document, DocumentKind, DocumentVersion, ObjectRole, Page
from dms.records.parties.models import Participation
from dms.records.parties.similar import parties_of_sender
from dms.records.parties.taking_part import may_change_parties
from dms.records.protection.levels import levels_offered
from dms.records.protection.reading import Way
from dms.records.relations.relating import may_relate, relations_of
from frontend.asked import Asked, whole_number
from frontend.deriving import made_lately
from frontend.fact_fields import Refused, fact_fields
from frontend.forms.fields import document_form
from frontend.history import history_of, kind_decided
from frontend.neighbours import neighbours_of
from frontend.notices import notices_of
from frontend.page_svg import page_size, shown_dpi
from frontend.people import actor_of, document_or_404, version_or_404
from frontend.plain_words import standing_in_words
from frontend.saved import own_correction, undo_overtaken
from frontend.versions import versions_context
from frontend.views.pages import sheet_context


@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    found = document_or_404(request, document_id, Way.PAGE)
    return render(request, "frontend/document.html", page_context(request, found))


def page_context(request: HttpRequest, found: Document, *, refused: Refused | None = None) -> dict[str, Any]:
    """All of the page. `refused` keeps the form open in which something was typed that was not taken."""
    version = version_or_404(request, found)
    asked = Asked.read(request.GET)
    pages = list(
        Page.objects.filter(version=version).only("number", "width", "height", "dpi", "version").order_by("number")
    )
    wanted = min(whole_number(request.GET.get("page")) or 1, max(len(pages), 1))
    return {
        "sheets": [_sheet(page, asked, wanted) for page in pages],
        "wanted": wanted,
        "neighbours": neighbours_of(actor_of(request), asked, found, request.GET.get("hit", "")),
        "back": f"{reverse('start')}{asked.address()}",
        **details_context(request, found, refused=refused),
    }


def _sheet(page: Page, asked: Asked, wanted: int) -> dict[str, Any]:
    """What the page shows before its text and picture are there: an empty sheet of the right shape.

    The wanted page is there at once, so that it can be seen without JavaScript too.
    """
    width, height = page_size(page.width, page.height)
    sheet: dict[str, Any] = {
        "number": page.number,
        "width": width,
        "height": height,
        "dpi": shown_dpi(page.width, page.height, page.dpi),
    }
    if page.number == wanted:
        sheet["content"] = sheet_context(page, asked.text)
    return sheet


def details_context(request: HttpRequest, document: Document, *, refused: Refused | None = None) -> dict[str, Any]:
    """What stands beside and above the pages: all that a correction may change."""
    actor, version = actor_of(request), version_or_404(request, document)
    labels, relations = kind_labels(), relations_of(actor, document)
    return {
        "document": document,
        "version": version,
        "is_former": is_former(version),
        "asked": Asked.read(request.GET),
        "fields": fact_fields(document, refused),
        **_kind_fields(document),
        "notices": list(notices_of(document, version)),
        "kinds": list(DocumentKind.objects.all()),
        "decided": kind_decided(document, labels),
        "guess": labels.get(document.kind_guess, "") if document.kind_guess else "",
        "page_sources": _sources(version),
        "history": history_of(document, labels) if can(actor, Permission.HISTORY_VIEW, document) else None,
        "may_set_level": bool(levels_offered(actor, document)),
        **_files(actor, document, version),
        **_related(actor, document),
        **versions_context(actor, document, version),
        **_correcting(request, document),
        **_place(actor, document),
        **_parties(actor, document),
        "relations": relations,
        "made": made_lately(actor, relations, now=timezone.now()),
        "may_relate": may_relate(actor, document),
    }


def _kind_fields(document: Document) -> dict[str, Any]:
    asked, before = fields_shown(document)
    return {"kind_fields": asked, "fields_before": before, "field_form": document_form(document)}


def _place(actor: Actor, document: Document) -> dict[str, Any]:
    """Where it lies. Who may read a document but no dossiers is not told."""
    sees_dossier = can(actor, Permission.DOSSIER_VIEW, document)
    return {
        "may_file": may_file(actor, document),
        "sees_dossier": sees_dossier,
        "standing": standing_in_words(document, is_filed=sees_dossier and document.dossier_id is not None),
        "filed_by": actor_in_words(document.filed_by),
        "may_copy": may_copy(actor, document),
        "can_unmake": can_unmake(actor, document, now=timezone.now()),
        "can_take_back": can_take_back(actor, document, now=timezone.now()),
    }


def _parties(actor: Actor, document: Document) -> dict[str, Any]:
    """Who the sender may be, and whether somebody may be taken into the dossier from here."""
    dossier, meant = document.dossier, parties_of_sender(actor, document.sender)
    takes_part = Q(party__in=meant) | Q(party__standing__in=meant)
    may = (
        dossier is not None
        and can(actor, Permission.DOSSIER_VIEW, dossier)
        and may_change_parties(actor, dossier, document.case)
    )
    known = meant and Participation.objects.filter(takes_part, dossier=dossier).exists()
    return {
        "sender_parties": meant,
        "may_take_in": may and not known,
        "enter_at": _enter_at(document) if may and DocumentAction.CORRECT in document_actions(actor, document) else "",
    }


def _enter_at(document: Document) -> str:
    """Where somebody whom a field names is entered, and takes part in the dossier."""
    said = {"document": str(document.pk)} | ({"case": str(document.case_id)} if document.case_id else {})
    return f"{reverse('participation-add', args=[document.dossier_id])}?{urlencode(said)}&"


def _correcting(request: HttpRequest, document: Document) -> dict[str, Any]:
    actions = document_actions(actor_of(request), document)
    now = timezone.now()
    own = own_correction(request, document, now=now)
    return {
        "may_classify": DocumentAction.CLASSIFY in actions,
        "may_correct": DocumentAction.CORRECT in actions,
        "expected": state_digest(document),
        "own_correction": own,
        "undo_overtaken": "" if own else undo_overtaken(request, document, now=now),
        "saved": own.notice if own else None,
    }


def _files(actor: Actor, document: Document, version: DocumentVersion) -> dict[str, Any]:
    objects = {stored.role: stored for stored in version.stored_objects.exclude(role=ObjectRole.PAGE_IMAGE)}
    original = objects.get(ObjectRole.ORIGINAL)
    receipt = receipt_of(document, original) if original else None
    return {
        "original": original,
        "rendition": objects.get(ObjectRole.RENDITION),
        "duplicate_of": earlier_documents(actor, [receipt]).get(receipt) if receipt else None,
    }


def _related(actor: Actor, document: Document) -> dict[str, Any]:
    """Its e-mail with all attachments in their order, wherever they lie, as far as the person may see them."""
    related = Document.objects.visible_to(actor).select_related("dossier")
    parent = related.filter(pk=document.parent_id).first() if document.parent_id else None
    beside = list(attached_beside(actor, document)) if document.parent_id else []
    attachments = list(related.filter(parent=document).order_by("part"))
    shown = [one for one in (parent, *beside, *attachments) if one is not None]
    elsewhere = {
        one.pk: one.dossier.reference_number
        for one in shown
        if one.dossier and one.dossier_id != document.dossier_id and can(actor, Permission.DOSSIER_VIEW, one)
    }
    return {"parent": parent, "beside": beside, "attachments": attachments, "elsewhere": elsewhere}


def _sources(version: DocumentVersion) -> list[str]:
    """How the text came about, counted over the pages."""
    words = {"ocr": _("Texterkennung (OCR)"), "text_layer": _("Text der Datei"), "none": _("kein Text")}
    sources = list(Page.objects.filter(version=version).values_list("source", flat=True))
    named = [(words.get(source, source), sources.count(source)) for source in dict.fromkeys(sources)]
    if len(named) < 2:
        return [name for name, _count in named]
    pages = [ngettext("{count} Seite", "{count} Seiten", count).format(count=count) for _name, count in named]
    return [f"{name}: {told}" for (name, _count), told in zip(named, pages, strict=True)]
