"""Who may talk to the page's server: the page itself, on this machine, and command-line clients.

The server hands out tokens, so no other site open in the same browser may reach it. A site that points its
name at 127.0.0.1 (DNS rebinding) is stopped by the Host header, a site that sends requests here by Origin and
Sec-Fetch-Site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost"})
OWN_FETCH_SITES = frozenset({"same-origin", "none"})  # "none" is an address typed by the user.

# The editor writes its own <style> elements and style attributes, hence 'unsafe-inline' for styles alone.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def is_loopback_host(host_header: str) -> bool:
    """Whether the Host header names this machine, with any port (a forwarded port is still this machine)."""
    name, _, port = host_header.partition(":")
    return name.lower() in LOOPBACK_HOSTS and (port == "" or port.isdecimal())


def is_own_origin(headers: Message) -> bool:
    """Whether the request comes from the page itself or from a client that is no browser."""
    own = f"http://{headers['Host']}"
    return headers.get("Origin", own) == own and headers.get("Sec-Fetch-Site", "none") in OWN_FETCH_SITES
