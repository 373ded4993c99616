"""Names, images and credentials: what the rules take for sound and what not."""

import pytest

from mlplat.objects import names
from mlplat.objects.credentials import is_credential
from mlplat.objects.images import ImageReference, parse_image, why_unpinned


@pytest.mark.parametrize(
    ("judge", "good", "bad"),
    [
        (names.why_no_label, ["a", "1-a", "x" * 63], ["", "-a", "a.b", "A", "x" * 64, "a\n"]),
        (names.why_no_subdomain, ["a.b", "1", "a-b.c"], ["a..b", ".a", "a_b", "x" * 254]),
        (names.why_no_service_name, ["a1"], ["1a", "a.b"]),
        (names.why_no_path_segment, ["system:Admin", "a b"], ["a/b", "50%", ".", ".."]),
        (names.why_no_qualified_name, ["a", "A_b.c", "example.com/a"], ["", "/a", "a/", "a/b/c", "Ex.com/a", "a b"]),
        (names.why_no_label_value, ["", "A_b.1"], ["-a", "a@b", "x" * 64]),
    ],
)
def test_names(judge: object, good: list[str], bad: list[str]) -> None:
    assert callable(judge)
    assert [name for name in good if judge(name) is not None] == []
    assert [name for name in bad if judge(name) is None] == []


@pytest.mark.parametrize(
    ("text", "repository", "tag", "digest"),
    [
        ("app", "app", "", ""),
        ("registry:5000/team/app", "registry:5000/team/app", "", ""),
        ("registry:5000/app:1.2", "registry:5000/app", "1.2", ""),
        ("app:1@sha256:ab", "app", "1", "sha256:ab"),
    ],
)
def test_images(text: str, repository: str, tag: str, digest: str) -> None:
    assert parse_image(text) == ImageReference(repository, tag, digest)


def test_which_images_may_change() -> None:
    assert [text for text in ("app:1.2", "app:latest@sha256:ab", "r:5000/a:v1") if why_unpinned(text)] == []
    assert all(why_unpinned(text) for text in ("app", "app:latest", "r:5000/app", "app:main"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "correct-horse"),
        ("apiKey", "a1b2c3d4e5"),
        ("token", "abcdefgh"),
        ("AWS_SECRET_ACCESS_KEY", "a" * 40),
        ("URL", "postgres://user:pw123@db/x"),
        ("note", "-----BEGIN RSA PRIVATE KEY-----"),
    ],
)
def test_credentials(name: str, value: str) -> None:
    assert is_credential(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", "$(OTHER)"),
        ("PASSWORD_FILE", "/run/secret"),
        ("TOKENIZER", "bert-base"),
        ("MAX_TOKENS", "4096"),
        ("TOKEN", "/var/run/token"),
        ("url", "https://example.com"),
        ("use_token", "true"),
    ],
)
def test_no_credentials(name: str, value: str) -> None:
    assert not is_credential(name, value)
