"""Tables and saved profiles on the local disk or in S3, by the address that a person writes."""

import os
from functools import cache
from pathlib import Path

from pyarrow import fs

from courtside.contracts.errors import BadInput
from courtside.core.drift import Profile
from courtside.core.drift.profiles.serialization import MAGIC
from courtside.core.drift.reading import FeatureTable, TableMissing, open_table, unreadable

S3_SCHEME = "s3://"


class AddressInvalid(BadInput):
    """An address names no bucket, or a scheme that cannot be read, or contains a NUL character."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"{address!r} cannot be read: give a path or s3://bucket/prefix")


def open_address(address: str) -> FeatureTable | Profile:
    """Return the table of a file, folder or ``s3://`` prefix, or the profile of a file that holds one.

    Raises `TableMissing`, `UnreadableFile`, `AddressInvalid`, and `ProfileCorrupt` or `ProfileTooNew` for a profile.
    """
    filesystem, path = _located(address)
    content = _profile_content(filesystem, path, address)
    return open_table(filesystem, path, name=address) if content is None else Profile.from_bytes(content)


def _located(address: str) -> tuple[fs.FileSystem, str]:
    if address.startswith(S3_SCHEME):
        path = address.removeprefix(S3_SCHEME).rstrip("/")
        bucket = path.split("/", 1)[0]
        if not bucket:
            raise AddressInvalid(address)
        return s3_filesystem(bucket), path
    if "://" in address or "\0" in address:
        raise AddressInvalid(address)
    return fs.LocalFileSystem(), Path(address).absolute().as_posix()


def _profile_content(filesystem: fs.FileSystem, path: str, address: str) -> bytes | None:
    """Return a file's bytes if they are a profile's; the first bytes decide, not the name."""
    try:
        if filesystem.get_file_info(path).type is not fs.FileType.File:
            return None
        with filesystem.open_input_file(path) as file:
            return MAGIC + file.read() if file.read(len(MAGIC)) == MAGIC else None
    except PermissionError as error:
        raise unreadable(address, error) from error
    except OSError as error:
        raise TableMissing(address, str(error).splitlines()[0]) from error


@cache
def s3_filesystem(bucket: str) -> fs.FileSystem:
    """Return the filesystem of a bucket, with the credentials, region, endpoint and certificates that boto3 would use.

    Arrow knows fewer kinds of credentials than boto3, no ``AWS_ENDPOINT_URL`` (apache/arrow#49643) and no
    ``AWS_CA_BUNDLE``.
    """
    import boto3

    session = boto3.Session()
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    found = session.get_credentials()
    keys = found.get_frozen_credentials() if found else None
    return fs.S3FileSystem(  # type: ignore[call-arg]  # the stubs do not know `tls_ca_file_path` yet
        access_key=keys.access_key if keys else None,
        secret_key=keys.secret_key if keys else None,
        session_token=keys.token if keys else None,
        region=session.region_name if endpoint else _region(bucket),
        endpoint_override=endpoint,
        tls_ca_file_path=os.environ.get("AWS_CA_BUNDLE"),
    )


def _region(bucket: str) -> str | None:
    try:
        return fs.resolve_s3_region(bucket)
    except OSError:  # a bucket that does not answer; reading it will say why
        return None
