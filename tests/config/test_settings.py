"""The settings: where they come from, and how a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import config
from simulator.base.errors import Invalid


def test_settings_come_from_file_environment_and_overrides_in_that_order(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("server: {port: 1, threads: 3}\ngateway: {url: 'http://file:1/'}\nseed: 42\n")
    environment = {
        "SIMULATOR_SERVER__PORT": "2",
        "SIMULATOR_GATEWAY__URL": "http://env:2",
        "SIMULATOR_DELIVERY__RETRY": '["1s", 2]',
        "OTHER": "x",
    }
    loaded = config.load(path, environment=environment, overrides={"server": {"port": 3}})
    assert (loaded.server.port, loaded.server.threads, loaded.seed) == (3, 3, "42")
    assert loaded.suppliers[0].gateway.url == "http://env:2" and loaded.suppliers[
        0
    ].policy.retry == (1_000_000, 2_000_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("servr: {}", "c.yaml:1:1: unknown key `servr` (did you mean `server`?)"),
        ("server: {port: 80a}", "c.yaml:1:16: server.port: must be an integer"),
        ("server: {workers: 0}", "server.workers: must be 1 to 64, is 0"),
        ("gateway: {url: 'http://u:p@x'}", "must have no credentials"),
        ("gateway: {url: 'http://x y'}", "must be an absolute http:// or https:// URL"),
        ("gateway: {auth: {kind: magic}}", "`magic` is not valid"),
        ("delivery: {lease: 3s}", "delivery.lease must be at least delivery.timeout + 5s"),
        (
            "suppliers: [{name: a, delivery: {timeout: 30s}}]",
            "suppliers: a: delivery.lease must be at least delivery.timeout + 5s",
        ),
        ("suppliers: [{name: a, delivery: {lease: 30s}}]", "unknown key `lease`"),
        ("delivery: {timeout: 0s}", "must be at least"),
        (
            "delivery: {retry_on: weather}",
            "c.yaml:1:22: delivery.retry_on: `weather` is called `temporary` now",
        ),
        (
            "suppliers: [{name: a, delivery: {retry_on: weather}}]",
            "`weather` is called `temporary` now",
        ),
        ("delivery: {retry_on: temporry}", "did you mean `temporary`?"),
        ("delivery: {targets: 10.0.0.0/8}", "delivery.targets: must be a list"),
        ("delivery: {targets: [10.0.0.1/8]}", "c.yaml:1:22: delivery.targets[0]: `10.0.0.1/8` is"),
        ("delivery: {targets: ['http://x']}", "is no network"),
        ("delivery: {targets: ['a b']}", "`a b` must be a host, *.DOMAIN, an address"),
        ("delivery: {targets: ['*.']}", "`*.` must be a host"),
        (
            "gateway: {url: 'http://169.254.169.254/latest'}",
            "suppliers: default: gateway.url: 169.254.169.254 is a link-local or metadata address",
        ),
        (
            "suppliers: [{name: a, gateway: {auth: {token_url: 'http://[fe80::1]/t'}}}]",
            "suppliers: a: gateway.auth.token_url: fe80::1 is a link-local",
        ),
        ("delivery: {retry: sometimes}", "must be a list of durations, or one of"),
        ("clock: {rate: 0}", "clock.rate: must be"),
        ("suppliers: []", "at least one is needed"),
        ("suppliers: [{name: a}, {name: a}]", "the name `a` occurs twice"),
        ("suppliers: [{path: /}]", "suppliers[0].name: is required"),
        ("suppliers: [{name: a b}]", "does not match"),
        ("- x", "must be a map"),
        ("a: [", "c.yaml:"),
    ],
)
def test_a_wrong_setting_is_located(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(Invalid) as caught:
        config.load(path, environment={})
    assert any(said in str(problem) for problem in caught.value.problems), caught.value


def test_a_wrong_environment_variable_is_named() -> None:
    with pytest.raises(Invalid, match="SIMULATOR_SERVER__PROT: unknown key `prot`"):
        config.load(environment={"SIMULATOR_SERVER__PROT": "1"})


def test_secrets_do_not_show_in_what_is_printed_of_the_settings() -> None:
    loaded = config.load(
        environment={
            "SIMULATOR_ADMIN__TOKEN": "t0ken",
            "SIMULATOR_GATEWAY__AUTH__CLIENT_SECRET": "s3cret",
        }
    )
    assert "t0ken" not in repr(loaded) and "s3cret" not in repr(loaded)
