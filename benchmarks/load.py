"""The load: so many clients, so many senders among them, against the hub or against `bare`; prints its figures as JSON.

A sender is closed-loop: it sends its next command when its last one came back to it. With `--rate` the load is
open-loop instead, and what is measured is how long a command takes to reach the last client.
"""

import argparse
import asyncio
import json
import os
import time

from benchmarks.thin import Thin, connect, marks, packed

BODY = 300


class Load:
    """One run of the load."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.clients: list[Thin] = []
        self.run_number = os.getpid() % 10_000
        self.made = 0
        self.acknowledged = 0
        self.delivered = 0
        self.counting = False
        self.sender_of: dict[bytes, Thin] = {}
        self.sent_at: dict[bytes, float] = {}
        self.reached: dict[bytes, int] = {}
        self.latencies: list[float] = []

    async def run(self) -> dict[str, float]:
        """Connect, warm up, measure."""
        heard = self.timed if self.options.rate else self.looped
        for number in range(self.options.clients):
            client = await connect(self.options.port, heard)
            self.clients.append(client)
            if self.options.hub:
                client.send(
                    packed({"t": "hello", "v": 1, "as": f"op{number}", "version": "benchmark", "snapshot": False})
                )
        await asyncio.sleep(0.5)
        beats = asyncio.ensure_future(self.beat())
        figures = await (self.open_loop() if self.options.rate else self.closed_loop())
        beats.cancel()
        figures["gone"] = sum(client.gone for client in self.clients)
        for client in self.clients:
            client.close()
        return figures

    async def closed_loop(self) -> dict[str, float]:
        for number in range(self.options.senders):
            self.say(self.clients[number % len(self.clients)])
        await asyncio.sleep(self.options.warm)
        self.acknowledged = self.delivered = 0
        self.counting, started = True, time.perf_counter()
        await asyncio.sleep(self.options.seconds)
        spent = time.perf_counter() - started
        self.counting = False
        return {
            "commands/s": self.acknowledged / spent,
            "deliveries/s": self.delivered / spent,
            "commands": self.made - len(self.sender_of),
        }

    async def open_loop(self) -> dict[str, float]:
        step, loop = 1 / self.options.rate, asyncio.get_running_loop()
        due = loop.time()
        for number in range(int(self.options.rate * self.options.seconds)):
            self.say(self.clients[number % len(self.clients)])
            due += step
            await asyncio.sleep(max(0.0, due - loop.time()))
        await asyncio.sleep(1.0)
        times = sorted(self.latencies[int(self.options.rate) :])
        return {
            "p50 ms": 1000 * times[len(times) // 2],
            "p99 ms": 1000 * times[int(len(times) * 0.99)],
            "lost": self.made - len(self.latencies),
        }

    def say(self, client: Thin) -> None:
        """One command of 300 bytes of text, visible to everybody."""
        self.made += 1
        mark = b"b-%04d%08d" % (self.run_number, self.made)
        status = {"do": "status", "state": "OPERATIONAL", "text": "x" * BODY}
        self.sender_of[mark] = client
        self.sent_at[mark] = time.perf_counter()
        client.send(packed({"t": "command", "id": mark.decode(), **status}))

    def looped(self, client: Thin, payload: bytes) -> None:
        """A frame came: what it tells of is delivered once more, and whose command came back sends the next."""
        found = marks(payload)
        self.delivered += len(found)
        for mark in found:
            if self.sender_of.get(mark) is client:
                del self.sender_of[mark], self.sent_at[mark]
                self.acknowledged += 1
                self.say(client)

    def timed(self, client: Thin, payload: bytes) -> None:
        """A frame came: note when a command has reached the last client."""
        for mark in marks(payload):
            self.reached[mark] = self.reached.get(mark, 0) + 1
            if self.reached[mark] == len(self.clients):
                self.latencies.append(time.perf_counter() - self.sent_at[mark])

    async def beat(self) -> None:
        while self.options.hub:
            await asyncio.sleep(5)
            for client in self.clients:
                client.send(packed({"t": "beat"}))


def main() -> None:
    """One run, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--hub", action="store_true", help="speak the hub's protocol; otherwise the yardstick's")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--senders", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--warm", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=0.0, help="commands a second, open loop")
    parser.add_argument("--core", type=int, default=None)
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    print(json.dumps(asyncio.run(Load(options).run())))


if __name__ == "__main__":
    main()
