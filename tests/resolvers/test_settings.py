"""Settings are read, mistakes are named without their values, and nobody is let in unseen."""

import re
from pathlib import Path

import pytest

from resolvers.errors import Invalid
from resolvers.settings import PREFIX, Role, Settings, check_exposure, load_settings, unknown_variables
from resolvers.tokens import StaticToken, digest_of, static_tokens


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert re.fullmatch(r"[A-Z].*\.", field.description or ""), name


def test_nothing_needs_to_be_said() -> None:
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.port == 8088
    assert settings.dialects == ("stable",)
    assert not settings.unknown_migration_writes


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_GRAPH_STATEMENT_TIMEOUT", "2.5")
    monkeypatch.setenv("AIRFLOW_GRAPH_GRAPHIQL", "false")
    monkeypatch.setenv("AIRFLOW_GRAPH_ANONYMOUS_ROLE", "viewer")
    settings = load_settings()
    assert settings.statement_timeout == 2.5
    assert settings.graphiql is False
    assert settings.anonymous_role is Role.VIEWER


def test_the_command_line_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_GRAPH_PORT", "1")
    assert load_settings(port=2, host=None).port == 2
    assert load_settings(port=None).port == 1


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_GRAPH_WORKERS", "")
    assert load_settings().workers == 1


@pytest.mark.parametrize(("text", "expected"), [("none", ()), ("stable", ("stable",)), (" stable , ", ("stable",))])
def test_dialects_are_a_list_of_words(monkeypatch: pytest.MonkeyPatch, text: str, expected: tuple[str, ...]) -> None:
    monkeypatch.setenv("AIRFLOW_GRAPH_DIALECTS", text)
    assert load_settings().dialects == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "eighty"),
        ("port", "70000"),
        ("workers", "0"),
        ("statement_timeout", "-1"),
        ("dialects", "stable soap"),
        ("graphiql", "perhaps"),
    ],
)
def test_a_mistake_names_the_setting_and_says_what_it_is_for(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name.upper(), value)
    with pytest.raises(Invalid, match=PREFIX + name.upper()) as raised:
        load_settings()
    assert raised.value.field == name
    assert str(Settings.model_fields[name].description) in str(raised.value.hint)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(Invalid, match=r"_PORT.*; .*_WORKERS"):
        load_settings(port="x", workers=0)


def test_a_setting_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(Invalid, match="AIRFLOW_GRAPH_COLOUR"):
        load_settings(colour="red")


def test_secrets_are_neither_shown_nor_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database", "tokens", "fernet_key"):
        monkeypatch.setenv(PREFIX + name.upper(), "s3cr3t")
    assert "s3cr3t" not in repr(load_settings())
    with pytest.raises(Invalid) as raised:
        load_settings(port="s3cr3t")
    assert "s3cr3t" not in f"{raised.value.detail} {raised.value.hint}"


def test_a_misspelt_variable_is_found_with_what_was_meant() -> None:
    environ = {"AIRFLOW_GRAPH_TOKEN": "x", "AIRFLOW_GRAPH_PORT": "1", "AIRFLOW_GRAPH_XYZZY": "x", "HOME": "/"}
    found = unknown_variables(environ)
    assert found == {"AIRFLOW_GRAPH_TOKEN": "AIRFLOW_GRAPH_TOKENS", "AIRFLOW_GRAPH_XYZZY": None}


def test_what_builds_and_tests_are_told_is_no_mistake() -> None:
    told = ("TEST_EVERYTHING", "TEST_MYSQL", "TEST_CACHE", "BUILD_PAGES", "LIVE")

    assert unknown_variables({f"AIRFLOW_GRAPH_{name}": "1" for name in told}) == {}


def test_a_kubernetes_service_of_our_name_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    links = {
        "AIRFLOW_GRAPH_PORT": "tcp://10.0.0.1:8088",
        "AIRFLOW_GRAPH_SERVICE_HOST": "10.0.0.1",
        "AIRFLOW_GRAPH_SERVICE_PORT": "8088",
        "AIRFLOW_GRAPH_SERVICE_PORT_HTTP": "8088",
        "AIRFLOW_GRAPH_PORT_8088_TCP": "tcp://10.0.0.1:8088",
        "AIRFLOW_GRAPH_PORT_8088_TCP_PROTO": "tcp",
        "AIRFLOW_GRAPH_PORT_8088_TCP_ADDR": "10.0.0.1",
    }
    for name, value in links.items():
        monkeypatch.setenv(name, value)
    assert load_settings().port == 8088
    assert unknown_variables(links) == {}


def test_without_any_way_to_tell_callers_apart_it_does_not_start() -> None:
    with pytest.raises(Invalid, match="how callers prove") as raised:
        check_exposure(load_settings())
    assert "AIRFLOW_GRAPH_TOKENS" in (raised.value.hint or "")


def test_with_tokens_it_starts_anywhere(tmp_path: Path) -> None:
    check_exposure(load_settings(tokens="ann:op:t0ken", host="0.0.0.0"))  # noqa: S104 - nothing listens
    check_exposure(load_settings(tokens_file=tmp_path / "tokens", host="::"))


def test_ways_that_need_no_tokens_are_enough() -> None:
    check_exposure(load_settings(authentication="kerberos", host="::"))
    # Their originals' settings may have a secret, which is looked at with the database.
    check_exposure(load_settings(dialects="stable,clairvoyant", host="::"))
    with pytest.raises(Invalid, match="how callers prove"):
        check_exposure(load_settings(authentication="header,tokens", token_header="X-Token"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "[::1]", "localhost"])
def test_callers_without_credentials_are_let_in_on_this_machine(host: str) -> None:
    check_exposure(load_settings(anonymous_role="admin", host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "airflow.example"])  # noqa: S104 - nothing listens
@pytest.mark.parametrize("tokens", [None, "ann:op:t0ken"])
def test_callers_without_credentials_are_not_let_in_from_elsewhere(host: str, tokens: str | None) -> None:
    with pytest.raises(Invalid, match="other machines") as raised:
        check_exposure(load_settings(anonymous_role="viewer", host=host, tokens=tokens))
    assert raised.value.field == "host"


def test_tokens_name_their_holder_and_role() -> None:
    tokens = static_tokens(load_settings(tokens="ann:op:t0ken,bob:VIEWER:a:b:c\n carl:admin:x=="))
    told = [(token.name, token.role, token.dags, token.digest) for token in tokens]
    assert told == [
        ("ann", Role.OP, None, digest_of("t0ken")),
        ("bob", Role.VIEWER, None, digest_of("a:b:c")),
        ("carl", Role.ADMIN, None, digest_of("x==")),
    ]
    assert "t0ken" not in repr(tokens)


def test_tokens_may_name_the_dags_that_they_are_for() -> None:
    tokens = static_tokens(load_settings(tokens="ann@example.org:op@etl:t0ken bob:viewer@a-1+b.c_d:x@y"))
    assert [(token.name, token.dags, token.digest) for token in tokens] == [
        ("ann@example.org", frozenset({"etl"}), digest_of("t0ken")),
        ("bob", frozenset({"a-1", "b.c_d"}), digest_of("x@y")),
    ]


def test_a_digest_may_stand_for_a_token() -> None:
    # As `printf %s t0ken | sha256sum` prints it.
    digest = "b46c09677343261f0b439a472422225e3a230c9c094d6ab16762e2036b597053"
    for told in (digest, digest.upper()):
        [token] = static_tokens(load_settings(tokens=f"ann:op:sha256:{told}"))
        assert token == StaticToken("ann", Role.OP, None, digest_of("t0ken"))


def test_tokens_are_read_from_a_file_with_comments(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text("# who may ask\nann:op:t0ken # until May\n\nbob:user:has#inside\n")
    tokens = static_tokens(load_settings(tokens="carl:admin:own", tokens_file=path))
    assert [(token.name, token.digest) for token in tokens] == [
        ("carl", digest_of("own")),
        ("ann", digest_of("t0ken")),
        ("bob", digest_of("has#inside")),
    ]


def test_nobody_has_a_token_when_none_are_said() -> None:
    assert static_tokens(load_settings()) == ()


@pytest.mark.parametrize(
    "entry",
    [
        "s3cr3t",
        "ann:s3cr3t",
        "ann:boss:s3cr3t",
        ":op:s3cr3t",
        "s3cr3t:op:",
        "ann:op@:s3cr3t",
        "ann:op@etl+:s3cr3t",
        "ann:op@etl|dag:s3cr3t",
        "ann:@etl:s3cr3t",
        "ann:op:sha256:s3cr3t",
        "ann:op:sha256:",
    ],
)
def test_a_malformed_token_is_named_by_its_place_only(entry: str) -> None:
    with pytest.raises(Invalid, match="Entry 2") as raised:
        static_tokens(load_settings(tokens=f"ann:op:fine {entry}"))
    assert "s3cr3t" not in f"{raised.value.detail} {raised.value.hint}"


def test_one_token_cannot_name_two_callers() -> None:
    with pytest.raises(Invalid, match="ann and bob hold the same"):
        static_tokens(load_settings(tokens="ann:op:s3cr3t bob:viewer:s3cr3t"))


def test_one_token_cannot_have_two_sets_of_rights() -> None:
    digest = digest_of("s3cr3t").hex()
    for other in ("ann:viewer:s3cr3t", "ann:op@etl:s3cr3t", f"ann:admin:sha256:{digest}"):
        with pytest.raises(Invalid, match="ann holds one token with different rights"):
            static_tokens(load_settings(tokens=f"ann:op:s3cr3t {other}"))


def test_one_caller_may_hold_two_tokens_while_one_replaces_the_other() -> None:
    assert len(static_tokens(load_settings(tokens="ann:op:old ann:op:new"))) == 2


def test_a_missing_file_of_tokens_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read") as raised:
        static_tokens(load_settings(tokens_file=tmp_path / "nowhere"))
    assert raised.value.field == "tokens_file"
