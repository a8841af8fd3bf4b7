"""Values are hidden by Airflow's rules for sensitive names, however deep they lie, and nothing else is."""

import json

import pytest

from resolvers.masking import MASK, Masking

TWO, THREE = Masking.of(2), Masking.of(3)


@pytest.mark.parametrize("name", ["password", "DB_PASSWORD", "my-secret", " Token ", "a_keyfile_dict"])
def test_names_that_tell_of_secrets_are_sensitive_in_every_airflow(name: str) -> None:
    assert TWO.is_sensitive(name)
    assert THREE.is_sensitive(name)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY", "sentry_dsn", "webhook_url", "api-key", "API key"])
def test_airflow_3_knows_more_names(name: str) -> None:
    assert not TWO.is_sensitive(name)
    assert THREE.is_sensitive(name)


def test_other_names_are_not_sensitive_unless_the_installation_says_so() -> None:
    assert not THREE.is_sensitive("threshold")
    assert not THREE.is_sensitive("")
    assert Masking.of(2, also=", Thresh ,").is_sensitive("Threshold")
    assert not Masking.of(2, also=" , ").is_sensitive("threshold")


def test_an_installation_may_hide_nothing() -> None:
    masking = Masking.of(3, hides=False)
    assert masking.mask({"password": "p"}) == {"password": "p"}
    assert masking.mask_text("p", "password") == "p"
    assert masking.mask_document("no json") == "no json"


def test_what_lies_under_a_sensitive_key_is_hidden_at_any_depth_and_the_keys_stay() -> None:
    told = {
        "a": [{"token": {"of": ["x", 1, True, None]}}],
        "b": "seen",
        "c": {"d": {"e": {"f": {"g": {"passwd": "x"}}}}},
    }
    assert THREE.mask(told) == {
        "a": [{"token": {"of": [MASK, MASK, True, None]}}],
        "b": "seen",
        "c": {"d": {"e": {"f": {"g": {"passwd": MASK}}}}},
    }
    assert THREE.mask({"a": ["x", 1.5, False, None]}, "secret") == {"a": [MASK, MASK, False, None]}


def test_what_lies_deeper_than_anybody_looks_is_hidden() -> None:
    deep: object = "x"
    for _ in range(5_000):
        deep = [deep]
    assert "x" not in repr(THREE.mask(deep))


def test_a_text_is_hidden_as_a_whole_by_its_own_name() -> None:
    assert TWO.mask_text("hunter2", "db_password") == MASK
    assert TWO.mask_text("12345", "db_password") == MASK
    assert TWO.mask_text("hunter2", "limit") == "hunter2"


def test_a_text_that_is_json_is_hidden_where_its_keys_tell_of_secrets() -> None:
    assert json.loads(TWO.mask_text('{"login": "me", "password": "x"}', "limits")) == {"login": "me", "password": MASK}
    assert json.loads(TWO.mask_text('[{"token": 7}]')) == [{"token": MASK}]


@pytest.mark.parametrize("text", ['{ "limit":1 }', "[1,2]", "", "{", "[" * 100_000, "é\n"])
def test_a_text_without_secrets_stays_as_it_was_written(text: str) -> None:
    assert THREE.mask_text(text) == text


def test_what_ought_to_be_an_object_and_is_none_is_hidden() -> None:
    assert TWO.mask_document('{"a": "b", "token": "x"}') == '{"a": "b", "token": "***"}'
    assert TWO.mask_document("p4ss") == MASK
    assert TWO.mask_document('["p4ss"]') == MASK
    assert TWO.mask_document("") == ""
