"""Counts of requests and queries, in the text format of Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

__all__ = ["Metrics"]

_BUCKETS = (0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds


class Metrics:
    """What has happened since the server started."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets = [0] * (len(_BUCKETS) + 1)
        self._seconds = 0.0
        self._truncated = 0

    def request(self, route: str, status: int) -> None:
        """Count a request that was answered."""
        self._requests[route, status] += 1

    def query(self, seconds: float, *, truncated: bool) -> None:
        """Count a query that was answered, in whichever way."""
        self._buckets[bisect_left(_BUCKETS, seconds)] += 1
        self._seconds += seconds
        self._truncated += truncated

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """Return all counts and these gauges (a meaning and a value by name) as Prometheus reads them."""
        return "".join(line + "\n" for line in self._lines(gauges))

    def _lines(self, gauges: Mapping[str, tuple[str, float]]) -> Iterator[str]:
        requests = (
            (f'{{route="{route}",status="{status}"}}', n) for (route, status), n in sorted(self._requests.items())
        )
        yield from _family("requests_total", "counter", "Requests by route and status.", requests)
        yield from _family("truncated_total", "counter", "Answers cut at a limit.", [("", self._truncated)])
        yield from self._histogram()
        for name, (meaning, value) in gauges.items():
            yield from _family(name, "gauge", meaning, [("", value)])

    def _histogram(self) -> Iterator[str]:
        name = "query_seconds"
        yield from _family(name, "histogram", "Time to answer a query, waiting included.", [])
        bounds = [*(f"{b:g}" for b in _BUCKETS), "+Inf"]
        for bound, n in zip(bounds, accumulate(self._buckets), strict=True):
            yield f'fabgrid_{name}_bucket{{le="{bound}"}} {n}'
        yield f"fabgrid_{name}_sum {self._seconds:.6f}"
        yield f"fabgrid_{name}_count {sum(self._buckets)}"


def _family(name: str, kind: str, meaning: str, samples: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP fabgrid_{name} {meaning}"
    yield f"# TYPE fabgrid_{name} {kind}"
    for labels, value in samples:
        yield f"fabgrid_{name}{labels} {value:g}"
