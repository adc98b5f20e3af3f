"""The same rooms on S3-compatible storage."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import default_storage
from django.test import Client
from moto import mock_aws
from tests.core.files import samples

from linli.core.backup import archive
from linli.core.backup.storage import Files
from linli.core.errors import BadInput
from linli.core.files import storing
from linli.core.files.actions import sweep_orphans
from linli.core.files.models import Attachment


@pytest.fixture(autouse=True)
def bucket(settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="linli")
        options = {"bucket_name": "linli", "region_name": "us-east-1", "default_acl": None, "file_overwrite": False}
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "linli.core.files.bucket.Bucket", "OPTIONS": options},
        }
        yield client


def keys(client) -> set[str]:
    return {item["Key"] for item in client.list_objects_v2(Bucket="linli").get("Contents", [])}


def test_kept_and_handed_out(put, owner, bucket) -> None:
    row = put("照片.jpg", samples.photo(gps=True))
    assert keys(bucket) == {row.stored_as, row.thumbnail_as}
    client = Client()
    client.force_login(owner, "allauth.account.auth_backends.AuthenticationBackend")
    content = b"".join(client.get(row.get_absolute_url()))
    assert len(content) == row.size
    assert b"HUAWEI" not in content
    default_storage.delete(row.stored_as)
    assert client.get(row.get_absolute_url()).status_code == 410


def test_an_unreachable_store_is_said_and_leaves_nothing(put, bucket) -> None:
    save, calls = default_storage.save, []

    def fail(name: str, content: object) -> str:
        calls.append(name)
        if len(calls) == 2:
            raise EndpointConnectionError(endpoint_url="https://s3.example")
        return save(name, content)

    with mock.patch.object(storing.default_storage, "save", fail), pytest.raises(BadInput) as caught:
        put("a.jpg", samples.photo())
    assert "文件库暂时连不上" in caught.value.message
    assert "s3.example" not in caught.value.message
    assert keys(bucket) == set()
    assert not Attachment.objects.exists()


def test_a_bucket_that_is_not_there_is_said(put, settings) -> None:
    options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "nowhere"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    with pytest.raises(BadInput, match="文件库暂时连不上"):
        put("a.pdf", samples.pdf())


def test_the_sweep_walks_the_bucket(put, bucket) -> None:
    row = put("a.pdf", samples.pdf())
    bucket.put_object(Bucket="linli", Key="attachments/2026/01/orphan.pdf", Body=b"x")
    assert sweep_orphans() == 0
    with mock.patch("linli.core.files.queries.clock.now", return_value=row.uploaded_at + timedelta(days=2)):
        assert sweep_orphans() == 1
    assert keys(bucket) == {row.stored_as}


def test_a_bucket_is_backed_up_and_restored(put, bucket, tmp_path) -> None:
    row = put("照片.jpg", samples.photo())
    bucket.put_object(Bucket="linli", Key="imports/list.csv", Body=b"a,b\n")
    kept = {key: bucket.get_object(Bucket="linli", Key=key)["Body"].read() for key in keys(bucket)}
    identity = archive.new_identity()
    path = tmp_path / "x.tar.age"
    files = Files()
    with archive.Writer(path, [identity.to_public()]) as writer:
        for name in (row.stored_as, row.thumbnail_as, *files.others()):
            file, size = files.open(name)
            writer.add(f"files/{name}", file, size)
        writer.seal()
    assert files.open("attachments/nothing") is None
    for key in kept:
        bucket.delete_object(Bucket="linli", Key=key)
    assert files.is_empty()
    bucket.put_object(Bucket="linli", Key=row.stored_as, Body=b"half a fi")

    for _again in range(2):
        with archive.opened(path, [identity]) as members:
            for member in members:
                files.put(member.name.removeprefix("files/"), member)

    assert {key: bucket.get_object(Bucket="linli", Key=key)["Body"].read() for key in keys(bucket)} == kept
