"""What is kept under a PIN's secret: opened by it alone, also when an older release wrote it."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from appliance.keys import age
from appliance.keys.bech32 import bech32
from appliance.keys.pin import WrongSecret, unwrap, wrap

SECRET = secrets.token_bytes(32)


@pytest.mark.parametrize(
    ("prefix", "raw", "written"),
    [
        ("a", "", "a12uel5l"),
        (
            "abcdef",
            "00443214c74254b635cf84653a56d7c675be77df",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        ),
    ],
)
def test_bech32_writes_the_examples_of_its_standard(prefix, raw, written):
    assert bech32(prefix, bytes.fromhex(raw)) == written


@given(st.binary(min_size=32, max_size=32))
def test_every_secret_is_a_private_key_that_age_reads(secret):
    identity = age.identity_of(secret)
    sealed = age.seal(b"paper", [age.recipient_of(identity)])
    assert age.open_sealed(sealed, identity) == b"paper"


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_secret_of_another_length_is_no_key(length):
    with pytest.raises(ValueError, match="32 bytes"):
        age.identity_of(bytes(length))


def test_what_is_wrapped_opens_with_its_secret_and_with_no_other():
    wrapped = wrap(b"the desk's key", SECRET)
    assert unwrap(wrapped, SECRET) == b"the desk's key"
    for other in (secrets.token_bytes(32), b"", SECRET[:-1]):
        with pytest.raises(WrongSecret):
            unwrap(wrapped, other)


def test_every_changed_bit_is_noticed():
    wrapped = wrap(b"the desk's key", SECRET)
    for place in range(len(wrapped)):
        spoilt = bytearray(wrapped)
        spoilt[place] ^= 1
        with pytest.raises(WrongSecret):
            unwrap(bytes(spoilt), SECRET)


def test_what_an_older_release_wrapped_opens_too():
    nonce = secrets.token_bytes(12)
    old = nonce + ChaCha20Poly1305(SECRET).encrypt(nonce, b"the desk's key", None)
    assert unwrap(old, SECRET) == b"the desk's key"
    with pytest.raises(WrongSecret):
        unwrap(old, secrets.token_bytes(32))
