"""The minimum cut of a directed graph: Dinic's maximum flow."""


class MinimumCut:
    """Edges between nodes of any hashable kind; a capacity of None is unlimited."""

    def __init__(self):
        self.first = {}                       # node -> edges that leave it
        self.ends, self.capacity = [], []     # edge 2k and its reverse 2k + 1

    def edge(self, start, end, capacity):
        for node, other, room in ((start, end, float("inf") if capacity is None else capacity), (end, start, 0)):
            self.first.setdefault(node, []).append(len(self.ends))
            self.first.setdefault(other, [])
            self.ends.append(other)
            self.capacity.append(room)

    def value(self, source, sink):
        """Capacity that parts the source from the sink."""
        if source not in self.first or sink not in self.first:
            return 0
        flow = 0
        while True:
            level = self._levels(source, sink)
            if sink not in level:
                return flow
            flow += self._blocking_flow(source, sink, level)

    def _levels(self, source, sink):
        level, border = {source: 0}, [source]
        while border and sink not in level:
            further = []
            for node in border:
                for edge in self.first[node]:
                    end = self.ends[edge]
                    if self.capacity[edge] > 0 and end not in level:
                        level[end] = level[node] + 1
                        further.append(end)
            border = further
        return level

    def _blocking_flow(self, source, sink, level):
        left = {node: len(self.first[node]) for node in level}
        flow, path, node = 0, [], source
        while True:
            if node == sink:
                pushed = min(self.capacity[edge] for edge in path)
                for edge in path:
                    self.capacity[edge] -= pushed
                    self.capacity[edge ^ 1] += pushed
                flow += pushed
                path, node = [], source
                continue
            if left[node]:
                edge = self.first[node][left[node] - 1]
                if self.capacity[edge] > 0 and level.get(self.ends[edge]) == level[node] + 1:
                    path.append(edge)
                    node = self.ends[edge]
                else:
                    left[node] -= 1
            elif path:
                edge = path.pop()
                node = self.ends[edge ^ 1]
                left[node] -= 1
            else:
                return flow
