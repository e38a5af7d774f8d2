"""Why somebody may see a plan entry or dossier, or what they lack: told to whoever gives rights there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from dms.access.actors import Actor, actor_for, actor_in_words
from dms.access.models import Body, Grant, User
from dms.access.permissions import Permission
from dms.access.rule import explain_refusal, grants_behind, may_name
from dms.access.words import why
from dms.records.models import Dossier
from dms.records.protection.grant_history import Step, Term, terms_at
from dms.records.protection.scopes import Node


@dataclass(frozen=True, slots=True)
class Explanation:
    """`reasons`: one for each grant, the nearest first. Without any, `refusal` says what is missing."""

    reasons: list[str]
    refusal: str


def explanation_of(actor: Actor, node: Node, login: str) -> Explanation:
    """Whether and why the person may see it. The caller checks that the actor gives rights there.

    The actor reads no name of a place that is not theirs to see, and nothing of the history of that place.
    """
    user = User.objects.filter(username=login).first()
    if user is None:
        return Explanation([], _nobody(login))
    person = actor_for(user)
    permission = Permission.DOSSIER_VIEW if isinstance(node, Dossier) else Permission.PLAN_VIEW
    grants = grants_behind(person, permission, node)
    named = {grant.scope_id for grant in grants if may_name(actor, grant.scope)}
    terms = {term.grant_id: term for term in terms_at(named)}
    told = [
        f"{why(grant, person.key, node, named=grant.scope_id in named)} {_given(grant, terms.get(grant.pk))}"
        for grant in grants
    ]
    return Explanation([one.strip() for one in told], explain_refusal(person, permission, node))


def _nobody(name: str) -> str:
    """Names of units and groups are suggested beside those of people."""
    body = Body.objects.filter(name=name).first()
    if body is None:
        return _("Ein Konto mit diesem Anmeldenamen gibt es nicht.")
    return _("Das ist keine Person ({kind}); bitte den Anmeldenamen einer Person angeben.").format(
        kind=body.get_kind_display()
    )


def _given(grant: Grant, term: Term | None) -> str:
    """By whom, when and why; without its term as the row of the grant tells it, which is as it was changed last."""
    if term is None:
        who, reason = actor_in_words(grant.given_by), grant.reason
        return _ended(_("Gegeben von {who}").format(who=who), reason) if who else ""
    given = _step(_("Gegeben von {who} am {day}"), term.given)
    return given if term.changed is None else f"{given} {_step(_('Zuletzt geändert von {who} am {day}'), term.changed)}"


def _step(sentence: str, step: Step) -> str:
    return _ended(sentence.format(who=step.who, day=date_format(localtime(step.at), "d.m.Y")), step.reason)


def _ended(sentence: str, reason: str) -> str:
    """A reason is written by people, with a full stop or without."""
    return f"{sentence}: {reason.rstrip('.')}." if reason else f"{sentence}."
