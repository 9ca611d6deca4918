"""Secrets and tokens of the settings fit into the headers that carry them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator import config
from simulator.base.errors import Invalid

BREAK = "must have no line break and no other control character"
VISIBLE = "a token has visible ASCII characters only, and no space"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"admin": {"token": "a\r\nX-Evil: b"}}, f"admin.token: {BREAK}"),
        ({"admin": {"token": "two words"}}, f"admin.token: {VISIBLE}"),
        ({"admin": {"token": "caf\xe9"}}, f"admin.token: {VISIBLE}"),
        ({"auth": {"kind": "bearer", "tokens": ["good", "a\n"]}}, f"auth.tokens[1]: {BREAK}"),
        ({"gateway": {"auth": {"token": "a\rb"}}}, f"gateway.auth.token: {BREAK}"),
        ({"gateway": {"auth": {"password": "a\x7fb"}}}, f"gateway.auth.password: {BREAK}"),
        ({"auth": {"kind": "basic", "users": {"ann": "a\nb"}}}, f"auth.users: {BREAK}"),
        (
            {"auth": {"kind": "basic", "users": {"ann\n": "ab"}}},
            "auth.users: a name has no `:` and no control character",
        ),
    ],
)
def test_a_secret_that_no_header_can_carry_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        config.load(environment={}, overrides=settings)
    assert said in str(caught.value)


def test_a_secrets_file_is_checked_like_the_settings(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("two\twords\n")
    with pytest.raises(Invalid, match=f"admin.token: {BREAK}"):
        config.load(environment={}, overrides={"admin": {"token": {"file": str(secret)}}})


def test_a_password_may_have_spaces_and_letters_of_any_language() -> None:
    users = {"\xe4nn": "pass w\xf6rd \u20ac"}
    loaded = config.load(environment={}, overrides={"auth": {"kind": "basic", "users": users}})
    assert loaded.suppliers[0].auth.users == users


@pytest.mark.parametrize(
    "settings",
    [
        {"suppliers": [{"name": "a\n"}]},
        {"suppliers": [{"name": "a", "path": "/a\n"}]},
        {"pretend_gateway": {"path": "/gateway\n"}},
        {"gateway": {"kcis": "/kcis\n"}},
        {"auth": {"token_path": "/token\n"}},
    ],
)
def test_a_line_break_is_no_part_of_a_name_or_path(settings: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="does not match"):
        config.load(environment={}, overrides=settings)
