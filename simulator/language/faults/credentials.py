"""Credentials that a gateway must refuse. No token is renewed for it, and nothing is sent again."""

from __future__ import annotations

from simulator.language.faults.fault import Fault


class NoToken(Fault):
    """No credentials at all."""

    word = "no_token"
    about = "without credentials"
    answered = ("401",)
    is_probe = True
    credentials = "none"


class ExpiredToken(Fault):
    """A token whose time is over: the last one of this gateway that has ended, where the sender has
    one; else a JWT whose `exp` lies in the past, signed by nobody that the gateway knows.
    """

    word = "expired_token"
    about = "with a token that has ended"
    answered = ("401",)
    is_probe = True
    credentials = "expired"


class BadToken(Fault):
    """Credentials that are not the right ones."""

    word = "bad_token"
    about = "with credentials that are wrong"
    answered = ("401",)
    is_probe = True
    credentials = "bad"
