"""Event-driven simulation of a netlist with the delays of its gates, all vectors at once.

A net's value is a Python integer that holds one vector a bit, so one evaluation serves all vectors.
"""

from collections import defaultdict
from functools import cache


@cache
def _compiled(function, pins):
    """The function over Python integers; `M` is the mask of all vectors."""
    return eval(f"lambda M, {', '.join(pins)}: {function.replace('!', 'M ^ ')}")


class Gate:
    """One output of a cell."""

    __slots__ = ("evaluate", "inputs", "output", "delay", "charge", "stage")


class Simulation:
    """A netlist with its drives as they are now."""

    def __init__(self, netlist):
        library = netlist.library
        arrival, _, self.depth, loads = netlist.time()
        self.netlist, self.arrival = netlist, arrival
        self.gates = []
        for instance in netlist.instances:
            cell = netlist.cell(instance)
            pins = tuple(cell.pins)
            for pin, net in instance.outputs.items():
                output = cell.outputs[pin]
                gate = Gate()
                gate.evaluate = _compiled(output.function, pins)
                gate.inputs = [instance.pins[name] for name in pins]
                gate.output = net
                # Whole tau, so that few moments of time differ.
                gate.delay = max(1, round(output.intrinsic + output.resistance * loads[net]))
                gate.charge = (output.internal + loads[net]) / library.reference_charge
                self.gates.append(gate)
        inputs = [net for bits in netlist.inputs.values() for net in bits]
        self.input_charge = {net: loads[net] / library.reference_charge for net in inputs}

    def pack(self, rows):
        """Values by input net for a list of words by port."""
        values = {}
        for port, bits in self.netlist.inputs.items():
            for i, net in enumerate(bits):
                values[net] = sum(((row[port] >> i) & 1) << at for at, row in enumerate(rows))
        return values

    def settle(self, values, mask):
        """Values of all nets without delay."""
        values = {"0": 0, "1": mask, "x": 0, **values}
        for gate in self.gates:
            values[gate.output] = gate.evaluate(mask, *[values[net] for net in gate.inputs])
        return values

    def results(self, rows):
        """The output word of each row, for a circuit of one output."""
        values = self.settle(self.pack(rows), (1 << len(rows)) - 1)
        bits = [values[net] for net in self.netlist.output_nets]
        return [sum(((bit >> at) & 1) << i for i, bit in enumerate(bits)) for at in range(len(rows))]

    def switched(self, rows, stages=(1,)):
        """NAND2-equivalent transitions an operation: those of settled values, and by number of stages those of
        glitches. Ranks of registers at equal parts of the depth hand on settled values only."""
        count = len(rows) - 1
        mask = (1 << count) - 1
        packed = self.pack(rows)
        before = {net: value & mask for net, value in packed.items()}
        after = {net: value >> 1 for net, value in packed.items()}
        start, final = self.settle(before, mask), self.settle(after, mask)
        settled = sum(g.charge * (start[g.output] ^ final[g.output]).bit_count() for g in self.gates)
        inputs = sum(c * (before[net] ^ after[net]).bit_count() for net, c in self.input_charge.items())
        glitches = {}
        for number in stages:
            limit = self.depth / number * 1.000001
            stage_of = {gate.output: int(self.arrival[gate.output] / limit) for gate in self.gates}
            total = sum(self._stage(stage, stage_of, start, final, mask) for stage in range(number))
            glitches[number] = (total - settled) / count
        return (settled + inputs) / count, glitches

    def _stage(self, stage, stage_of, start, final, mask):
        """Charge that the gates of one stage switch, with inertial delays, when its inputs change at time zero."""
        gates = [gate for gate in self.gates if stage_of[gate.output] == stage]
        values = dict(start)
        readers = defaultdict(list)
        for at, gate in enumerate(gates):
            for net in set(gate.inputs):
                readers[net].append(at)
        touched = set()
        for net, reading in readers.items():
            if stage_of.get(net, -1) < stage and values[net] != final[net]:
                values[net] = final[net]
                touched.update(reading)
        # By gate: what its output will be, and the moments when that changed, each with the vectors in which it did.
        wanted = [start[gate.output] for gate in gates]
        changes = [{} for _ in gates]
        agenda = defaultdict(list)
        switched, now = 0.0, 0
        while True:
            for at in sorted(touched):
                gate = gates[at]
                value = gate.evaluate(mask, *[values[net] for net in gate.inputs])
                if value != wanted[at]:
                    changes[at][now] = value ^ wanted[at]
                    wanted[at] = value
                    agenda[now + gate.delay].append(at)
            if not agenda:
                return switched
            now = min(agenda)
            touched = set()
            for at in agenda.pop(now):
                gate = gates[at]
                # An output follows in those vectors whose function has stood still for the gate's delay.
                stable = changes[at].pop(now - gate.delay)
                for later in changes[at].values():
                    stable &= ~later
                flips = (values[gate.output] ^ wanted[at]) & stable
                if flips:
                    values[gate.output] ^= flips
                    switched += gate.charge * flips.bit_count()
                    touched.update(readers.get(gate.output, ()))
