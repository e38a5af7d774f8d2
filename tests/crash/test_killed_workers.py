"""Every acknowledged letter arrives exactly once, whatever is killed meanwhile, and nobody has to restart anything.

60 files in the watched folder and 40 uploads run; random processes of the worker are killed every moment; the broker is
flushed. (On the best-known peer 10 of 20 folder files and 9 of 20 acknowledged uploads arrived.)
"""

from __future__ import annotations

import io
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen import canvas

from tests.crash.product import Product

FILES, UPLOADS = 60, 40
SETTLE_SECONDS = 420


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("town")
    folder.chmod(0o711)
    folder.parent.chmod(0o711)
    product = Product(folder / "state")
    product.start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def api(product: Product) -> requests.Session:
    session = requests.Session()
    printed = product.manage("token", "admin")
    assert printed.returncode == 0, printed.stderr
    session.headers["Authorization"] = f"Bearer {printed.stdout.strip()}"
    return session


def letter(number: int) -> tuple[str, bytes]:
    """Every fifth one is a scan that takes a while, the others are quick; each has a word of its own."""
    word = f"Kennwort{number:04d}"
    if number % 5 == 0:
        return f"scan-{number}.png", _scan(word)
    if number % 2:
        return f"brief-{number}.pdf", _pdf(word)
    return f"notiz-{number}.txt", f"Sehr geehrte Damen und Herren,\n\nich nenne {word}.\n".encode()


def test_a_hundred_letters_survive_killed_workers_and_a_flushed_broker(
    product: Product, api: requests.Session, state: Callable[[str], None]
) -> None:
    chance = random.Random(20261122)
    acknowledged: list[str] = []
    delivering = [
        threading.Thread(target=_fill_folder, args=(product.watch_folder, range(FILES))),
        threading.Thread(target=_upload, args=(product.url, api, range(FILES, FILES + UPLOADS), acknowledged)),
    ]
    for thread in delivering:
        thread.start()
    killed = _kill_while(product, api, chance, delivering)
    _wait_until_settled(product, api)

    items = _all(api, f"{product.url}/api/v1/inbox/?page_size=200")
    assert sum(killed.values()) >= 10, "too few were killed to prove anything"
    assert killed["pool"] >= 1, "no process that worked was killed"
    assert len(acknowledged) == UPLOADS
    assert {item["id"] for item in items} >= set(acknowledged)
    assert Counter(item["filename"] for item in items) == Counter(letter(n)[0] for n in range(FILES + UPLOADS))
    assert {item["state"] for item in items} == {"done"}, [i for i in items if i["state"] != "done"]
    documents = _all(api, f"{product.url}/api/v1/documents/?page_size=200")
    assert len(documents) == FILES + UPLOADS
    assert not [path for path in product.watch_folder.rglob("*") if path.is_file()]
    for command in (("audit", "verify"), ("search", "check")):
        proof = product.manage(*command)
        state(f"crash test: {proof.stdout.strip()}")
        assert proof.returncode == 0, proof.stderr
    state(
        f"crash test: killed {dict(killed)}; {len(acknowledged)} uploads acknowledged;"
        f" {len(items)} items arrived, each once"
    )
    for number in chance.sample(range(FILES + UPLOADS), 10):
        found = api.get(f"{product.url}/api/v1/search/", params={"q": f"Kennwort{number:04d}"}).json()
        assert found["count"] >= 1, number


def _fill_folder(folder: Path, numbers: range) -> None:
    (folder / "Poststelle" / "Eingang 2").mkdir(parents=True, exist_ok=True)
    for number in numbers:
        name, data = letter(number)
        place = folder if number % 3 else folder / "Poststelle" / "Eingang 2"
        with (place / name).open("wb") as stream:  # slowly, as a scanner writes
            stream.write(data[: len(data) // 2])
            stream.flush()
            time.sleep(0.05)
            stream.write(data[len(data) // 2 :])


def _upload(url: str, api: requests.Session, numbers: range, acknowledged: list[str]) -> None:
    for number in numbers:
        name, data = letter(number)
        answer = api.post(
            f"{url}/api/v1/inbox/", files={"file": (name, data)}, headers={"Idempotency-Key": str(uuid.uuid4())}
        )
        assert answer.status_code == 201, answer.text
        acknowledged.append(answer.json()["id"])


def _kill_while(
    product: Product, api: requests.Session, chance: random.Random, delivering: list[threading.Thread]
) -> Counter[str]:
    """Kills until everything was delivered, at least for 45 s; flushes the broker in the middle and at the end."""
    killed: Counter[str] = Counter()
    begun = time.monotonic()
    flushed = False
    while any(thread.is_alive() for thread in delivering) or time.monotonic() - begun < 45:
        time.sleep(chance.uniform(0.5, 2.5))
        if role := product.kill_one_worker(chance):
            killed[role] += 1
        if not flushed and time.monotonic() - begun > 8:
            product.flush_broker()
            flushed = True
    product.flush_broker()
    return killed


def _wait_until_settled(product: Product, api: requests.Session) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        items = _all(api, f"{product.url}/api/v1/inbox/?page_size=200")
        pending = [item for item in items if item["state"] in {"waiting", "working"}]
        left = [path for path in product.watch_folder.rglob("*") if path.is_file()]
        if (
            not pending
            and not left
            and len(items) >= FILES + UPLOADS
            and product.manage("search", "check").returncode == 0
        ):
            return
        time.sleep(2)
    pytest.fail(f"not settled after {SETTLE_SECONDS} s: {len(pending)} pending, {len(left)} in the folder")


def _all(api: requests.Session, url: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    following: str | None = url
    while following:
        page = api.get(following).json()
        rows += page["results"]
        following = page["next"]
    return rows


def _pdf(word: str) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    page.drawString(72, 720, f"Sehr geehrte Damen und Herren, hiermit nenne ich {word}.")
    page.save()
    return buffer.getvalue()


def _scan(word: str) -> bytes:
    picture = Image.new("L", (1240, 1754), 255)
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 28)
    draw = ImageDraw.Draw(picture)
    for line in range(12):
        draw.text((120, 160 + 50 * line), f"Zeile {line}: hiermit nenne ich {word} zum Antrag.", font=font, fill=0)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(150, 150))
    return buffer.getvalue()
