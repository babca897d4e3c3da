# Who may talk to a server: loopback addresses, tokens compared in constant time, and browser origins.
# Knows nothing about messages.
from __future__ import annotations

import hmac
import ipaddress
import re
from typing import Optional
from urllib.parse import urlsplit

from ..errors import InputError


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def check_token(token: Optional[str]) -> None:
    """Raises InputError for a token that cannot stand in a header; its text is not repeated."""
    if token is not None and re.fullmatch(r"[\x21-\x7e]{1,512}", token) is None:
        raise InputError("token: expected 1 to 512 printable ASCII characters without spaces, found others")


def check_exposure(host: str, token: Optional[str]) -> None:
    """Raises InputError when a server would listen to strangers without asking for a token."""
    check_token(token)
    if token is None and not is_loopback(host):
        raise InputError(f"host {host}: expected a token for an address other than loopback, found none")


def same_secret(expected: str, found: str) -> bool:
    """Compares secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(expected.encode(), found.encode())


def bearer_token(header: Optional[str]) -> Optional[str]:
    """The token of an `Authorization: Bearer <token>` header."""
    match = re.fullmatch(r"Bearer +(\S+) *", header or "", re.IGNORECASE)
    return None if match is None else match.group(1)


def is_allowed_origin(origin: Optional[str], bound_host: str) -> bool:
    """Whether a request's `Origin` may connect: programs send none, pages must come from this machine."""
    if origin is None:
        return True
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host != "" and (is_loopback(host) or host == bound_host)
