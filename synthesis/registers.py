#!/usr/bin/env python3
"""Synthesises the logic around the flip-flops of register files, checks and simulates it:
results/registers_read.csv, registers_write.csv, registers_queue.csv.

    python3 registers.py [--jobs N] [--only TEXT]
"""

import argparse
import math
import random
import subprocess
import sys
import tempfile
import tomllib
from multiprocessing import Pool
from pathlib import Path

import cells
from netlist import Netlist
from run import AREA, DELAY, HERE, RESULTS, RTL, table
from simulation import Simulation

ACCESSES = 128
# How abc maps for the least area: as the RTL says, or rewritten first. Neither is always better: rewriting finds smaller
# gates at 4, 6 and 12 words, but takes larger OR trees apart.
PLAIN = "+strash;ifraig;balance;amap,-m"
# Flip-flops times write ports up to which all architectures are tried.
COMPARED = 512
SEED = 20240131


def circuits():
    """All circuits as dictionaries, the long ones first."""
    data = tomllib.loads((HERE / "circuits.toml").read_text())["registers"]
    found = []
    for words in data["words"]:
        found.append({"kind": "queue", "words": words, "bits": 0, "ports": 1})
        for bits in data["bits"]:
            if words * bits > data["most_cells"]:
                continue
            found.append({"kind": "read", "words": words, "bits": bits, "ports": 1})
            found += [{"kind": "write", "words": words, "bits": bits, "ports": ports} for ports in data["write_ports"]
                      if words * bits * ports <= data["most_cells"]]
    return sorted(found, key=lambda c: c["words"] * c["bits"] * c["ports"], reverse=True)


def architectures(circuit):
    """(name, top module, parameters, script of abc) of each way to build a circuit."""
    # What turned out worse is not tried again on large circuits.
    compared = circuit["words"] * circuit["bits"] * circuit["ports"] <= COMPARED
    size = {"WORDS": circuit["words"]} | ({"BITS": circuit["bits"]} if circuit["bits"] else {})
    if circuit["kind"] == "queue":
        yield "pointers", "queue_pointers", size, PLAIN
    elif circuit["kind"] == "read":
        yield "and_or", "read_and_or", size, PLAIN
        yield "and_or", "read_and_or", size, AREA
        if compared:
            yield "and_or_fast", "read_and_or", size, DELAY
            yield "multiplexer", "read_multiplexer", size, PLAIN
            yield "multiplexer_fast", "read_multiplexer", size, DELAY
    else:
        size = size | {"PORTS": circuit["ports"]}
        if compared or circuit["ports"] == 1:
            yield "broadcast", "write_gated", size | {"ISOLATED": 0}, PLAIN
        yield "isolated", "write_gated", size | {"ISOLATED": 1}, PLAIN
        yield "isolated", "write_gated", size | {"ISOLATED": 1}, AREA
        if compared:
            yield "multiplexer", "write_multiplexer", size, PLAIN


def synthesise(top, parameters, script, library, directory):
    (directory / "cells.genlib").write_text(cells.genlib(library))
    chosen = " ".join(f"-chparam {name} {value}" for name, value in parameters.items())
    (directory / "script.ys").write_text(f"""
read_verilog -lib {RTL / "buffer.v"}
read_verilog {RTL / "register_file.v"}
hierarchy -top {top} {chosen}
proc
flatten
opt -full
techmap
opt -fast
abc -genlib {directory / "cells.genlib"} -script {script}
opt_clean -purge
write_json {directory / "netlist.json"}
""")
    subprocess.run(["yosys", "-q", "-s", str(directory / "script.ys")], check=True, stdout=subprocess.DEVNULL)
    return Netlist(directory / "netlist.json", library)


class Workload:
    """Words by port of accesses in a row, and what the outputs must be."""

    def __init__(self, circuit, top):
        self.words, self.bits, self.ports = circuit["words"], circuit["bits"], circuit["ports"]
        self.address = max(1, math.ceil(math.log2(self.words)))
        self.top = top
        self.rng = random.Random(SEED)

    def word(self, equal):
        return 0 if equal else self.rng.getrandbits(self.bits)

    def place(self, word, at):
        return word << (at * self.bits)

    def reads(self, in_order, equal):
        """A read each cycle, of any word or of the next one, from random words or from zeros."""
        store = sum(self.place(self.word(equal), w) for w in range(self.words))
        return [{"store": store, "address": at % self.words if in_order else self.rng.randrange(self.words)}
                for at in range(ACCESSES + 1)]

    def writes_under_read(self):
        """Words change in order, one a cycle, under a read port that reads another."""
        rows, store = [], sum(self.place(self.word(False), w) for w in range(self.words))
        for at in range(ACCESSES + 1):
            rows.append({"store": store, "address": 0})
            w = 1 + at % (self.words - 1)
            store = store & ~self.place((1 << self.bits) - 1, w) | self.place(self.word(False), w)
        return rows

    def writes(self, port, in_order, equal):
        """A write each cycle at one port; the others stand still."""
        store = sum(self.place(self.word(equal), w) for w in range(self.words))
        rows = []
        for at in range(ACCESSES + 1):
            w = at % self.words if in_order else self.rng.randrange(self.words)
            word = self.word(equal)
            row = {"enable": 1 << port, "address": w << (port * self.address), "data": word << (port * self.bits)}
            rows.append(row | ({"store": store} if self.top == "write_multiplexer" else {}))
            mask = ((1 << self.bits) - 1) << (w * self.bits)
            store = store & ~mask | self.place(word, w)
        return rows

    def any_writes(self):
        """Writes at all ports, to words that differ."""
        rows = []
        for _ in range(ACCESSES):
            places = [self.rng.randrange(self.words) for _ in range(self.ports)]
            enable = sum(1 << p for p, w in enumerate(places) if w not in places[:p] and self.rng.random() < 0.7)
            row = {"enable": enable, "address": sum(w << (p * self.address) for p, w in enumerate(places)),
                   "data": self.rng.getrandbits(self.ports * self.bits)}
            if self.top == "write_multiplexer":
                row["store"] = self.rng.getrandbits(self.words * self.bits)
            rows.append(row)
        return rows

    def queue_steps(self, push, pop):
        """Pushes and pops of a queue that is half full."""
        rows, head, tail = [], 0, self.words // 2
        code = lambda pointer: pointer % self.words | (pointer // self.words % 2) << self.address
        for _ in range(ACCESSES + 1):
            rows.append({"head": code(head), "tail": code(tail), "push": push, "pop": pop})
            head, tail = head + pop, tail + push
        return rows

    def expected(self, row):
        """Outputs by port; None where they do not matter."""
        if self.top.startswith("read"):
            return {"data": row["store"] >> (row["address"] * self.bits) & ((1 << self.bits) - 1)}
        if self.top == "queue_pointers":
            wrap = 1 << self.address
            step = lambda p: (p ^ wrap) & wrap if p % wrap == self.words - 1 else p + 1
            head, tail = row["head"], row["tail"]
            empty, full = int(head == tail), int(head == tail ^ wrap)
            return {"next_head": step(head) if row["pop"] and not empty else head,
                    "next_tail": step(tail) if row["push"] and not full else tail, "empty": empty, "full": full}
        mask, bits = (1 << self.bits) - 1, self.bits
        enables, taken = 0, {}
        for p in range(self.ports):
            if row["enable"] >> p & 1:
                w = row["address"] >> (p * self.address) & ((1 << self.address) - 1)
                enables |= 1 << w
                taken[w] = row["data"] >> (p * bits) & mask
        if self.top == "write_gated":
            return {"word_enable": enables, "taken": taken}
        store = row["store"]
        for w, word in taken.items():
            store = store & ~(mask << (w * bits)) | word << (w * bits)
        return {"word_data": store}


def outputs(simulation, rows):
    """Words by output port of each row."""
    values = simulation.settle(simulation.pack(rows), (1 << len(rows)) - 1)
    ports = simulation.netlist.outputs
    return [{port: sum((values[net] >> at & 1) << i for i, net in enumerate(nets)) for port, nets in ports.items()}
            for at in range(len(rows))]


def check(name, workload, simulation, rows):
    """Compares results with what they must be."""
    bits = workload.bits
    for row, found in zip(rows, outputs(simulation, rows), strict=True):
        wanted = workload.expected(row)
        for w, word in wanted.pop("taken", {}).items():
            if found["word_data"] >> (w * bits) & ((1 << bits) - 1) != word:
                raise ValueError(f"{name}: word {w} takes something else")
        for port, value in wanted.items():
            if found[port] != value:
                raise ValueError(f"{name}: {port} is {found[port]:#x}, not {value:#x}")


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def switching(circuit, workload, simulation):
    """NAND2-equivalent transitions an access, glitches included."""
    def of(rows):
        settled, glitches = simulation.switched(rows)
        return settled + glitches[1]

    if circuit["kind"] == "queue":
        return {"random": of(workload.queue_steps(1, 1)) / 2}
    if circuit["kind"] == "read":
        return {"random": of(workload.reads(False, False)), "in_order": of(workload.reads(True, False)),
                "equal": of(workload.reads(False, True)),
                "written": of(workload.writes_under_read())}
    # The first and the last port, between which the others are.
    ports = sorted({0, circuit["ports"] - 1})
    random_words = [workload.writes(port, False, False) for port in ports]
    return {"random": mean(of(rows) for rows in random_words),
            "equal": mean(of(workload.writes(port, False, True)) for port in ports),
            "flip_flop_inputs": mean(input_changes(simulation, rows) for rows in random_words)}


def input_changes(simulation, rows):
    """Changes at the inputs of flip-flops a write, of values that settle."""
    values = simulation.settle(simulation.pack(rows), (1 << len(rows)) - 1)
    mask = (1 << (len(rows) - 1)) - 1
    nets = simulation.netlist.outputs["word_data"]
    return sum(((values[net] ^ values[net] >> 1) & mask).bit_count() for net in nets) / (len(rows) - 1)


def measure(circuit):
    """All points of a circuit."""
    library = cells.load()
    points = []
    for architecture, top, parameters, script in architectures(circuit):
        with tempfile.TemporaryDirectory() as directory:
            netlist = synthesise(top, parameters, script, library, Path(directory))
        workload = Workload(circuit, top)
        if circuit["kind"] == "read":
            rows = workload.reads(False, False)
        else:
            rows = workload.queue_steps(1, 1) if circuit["kind"] == "queue" else workload.any_writes()
        check(f"{circuit} {architecture}", workload, Simulation(netlist), rows)
        history = netlist.size() if circuit["kind"] == "read" else [smallest(netlist)]
        for at in sorted({0, (len(history) - 1) // 2}):
            depth, area, drives = history[at]
            netlist.set_drives(drives)
            workload.rng.seed(SEED)
            points.append(circuit | {"architecture": architecture, "depth_fo4": depth / library.fan_out_of_four,
                                     "area_nand2": area} | switching(circuit, workload, Simulation(netlist)))
    return points


def smallest(netlist):
    return netlist.time()[2], netlist.area, [i.drive for i in netlist.instances]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--only", default="", help="kind words bits ports, or the first of them; prints, writes nothing")
    options = arguments.parse_args()
    name = lambda c: f"{c['kind']} {c['words']} {c['bits']} {c['ports']}"
    chosen = [circuit for circuit in circuits() if f"{name(circuit)} ".startswith(options.only)]
    results = []
    with Pool(options.jobs) as pool:
        for circuit, points in zip(chosen, pool.imap(measure, chosen), strict=True):
            results += points
            print(name(circuit), file=sys.stderr, flush=True)
    if options.only:
        for point in results:
            print(*[f"{v:.4g}" if isinstance(v, float) else v for v in point.values()])
        return
    results.sort(key=lambda p: (p["kind"], p["words"], p["bits"], p["ports"]))
    for kind in ("read", "write", "queue"):
        table(RESULTS / f"registers_{kind}.csv", [p for p in results if p["kind"] == kind])


if __name__ == "__main__":
    main()
