"""Values are encrypted as Airflow encrypts them, old keys still open, and no key is ever shown."""

import pytest
from cryptography.fernet import Fernet, MultiFernet

from resolvers.errors import Invalid, Unavailable
from resolvers.secrets import KeyRing

KEYS = [Fernet.generate_key().decode() for _ in range(3)]


@pytest.mark.parametrize("text", ["", "plain", "é中🦖", "line\nline", "x" * 10_000])
def test_what_is_encrypted_is_decrypted(text: str) -> None:
    ring = KeyRing.parse(KEYS[0])
    stored, is_encrypted = ring.encrypt(text)
    assert is_encrypted
    assert text not in stored or not text
    assert ring.decrypt(stored, is_encrypted=True) == text


def test_the_first_key_encrypts_and_all_decrypt_as_airflows_own_ring_does() -> None:
    ring = KeyRing.parse(f" {KEYS[0]} ,{KEYS[1]},")
    theirs = MultiFernet([Fernet(KEYS[0]), Fernet(KEYS[1])])
    stored, _ = ring.encrypt("value")
    assert theirs.decrypt(stored).decode() == "value"
    assert KeyRing.parse(KEYS[0]).decrypt(stored, is_encrypted=True) == "value"
    old = Fernet(KEYS[1]).encrypt(b"value").decode()
    assert ring.decrypt(old, is_encrypted=True) == "value"


@pytest.mark.parametrize("text", [None, "", " , "])
def test_without_a_key_values_stay_plain(text: str | None) -> None:
    ring = KeyRing.parse(text)
    assert not ring
    assert ring.encrypt("value") == ("value", False)
    assert ring.decrypt("value", is_encrypted=False) == "value"


def test_plain_values_are_read_though_there_is_a_key() -> None:
    assert KeyRing.parse(KEYS[0]).decrypt("value", is_encrypted=False) == "value"


def test_an_encrypted_value_without_a_key_is_told_with_where_to_put_one() -> None:
    stored, _ = KeyRing.parse(KEYS[0]).encrypt("value")
    with pytest.raises(Unavailable, match="no Fernet key") as raised:
        KeyRing.parse("").decrypt(stored, is_encrypted=True)
    assert "AIRFLOW__CORE__FERNET_KEY" in (raised.value.hint or "")


@pytest.mark.parametrize(
    "stored",
    [Fernet(KEYS[1]).encrypt(b"value").decode(), "no token", "", "é"],
    ids=["foreign", "none", "empty", "text"],
)
def test_a_value_that_the_keys_do_not_open_is_told_as_that(stored: str) -> None:
    with pytest.raises(Unavailable, match="another Fernet key"):
        KeyRing.parse(KEYS[0]).decrypt(stored, is_encrypted=True)


def test_rotation_encrypts_anew_with_the_first_key() -> None:
    stored, _ = KeyRing.parse(KEYS[1]).encrypt("value")
    rotated, is_encrypted = KeyRing.parse(f"{KEYS[0]},{KEYS[1]}").rotate(stored, is_encrypted=True)
    assert is_encrypted
    assert KeyRing.parse(KEYS[0]).decrypt(rotated, is_encrypted=True) == "value"


@pytest.mark.parametrize(
    "text", ["s3cr3t", f"{KEYS[0]},s3cr3t", "é" * 44, KEYS[0][:-4]], ids=["word", "second", "letters", "short"]
)
def test_a_key_that_is_none_is_refused_at_once_and_not_shown(text: str) -> None:
    with pytest.raises(Invalid, match="44 characters") as raised:
        KeyRing.parse(text)
    assert raised.value.field == "fernet_key"
    assert text not in f"{raised.value.detail} {raised.value.hint}"


def test_keys_are_not_shown() -> None:
    assert repr(KeyRing.parse(KEYS[0])) == "KeyRing()"
