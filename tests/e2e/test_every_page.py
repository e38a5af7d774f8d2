"""What holds on every page: accessible by axe, no sideways scrolling on a phone, nothing on the console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page

from tests.e2e.kinds import give_kind
from tests.e2e.letters import HEDGE, LAST_PAGE, letter
from tests.e2e.visiting import visit, visit_until_settled

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

GRAVE = {"serious", "critical"}
AXE = Path(__file__).parents[2] / "frontend" / "assets" / "node_modules" / "axe-core" / "axe.min.js"


def every_page() -> dict[str, str]:
    """With something to see on each."""
    from django.utils import timezone

    from dms.access.actors import actor_for, system_setup
    from dms.access.levels import Level
    from dms.access.models import ApiToken, User
    from dms.accounts.clearances import clearance_give
    from dms.accounts.tokens import token_issue
    from dms.records.dossiers.filing import Place, documents_file
    from ingest.reasons import FolderReason, Reason
    from ingest.settling import item_settle
    from ingest.sources.waiting import Notice, publish
    from tests import factories

    document = letter(
        HEDGE, LAST_PAGE, title="Antrag auf Fällung einer Hecke am Lindenweg", attachments=["Lageplan.pdf"]
    )
    letter("Unklares Schreiben", title="Scan_20260312_0001.pdf", kind=None, kind_confidence=0.31)
    refused = factories.refused(
        Reason.NO_TEXT, filename="Ein_sehr_langer_Dateiname_ohne_Leerzeichen_vom_Scanner_2026_03_12_0815.tiff"
    )
    factories.stuck(filename="haengt.pdf")
    infected = factories.refused(Reason.MALWARE_FOUND, filename="rechnung.doc")
    item_settle(actor_for(User.objects.get(username="clerk")), factories.refused(), "Noch einmal gescannt")
    waiting = Notice("Bauamt/scan.pdf", FolderReason.INCOMPLETE, factories.MORNING, until=factories.MORNING)
    publish({"folder:1": waiting}, factories.town())
    factories.item(
        filename="wartet.pdf", source_path="Stapel vom 12. März/Stellungnahme Schalltechnik (Entwurf 3) mit Anlagen.pdf"
    )
    clerk, now = User.objects.get(username="clerk"), timezone.now()
    clearance_give(system_setup(), clerk, Level.CONFIDENTIAL, reason="Registratur")
    held = clearance_give(system_setup(), factories.user_with(name="anna"), Level.SECRET, reason="Sicherheit")
    token_issue(actor_for(clerk), clerk, name="Gewerbeamt, Import", now=now, expires_at=None)
    token_issue(actor_for(clerk), clerk, name="Abgelaufen", now=now, expires_at=now)
    first = letter(HEDGE, title="Antrag auf Fällung einer Hecke am Lindenweg", of=factories.item(b"same"))
    factories.file_plan()
    entry = factories.plan_entry()
    dossier = give_kind(
        factories.dossier("Antrag auf Fällung einer Hecke am Lindenweg", medium="hybrid", location="Keller, Regal 4")
    )
    case = factories.case(dossier, "Ortsbesichtigung mit dem Nachbarn")
    filed = letter(HEDGE, title="Antrag auf Fällung einer Hecke", attachments=["Lageplan.pdf"])
    registry = actor_for(User.objects.get(username="clerk"))
    documents_file(registry, [filed], Place(dossier, case), now=now)
    party = factories.party("Öztürk", home=dossier, addresses=[{"kind": "home", "city": "Haltern am See"}])
    row = factories.takes_part(party, dossier)
    twice = factories.party("Oeztuerk", home=dossier)
    loan = factories.loan(dossier)
    joined = factories.related(dossier, factories.dossier("Ahornweg 2, Anbau"))
    again = letter(HEDGE, of=factories.item(b"same", filename="Derselbe_Antrag_noch_einmal.pdf"))
    return {
        "start": "/",
        "hits": "/?q=Genehmigung&kind=application",
        "nothing found": "/?q=xyzzyx",
        "inbox": "/inbox/",
        "inbox settled": "/inbox/?state=settled",
        "settle": f"/inbox/settle/?item={refused.pk}",
        "quarantine": f"/inbox/{infected.pk}/quarantine/",
        "inbox empty tab": "/inbox/?state=open&p=3",
        "document": f"/documents/{document.pk}/?q=Genehmigung&hit=0",
        "duplicate": f"/documents/{again.pk}/",
        "text": f"/documents/{first.pk}/text/",
        "pages to edit": f"/documents/{first.pk}/edit-pages/",
        "documents to merge": f"/documents/merge/?document={first.pk}&document={document.pk}",
        "filing a copy": f"/filing/?copy=1&document={filed.pk}",
        "comparison of versions": f"/documents/{first.pk}/compare/",
        "filed document": f"/documents/{filed.pk}/",
        "filing": f"/filing/?document={document.pk}",
        "inbox filed": "/inbox/?state=filed",
        "dossiers": "/dossiers/",
        "dossiers none": "/dossiers/?q=xyzzy&state=closed",
        "dossier": f"/dossiers/{dossier.pk}/",
        "dossier rights": f"/dossiers/{dossier.pk}/rights/?who=clerk",
        "dossier purpose": f"/dossiers/{dossier.pk}/purpose/",
        "dossier sensitive": f"/dossiers/{dossier.pk}/sensitive/",
        "dossier readers": f"/dossiers/{dossier.pk}/readers/",
        "plan sensitive": f"/plan/{entry.pk}/sensitive/",
        "dossier level": f"/dossiers/{dossier.pk}/level/",
        "document level": f"/documents/{document.pk}/level/",
        "clearances": "/clearances/",
        "withdraw clearance": f"/clearances/{held.pk}/withdraw/",
        "dossier restrict": f"/dossiers/{dossier.pk}/rights/restrict/",
        "plan rights": f"/plan/{entry.pk}/rights/",
        "rights history": f"/dossiers/{dossier.pk}/rights/history/",
        **_organisation(dossier),
        "right": f"/plan/{entry.pk}/rights/{clerk.grants.all()[0].pk}/",
        "dossier past": f"/dossiers/{dossier.pk}/past/",
        "dossier past before": f"/dossiers/{dossier.pk}/past/?at=2001-01-01T08:00",
        "dossier add": "/dossiers/add/?entry=610",
        "dossier describe": f"/dossiers/{dossier.pk}/describe/",
        "dossier renumber": f"/dossiers/{dossier.pk}/renumber/",
        "dossier close": f"/dossiers/{dossier.pk}/do/close/",
        "case add": f"/dossiers/{dossier.pk}/cases/add/",
        "case close": f"/cases/{case.pk}/close/",
        "holdings": "/holdings/",
        "holdings none": "/holdings/?place=xyzzy",
        "volume add": f"/dossiers/{dossier.pk}/volumes/add/",
        "volume fill": f"/dossiers/{dossier.pk}/volumes/fill/?case={case.pk}",
        "volume describe": f"/volumes/{loan.volume_id}/describe/",
        "volume close": f"/volumes/{loan.volume_id}/close/",
        "lend": f"/dossiers/{dossier.pk}/lend/",
        "case move": f"/cases/{case.pk}/move/?q=Ahornweg",
        "relation add": f"/relations/dossier/{dossier.pk}/add/?q=Ahornweg",
        "relation add to a document": f"/relations/document/{filed.pk}/add/",
        "relation remove": f"/relations/{joined.pk}/remove/",
        "parties": "/parties/",
        "parties none": "/parties/?q=xyzzy",
        "party": f"/parties/{party.pk}/",
        "party add": "/parties/add/",
        "party correct": f"/parties/{party.pk}/correct/",
        "party merge": f"/parties/{party.pk}/merge/?with={twice.pk}",
        "party merge with whom": f"/parties/{party.pk}/merge/?q=Oeztürk",
        "parties same": "/parties/same/",
        "party roles": "/parties/roles/",
        "participation add": f"/dossiers/{dossier.pk}/parties/add/?document={filed.pk}",
        "participation remove": f"/participations/{row.pk}/remove/",
        "kinds": "/kinds/",
        "kind": "/kinds/dossier/building/",
        "kind add": "/kinds/add/",
        "kind change": "/kinds/dossier/building/change/",
        "kind fields": "/kinds/dossier/building/fields/",
        "kind of documents": "/kinds/document/application/",
        "plan": "/plan/",
        "plan search": "/plan/?q=bau",
        "plan entry": f"/plan/{entry.pk}/",
        "plan change": f"/plan/{entry.pk}/change/",
        "plan add": "/plan/add/?parent=61",
        "plan retire": f"/plan/{entry.pk}/retire/",
        "plan import": "/plan/import/",
        "help": "/help/",
        "account": "/account/",
        **_logins(),
        "second factor": "/account/second-factor/",
        "confirm": "/account/confirm/?next=/account/",
        "passkey remove": f"/account/passkeys/{factories.passkey_of(clerk).pk}/remove/",
        "withdraw": f"/account/tokens/{ApiToken.objects.get(name='Gewerbeamt, Import').pk}/withdraw/",
    }


def _logins() -> dict[str, str]:
    from django.utils import timezone

    from dms.access.actors import actor_for
    from dms.access.models import User
    from dms.accounts.outside import outside_link

    clerk = User.objects.get(username="clerk")
    linked = outside_link(actor_for(clerk), clerk, "oidc", "issuer 17", now=timezone.now())
    return {"sessions": "/account/sessions/", "unlink": f"/account/outside/{linked.pk}/unlink/"}


def _organisation(dossier: Any) -> dict[str, str]:
    from django.utils import timezone

    from dms.access.actors import system_setup
    from dms.access.models import BodyKind
    from dms.access.permissions import Role
    from dms.accounts.bodies import body_create, member_add
    from dms.records.protection.grants import grant_give
    from tests import factories

    setup, today = system_setup(), timezone.localdate()
    office = body_create(setup, "Bauverwaltungsamt mit Denkmalschutz", BodyKind.UNIT, dossier.scope)
    post = body_create(setup, "Leitung Bauordnung", BodyKind.POSITION, None, parent=office)
    member_add(setup, post, factories.user_with(name="vertretung"), valid_to=today, is_deputy=True)
    grant_give(setup, dossier, post, Role.CLERK, reason="Zuständig nach Geschäftsverteilungsplan")
    member = post.memberships.get()
    return {
        "organisation": "/organisation/",
        "organisation import": "/organisation/import/",
        "body": f"/organisation/{office.pk}/",
        "position": f"/organisation/{post.pk}/",
        "body add": f"/organisation/add/position/?parent={office.pk}",
        "body change": f"/organisation/{office.pk}/change/",
        "body retire": f"/organisation/{post.pk}/retire/",
        "member": f"/organisation/{post.pk}/members/{member.pk}/",
        "accounts": "/accounts/",
        "accounts none": "/accounts/?q=xyzzy&state=locked",
        "account add": "/accounts/add/",
        "account of": f"/accounts/{member.user_id}/",
        "account lock": f"/accounts/{member.user_id}/lock/",
        "people": "/organisation/people/",
        "person": f"/organisation/people/{member.user_id}/",
    }


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_no_page_has_a_grave_barrier_or_scrolls_sideways(new_page: Callable[..., Page], phone: bool) -> None:
    pages = every_page()
    stranger = new_page(logged_in=False, phone=phone, policy=False)  # axe tries inline styles of its own
    problems = _problems(stranger, "login", "/login/") + _problems(stranger, "first password", "/login/first/")
    page = new_page(phone=phone, policy=False)
    for name, address in pages.items():
        problems += _problems(page, name, address)
    assert problems == []


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_form_with_an_error_and_the_way_back_are_no_barrier(new_page: Callable[..., Page], phone: bool) -> None:
    document = letter(HEDGE, title="Antrag auf Fällung einer Hecke am Lindenweg")
    page = new_page(phone=phone, policy=False)
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("b")
    page.get_by_role("button", name="Rückgängig").wait_for()
    page.keyboard.press("d")
    page.keyboard.type("gestern")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert _barriers(page, "form") == []
    page.keyboard.press("Escape")


def test_no_page_offends_the_policy_or_speaks_to_the_console(page: Page, complaints: list[str]) -> None:
    for name, address in every_page().items():
        visit_until_settled(page, address)
        assert complaints == [], name


def test_what_does_not_exist_is_told_in_german_with_a_way_onward(page: Page, complaints: list[str]) -> None:
    answer = page.goto("/documents/00000000-0000-4000-8000-000000000000/")
    assert answer is not None
    assert answer.status == 404
    assert page.get_by_role("heading", name="Das gibt es nicht, oder Sie dürfen es nicht sehen").is_visible()
    page.get_by_role("link", name="Zur Suche").click()
    complaints.clear()  # the browser itself notes each 404


def test_the_policy_allows_nothing_inline(page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert page.locator("[style], style, script:not([src])").count() == 0


def _problems(page: Page, name: str, address: str) -> list[str]:
    """By day and by night; the night changes colours alone."""
    visit_until_settled(page, address)
    problems = _barriers(page, name)
    page.emulate_media(color_scheme="dark")
    problems += _barriers(page, f"{name} in the dark", "color-contrast")
    page.emulate_media(color_scheme="light")
    return problems


def _barriers(page: Page, name: str, *rules: str) -> list[str]:
    """By all rules of axe, or by these alone."""
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    found = page.evaluate(
        "(rules) => axe.run(rules.length ? { runOnly: rules } : {}).then((result) => result.violations)", list(rules)
    )
    grave = [
        f"{name}: {violation['id']} {node['target']} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
    return [*grave, *([f"{name}: scrolls sideways"] if too_wide else [])]


def axe_source() -> str:
    file = finders.find("vendor/axe/axe.min.js") or AXE
    if not Path(file).exists():
        pytest.skip("axe-core is not there: run `make assets`")
    return Path(file).read_text(encoding="utf-8")
