"""What follows from published sums, as a graph: pilots and units are its nodes, each person the edge
between their unit and the pilots that they answered for.

Whoever knows the sums of some nodes can work out exactly those groups of answers that lie across a cut
between the nodes; so where each cut is crossed by enough people, or by nobody, nothing can be worked out of fewer.
That holds for every combination of sums: with potentials y on the nodes, the answers that do not cancel
out are those between nodes of different potential, and these cross each level between the potentials.
(The table with both margins: Gusfield, SIAM Journal on Computing 17 (1988) 552. The order of nodes by
which a smallest cut of a hypergraph is found: Klimmek and Wagner, FU Berlin B 96-02 (1996).)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True)
class Cut:
    """The nodes on one side, and how many people cross."""

    side: frozenset[Hashable]
    people: int


def small_cut(edges: Iterable[frozenset[Node]], *, below: int) -> Cut | None:
    """A cut that somebody crosses, and fewer people than `below`; None where there is none.

    >>> small_cut([frozenset({"p", "a"})] * 5 + [frozenset({"p", "b"})] * 2, below=5).people
    2
    """
    counted: dict[frozenset[Hashable], int] = defaultdict(int)
    for edge in edges:
        if len(edge) > 1:
            counted[frozenset(edge)] += 1
    for part in _parts(counted):
        if found := _smallest(part, below):
            return found
    return None


Counted = dict[frozenset[Hashable], int]


def _parts(edges: Counted) -> list[Counted]:
    """The connected parts of the graph."""
    nodes = _Joined()
    for edge in edges:
        nodes.join_all(edge)
    parts: dict[Hashable, Counted] = defaultdict(dict)
    for edge, people in edges.items():
        parts[nodes.of(next(iter(edge)))][edge] = people
    return list(parts.values())


def _smallest(edges: Counted, below: int) -> Cut | None:
    """One look after another joins nodes that no small cut divides."""
    members: dict[Hashable, frozenset[Hashable]] = {
        node: frozenset((node,)) for edge in edges for node in edge
    }
    while len(members) > 1:
        order = _in_order(edges, members)
        last, people = order[-1]
        if people < below:
            return Cut(members[last], people)
        # So many divide a node from the one before it, even among those before alone.
        nodes = _Joined()
        for (before, _people), (node, joined) in pairwise(order):
            if joined >= below:
                nodes.join_all((before, node))
        edges, members = _contracted(edges, members, nodes)
    return None


def _in_order(edges: Counted, members: Iterable[Hashable]) -> list[tuple[Hashable, int]]:
    """The nodes so that each next one is the one that most people join to those before, and how many do."""
    of_node: dict[Hashable, list[tuple[frozenset[Hashable], int]]] = defaultdict(list)
    for edge, people in edges.items():
        for node in edge:
            of_node[node].append((edge, people))
    joined = dict.fromkeys(members, 0)
    turns = {node: turn for turn, node in enumerate(joined)}
    heap = [(0, turn, node) for node, turn in turns.items()]
    touched: set[frozenset[Hashable]] = set()
    order: list[tuple[Hashable, int]] = []
    while heap:
        people, _turn, node = heappop(heap)
        if joined.get(node) != -people:
            continue  # it stands in the heap with more, or is in the order
        order.append((node, joined.pop(node)))
        for edge, count in of_node[node]:
            if edge in touched:
                continue
            touched.add(edge)
            for other in edge:
                if other in joined:
                    joined[other] += count
                    heappush(heap, (-joined[other], turns[other], other))
    return order


def _contracted(
    edges: Counted,
    members: dict[Hashable, frozenset[Hashable]],
    nodes: _Joined,
) -> tuple[Counted, dict[Hashable, frozenset[Hashable]]]:
    """The graph in which nodes became others; people who then join one node alone are gone."""
    fewer: Counted = defaultdict(int)
    for edge, people in edges.items():
        other = frozenset(map(nodes.of, edge))
        if len(other) > 1:
            fewer[other] += people
    kept: dict[Hashable, frozenset[Hashable]] = defaultdict(frozenset)
    for node, inside in members.items():
        kept[nodes.of(node)] |= inside
    return dict(fewer), dict(kept)


class _Joined:
    """Which nodes became one."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def of(self, node: Hashable) -> Hashable:
        while (above := self._above.get(node, node)) != node:
            node = above
        return node

    def join_all(self, nodes: Iterable[Hashable]) -> None:
        first, *others = (self.of(node) for node in nodes)
        for other in others:
            if self.of(other) != self.of(first):
                self._above[self.of(other)] = self.of(first)
