"""Markdown of what was measured."""
import datetime
import os
import platform
import re
import subprocess


def cell(text):
    return text.replace("|", "\\|")


def table(header, rows, left=1):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "|".join(["---"] * left + ["--:"] * (len(header) - left)) + "|"
    for row in rows:
        yield "| " + " | ".join(map(cell, row)) + " |"


def first_match(path, pattern):
    with open(path, encoding="utf-8") as file:
        found = re.search(pattern, file.read(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def machine(root, requirements, load):
    """Where and when this was measured, and with what. `load` is the load average before anything was started."""
    commit = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], capture_output=True, text=True)
    memory = int(first_match("/proc/meminfo", r"MemTotal:\s+(\d+)")) * 1024
    versions = [line.strip().replace("==", " ") for line in open(requirements, encoding="utf-8") if "==" in line]
    processor = first_match("/proc/cpuinfo", r"model name\s*: (.*)")
    return (f"{datetime.date.today()}, nm-trace {commit.stdout.strip() or 'unknown'}, "
            f"{processor}, {os.cpu_count()} cores, {memory / 1e9:.0f} GB, "
            f"{platform.system()} {platform.release()}; {', '.join(versions)}. "
            f"Load average at the start: {load:.1f}.")


def number(value, unit):
    digits = 0 if unit.strip() in ("%", "ms", "kB") else 1 if unit.strip() in ("MB", "B") else 2
    return f"{value:.{digits}f}{unit}"


def check_table(checks):
    rows = []
    for check in checks:
        sign = "≤" if check.at_most else "≥"
        goal = "" if check.goal is None else number(check.goal, check.unit)
        cpu = "" if check.cpu is None else number(check.cpu, check.unit)
        rows.append((check.group, check.what, number(check.value, check.unit), cpu,
                     f"{sign} {number(check.bar, check.unit)}", goal, "✓" if check.met() else "✗"))
    return table(["", "what", "wall", "of CPU time", "bar", "go for", ""], rows, left=2)


def case_table(case):
    ours = next((command for command in case.commands if command.name == "nm-trace"), None)
    rows = []
    for command in case.commands:
        wall, cpu = command.median("wall"), command.median("cpu")
        events = case.events_of(command)
        share = case.bytes() / command.trace_bytes if command.part else 1
        rows.append((
            command.name,
            f"{wall:.3f}",
            f"{cpu:.3f}",
            f"{command.median('peak_bytes') / 1e6:.0f}",
            f"{command.trace_bytes / wall / 1e9:.2f}",
            f"{events / wall / 1e6:.1f}" if events else "",
            f"{wall * share / ours.median('wall'):.2f}" if ours else "",
            f"{cpu * share / ours.median('cpu'):.2f}" if ours else "",
            str(len(command.wall)),
        ))
    header = ["program", "wall s", "CPU s", "peak MB", "GB/s", "M events/s", "wall ÷ ours", "CPU ÷ ours", "runs"]
    return table(header, rows)


def document(cases, checks, about):
    """The whole report."""
    yield about
    yield ""
    if checks:
        yield from check_table(checks)
    for case in cases:
        events = f", {case.events() / 1e6:.1f} million events" if case.events() else ""
        yield ""
        yield f"### {case.name}: {case.title} ({case.bytes() / 1e6:,.0f} MB{events})"
        yield ""
        yield from case_table(case)
