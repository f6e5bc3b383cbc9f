"""A mapped netlist: reading it from yosys, static timing, buffering of large loads and sizing of critical gates."""

import json
from collections import defaultdict

from minimum_cut import MinimumCut

# A driver's load, in unit inverters over its drive, beyond which a buffer tree takes the less critical pins.
LARGEST_LOAD = 24.0
CONSTANTS = ("0", "1", "x")


class Instance:
    """A cell of the netlist: its family and drive may change, its pins' nets stay."""

    __slots__ = ("family", "drive", "pins", "outputs")

    def __init__(self, family, drive, pins, outputs):
        self.family, self.drive, self.pins, self.outputs = family, drive, pins, outputs


class Netlist:
    """Instances over nets as yosys numbers them; constants are nets "0" and "1"."""

    def __init__(self, path, library):
        self.library = library
        design = json.loads(path.read_text())
        module = next(m for m in design["modules"].values() if int(m["attributes"].get("top", "0"), 2))
        self.inputs = {n: p["bits"] for n, p in module["ports"].items() if p["direction"] == "input"}
        self.outputs = {n: p["bits"] for n, p in module["ports"].items() if p["direction"] == "output"}
        self.output_nets = [net for bits in self.outputs.values() for net in bits]
        self.instances = []
        drive_of = {cell: (family, i) for family, cells in library.families.items() for i, cell in enumerate(cells)}
        # abc writes constants as cells.
        constant = {f["connections"]["y"][0]: "01"[f["type"].endswith("one")] for f in module["cells"].values()
                    if f["type"].lstrip("\\") in ("zero", "one")}
        self.output_nets = [constant.get(net, net) for net in self.output_nets]
        for found in module["cells"].values():
            if found["type"].lstrip("\\") in ("zero", "one"):
                continue
            family, drive = drive_of[found["type"].lstrip("\\")]
            cell = library.cells[library.families[family][drive]]
            nets = {pin: bits[0] for pin, bits in found["connections"].items()}
            pins = {pin: constant.get(nets[pin], nets[pin]) for pin in cell.pins}
            outputs = {pin: nets[pin] for pin in cell.outputs if pin in nets}
            self.instances.append(Instance(family, drive, pins, outputs))
        self.next_net = 1 + max(net for i in self.instances for net in i.outputs.values())
        self._sort()
        self._buffer()

    def cell(self, instance):
        return self.library.cells[self.library.families[instance.family][instance.drive]]

    def _sort(self):
        """Orders the instances so that drivers come before their readers."""
        driver = {net: i for i in self.instances for net in i.outputs.values()}
        readers, waiting = defaultdict(list), {}
        for instance in self.instances:
            needs = {id(driver[net]): driver[net] for net in instance.pins.values() if net in driver}
            waiting[id(instance)] = len(needs)
            for needed in needs:
                readers[needed].append(instance)
        ready = [i for i in self.instances if not waiting[id(i)]]
        ordered = []
        while ready:
            instance = ready.pop()
            ordered.append(instance)
            for reader in readers[id(instance)]:
                waiting[id(reader)] -= 1
                if not waiting[id(reader)]:
                    ready.append(reader)
        assert len(ordered) == len(self.instances), "a loop in the netlist"
        self.instances = ordered

    def loads(self):
        """Capacitance by net: pins with their wires; each output of the circuit drives the pin of a register."""
        loads = defaultdict(float)
        wire = self.library.wire_per_pin
        for instance in self.instances:
            capacitance = self.cell(instance).pins
            for pin, net in instance.pins.items():
                loads[net] += capacitance[pin] + wire
        for net in self.output_nets:
            loads[net] += 1.0 + wire
        return loads

    def time(self):
        """Arrival and slack by net, and the depth, in tau."""
        loads = self.loads()
        arrival, required = defaultdict(float), defaultdict(lambda: float("inf"))
        delays = []
        for instance in self.instances:
            start = max(arrival[net] for net in instance.pins.values())
            cell = self.cell(instance)
            for pin, net in instance.outputs.items():
                output = cell.outputs[pin]
                delay = output.intrinsic + output.resistance * loads[net]
                arrival[net] = start + delay
                delays.append(delay)
        depth = max(arrival[net] for net in self.output_nets)
        for net in self.output_nets:
            required[net] = depth
        at = len(delays)
        for instance in reversed(self.instances):
            at -= len(instance.outputs)
            latest = min(required[net] - delays[at + k] for k, net in enumerate(instance.outputs.values()))
            for net in instance.pins.values():
                required[net] = min(required[net], latest)
        slack = {net: required[net] - arrival[net] for net in required}
        return arrival, slack, depth, loads

    @property
    def area(self):
        """NAND2-equivalents."""
        return sum(self.cell(i).columns for i in self.instances) / self.library.nand2_columns

    def _buffer(self):
        """Gives the less critical pins of heavily loaded nets to buffers, until no load is too large."""
        wire = self.library.wire_per_pin
        for _ in range(8):
            _, slack, _, loads = self.time()
            heavy = [net for net, load in loads.items() if load > LARGEST_LOAD and net not in CONSTANTS]
            if not heavy:
                return
            sinks = defaultdict(list)
            for instance in self.instances:
                for pin, net in instance.pins.items():
                    after = min((slack.get(out, 0.0) for out in instance.outputs.values()), default=0.0)
                    sinks[net].append((after, len(sinks[net]), instance, pin))
            for net in heavy:
                # A quarter of the load stays with the driver: the most critical pins.
                kept, group, buffered = 0.0, [], 0.0
                for _, _, instance, pin in sorted(sinks[net], key=lambda sink: sink[:2]):
                    load = self.cell(instance).pins[pin] + wire
                    if kept + load <= LARGEST_LOAD / 4:
                        kept += load
                        continue
                    if buffered + load > LARGEST_LOAD:
                        self._insert_buffer(net, group)
                        group, buffered = [], 0.0
                    group.append((instance, pin))
                    buffered += load
                if len(group) > 1:
                    self._insert_buffer(net, group)
            self._sort()

    def _insert_buffer(self, net, group):
        self.instances.append(Instance("BUF", 1, {"a": net}, {"y": self.next_net}))
        for instance, pin in group:
            instance.pins[pin] = self.next_net
        self.next_net += 1

    def size(self):
        """Enlarges critical gates step by step, while that makes the circuit faster (after Fishburn and Dunlop's TILOS).

        Returns the drives of all instances at each improvement, as (depth, area, drives).
        """
        history = []
        idle = 0
        _, slack, depth, loads = self.time()
        history.append((depth, self.area, [i.drive for i in self.instances]))
        while idle < 12:
            moves = self._moves(slack, depth, loads)
            if not moves:
                break
            for _, instance in moves[: max(2, len(moves) // 6)]:
                instance.drive += 1
            _, slack, depth, loads = self.time()
            idle += 1
            if depth < history[-1][0] * 0.998:
                history.append((depth, self.area, [i.drive for i in self.instances]))
                idle = 0
        return history

    def _moves(self, slack, depth, loads):
        """Critical instances that would be faster with the next drive, the best time for its area first."""
        driver_resistance = {}
        for instance in self.instances:
            for pin, net in instance.outputs.items():
                driver_resistance[net] = self.cell(instance).outputs[pin].resistance
        moves = []
        for at, instance in enumerate(self.instances):
            family = self.library.families[instance.family]
            net = next(iter(instance.outputs.values()))
            if instance.drive + 1 >= len(family) or slack.get(net, depth) > 0.005 * depth:
                continue
            now, then = self.library.cells[family[instance.drive]], self.library.cells[family[instance.drive + 1]]
            gain = (now.outputs["y"].resistance - then.outputs["y"].resistance) * loads[net]
            for pin, source in instance.pins.items():
                if slack.get(source, depth) <= 0.005 * depth:
                    gain -= driver_resistance.get(source, 0.5) * (then.pins[pin] - now.pins[pin])
            if gain > 0:
                moves.append((-gain / (then.columns - now.columns), at, instance))
        moves.sort(key=lambda move: move[:2])
        return [(gain, instance) for gain, _, instance in moves]

    def set_drives(self, drives):
        for instance, drive in zip(self.instances, drives, strict=True):
            instance.drive = drive

    def bits_cut(self, fraction):
        """Nets that the narrowest rank of registers at this fraction of the depth holds.

        Gates that would make a stage longer than its part have their side; the others stand on either, as a tool retimes
        registers. The fewest nets are a minimum cut. A critical gate across the fraction stands behind the registers.
        """
        arrival, slack, depth, _ = self.time()
        at = fraction * depth
        driver, readers, early, late = {}, defaultdict(list), set(), set()
        for number, instance in enumerate(self.instances):
            for net in instance.outputs.values():
                driver[net] = number
            for net in instance.pins.values():
                if net not in CONSTANTS:
                    readers[net].append(number)
            if max(arrival[net] for net in instance.outputs.values()) > at:
                late.add(number)
            # The way that is left behind an input, as far as it needs all of the depth.
            elif any(arrival[net] + slack[net] < at - 1e-9 for net in instance.pins.values() if net not in CONSTANTS):
                early.add(number)
        cut = MinimumCut()
        outputs = set(self.output_nets)

        def node(number):
            return "early" if number in early else "late" if number in late else ("gate", number)

        for net in {*readers, *outputs} - set(CONSTANTS):
            source = node(driver[net]) if net in driver else "early"
            if source == "late":
                continue
            cut.edge(source, net, 1)
            for sink in {node(reader) for reader in readers[net]} | ({"late"} if net in outputs else set()):
                cut.edge(net, sink, None)
                # What is read before the registers is made before them.
                if sink not in ("early", "late") and source != "early":
                    cut.edge(sink, source, None)
        return cut.value("early", "late")
