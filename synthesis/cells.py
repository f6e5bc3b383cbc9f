"""Reads cells.toml: the cells by name, and the same as a genlib for abc."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Output:
    function: str
    resistance: float
    intrinsic: float
    internal: float


@dataclass(frozen=True)
class Cell:
    name: str
    columns: float
    pins: dict       # input pin -> capacitance
    outputs: dict    # output pin -> Output


@dataclass(frozen=True)
class Library:
    cells: dict
    families: dict            # family -> cell names by rising drive
    fan_out_of_four: float
    nand2_columns: int
    wire_per_pin: float
    reference_charge: float   # switched by one NAND2-equivalent transition


def load():
    data = tomllib.loads((HERE / "cells.toml").read_text())
    cells, families = {}, {}
    for name, cell in data["cells"].items():
        pins = sorted(set(re.findall(r"[a-z]", cell["function"])))
        buffered = cell.get("buffered", False)
        capacitance = {pin: cell.get("pin_capacitance", {}).get(pin, 1.0) for pin in pins}
        for drive in cell["drives"]:
            columns = cell["pairs"] + drive if buffered else cell["pairs"] * drive + 1
            scale = (1 + drive) / 2 if buffered else drive
            internal = cell["internal"] * scale
            output = Output(cell["function"], cell["resistance"] / drive, cell["intrinsic"], internal)
            pins_of_drive = {pin: c * scale for pin, c in capacitance.items()}
            families.setdefault(name, []).append(f"{name}_X{drive}")
            cells[f"{name}_X{drive}"] = Cell(f"{name}_X{drive}", columns, pins_of_drive, {"y": output})
    for name, cell in data["adders"].items():
        pins = "abc" if name == "full_adder" else "ab"
        outputs = {pin: Output(**output) for pin, output in cell["outputs"].items()}
        families[name] = [name]
        cells[name] = Cell(name, cell["columns"], {pin: cell["pin_capacitance"] for pin in pins}, outputs)
    nand2 = cells["NAND2_X1"]
    charge = nand2.outputs["y"].internal + data["reference_fan_out"] * (1.0 + data["wire_per_pin"])
    return Library(cells, families, data["fan_out_of_four"], data["nand2_columns"], data["wire_per_pin"], charge)


def genlib(library):
    """Unit-drive cells of one output for abc's mapper, which takes delays at the reference load of two pins."""
    load = 2 * (1.0 + library.wire_per_pin)
    lines = ["GATE zero 0 y=CONST0;", "GATE one 0 y=CONST1;"]
    for family, drives in library.families.items():
        name = drives[0]
        cell = library.cells[name]
        if family == "BUF" or len(cell.outputs) > 1:
            continue
        output = cell.outputs["y"]
        function = output.function.replace("&", "*").replace("|", "+")
        if "^" in function:
            # genlib has no exclusive or.
            function = {"XOR2": "(a * !b) + (!a * b)", "XNOR2": "(a * b) + (!a * !b)",
                        "MUX2": "(s * b) + (!s * a)"}[family]
        delay = output.intrinsic + output.resistance * load
        lines.append(f"GATE {name} {cell.columns / library.nand2_columns:.4f} y={function}; "
                     f"PIN * UNKNOWN 1 999 {delay:.3f} 0.0 {delay:.3f} 0.0")
    return "\n".join(lines) + "\n"
