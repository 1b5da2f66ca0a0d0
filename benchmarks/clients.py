"""Clients that keep their connection and do no more than measure: they share the processors with the servers.

The standard library's own took as long for a request as a warm answer does; sixteen of them, in threads,
waited for one another's turn of the interpreter, and that was measured too.
"""

import dataclasses
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.measuring import Samples
from benchmarks.servers import Ask, Server, Side

PATIENCE = 60
"""Seconds without a word from the server."""
NONE = 0
"""The status of a request that got no answer."""


@dataclass(slots=True)
class Answer:
    """What has come of an answer; enough of HTTP to know where it ends."""

    got: bytearray = field(default_factory=bytearray)
    _head: bytes = b""
    _length: int | None = None
    """Of the body; None for one that comes in chunks."""

    def feed(self, more: bytes) -> bool:
        """Whether that was the end of it."""
        self.got += more
        if not self._head:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._head, self.got = bytes(self.got[: end + 2]).lower(), self.got[end + 4 :]
            self._length = self._told_length()
        if self._length is None:
            return self.got.endswith(b"0\r\n\r\n")
        return len(self.got) >= self._length

    def _told_length(self) -> int | None:
        if self.status == 304 or self.status == 204:
            return 0
        told = self.header("content-length")
        return int(told) if told else None

    @property
    def status(self) -> int:
        return int(self._head.split(None, 2)[1]) if self._head else NONE

    def header(self, name: str) -> str:
        """Its value in small letters; empty without one."""
        return self._head.partition(f"\r\n{name}:".encode())[2].partition(b"\r\n")[0].strip().decode()


class Client:
    """One kept connection, and what it measured."""

    def __init__(self, side: Side, number: int = 0) -> None:
        self.side, self.number = side, number
        self.socket: socket.socket | None = None
        self.found: list[float] = []
        self.errors = 0

    def connect(self) -> socket.socket:
        """Anew: while the other sides had their turn, the server may have hung up."""
        self.hang_up()
        self.socket = socket.create_connection(("127.0.0.1", self.side.server.port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.socket

    def hang_up(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def ask(self) -> None:
        wire = self.socket or self.connect()
        self.asked, self.answer = self.side.asks(self.number), Answer()
        sent = _written(self.asked, self.side.server.port)
        self.started = time.perf_counter()
        wire.sendall(sent)

    def hear(self) -> bool:
        """Take in what has come; whether the answer is whole, or will not be."""
        assert self.socket is not None
        try:
            more = self.socket.recv(256 * 1024)
            is_over = self.answer.feed(more) if more else True
        except OSError:
            more, is_over = b"", True
        if is_over:
            self._note(is_whole=bool(more))
        return is_over

    def _note(self, *, is_whole: bool) -> None:
        self.found.append(time.perf_counter() - self.started)
        if is_whole and self.answer.status == self.asked.expected:
            self.side.hears(self.number, bytes(self.answer.got))
        else:
            self.errors += 1
        if not is_whole or self.answer.header("connection") == "close":
            self.connect()

    def send(self, times: int) -> Samples:
        """Seconds from the first byte sent to the last one read; an unexpected answer is an error."""
        self.connect()
        for _ in range(times):
            self.ask()
            while not self.hear():
                pass
        return self.told()

    def told(self) -> Samples:
        samples = Samples(tuple(self.found), self.errors)
        self.found, self.errors = [], 0
        return samples


def one_client(side: Side, times: int) -> Callable[[], Samples]:
    """A measure for `in_turn`: `times` requests, one after the other."""
    client = Client(side)
    return lambda: _with_cpu(side.server, lambda: client.send(times))


def many_clients(side: Side, clients: int = 16, times: int = 20) -> Callable[[], Samples]:
    """A measure for `in_turn`: `clients` at once, each on a new connection, `times` requests each."""

    def measure() -> Samples:
        crowd = [Client(side, number) for number in range(clients)]
        with selectors.DefaultSelector() as selector:
            for client in crowd:
                selector.register(client.connect(), selectors.EVENT_READ, client)
            for client in crowd:
                client.ask()
            while selector.get_map():
                for key, _ in selector.select(PATIENCE):
                    _go_on(selector, key, times)
        samples = Samples(())
        for client in crowd:
            client.hang_up()
            samples += client.told()
        return samples

    return lambda: _with_cpu(side.server, measure)


def _go_on(selector: selectors.BaseSelector, key: selectors.SelectorKey, times: int) -> None:
    client: Client = key.data
    if not client.hear():
        return
    if client.socket is not key.fileobj or len(client.found) == times:
        selector.unregister(key.fileobj)
    if len(client.found) < times:
        if client.socket is not key.fileobj:
            assert client.socket is not None
            selector.register(client.socket, selectors.EVENT_READ, client)
        client.ask()


def answer_of(server: Server, ask: Ask) -> Answer:
    """One answer, to look at."""
    client = Client(Side(server, lambda _client: ask))
    client.send(1)
    client.hang_up()
    return client.answer


def _written(ask: Ask, port: int) -> bytes:
    lines = [f"{ask.method} {ask.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: identity"]
    lines += [f"{name}: {value}" for name, value in ask.headers.items()]
    if ask.body is not None:
        lines.append(f"Content-Length: {len(ask.body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (ask.body or b"")


def _with_cpu(server: Server, measure: Callable[[], Samples]) -> Samples:
    before = server.cpu()
    return dataclasses.replace(measure(), cpu=server.cpu() - before)
