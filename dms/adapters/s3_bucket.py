"""What a bucket must promise before we put records into it: versions are kept, and a lock can hold them."""

from __future__ import annotations

from minio.error import S3Error

from dms.adapters.s3_client import S3Client
from dms.adapters.s3_errors import translating
from dms.ports import StoreMisconfigured

OURS_ALREADY = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
NO_LOCK = {"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "InvalidRequest"}


def make_bucket(client: S3Client, bucket: str) -> bool:
    """With object lock, which brings versions with it and cannot be had later. False: there was one."""
    with translating(bucket):
        if client.bucket_exists(bucket):
            return False
        try:
            client.make_bucket(bucket, object_lock=True)
        except S3Error as error:
            if error.code not in OURS_ALREADY:
                raise
    return True


def check_bucket(client: S3Client, bucket: str) -> None:
    """Raises StoreMisconfigured, saying what is missing; StoreUnavailable."""
    with translating(bucket):
        versions = client.get_bucket_versioning(bucket).status
        locked = _has_lock(client, bucket)
    if versions != "Enabled":
        raise StoreMisconfigured(
            f"bucket {bucket} keeps no versions: what is overwritten would be gone. Switch versioning on, or name a"
            " bucket that does not exist yet: it is made with all that is needed"
        )
    if not locked:
        raise StoreMisconfigured(
            f"bucket {bucket} has no object lock, and most servers add none later. Name a bucket that does not exist"
            " yet: it is made with one"
        )


def _has_lock(client: S3Client, bucket: str) -> bool:
    try:
        client.get_object_lock_config(bucket)
    except S3Error as error:
        if error.code in NO_LOCK:
            return False
        raise
    except (
        ValueError
    ):  # the SDK cannot read the answer of servers that leave the default retention out: there is a lock
        return True
    return True
