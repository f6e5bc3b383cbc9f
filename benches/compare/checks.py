"""What the project promises of its speed, held against what was measured."""
import dataclasses
import math

from .cases import CHANNELS

NEWLINES = ("newlines, mapped", "newlines, read")
VISITS = ("visiting newlines, mapped", "visiting newlines, read")
RECORDS = ("sum of records, mapped", "sum of records, read")
MB = 1e6
# Memory that the program may take for itself, beside what its windows need.
OWN_BYTES = 64 * MB


@dataclasses.dataclass
class Check:
    """One figure: at least, or at most, a bar."""

    group: str
    what: str
    value: float
    cpu: float | None
    bar: float
    goal: float | None = None
    unit: str = " times"
    at_most: bool = False

    def met(self):
        return self.value <= self.bar if self.at_most else self.value >= self.bar


def best(case, of, *names):
    """The best of the medians of some commands."""
    return min((command.median(of) for command in case.commands if command.name in names), default=math.nan)


def ratio(group, what, case, *others, bar, goal=None, percent=False, ours="nm-trace"):
    """How many times as long the others, the best of them, take."""
    wall, cpu = (best(case, of, *others) / best(case, of, ours) for of in ("wall", "cpu"))
    if percent:
        return Check(group, f"{case.name}: {what}", wall * 100, cpu * 100, bar, goal, " %")
    return Check(group, f"{case.name}: {what}", wall, cpu, bar, goal)


def figure(group, what, value, bar, unit, at_most=True):
    """What is not a ratio of times."""
    return Check(group, what, value, None, bar, None, unit, at_most)


def scale_sim(case):
    if case.name == "run":
        yield ratio("SCALE-Sim", "time of `wc -l` over the same files ÷ ours", case, "wc -l", bar=1)
    yield ratio("SCALE-Sim", "speed ÷ newline count's", case, *NEWLINES, bar=70, goal=85, percent=True)
    yield ratio("SCALE-Sim", "polars' time ÷ ours", case, "polars", bar=15, goal=20)


def windows(case):
    yield figure("SCALE-Sim", "windows: size of the `.nmt`", case.bytes() / 1e3, 1000, " kB")
    yield figure("SCALE-Sim", "windows: time of a replay", best(case, "wall", "nm-trace") * 1e3, 30, " ms")


def events(case):
    yield ratio("Event CSV", "speed ÷ visiting each newline", case, *VISITS, bar=45, goal=60, percent=True)
    yield ratio("Event CSV", "polars' time ÷ ours", case, "polars", bar=9, goal=12)


def json_lines(case):
    yield ratio("JSON Lines", "speed ÷ newline count's", case, *NEWLINES, bar=40, percent=True)
    yield ratio("JSON Lines", "polars' time ÷ ours", case, "polars", bar=10)


def irregular(case):
    yield ratio("JSON Lines", "polars' time ÷ ours (this or the next)", case, "polars", bar=3)
    yield ratio("JSON Lines", "serde_json's time ÷ ours", case, "serde_json", bar=1.5)


def nmt(case):
    yield ratio("`.nmt`", "speed ÷ sum of as many records of 32 bytes", case, *RECORDS, bar=25, percent=True)
    yield ratio("`.nmt`", "numpy's time (by channel and window) ÷ ours", case, "numpy, by channel and window", bar=20)
    yield figure("`.nmt`", "nmt: bytes an event", case.bytes() / case.events(), 8, " B")


def pipe(bar):
    def rule(case):
        yield ratio("Pipe", "speed ÷ `cat | wc -c`", case, "cat | wc -c", bar=bar, percent=True, ours="cat | nm-trace")
    return rule


def compressed(case):
    yield ratio("Compressed", "speed ÷ the decompressor's own", case, "decompressor", bar=90, percent=True)


def memory(case):
    whole, tenth = case.command("nm-trace"), case.command("nm-trace, a tenth of the file")
    windows_bytes = whole.found["cycles"] / 1000 * len(CHANNELS) * 8
    for name in ("nm-trace", "nm-trace --io read", "nm-trace --threads 1", "cat | nm-trace"):
        what = f"{case.bytes() / 1e9:.1f} GB, {name}: peak resident memory"
        peak = case.command(name).median("peak_bytes")
        yield figure("Memory", what, peak / MB, (OWN_BYTES + windows_bytes) / MB, " MB")
    growth = whole.median("peak_bytes") - tenth.median("peak_bytes")
    yield figure("Memory", "growth from a tenth of the file to all", growth / MB, windows_bytes / MB + 4, " MB")


def scaling(case):
    yield ratio("Scaling", "one thread's time ÷ two threads'", case, "nm-trace --threads 1", bar=1.6)
    tenth = case.command("nm-trace, a tenth of the file")
    if tenth:
        share = case.bytes() / tenth.trace_bytes
        wall, cpu = (tenth.median(of) * share / best(case, of, "nm-trace") * 100 for of in ("wall", "cpu"))
        yield Check("Scaling", f"{case.name}: time a byte, a tenth of the file ÷ all of it", wall, cpu, 90, None, " %")


def lengths(case):
    wall, cpu = (max(taken) / min(taken) for taken in (
        [command.median(of) for command in case.commands] for of in ("wall", "cpu")))
    yield Check("Scaling", "lengths: slowest ÷ fastest", wall, cpu, 1.25, at_most=True)


SCALE_SIM = ("sram-32", "sram-128", "dram")
CHECKS = {
    **{name: [scale_sim, pipe(80), scaling] for name in SCALE_SIM},
    "run": [scale_sim, scaling],
    "windows": [windows],
    "events": [events, pipe(60), scaling],
    "regions": [events],
    "jsonl": [json_lines, pipe(60), scaling],
    "irregular": [irregular],
    "nmt": [nmt, pipe(80), scaling],
    **{name: [compressed] for name in ("sram-gz", "sram-zst", "events-gz", "events-zst")},
    "memory": [memory],
    "lengths": [lengths],
}
GROUPS = ["SCALE-Sim", "Event CSV", "JSON Lines", "`.nmt`", "Pipe", "Compressed", "Memory", "Scaling"]


def checks(cases):
    """All that can be said of these cases, in the order of the promises."""
    found = [check for case in cases for rule in CHECKS.get(case.name, []) for check in rule(case)]
    found = [check for check in found if not math.isnan(check.value)]
    return sorted(found, key=lambda check: GROUPS.index(check.group))
