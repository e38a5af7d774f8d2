"""Logging in as people do it, second factor and all."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from tests.e2e.visiting import visit

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def type_password(page: Page) -> None:
    from tests.e2e.conftest import PASSWORD

    visit(page, "/login/?next=/plan/")
    page.get_by_label("Name").fill("clerk")
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_prescribed_second_factor_is_set_up_in_the_middle_of_the_login_and_asked_at_the_next(
    new_page: Callable[..., Page], phone: bool, settings: LazySettings
) -> None:
    settings.SECOND_FACTOR_FOR = ["rights"]
    page = new_page(logged_in=False, phone=phone)
    type_password(page)
    picture = page.locator("svg.qr").bounding_box()
    assert picture is not None
    assert picture["width"] >= 200, "a camera has to read it"
    app = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(app.now())
    page.keyboard.press("Enter")
    codes = page.locator("#recovery-codes code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.get_by_role("link", name="Ich habe sie verwahrt").click()
    expect(page).to_have_url("/plan/")

    again = new_page(logged_in=False, phone=phone)
    type_password(again)
    expect(again.get_by_label("Code", exact=True)).to_be_focused()
    again.keyboard.type("000000")
    again.keyboard.press("Enter")
    expect(again.get_by_role("alert")).to_contain_text("Der Code stimmt nicht")
    expect(again.get_by_label("Code", exact=True)).to_be_focused()
    again.keyboard.type(recovery)
    again.keyboard.press("Enter")
    expect(again).to_have_url("/plan/")
    assert again.get_by_text("9 sind noch übrig").is_visible()
