"""Where one is logged in oneself, by REST: seen, and ended; never what is of others."""

from __future__ import annotations

import pytest
from django.test import Client

from dms.access.models import User
from dms.accounts.sessions import AGENT
from dms.audit.models import EventRow
from tests import factories
from tests.factories import program_of

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
HERE = "/api/v1/sessions/"


def browser_of(user: User, agent: str) -> Client:
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session[AGENT] = agent
    session.save()
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/help/").status_code == 200


def test_somebody_sees_their_sessions_and_ends_one_or_all_others() -> None:
    anna = factories.account("anna")
    here, there, third = (browser_of(anna, name) for name in ("here", "there", "third"))
    stranger = browser_of(factories.account("bert"), "of bert")
    told = {one["agent"]: one for one in here.get(HERE).json()}
    assert {name: (one["here"], one["actions"]) for name, one in told.items()} == {
        "here": (True, []), "there": (False, ["end"]), "third": (False, ["end"]),
    }  # fmt: skip
    one = f"{HERE}{told['there']['id']}/"
    assert here.get(one).json() == told["there"]
    assert stranger.get(one).status_code == stranger.post(f"{one}end/").status_code == 404
    assert here.post(f"{one}end/").status_code == 204
    assert [is_in(browser) for browser in (here, there, third, stranger)] == [True, False, True, True]
    assert here.post(f"{one}end/").status_code == here.get(one).status_code == 404
    assert here.post(f"{HERE}end/").json() == {"ended": 1}
    assert [is_in(browser) for browser in (here, third, stranger)] == [True, False, True]
    events = EventRow.objects.filter(name="account:sessions_ended")
    assert set(events.values_list("actor", flat=True)) == {f"user:{anna}"}
    assert events.count() == 2


def test_a_program_ends_all_of_its_owner_and_is_none_of_them_itself() -> None:
    anna = factories.account("anna")
    browser = browser_of(anna, "here")
    program = program_of(anna)
    [told] = program.get(HERE).json()
    assert (told["here"], told["actions"]) == (False, ["end"])
    assert program.post(f"{HERE}end/").json() == {"ended": 1}
    assert not is_in(browser)
    assert program.get(HERE).json() == []
