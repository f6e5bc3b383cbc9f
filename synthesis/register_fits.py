"""Fits over words, bits and ports of what registers.py measured: results/register_fits.toml.

    python3 register_fits.py        # prints the residuals
"""

import csv
import math

from curves import RESULTS, least_squares

HEADER = """\
# Made by synthesis/register_fits.py from registers_*.csv; not to be edited.
# Logic around the flip-flops of register files: each quantity is the sum of coefficients times terms; n words, b bits,
# p write ports. area in NAND2-equivalents, depth in fan-out-of-four delays, the others in NAND2-equivalent transitions:
# standing for an access with equal words, data for what random words add, written in a read port for each random word
# that is written. Residuals: (fit - measured) / measured, root mean square and largest; of standing and data over their
# sum.
"""
# Circuit -> (file, architecture of registers.csv).
CIRCUITS = {"read": ("read", "and_or"), "broadcast": ("write", "broadcast"), "isolated": ("write", "isolated"),
            "multiplexer": ("write", "multiplexer"), "queue": ("queue", "pointers")}
# A decoder grows with n - 1 (one word needs none) and with the levels of its tree; what is there for each bit of each
# word with n b; a line that selects a word has b pins; ORing the words of a bit takes log2 n levels.
TERMS = {
    ("read", "area"): ["n * b", "b", "(n - 1)", "log2 n"],
    ("read", "depth"): ["1", "log2 n", "log2 b"],
    ("read", "standing"): ["(1 - 1/n) * b", "b * log2 n", "(n - 1)", "log2 n"],
    ("read", "data"): ["b", "(1 - 1/n) * b", "b * log2 n"],
    ("read", "written"): ["b"],
    ("broadcast", "area"): ["n * b", "b", "(n - 1)", "log2 n", "1"],
    ("broadcast", "depth"): ["1", "log2 n", "log2 b"],
    ("broadcast", "standing"): ["(n - 1)", "log2 n", "(1 - 1/n)"],
    ("broadcast", "data"): ["n * b", "b"],
    ("isolated", "area"): ["n * b", "(p - 1) * n * b", "p * (n - 1)", "p * log2 n", "p"],
    ("isolated", "depth"): ["1", "log2 n", "log2 b", "log2 p"],
    ("isolated", "standing"): ["(1 - 1/n) * b", "(n - 1)", "log2 n", "(p - 1)"],
    ("isolated", "data"): ["n * b", "b", "(p - 1) * b"],
    ("multiplexer", "area"): ["n * b", "(p - 1) * n * b", "p * (n - 1)", "p * log2 n", "p"],
    ("multiplexer", "depth"): ["1", "log2 n", "log2 b", "log2 p"],
    ("multiplexer", "standing"): ["(1 - 1/n) * b", "(n - 1)", "log2 n", "(p - 1)"],
    ("multiplexer", "data"): ["n * b", "b", "(p - 1) * b"],
    ("queue", "area"): ["1", "log2 n"],
    ("queue", "depth"): ["1", "log2 n"],
    ("queue", "standing"): ["1", "log2 n"],
}


def value(term, point):
    n, b, p = point["words"], point["bits"], point["ports"]
    factors = {"1": 1.0, "n": n, "b": b, "p": p, "(n - 1)": n - 1, "(p - 1)": p - 1, "(1 - 1/n)": 1 - 1 / n,
               "log2 n": math.log2(n), "log2 b": math.log2(b or 1), "log2 p": math.log2(p)}
    return math.prod(factors[name] for name in term.split(" * "))


def quantity(name, point):
    """The measured value; accesses with data are random less equal words."""
    if name == "standing":
        return point.get("equal", point["random"])
    if name == "data":
        return point["random"] - point["equal"]
    return point[{"area": "area_nand2", "depth": "depth_fo4", "written": "written"}[name]]


def read():
    found = {}
    for circuit, (kind, architecture) in CIRCUITS.items():
        with open(RESULTS / f"registers_{kind}.csv") as file:
            rows = [row for row in csv.DictReader(file) if row["architecture"] == architecture]
        # Of mappings and sizings the smallest: a word is read well within a cycle.
        smallest = {}
        for row in rows:
            point = {k: float(v) for k, v in row.items() if v and k not in ("kind", "architecture")}
            key = (point["words"], point["bits"], point["ports"])
            if key not in smallest or point["area_nand2"] < smallest[key]["area_nand2"]:
                smallest[key] = point
        found[circuit] = list(smallest.values())
    return found


def main():
    measured = read()
    with open(RESULTS / "register_fits.toml", "w") as out:
        out.write(HEADER)
        for (circuit, name), terms in TERMS.items():
            points = [p for p in measured[circuit] if quantity(name, p) > 0.0]
            if circuit == "broadcast":
                points = [p for p in points if p["ports"] == 1]
            scales = [p["random"] if name in ("standing", "data") else quantity(name, p) for p in points]
            found, errors = least_squares([[value(t, p) for t in terms] for p in points],
                                          [quantity(name, p) for p in points], scales)
            rms, worst = math.sqrt(sum(e * e for e in errors) / len(errors)), max(errors, key=abs)
            kept = [(t, c) for t, c in zip(terms, found) if c > 0.0]
            out.write(f'\n[[fit]]\ncircuit = "{circuit}"\nquantity = "{name}"\n')
            out.write("terms = [" + ", ".join(f'"{t}"' for t, _ in kept) + "]\n")
            out.write("coefficients = [" + ", ".join(f"{c:.4g}" for _, c in kept) + "]\n")
            out.write(f"residuals = {{ rms = {rms:.3f}, largest = {worst:.3f} }}\n")
            at = points[errors.index(worst)]
            print(f"{circuit:12} {name:9} {len(points):4} points, rms {rms:.3f}, largest {worst:+.3f} at "
                  f"{at['words']:.0f} x {at['bits']:.0f}, {at['ports']:.0f}:",
                  " + ".join(f"{c:.3g} {t}" for t, c in kept))


if __name__ == "__main__":
    main()
