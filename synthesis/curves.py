"""From measured points to what the model reads: a curve for each circuit, and fits over widths for integers.

    python3 curves.py        # renews results/curves.toml and results/fits.toml from the other results
"""

import csv
import math
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
HEADER = "# Made by synthesis/curves.py from measured.csv, activities.csv and trained.csv; not to be edited.\n"
STAGES = (1, 2, 4)
# Names of adders with a near and a far path begin so.
TWO_PATH = "two_path_"
CUTS = range(1, 8)
COSTS = ("depth", "area", "settled", *(f"switched_{s}" for s in STAGES))
EFFORTS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Columns of trained.csv by the name that the model knows them by.
TRAINED = {"energy": "energy", "operand": "a", "weight": "b", "result": "result"}


def energy(point, stages=1):
    """NAND2-equivalent transitions an operation."""
    return point["settled"] + point[f"glitches_{stages}"]


def chain(points):
    """Points worth building, the slowest first; cost is area x energy.

    First goes what another point beats in delay and in cost; then what lies above the line between its neighbours,
    because the model interpolates. Adders of two paths stay out: they save energy in one stage only, and the registers of
    more stages, at two to three times the nets, cost more than that.
    """
    def cost(point):
        return point["area_nand2"] * energy(point)

    useful = []
    candidates = [p for p in points if not p["architecture"].startswith(TWO_PATH)]
    for p in sorted(candidates, key=lambda p: (p["depth_fo4"], cost(p))):
        if not useful or cost(p) < cost(useful[-1]):
            useful.append(p)
    kept = []
    for p in reversed(useful):
        while len(kept) > 1 and above(kept[-2], kept[-1], p, cost):
            kept.pop()
        kept.append(p)
    return kept


def above(slower, middle, faster, cost):
    """Whether the middle point costs more than the line between its neighbours."""
    part = (slower["depth_fo4"] - middle["depth_fo4"]) / (slower["depth_fo4"] - faster["depth_fo4"])
    return cost(middle) >= cost(slower) + part * (cost(faster) - cost(slower))


def curve(points):
    """The chain with the quantities that the model reads. A faster point never costs less than a slower one: where it
    would, by less glitching for more area or the other way round, it takes the slower one's value."""
    rows = [{"depth": p["depth_fo4"], "area": p["area_nand2"], "settled": p["settled"]}
            | {f"switched_{s}": energy(p, s) for s in STAGES}
            | {f"cut_{k}": p[f"cut_{k}"] for k in CUTS} for p in chain(points)]
    for slower, faster in zip(rows, rows[1:]):
        for key in (*COSTS[1:], *(f"cut_{k}" for k in CUTS)):
            faster[key] = max(faster[key], slower[key])
    # Ranks of registers end glitches, they start none.
    for row in rows:
        for fewer, more in zip(STAGES, STAGES[1:]):
            row[f"switched_{more}"] = min(row[f"switched_{more}"], row[f"switched_{fewer}"])
        row["settled"] = min(row["settled"], row[f"switched_{STAGES[-1]}"])
    return rows


def at_effort(rows, effort):
    """The curve between its points; effort 0 is the slowest, 1 the fastest, geometric in depth."""
    depth = rows[0]["depth"] ** (1 - effort) * rows[-1]["depth"] ** effort
    for slower, faster in zip(rows, rows[1:]):
        if depth >= faster["depth"]:
            part = (slower["depth"] - depth) / (slower["depth"] - faster["depth"])
            return {key: slower[key] + part * (faster[key] - slower[key]) for key in slower}
    return rows[-1]


def size(circuit):
    """What grows with a circuit: widths of integers, of exponents and mantissas."""
    formats = {"fp8_e4m3": (4, 3), "fp8_e5m2": (5, 2), "fp16": (5, 10), "bf16": (8, 7), "fp32": (8, 23)}
    found = [formats.get(f) or (int(f[3:]),) for f in split(circuit)[1]]
    return [width for f in found for width in f]


def calm(curves):
    """Raises what a wider circuit has less of than a narrower one: the heuristics of mapping and sizing are off by some
    per cent, and a wider unit can always do a narrower one's work. Returns the largest factor."""
    largest = 1.0
    for wide in sorted(curves, key=lambda c: sum(size(c))):
        below = [c for c in curves if c != wide and split(c)[0] == split(wide)[0] and ("int" in c) == ("int" in wide)
                 and all(a <= b for a, b in zip(size(c), size(wide)))]
        for key in COSTS:
            factor = max([at_effort(curves[c], e)[key] / at_effort(curves[wide], e)[key]
                          for c in below for e in EFFORTS], default=1.0)
            if factor > 1.0:
                largest = max(largest, factor)
                for row in curves[wide]:
                    row[key] *= factor
    return largest


# Terms of the fits, by width of the operands (n, m) and of the result (w): a constant; levels of a tree; bits in and
# out; adders of the array; these by the rows that their glitches pass.
TERMS = {
    "add": ["1", "log2 n", "n", "n log2 n"],
    "multiply": ["1", "log2 (n + m)", "n + m", "(n - 1) (m - 1)", "(n - 1) (m - 1) (n + m)"],
    "multiply_accumulate": ["1", "log2 w", "n + m", "w", "(n - 1) (m - 1)", "(n - 1) (m - 1) (n + m)"],
}


def values_of(operation, n, m, w):
    if operation == "add":
        return [1.0, math.log2(n), n, n * math.log2(n)]
    array = (n - 1) * (m - 1)
    if operation == "multiply":
        return [1.0, math.log2(n + m), n + m, array, array * (n + m)]
    return [1.0, math.log2(w), n + m, w, array, array * (n + m)]


def least_squares(rows, targets, scales=None):
    """Coefficients >= 0 of least squared relative error, by coordinate descent: none may make a wider unit cheaper.
    Errors are relative to the targets, or to other scales."""
    scales = scales or targets
    scaled = [[x / s for x in row] for row, s in zip(rows, scales)]
    count = len(rows[0])
    found = [0.0] * count
    left = [y / s for y, s in zip(targets, scales)]
    moved = 1.0
    while moved > 1e-6:
        moved = 0.0
        for k in range(count):
            squares = sum(row[k] ** 2 for row in scaled)
            step = max(sum(row[k] * e for row, e in zip(scaled, left)) / squares, -found[k])
            if step:
                found[k] += step
                moved = max(moved, abs(step) * math.sqrt(squares))
                left = [e - step * row[k] for row, e in zip(scaled, left)]
    return found, [-e for e in left]


def read():
    with open(RESULTS / "measured.csv") as file:
        points = [{k: v if k in ("circuit", "architecture") else float(v) for k, v in row.items()}
                  for row in csv.DictReader(file)]
    with open(RESULTS / "activities.csv") as file:
        activities = {row["circuit"]: {k: float(v) for k, v in row.items() if k != "circuit" and v}
                      for row in csv.DictReader(file)}
    with open(RESULTS / "trained.csv") as file:
        for row in csv.DictReader(file):
            found = {ours: float(row[theirs]) for ours, theirs in TRAINED.items()}
            activities[row["circuit"]].setdefault("trained", {})[row["dataflow"]] = found
    by_circuit = {}
    for point in points:
        by_circuit.setdefault(point["circuit"], []).append(point)
    return by_circuit, activities


def split(circuit):
    """Operation and formats of a circuit's name."""
    for operation in ("multiply_accumulate", "multiply", "add"):
        if circuit.startswith(operation + "_"):
            formats = circuit[len(operation) + 1:].replace("fp8_", "fp8-").split("_")
            return operation, [f.replace("fp8-", "fp8_") for f in formats]
    raise ValueError(circuit)


def write_curves(curves, activities):
    with open(RESULTS / "curves.toml", "w") as out:
        out.write(HEADER + "# Points from the slowest to the fastest; depth in fan-out-of-four delays, area in NAND2-"
                  "equivalents, settled and\n# switched (with 1, 2, 4 stages) in NAND2-equivalent transitions an "
                  "operation, cut: nets that the narrowest ranks\n# of registers at 1/8 ... 7/8 of the depth hold. Activities: switched with such operands "
                  "over that with random ones;\n# trained: those of a network (operands.toml), and the part of "
                  "the bits of its words that change.\n")
        for circuit, rows in curves.items():
            operation, formats = split(circuit)
            out.write(f'\n[[curve]]\noperation = "{operation}"\nformats = {formats}\n'.replace("'", '"'))
            out.write("points = [\n")
            for row in rows:
                switched = ", ".join(f"{row[f'switched_{s}']:.1f}" for s in STAGES)
                cut = ", ".join(f"{row[f'cut_{k}']:.0f}" for k in CUTS)
                out.write(f"  {{ depth = {row['depth']:.2f}, area = {row['area']:.1f}, settled = {row['settled']:.1f}, "
                          f"switched = [{switched}], cut = [{cut}] }},\n")
            out.write("]\n[curve.activities]\n")
            for name, value in activities[circuit].items():
                if name != "trained":
                    out.write(f"{name} = {value:.3f}\n")
            for dataflow, values in activities[circuit].get("trained", {}).items():
                words = ", ".join(f"{k} = {v:.3f}" for k, v in values.items())
                out.write(f"trained.{dataflow} = {{ {words} }}\n")


def write_fits(curves):
    quantities = [*COSTS, *(f"cut_{k}" for k in CUTS)]
    with open(RESULTS / "fits.toml", "w") as out:
        out.write(HEADER + "# Integer units of any width: each quantity is the sum of coefficients times terms, at "
                  "efforts 0, 1/4, 1/2, 3/4, 1\n# (0: the slowest point of a curve, 1: its fastest, geometric in depth)."
                  " Residuals: (fit - measured) / measured,\n# root mean square and largest over circuits and efforts.\n")
        for operation in TERMS:
            integer = {}
            for circuit, rows in curves.items():
                found, formats = split(circuit)
                if found == operation and formats[0].startswith("int"):
                    widths = [int(f[3:]) for f in formats]
                    n, m, w = widths[0], widths[1] if len(widths) > 1 else widths[0], widths[-1]
                    integer[(n, m, w)] = rows
            out.write(f'\n[{operation}]\nterms = {TERMS[operation]}\n'.replace("'", '"'))
            design = [values_of(operation, *widths) for widths in integer]
            for quantity in quantities:
                table, errors = [], []
                for effort in EFFORTS:
                    targets = [at_effort(rows, effort)[quantity] for rows in integer.values()]
                    found, left = least_squares(design, targets)
                    table.append("[" + ", ".join(f"{c:.5g}" for c in found) + "]")
                    errors += left
                rms = math.sqrt(sum(e * e for e in errors) / len(errors))
                worst = max(errors, key=abs)
                out.write(f"[{operation}.{quantity}]\nresiduals = {{ rms = {rms:.3f}, largest = {worst:.3f} }}\n"
                          f"coefficients = [\n  " + ",\n  ".join(table) + ",\n]\n")


def main():
    by_circuit, activities = read()
    curves = {circuit: curve(points) for circuit, points in by_circuit.items()}
    print(f"wider circuits were raised by at most {calm(curves) - 1:.1%} to those that they contain")
    write_curves(curves, activities)
    write_fits(curves)


if __name__ == "__main__":
    main()
