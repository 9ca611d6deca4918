"""Secrets are masked by the name that holds them, wherever it stands; all else stays as it came."""

from __future__ import annotations

import json

import pytest

from simulator import dialects
from simulator.formats import redact

SECRET_NAMES = [
    "X-Auth-Token",
    "Client-Secret",
    "api_key",
    "apiKey",
    "API-KEY",
    "X-Api-Key",
    "token",
    "access_token",
    "accessToken",
    "refresh-token",
    "client_secret",
    "clientAssertion",
    "password",
    "userPassword",
    "X-IBM-Client-Secret",
    "Ocp-Apim-Subscription-Key",
    "X-Amz-Security-Token",
    "Private-Token",
    "jwt",
]
OTHER_NAMES = [
    "tokenUrl",
    "token_type",
    "passwordless",
    "nextToken",
    "tenant",
    "id",
    "keyId",
    "X-Seed-Key",
    "Idempotency-Key",
    "secretary",
    "authority",
    "expires_in",
    "author",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_secret_is_masked_in_headers_queries_forms_and_json(name: str) -> None:
    assert redact.headers({name: "s3cret"}) == {name: "***"}
    assert redact.fields(f"a=1&{name}=s3cret&b=2") == f"a=1&{name}=***&b=2"
    assert redact.body(f"{name}=s3cret") == f"{name}=***"
    assert redact.body(f'{{"{name}": "s3cret", "b": 1}}') == f'{{"{name}": "***", "b": 1}}'
    assert redact.members({"a": [{name: "s3cret"}]}) == {"a": [{name: "***"}]}


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_what_only_resembles_a_secret_stays(name: str) -> None:
    document = {"a": [{name: "kept"}]}
    text = json.dumps(document)
    assert redact.body(text) == text
    assert redact.members(document) == document
    assert redact.fields(f"{name}=kept") == f"{name}=kept"


@pytest.mark.parametrize("name", ["Idempotency-Key", "X-Seed-Key", "X-Request-ID", "Tenant"])
def test_a_header_that_is_no_secret_stays(name: str) -> None:
    assert redact.headers({name: "kept"}) == {name: "kept"}


@pytest.mark.parametrize("name", ["X-Vault-Token", "X-Webhook-Secret", "Next-Token", "Set-Cookie"])
def test_a_header_is_masked_by_its_last_word(name: str) -> None:
    assert redact.headers({name: "s3cret"}) == {name: "***"}


def test_a_long_name_is_judged_by_its_end() -> None:
    name = "x" * 10_000 + "-api-key"
    assert redact.headers({name: "s3cret"}) == {name: "***"}
    assert redact.body(f'{{"{name}": "s3cret"}}') == f'{{"{name}": "***"}}'


def test_the_scheme_of_credentials_stays() -> None:
    given = {"Authorization": "Bearer s3cret", "Proxy-Authorization": "Basic s3cret=="}
    assert redact.headers(given) == {
        "Authorization": "Bearer ***",
        "Proxy-Authorization": "Basic ***",
    }


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("https://a.test/cb?api_key=s3cret&b=2", "https://a.test/cb?api_key=***&b=2"),
        ("/orders?id=1&token=s3cret#top", "/orders?id=1&token=***#top"),
        ("application/json; charset=utf-8", "application/json; charset=utf-8"),
        ("/orders?tokenUrl=x", "/orders?tokenUrl=x"),
    ],
)
def test_a_url_in_a_header_is_masked_too(value: str, kept: str) -> None:
    assert redact.headers({"Location": value}) == {"Location": kept}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"a": {"b": [{"apiKey": "s"}]}}', '{"a": {"b": [{"apiKey": "***"}]}}'),
        ('{"token" :\n {"value": "s", "x": ["s"]}, "b": 1}', '{"token" :\n "***", "b": 1}'),
        ('{"tokens": ["s", "t"], "b": ["token"]}', '{"tokens": "***", "b": ["token"]}'),
        ('{"token": 12.5, "b": 1}', '{"token": "***", "b": 1}'),
        ('{"token": null, "password": true}', '{"token": null, "password": true}'),
        ('{"\\u0074oken": "s"}', '{"\\u0074oken": "***"}'),
        ('{"token": "a \\"quoted\\" s", "b": 1}', '{"token": "***", "b": 1}'),
        ('{"token": "broken of', '{"token": "***"'),
        ('{"token": ["broken", {"of', '{"token": "***"'),
        ('{"token": }', '{"token": }'),
        ('{"token"', '{"token"'),
        ("{'token': 's t', 'b': 1}", "{'token': \"***\", 'b': 1}"),
        ('{token: "s", b: 1}', '{token: "***", b: 1}'),
        ('\ufeff {"token": "s"}', '\ufeff {"token": "***"}'),
        ('[{"note": "token: s"}]', '[{"note": "token: s"}]'),
        ('{"id": "token", "tenant": "secret"}', '{"id": "token", "tenant": "secret"}'),
    ],
)
def test_json_is_masked_whole_or_broken(text: str, kept: str) -> None:
    assert redact.body(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("%74oken=s&a=1", "%74oken=***&a=1"),
        ("user[password]=s&user[name]=ann", "user[password]=***&user[name]=ann"),
        ("client%5Fsecret=s", "client%5Fsecret=***"),
        ("token", "token"),
        ("token=", "token=***"),
    ],
)
def test_a_form_is_masked_however_a_name_is_escaped(text: str, kept: str) -> None:
    assert redact.body(text) == kept
    assert redact.fields(text) == kept


def test_a_multipart_form_is_masked() -> None:
    parts = [("password", "s3cret\r\nmore"), ("name", "ann"), ("file_token", "x")]
    text = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\nX-More: y\r\n\r\n{value}\r\n'
        for name, value in parts
    )
    kept = redact.body(text + "--b--\r\n")
    assert "s3cret" not in kept and "more" not in kept
    assert "\r\n\r\nann\r\n" in kept and "\r\n\r\n***\r\n" in kept


def test_utf_16_does_not_hide_a_secret() -> None:
    text = '{"token": "s3cret"}'.encode("utf-16").decode("utf-8", "replace")
    assert "s3cret" not in redact.body(text).replace("\0", "")
    assert redact.body("a\0b") == "a\0b"


@pytest.mark.parametrize("name", dialects.names())
def test_nothing_of_a_contract_is_masked(name: str) -> None:
    dialect = dialects.get(name)
    for operation in dialect.sample_operations("create"):
        sample = dialect.sample(operation, None, 1)
        text = sample.body.decode()
        assert redact.body(text) == text
        assert redact.headers(sample.headers) == dict(sample.headers)
    document = dialect.openapi("http://supplier.test")
    names = {
        name
        for schema in document["components"]["schemas"].values()
        for name in schema.get("properties", {})
    }
    secret = {name for name in names if redact.is_secret(name)}
    assert secret <= {"access_token"}
