#!/usr/bin/env python3
"""Whether glitches with other numbers of stages than were measured are what the model takes them for: linear in 1/stages
between 1, 2 and 4 stages, in proportion to it beyond. Prints the error of all transitions; writes nothing.

    python3 stages.py
"""

import tempfile
from pathlib import Path

import cells
import reference
import run
from simulation import Simulation

CIRCUITS = {"add_fp32": "ripple_shallow", "add_fp16": "ripple", "multiply_accumulate_bf16_fp32": "ripple_shallow",
            "multiply_accumulate_fp32_fp32": "ripple_shallow"}
OTHERS = (3, 5, 6, 8)


def modelled(glitches, stages):
    for fewer, more in zip(run.STAGES, run.STAGES[1:]):
        if stages <= more:
            part = (1 / fewer - 1 / stages) / (1 / fewer - 1 / more)
            return glitches[fewer] + part * (glitches[more] - glitches[fewer])
    return glitches[run.STAGES[-1]] * run.STAGES[-1] / stages


def main():
    library = cells.load()
    for circuit in run.circuits():
        if circuit["name"] not in CIRCUITS:
            continue
        wanted = CIRCUITS[circuit["name"]]
        architecture = next(found for found in run.architectures(circuit) if found[0] == wanted)
        with tempfile.TemporaryDirectory() as directory:
            netlist = run.synthesise(circuit, architecture, library, Path(directory))
        rows = reference.sequence(circuit, run.OPERATIONS + 1, "random")
        settled, glitches = Simulation(netlist).switched(rows, (*run.STAGES, *OTHERS))
        errors = [f"{s}: {(settled + modelled(glitches, s)) / (settled + glitches[s]) - 1:+.1%}" for s in OTHERS]
        print(circuit["name"], *errors)


if __name__ == "__main__":
    main()
