"""A port for a program of another process, which is told its number and takes a while to listen there."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port() -> Iterator[int]:
    """A port of the loopback that the system gives to nobody else meanwhile, and that refuses connections.

    It is bound here and never listened to: a program that sets SO_REUSEADDR, as servers do, may listen.
    """
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port: int = kept.getsockname()[1]
        yield port
