"""The morning's post for a running product: letters that are told apart, brought by folder and upload, and counted."""

from __future__ import annotations

import io
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen import canvas

from tests.crash.product import Product

CREATED, UNAVAILABLE = 201, 503
AGREE = "Search index and database agree."
"""Said when nothing waits for the index either."""


class Post:
    """Letters with the numbers `files` come through the watched folder, those of `uploads` by REST."""

    def __init__(self, product: Product, api: requests.Session, files: range, uploads: range) -> None:
        self.product, self.api = product, api
        self.files, self.uploads = files, uploads
        self.acknowledged: list[str] = []
        self._brought = dict(letter(number) for number in (*files, *uploads))
        self._threads = [threading.Thread(target=self._fill_folder), threading.Thread(target=self._upload)]

    def deliver(self) -> None:
        """Begins to bring the letters, one after the other, on two ways at once."""
        for thread in self._threads:
            thread.start()

    def is_on_its_way(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def wait_until_settled(self, seconds: float) -> None:
        """All delivered, nothing pending, the index agrees with the database. Raises AssertionError."""
        deadline = time.monotonic() + seconds
        while problem := self._unsettled():
            assert time.monotonic() < deadline, f"not settled after {seconds} s: {problem}"
            time.sleep(1)

    def assert_each_arrived_once(self) -> None:
        """Every letter is there once, read to its end, and so is every acknowledged upload; the folder is empty."""
        items = self._own_items()
        names = Counter(item["filename"] for item in items)
        assert names == Counter(self._brought.keys())
        assert len(self.acknowledged) == len(self.uploads)
        assert {item["id"] for item in items} >= set(self.acknowledged)
        assert {item["state"] for item in items} == {"done"}, [i for i in items if i["state"] != "done"]
        assert {len(item["documents"]) for item in items} == {1}
        assert not self._left_in_folder()
        for item in items:
            original = self.api.get(f"{self.product.url}/api/v1/inbox/{item['id']}/original/", timeout=60)
            assert original.content == self._brought[item["filename"]], f"{item['filename']} is not what was brought"

    def assert_the_books_agree(self, state: Callable[[str], None], occasion: str) -> None:
        for command in (("audit", "verify"), ("search", "check")):
            proof = self.product.manage(*command)
            state(f"{occasion}: {proof.stdout.strip()}")
            assert proof.returncode == 0, proof.stdout + proof.stderr
            assert command != ("search", "check") or AGREE in proof.stdout.splitlines(), proof.stdout

    def assert_found(self, numbers: list[int]) -> None:
        for number in numbers:
            found = self.api.get(f"{self.product.url}/api/v1/search/", params={"q": word_of(number)}).json()
            assert found["count"] >= 1, number

    def _unsettled(self) -> str:
        if self.is_on_its_way():
            return "letters are still being brought"
        if left := self._left_in_folder():
            return f"in the folder: {left}"
        try:
            items = self._own_items()
        except (requests.RequestException, KeyError, ValueError) as error:
            return f"the product does not answer: {error}"
        pending = [item["filename"] for item in items if item["state"] in {"waiting", "working"}]
        if pending or len(items) < len(self.files) + len(self.uploads):
            return f"{len(items)} arrived, pending: {pending}"
        checked = self.product.manage("search", "check")
        return "" if AGREE in checked.stdout.splitlines() else f"the index differs from the database: {checked.stdout}"

    def _own_items(self) -> list[dict[str, Any]]:
        items = all_rows(self.api, f"{self.product.url}/api/v1/inbox/?page_size=200")
        return [item for item in items if item["filename"] in self._brought]

    def _left_in_folder(self) -> list[str]:
        return [path.name for path in self.product.watch_folder.rglob("*") if path.is_file()]

    def _fill_folder(self) -> None:
        folder = self.product.watch_folder
        for number in self.files:
            name = letter_name(number)
            data = self._brought[name]
            place = folder if number % 3 else folder / "Poststelle" / "Eingang 2"
            place.mkdir(parents=True, exist_ok=True)  # folders that came with their files go with them
            with (place / name).open("wb") as stream:  # slowly, as a scanner writes
                stream.write(data[: len(data) // 2])
                stream.flush()
                time.sleep(0.05)
                stream.write(data[len(data) // 2 :])

    def _upload(self) -> None:
        for number in self.uploads:
            self.acknowledged.append(self._upload_one(number, str(uuid.uuid4())))

    def _upload_one(self, number: int, key: str) -> str:
        """As a careful client does: whatever is not acknowledged is brought again under the same key."""
        name = letter_name(number)
        data = self._brought[name]
        while True:
            try:
                answer = self.api.post(
                    f"{self.product.url}/api/v1/inbox/", files={"file": (name, data)},
                    headers={"Idempotency-Key": key}, timeout=30,
                )  # fmt: skip
            except requests.RequestException:
                time.sleep(0.5)
                continue
            if answer.status_code == CREATED:
                return str(answer.json()["id"])
            assert answer.status_code == UNAVAILABLE, answer.text
            assert answer.headers["Content-Type"] == "application/problem+json", answer.text
            time.sleep(0.5)


def letter(number: int) -> tuple[str, bytes]:
    """Every fifth one is a scan that takes a while, the others are quick; each has a word of its own."""
    name, word = letter_name(number), word_of(number)
    if name.endswith(".png"):
        return name, _scan(word)
    if name.endswith(".pdf"):
        return name, _pdf(word)
    return name, f"Sehr geehrte Damen und Herren,\n\nich nenne {word}.\n".encode()


def letter_name(number: int) -> str:
    if number % 5 == 0:
        return f"scan-{number}.png"
    return f"brief-{number}.pdf" if number % 2 else f"notiz-{number}.txt"


def word_of(number: int) -> str:
    return f"Kennwort{number:04d}"


def all_rows(api: requests.Session, url: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    following: str | None = url
    while following:
        page = api.get(following, timeout=30).json()
        rows += page["results"]
        following = page["next"]
    return rows


def session_of(product: Product) -> requests.Session:
    session = requests.Session()
    printed = product.manage("token", "admin")
    assert printed.returncode == 0, printed.stderr
    session.headers["Authorization"] = f"Bearer {printed.stdout.strip()}"
    return session


def state_folder_below(folder: Path) -> Path:
    """Where PostgreSQL's own user may walk to."""
    folder.chmod(0o711)
    folder.parent.chmod(0o711)
    return folder / "state"


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
