"""The addresses of the pages. They are kept in bookmarks and mails, so they stay."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from frontend.views import (
    about,
    account,
    corrections,
    document,
    inbox,
    language,
    login,
    pages,
    plan,
    plan_import,
    search,
    settling,
    status,
    uploads,
)

urlpatterns = [
    path("", search.start, name="start"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/list/", inbox.inbox_list, name="inbox-list"),
    path("inbox/upload/", uploads.upload, name="upload"),
    path("inbox/settle/", settling.settle, name="inbox-settle"),
    path("inbox/reopen/", settling.reopen, name="inbox-reopen"),
    path("inbox/retry/", settling.retry, name="inbox-retry"),
    path("inbox/<uuid:item_id>/quarantine/", settling.quarantine, name="item-quarantine"),
    path("inbox/<uuid:item_id>/retry/", inbox.retry, name="item-retry"),
    path("inbox/<uuid:item_id>/accept/", inbox.accept, name="item-accept"),
    path("documents/<uuid:document_id>/", document.document, name="document"),
    path("documents/<uuid:document_id>/kind/", corrections.set_kind, name="document-kind"),
    path("documents/<uuid:document_id>/facts/<str:name>/", corrections.correct, name="document-correct"),
    path("documents/<uuid:document_id>/undo/", corrections.undo, name="document-undo"),
    path("documents/<uuid:document_id>/text/", pages.text_only, name="document-text"),
    path("documents/<uuid:document_id>/finds/", pages.finds, name="document-finds"),
    path("documents/<uuid:document_id>/pages/<int:number>/", pages.page, name="document-page"),
    path("plan/", plan.tree, name="plan"),
    path("plan/add/", plan.add, name="plan-add"),
    path("plan/import/", plan_import.take_over, name="plan-import"),
    path("plan/<uuid:entry_id>/", plan.entry, name="plan-entry"),
    path("plan/<uuid:entry_id>/change/", plan.change, name="plan-change"),
    path("plan/<uuid:entry_id>/retire/", plan.retire, name="plan-retire"),
    path("help/", about.help_page, name="help"),
    path("status/", status.status, name="status"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account-password"),
    path("account/tokens/", account.add_token, name="account-tokens"),
    path("account/tokens/<int:token_id>/withdraw/", account.withdraw_token, name="token-withdraw"),
    path("login/", login.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", language.choose, name="set_language"),
]
