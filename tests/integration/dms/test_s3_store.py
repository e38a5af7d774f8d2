"""What the S3 store promises beyond the port, on a real MinIO: locks, versions, encryption, bad days of the server."""

from __future__ import annotations

import hashlib
import io
import ipaddress
import os
import random
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from minio.commonconfig import COMPLIANCE, ENABLED, GOVERNANCE
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from dms.adapters.s3_client import DIGEST
from dms.adapters.s3_errors import translating
from dms.adapters.s3_store import S3Store
from dms.adapters.store_places import Place
from dms.ports import (
    ObjectDamaged,
    ObjectLocked,
    ObjectMissing,
    ObjectStoreError,
    StoreMisconfigured,
    StoreUnavailable,
)
from scripts.stack.minio import Minio, why_not
from tests.object_server import ObjectServer, OwnObjectServer, opened

LETTER = b"Sehr geehrte Damen und Herren, " * 1000
LARGE = random.Random(7).randbytes(19 * 1024 * 1024)
MEBIBYTE = 1024 * 1024


@pytest.fixture
def place(object_server: ObjectServer) -> Place:
    return object_server.place()


@pytest.fixture
def store(place: Place) -> S3Store:
    return opened(place)


def put(store: S3Store, key: str = "a/letter.pdf", data: bytes = LETTER) -> str:
    return store.put(key, io.BytesIO(data)).sha256


def read(store: S3Store, key: str) -> bytes:
    with store.read(key) as stream:
        return stream.read()


def overwrite(store: S3Store, key: str, data: bytes) -> None:
    """As somebody would who has the credentials and a tool."""
    store._client.put_object(store.bucket, key, io.BytesIO(data), len(data))


def versions(store: S3Store, key: str) -> int:
    return len(store._versions(key))


# --- what is stored -----------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [LETTER, LARGE], ids=["letter", "large"])
def test_the_server_knows_the_digest_and_encrypts(store: S3Store, data: bytes) -> None:
    digest = put(store, "a", data)
    answer = store._client._execute("HEAD", store.bucket, "a", headers={"x-amz-checksum-mode": "ENABLED"})
    assert answer.headers["x-amz-meta-sha256"] == digest, "so that it can be proven without our database"
    assert answer.headers["x-amz-server-side-encryption"] == "AES256"
    assert answer.headers[DIGEST], "compared by the server while it came in"
    assert "gzip" not in answer.headers.get("content-encoding", "")


def test_the_server_itself_refuses_bytes_that_changed_on_the_way(store: S3Store) -> None:
    with pytest.raises(ObjectDamaged), translating("a"):
        store._client.put_new(store.bucket, "a", b"data", hashlib.sha256(b"other").digest(), {})
    assert list(store.keys()) == []


def test_a_source_that_changes_while_it_is_read_is_not_stored(store: S3Store) -> None:
    other = bytes(reversed(LARGE))
    for later in (other, LARGE[:-1], LARGE + b"x", LARGE[:100]):
        with pytest.raises(ObjectDamaged):
            store.put("a", Changing(LARGE, later))
    assert list(store.keys()) == []
    assert store.forget_unfinished(0) == 0


class Changing(io.BytesIO):
    """Somebody writes to the file after its digest was taken."""

    def __init__(self, first: bytes, later: bytes) -> None:
        super().__init__(first)
        self._later = later

    def seek(self, place: int, whence: int = 0) -> int:
        super().seek(0)
        self.truncate()
        self.write(self._later)
        return super().seek(place, whence)


def test_deleting_destroys_every_version(store: S3Store) -> None:
    put(store, "a")
    overwrite(store, "a", b"second")
    store._client.remove_object(store.bucket, "a")  # only marks it
    put(store, "ab")
    with pytest.raises(ObjectMissing):
        store.size("a")
    assert versions(store, "a") == 3
    store.delete("a")
    assert versions(store, "a") == 0
    assert list(store.keys()) == ["ab"]


@pytest.mark.parametrize("mode", [GOVERNANCE, COMPLIANCE])
def test_a_retention_of_the_store_forbids_deleting_and_says_until_when(store: S3Store, mode: str) -> None:
    digest = put(store, "a")
    until = datetime.now(UTC) + timedelta(seconds=4)
    store._client.set_object_retention(store.bucket, "a", Retention(mode, until))
    with pytest.raises(ObjectLocked, match=rf"^a: kept until {until:%Y-%m-%d %H:%M} UTC \({mode}\)"):
        store.delete("a")
    store.verify("a", digest)
    time.sleep((until - datetime.now(UTC)).total_seconds() + 1)
    store.delete("a")
    assert versions(store, "a") == 0


def test_bytes_that_were_replaced_behind_our_back_are_noticed(store: S3Store) -> None:
    digest = put(store, "a")
    overwrite(store, "a", LETTER.replace(b"Damen", b"Namen", 1))
    with pytest.raises(ObjectDamaged):
        store.verify("a", digest)


# --- the bucket -----------------------------------------------------------------------------------------


def test_a_missing_bucket_is_made_with_versions_and_lock(place: Place) -> None:
    store = place.open()
    assert isinstance(store, S3Store)
    with pytest.raises(StoreMisconfigured, match="NoSuchBucket"):
        store.put("a", io.BytesIO(b"x"))
    store.prepare()
    assert store._client.get_bucket_versioning(store.bucket).status == ENABLED
    assert store._client.get_object_lock_config(store.bucket) is not None
    put(store)


def test_a_bucket_without_versions_or_lock_is_refused_with_what_to_do(
    store: S3Store, object_server: ObjectServer
) -> None:
    plain = object_server.place()
    bucket = plain.url.rpartition("/")[2]
    store._client.make_bucket(bucket)
    for use in (lambda: plain.open().prepare(), lambda: plain.open().put("a", io.BytesIO(b"x"))):
        with pytest.raises(StoreMisconfigured, match=r"keeps no versions.*name a bucket that does not exist yet"):
            use()
    store._client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    with pytest.raises(StoreMisconfigured, match=r"has no object lock.*Name a bucket that does not exist yet"):
        plain.open().prepare()


def test_a_bucket_that_vanished_is_no_missing_object(place: Place) -> None:
    with pytest.raises(StoreMisconfigured):
        place.open().size("a")
    with pytest.raises(StoreMisconfigured):
        place.open().verify("a", "0" * 64)


def test_wrong_credentials_are_said_without_the_secret(store: S3Store, place: Place) -> None:
    put(store)
    wrong = Place(place.url, place.access_key, "not-the-secret-key").open()
    for use in (lambda: wrong.size("a/letter.pdf"), lambda: wrong.put("b", io.BytesIO(b"x")), wrong.prepare):
        with pytest.raises(StoreMisconfigured) as told:
            use()
        assert "not-the-secret-key" not in str(told.value)


# --- from outside ---------------------------------------------------------------------------------------


def test_a_link_lets_anybody_save_the_object_for_a_few_seconds(store: S3Store, place: Place) -> None:
    put(store)
    assert store.link("a/letter.pdf", seconds=5, filename="x", media_type="y") is None, "only where that was set up"
    public = f"http://{place.url.partition('//')[2].partition('/')[0]}"
    outside = Place(place.url, place.access_key, place.secret_key, public_url=public).open()
    link = outside.link("a/letter.pdf", seconds=2, filename="Bescheid für Müller.pdf", media_type="application/pdf")
    assert link is not None
    answer = requests.get(link, timeout=10)
    assert (answer.status_code, answer.content) == (200, LETTER)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].endswith("Bescheid%20f%C3%BCr%20M%C3%BCller.pdf")
    part = requests.get(link, headers={"Range": "bytes=5-12"}, timeout=10)
    assert (part.status_code, part.content) == (206, LETTER[5:13])
    assert requests.get(link.replace("letter", "others"), timeout=10).status_code == 403
    time.sleep(3)
    assert requests.get(link, timeout=10).status_code == 403


# --- processes and memory -------------------------------------------------------------------------------


def test_a_forked_process_uses_connections_of_its_own(store: S3Store) -> None:
    put(store, "a")
    child = os.fork()
    if child == 0:
        try:
            assert read(store, "a") == LETTER
            put(store, "from-the-child")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sorted(store.keys()) == ["a", "from-the-child"]


class Generated(io.RawIOBase):
    """So many bytes, made as they are asked for."""

    BLOCK = random.Random(3).randbytes(MEBIBYTE)

    def __init__(self, size: int) -> None:
        self._size, self._place = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place
        return place

    def read(self, size: int = -1) -> bytes:
        offset = self._place % MEBIBYTE
        piece = self.BLOCK[offset : offset + min(size, self._size - self._place)]
        self._place += len(piece)
        return piece


@pytest.mark.slow
def test_two_gigabytes_go_in_and_out_in_constant_memory(
    place: Place, store: S3Store, state: Callable[[str], None]
) -> None:
    before = peak_memory_of(lambda: put(opened(place), "small"))
    after = peak_memory_of(lambda: in_and_out(opened(place), 2048 * MEBIBYTE))
    state(f"S3 store, 2 GB in and out: peak {after} MB resident, {before} MB for a letter")
    assert after - before < 64
    assert store.size("gigabytes") == 2048 * MEBIBYTE
    store.delete("gigabytes")


def in_and_out(store: S3Store, size: int) -> None:
    stored = store.put("gigabytes", cast(BinaryIO, Generated(size)))
    store.verify("gigabytes", stored.sha256)


def peak_memory_of(work: Callable[[], object]) -> int:
    """Megabytes of a process that does this work; it starts with what this one has in memory."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            Path("/proc/self/clear_refs").write_text("5")  # the peak is measured from here
            work()
            peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
            os.write(writing, peak.split()[1].encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    said = os.read(reading, 100)
    os.close(reading)
    os.waitpid(child, 0)
    assert said, "the process failed"
    return int(said) // 1024


# --- bad days of the server -----------------------------------------------------------------------------


def damage(server: OwnObjectServer, key: str) -> None:
    """One bit turns over on the server's disk, in the middle of the bytes of this object."""
    folder = next(path for path in server.data.glob(f"test-*/{key}") if path.is_dir())
    parts = list(folder.rglob("part.*"))
    for path in parts or [folder / "xl.meta"]:
        content = bytearray(path.read_bytes())
        content[len(content) // 2 if parts else -2000] ^= 1
        path.write_bytes(content)


@pytest.mark.parametrize("data", [LETTER, LARGE], ids=["letter", "large"])
def test_bytes_that_rotted_on_the_servers_disk_are_damaged_and_not_just_away(
    own_object_server: OwnObjectServer, data: bytes
) -> None:
    store = opened(own_object_server.place())
    digest = put(store, "rotten", data)
    put(store, "sound", data)
    damage(own_object_server, "rotten")
    with pytest.raises(ObjectDamaged):
        store.verify("rotten", digest)
    with pytest.raises(ObjectDamaged):
        read(store, "rotten")
    store.verify("sound", digest)


def quick(place: Place) -> S3Store:
    """Waits for an answer for one second only."""
    store = Place(f"{place.url}?timeout=1", place.access_key, place.secret_key).open()
    assert isinstance(store, S3Store)
    return store


def uses_of(store: S3Store) -> dict[str, Callable[[], object]]:
    return {
        "put": lambda: put(store, "new"),
        "put large": lambda: put(store, "new-and-large", LARGE),
        "read": lambda: read(store, "a"),
        "size": lambda: store.size("a"),
        "verify": lambda: store.verify("a", "0" * 64),
        "delete": lambda: store.delete("a"),
        "keys": lambda: list(store.keys()),
        "prepare": store.prepare,
        "forget": lambda: store.forget_unfinished(0),
    }


def assert_away(store: S3Store) -> None:
    for name, use in uses_of(store).items():
        with pytest.raises(StoreUnavailable):
            use()
            pytest.fail(f"{name} did not notice")


def test_a_server_that_is_gone_is_away_until_it_is_back(own_object_server: OwnObjectServer) -> None:
    place = own_object_server.place()
    digest = put(opened(place), "a")
    store = quick(place)
    store.verify("a", digest)
    own_object_server.kill()
    assert_away(store)
    own_object_server.start()
    store.verify("a", digest)
    assert list(store.keys()) == ["a"], "nothing of what failed is visible"
    put(store, "new")


def test_a_server_that_hangs_is_away_after_a_moment(own_object_server: OwnObjectServer) -> None:
    place = own_object_server.place()
    digest = put(opened(place), "a")
    own_object_server.pause()
    try:
        assert_away(quick(place))
    finally:
        own_object_server.resume()
    quick(place).verify("a", digest)


def test_a_server_that_dies_while_we_read_is_away_and_not_damaged(own_object_server: OwnObjectServer) -> None:
    store = opened(own_object_server.place())
    digest = put(store, "a", LARGE * 3)
    with pytest.raises(StoreUnavailable), store.read("a") as stream:
        assert stream.read(100) == LARGE[:100]
        own_object_server.kill()
        stream.read()
    own_object_server.start()
    store.verify("a", digest)


def test_a_connection_that_breaks_off_is_taken_up_again(store: S3Store) -> None:
    put(store, "a", LARGE)
    with store.read("a", start=10) as stream:
        begun = stream.read(1000)
        stream._answer._connection.sock.shutdown(2)  # type: ignore[attr-defined]
        rest = stream.read()
    assert begun + rest == LARGE[10:]


def test_what_was_acknowledged_survives_a_killed_server(own_object_server: OwnObjectServer) -> None:
    place = own_object_server.place()
    opened(place)
    acknowledged: dict[str, str] = {}
    stop = threading.Event()
    writers = [threading.Thread(target=write_until, args=(place, n, stop, acknowledged)) for n in range(4)]
    for writer in writers:
        writer.start()
    for _ in range(3):
        time.sleep(1)
        own_object_server.kill()
        own_object_server.start()
    time.sleep(1)
    stop.set()
    for writer in writers:
        writer.join()
    store = opened(place)
    assert len(acknowledged) > 20, "too few to prove anything"
    for key, digest in acknowledged.items():
        store.verify(key, digest)
    for key in set(store.keys()) - acknowledged.keys():  # done, but the answer was lost: whole all the same
        store.verify(key, hashlib.sha256(content_of(key)).hexdigest())


def content_of(key: str) -> bytes:
    return random.Random(key).randbytes(9 * MEBIBYTE if key.endswith("large") else 100_000)


def write_until(place: Place, number: int, stop: threading.Event, acknowledged: dict[str, str]) -> None:
    store = place.open()
    count = 0
    while not stop.is_set():
        count += 1
        key = f"{number}/{count}-{'large' if count % 7 == 0 else 'letter'}"
        try:
            acknowledged[key] = store.put(key, io.BytesIO(content_of(key))).sha256
        except StoreUnavailable:
            time.sleep(0.1)


# --- a server that lacks something ------------------------------------------------------------------------


class WithoutKey(Minio):
    def environment(self) -> dict[str, str]:
        return {name: value for name, value in super().environment().items() if name != "MINIO_KMS_SECRET_KEY"}


def test_a_server_that_cannot_encrypt_is_refused_unless_that_is_wanted(tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    server = OwnObjectServer(tmp_path / "minio", WithoutKey)
    try:
        server.start()
        place = server.place()
        with pytest.raises(StoreMisconfigured, match="MINIO_KMS_SECRET_KEY"):
            place.open().prepare()
        with pytest.raises(StoreMisconfigured, match="MINIO_KMS_SECRET_KEY"):
            place.open().put("a", io.BytesIO(LETTER))
        plain = Place(f"{place.url}?encryption=off", place.access_key, place.secret_key).open()
        plain.prepare()
        plain.put("a", io.BytesIO(LETTER))
        assert list(plain.keys()) == ["a"]
    finally:
        server.close()


class WithTls(Minio):
    """Behind a certificate that an authority of its own has signed: itself."""

    def create(self) -> None:
        super().create()
        certificate, key = self_signed()
        (self.folder / "certs").mkdir(exist_ok=True)
        (self.folder / "certs" / "public.crt").write_bytes(certificate)
        (self.folder / "certs" / "private.key").write_bytes(key)

    def command(self) -> list[str]:
        return [*super().command(), "--certs-dir", str(self.folder / "certs")]

    def settings(self) -> dict[str, str]:
        settings = super().settings()
        return {**settings, "OBJECT_STORE_URL": settings["OBJECT_STORE_URL"].replace("s3+http:", "s3+https:")}

    def wait(self, alive: Callable[[], bool]) -> None:
        context = ssl.create_default_context(cafile=self.folder / "certs" / "public.crt")
        deadline = time.monotonic() + 60
        while True:
            try:
                ready = f"https://{self.address}/minio/health/cluster"
                urllib.request.urlopen(ready, context=context, timeout=5).close()
                return
            except OSError:
                assert alive(), (self.folder / "run.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)


def self_signed() -> tuple[bytes, bytes]:
    """A certificate for 127.0.0.1 and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "objects of a test")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    day = timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    return certificate.public_bytes(pem), key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


def test_a_certificate_is_believed_only_when_its_authority_is_named(tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    server = OwnObjectServer(tmp_path / "minio", WithTls)
    try:
        server.start()
        place = server.place()
        with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            place.open().prepare()
        authority = str(server.server.folder / "certs" / "public.crt")
        store = opened(replace(place, certificate_authority=authority))
        digest = put(store, "large", LARGE)
        put(store, "small")
        store.verify("large", digest)
        with pytest.raises(StoreUnavailable):
            replace(place, url=place.url.replace("s3+https:", "s3+http:")).open().prepare()
    finally:
        server.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 64 MB, where a server keeps its data."""
    folder = tmp_path / "minio" / "data"
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here (that takes root)")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def server_on_small_disk(small_disk: Path, tmp_path: Path) -> Iterator[OwnObjectServer]:
    """Only its data lies there, not its log."""
    if reason := why_not():
        pytest.skip(reason)
    server = OwnObjectServer(tmp_path / "minio")
    try:
        server.start()
        yield server
    finally:
        server.close()


def test_a_full_disk_is_said_and_what_was_there_stays(server_on_small_disk: OwnObjectServer) -> None:
    store = opened(server_on_small_disk.place())
    kept = put(store, "kept")
    with pytest.raises(StoreUnavailable):
        for number in range(10):
            put(store, f"large-{number}", LARGE)
    store.verify("kept", kept)
    before = set(store.keys())
    for key in before - {"kept"}:
        store.verify(key, hashlib.sha256(LARGE).hexdigest())
        store.delete(key)
    put(store, "again")


def test_a_read_only_disk_is_said_and_reading_goes_on(server_on_small_disk: OwnObjectServer, small_disk: Path) -> None:
    store = opened(server_on_small_disk.place())
    kept = put(store, "kept")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StoreUnavailable):
        put(store, "new")
    with pytest.raises(ObjectStoreError):
        store.delete("kept")
    store.verify("kept", kept)
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    put(store, "new")
