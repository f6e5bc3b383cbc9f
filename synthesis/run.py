#!/usr/bin/env python3
"""Synthesises every circuit of circuits.toml in several architectures, sizes it, simulates it and writes results/.

    python3 run.py [--jobs N] [--only PATTERN [--renew]]
"""

import argparse
import csv
import re
import subprocess
import sys
import tempfile
import tomllib
from multiprocessing import Pool
from pathlib import Path
from random import Random

import cells
import compressor_tree
import curves
import reference
from netlist import Netlist
from simulation import Simulation

HERE = Path(__file__).parent
RTL = HERE / "rtl"
RESULTS = HERE / "results"
OPERATIONS = 256
TRAINED_OPERATIONS = 512
CHECKED = 256
STAGES = (1, 2, 4)
SOURCES = ("adder.v", "shift_and_count.v", "one_path.v", "two_path.v", "floating_point.v")
ADDERS = {"ripple": 0, "brent_kung": 1, "sklansky": 2}
# How abc maps: for the least area, for the least delay with the structure of the RTL, or restructured for speed.
AREA = "+strash;dc2;dch,-f;amap,-m"
DELAY = "+strash;dch,-f;map"
RESTRUCTURED = "+strash;dc2;dch,-f;if,-g,-K,6;strash;dch,-f;map"
# For little area, without the rewriting that makes chains of what was a tree.
SHALLOW = "+strash;dch,-f;map,-a"
ACTIVITIES = ("stationary", "accumulate", "half_zero", "zero")
# What moves while a network's operands pass: see reference.Trained.
DATAFLOWS = ("moving", "stationary", "accumulate")


def circuits():
    """All circuits as dictionaries, in the order of circuits.toml."""
    data = tomllib.loads((HERE / "circuits.toml").read_text())
    found = []
    integer, floating = data["integer"], data["floating"]
    for n in integer["add"]:
        found.append({"name": f"add_int{n}", "operation": "add", "left": n, "right": n})
    for n, m in integer["multiply"]:
        found.append({"name": f"multiply_int{n}_int{m}", "operation": "multiply", "left": n, "right": m})
    for n, m, w in integer["multiply_accumulate"]:
        found.append({"name": f"multiply_accumulate_int{n}_int{m}_int{w}", "operation": "multiply_accumulate",
                      "left": n, "right": m, "accumulator": w})
    for operation in ("add", "multiply"):
        for name, (e, m) in floating["formats"].items():
            found.append({"name": f"{operation}_{name}", "operation": operation, "exponent": e, "mantissa": m})
    for name, wide in floating["multiply_accumulate"]:
        (e, m), (we, wm) = floating["formats"][name], floating["formats"][wide]
        found.append({"name": f"multiply_accumulate_{name}_{wide}", "operation": "multiply_accumulate",
                      "exponent": e, "mantissa": m, "accumulator_exponent": we, "accumulator_mantissa": wm})
    return found


def architectures(circuit):
    """(name, adder, Booth, script of abc) of each way to build a circuit."""
    if circuit["operation"] == "add" and "left" in circuit:
        for adder in ADDERS:
            yield adder, adder, False, DELAY
        yield "brent_kung_small", "brent_kung", False, AREA
        return
    # A floating-point significand has its hidden bit. In its multiply-accumulators recoding has not paid.
    floating = "exponent" in circuit
    width = circuit["mantissa"] + 1 if floating else min(circuit["left"], circuit["right"])
    adding = floating and circuit["operation"] != "multiply"
    for booth in (False, True) if width >= 8 and circuit["operation"] != "add" and not adding else (False,):
        prefix = "booth_" if booth else ""
        yield f"{prefix}ripple", "ripple", booth, AREA
        yield f"{prefix}brent_kung", "brent_kung", booth, DELAY
        yield f"{prefix}sklansky", "sklansky", booth, RESTRUCTURED if floating else DELAY
        if floating and not adding:
            yield f"{prefix}brent_kung_small", "brent_kung", booth, AREA
    if adding:
        for adder in ADDERS:
            yield f"{adder}_shallow", adder, False, SHALLOW
    if adding and circuit["operation"] == "add":
        for adder in ("brent_kung", "sklansky"):
            yield f"{curves.TWO_PATH}{adder}", adder, False, DELAY
            yield f"{curves.TWO_PATH}{adder}_shallow", adder, False, SHALLOW


def generated(circuit, adder, booth):
    """Verilog of the multiplier with its compressor tree, and the top's name and parameters."""
    prefix = adder != "ripple"
    if "left" in circuit:
        n, m, w = circuit["left"], circuit["right"], circuit.get("accumulator", 0)
        if circuit["operation"] == "add":
            return "", "integer_adder", {"WIDTH": n}
        return compressor_tree.multiplier("top", n, m, signed=True, booth=booth, prefix=prefix, accumulator=w), "top", {}
    e, m = circuit["exponent"], circuit["mantissa"]
    fmt = reference.Format(e, m)
    parameters = {"EXPONENT": e, "MANTISSA": m, "INFINITIES": int(fmt.infinities)}
    text = compressor_tree.multiplier("significand_multiplier", m + 1, m + 1, signed=False, booth=booth, prefix=prefix)
    if circuit["operation"] == "multiply_accumulate":
        wide = reference.Format(circuit["accumulator_exponent"], circuit["accumulator_mantissa"])
        parameters |= {"ACCUMULATOR_EXPONENT": wide.exponent, "ACCUMULATOR_MANTISSA": wide.mantissa,
                       "ACCUMULATOR_INFINITIES": int(wide.infinities)}
        return text, "floating_multiply_accumulate", parameters
    return text, {"add": "floating_adder", "multiply": "floating_multiplier"}[circuit["operation"]], parameters


def synthesise(circuit, architecture, library, directory):
    """The mapped netlist of one architecture. Full and half adders stay cells; abc maps all other logic."""
    name, adder, booth, script = architecture
    text, top, parameters = generated(circuit, adder, booth)
    (directory / "generated.v").write_text(text)
    (directory / "cells.genlib").write_text(cells.genlib(library))
    sources = " ".join(str(RTL / f) for f in SOURCES)
    defines = f"-DADDER={ADDERS[adder]}" + (" -DTWO_PATH" if name.startswith(curves.TWO_PATH) else "")
    chosen = " ".join(f"-chparam {name} {value}" for name, value in parameters.items())
    (directory / "script.ys").write_text(f"""
read_verilog -lib {RTL / "adders_of_one_bit.v"}
read_verilog {defines} {sources} {directory / "generated.v"}
hierarchy -top {top} {chosen}
proc
flatten
opt -full
wreduce
alumacc
opt
techmap
opt -fast
abc -genlib {directory / "cells.genlib"} -script {script}
opt_clean -purge
write_json {directory / "netlist.json"}
""")
    subprocess.run(["yosys", "-q", "-s", str(directory / "script.ys")], check=True, stdout=subprocess.DEVNULL)
    return Netlist(directory / "netlist.json", library)


def check(circuit, simulation, rows):
    """Compares results with the reference model."""
    source = reference.operands(circuit)
    for words, found in zip(rows, simulation.results(rows), strict=True):
        if not source.agrees(words, found):
            raise ValueError(f"{circuit['name']}: {words} gives {found:#x}, not {source.expected(words):#x}")


def measure(circuit):
    """All points of a circuit: one for each architecture and three sizings of it."""
    library = cells.load()
    rows = reference.sequence(circuit, OPERATIONS + 1, "random")
    points = []
    for architecture in architectures(circuit):
        with tempfile.TemporaryDirectory() as directory:
            netlist = synthesise(circuit, architecture, library, Path(directory))
        history = netlist.size()
        check(circuit, Simulation(netlist), rows + reference.any_words(circuit, CHECKED) + reference.neighbours(circuit, CHECKED))
        for at in sorted({0, len(history) // 2, len(history) - 1}):
            depth, area, drives = history[at]
            netlist.set_drives(drives)
            settled, glitches = Simulation(netlist).switched(rows, STAGES)
            point = {"circuit": circuit["name"], "architecture": architecture[0],
                     "depth_fo4": depth / library.fan_out_of_four, "area_nand2": area, "settled": settled}
            point |= {f"glitches_{stages}": glitches[stages] for stages in STAGES}
            point |= {f"cut_{k}": netlist.bits_cut(k / 8) for k in range(1, 8)}
            points.append((point, netlist, drives))
    chosen = curves.chain([point for point, _, _ in points])
    middle = chosen[len(chosen) // 2]
    _, netlist, drives = next(found for found in points if found[0] is middle)
    netlist.set_drives(drives)
    simulation = Simulation(netlist)
    return [point for point, _, _ in points], activities(circuit, simulation, middle), trained(circuit, simulation, middle)


def activities(circuit, simulation, point):
    """Energy with other operands over that with random ones."""
    random = point["settled"] + point["glitches_1"]
    found = {"circuit": circuit["name"]}
    for activity in ACTIVITIES:
        if activity == "accumulate" and circuit["operation"] != "multiply_accumulate":
            continue
        settled, glitches = simulation.switched(reference.sequence(circuit, OPERATIONS + 1, activity))
        found[activity] = (settled + glitches[1]) / random
    return found


def trained(circuit, simulation, point):
    """By dataflow: energy with the operands of a trained network over that with random ones, and the bits of the words
    that change."""
    random = point["settled"] + point["glitches_1"]
    source = reference.operands(circuit)
    kinds = {"add": DATAFLOWS[:1], "multiply": DATAFLOWS[:2], "multiply_accumulate": DATAFLOWS}
    found = []
    for dataflow in kinds[circuit["operation"]]:
        rows = reference.Trained(circuit, Random(reference.SEED)).rows(TRAINED_OPERATIONS + 1, dataflow)
        settled, glitches = simulation.switched(rows)
        widths = source.widths()
        row = {"circuit": circuit["name"], "dataflow": dataflow, "energy": (settled + glitches[1]) / random}
        row |= {port: reference.toggles([words[port] for words in rows], widths[port]) for port in ("a", "b")}
        results = [source.expected(words) for words in rows]
        row["result"] = reference.toggles(results, len(simulation.netlist.output_nets))
        found.append(row)
    return found


def effort(circuit):
    """Roughly how long a circuit takes; the long ones start first."""
    bits = circuit.get("left", 0) * circuit.get("right", 0) or (circuit["mantissa"] + 1) ** 2
    return bits * (1 if circuit["operation"] != "add" else 0.1) + circuit.get("accumulator_mantissa", 0)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--only", default="", help="circuits whose name this pattern matches; prints, writes nothing")
    arguments.add_argument("--renew", action="store_true", help="with --only: replaces these circuits' results, keeps others")
    options = arguments.parse_args()
    chosen = [circuit for circuit in circuits() if re.search(options.only, circuit["name"])]
    order = sorted(chosen, key=effort, reverse=True)
    results = {}
    with Pool(options.jobs) as pool:
        for circuit, result in zip(order, pool.imap(measure, order), strict=True):
            results[circuit["name"]] = result
            print(circuit["name"], len(result[0]), "points", file=sys.stderr, flush=True)
    if options.only and not options.renew:
        for points, factors, operands in results.values():
            for point in points:
                print(*[f"{v:.1f}" if isinstance(v, float) else v for v in point.values()])
            print("chosen", *[f"{p['architecture']}@{p['depth_fo4']:.1f}" for p in curves.chain(points)], factors)
            print(*operands, sep="\n")
        return
    order = [circuit["name"] for circuit in circuits()]
    for at, name in enumerate(("measured.csv", "activities.csv", "trained.csv")):
        rows = kept(RESULTS / name) if options.renew else {}
        for circuit, result in results.items():
            rows[circuit] = [result[at]] if isinstance(result[at], dict) else result[at]
        table(RESULTS / name, [row for circuit in order for row in rows.get(circuit, [])])
    curves.main()


def kept(path):
    """The rows of a table as they stand, by circuit."""
    found = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["circuit"], []).append(row)
    return found


def table(path, rows):
    """Writes dictionaries as CSV, with the columns of the longest."""
    columns = max((row.keys() for row in rows), key=len)
    with open(path, "w", newline="") as out:
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()})


if __name__ == "__main__":
    main()
