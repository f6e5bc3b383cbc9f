"""What is measured: the traces, and for each what reads it."""
import dataclasses
import json
import os
import shutil
import sys

from .measure import Command
from .traces import CHANNELS

HERE = os.path.dirname(os.path.abspath(__file__))
STREAMS = ("ifmap_sram/read", "filter_sram/read", "ofmap_sram/write",
           "ifmap_dram/read", "filter_dram/read", "ofmap_dram/write")


@dataclasses.dataclass
class Programs:
    """Where the programs stand."""

    nm_trace: str
    limits: str
    python: str
    chip: str


@dataclasses.dataclass
class Case:
    """A trace and the commands that read it."""

    name: str
    title: str
    traces: list[str]
    commands: list[Command]

    def files(self):
        return [file for path in self.traces for file in files_of(path)]

    def __post_init__(self):
        for command in self.commands:
            command.trace_bytes = command.trace_bytes or self.bytes()

    def bytes(self):
        """Of its first trace, which the others are parts or other forms of."""
        return sum(map(os.path.getsize, files_of(self.traces[0])))

    def command(self, name):
        return next((command for command in self.commands if command.name == name), None)

    def events(self):
        return next((command.found["events"] for command in self.commands if "events" in command.found), None)

    def events_of(self, command):
        """How many events a command reads; others than nm-trace do not say."""
        said = {other.part: other.found["events"] for other in self.commands if "events" in other.found}
        return said.get(command.part)


def files_of(path):
    """The files below a directory, or the file itself."""
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(directory, name) for directory, _, names in os.walk(path) for name in names]


# What each program's output says of a trace

def report(text):
    """Of a report of nm-trace."""
    whole = json.loads(text)
    coverage = whole["coverage"]
    counts = {channel["trace_channel"]: int(channel["count"]) for channel in coverage["bound_channels"]}
    facts = {"events": coverage["events"], "cycles": whole["cycles"]}
    if any(stream in counts for stream in STREAMS):
        words = sum(counts.get(stream, 0) for stream in STREAMS)
        facts["words"] = words + sum(skipped["count"] for skipped in coverage["skipped"])
    else:
        facts["counts"] = counts
    if "tensor_unit/mac" in counts and "words" in facts:
        facts["multiply-accumulates"] = counts["tensor_unit/mac"]
    return facts


def alternative(text):
    """Of alternatives.py and of the readers among the limits."""
    found = json.loads(text)
    if "numbered" in found:
        names = (f"{component}/{action}" for component, action, _ in CHANNELS)
        return {"counts": dict(zip(names, found["numbered"]))}
    if found.get("counts"):
        return {"counts": found["counts"]}
    return {"words": found["sum"]} if "sum" in found else {}


def rows(text):
    """Of a count of line ends."""
    return {"rows": json.loads(text)["rows"]}


def first_number(fact):
    return lambda text: {fact: int(text.split()[-2] if " total" in text else text.split()[0])}


def awk_counts(text):
    lines = (line.rsplit(" ", 1) for line in text.splitlines())
    return {"counts": {channel: int(count) for channel, count in lines}}


AWK_EVENTS = 'NR > 1 { sum[$3 "/" $4] += $5 } END { for (channel in sum) printf "%s %.0f\\n", channel, sum[channel] }'
AWK_WORDS = '{ for (port = 2; port <= NF; port++) if ($port != -1) words++ } END { printf "%.0f\\n", words }'


def of_a_tenth(command, tenth):
    """What is too slow for a whole trace, or is to show how time grows."""
    command.part = "a tenth of the file"
    command.name += f", {command.part}"
    command.trace_bytes = os.path.getsize(tenth)
    return command


class Maker:
    """Makes the commands."""

    def __init__(self, programs, threads):
        self.programs, self.threads = programs, threads

    def replay(self, name, trace, *options, threads=None, **keywords):
        argv = self.replay_argv(trace, *options, threads=threads)
        return Command(name, [argv], report, **keywords)

    def replay_argv(self, trace, *options, threads=None):
        return [self.programs.nm_trace, "replay", trace, "--chip", self.programs.chip, "--quiet", "--json", "-",
                "--threads", str(threads or self.threads), *options]

    def ours(self, trace, tenth=None, pipe=True):
        """nm-trace in all its ways of reading."""
        yield self.replay("nm-trace", trace)
        yield self.replay("nm-trace --io read", trace, "--io", "read")
        yield self.replay("nm-trace --threads 1", trace, threads=1)
        if pipe:
            yield Command("cat | nm-trace", [["cat", trace], self.replay_argv("-")], report)
        if tenth:
            yield of_a_tenth(self.replay("nm-trace", tenth), tenth)

    def limit(self, name, job, *traces, answer=lambda _: {}, threads=None):
        return Command(name, [[self.programs.limits, job, str(threads or self.threads), *traces]], answer)

    def crate(self, name, job, *traces):
        """Other Rust readers, which stand among the limits."""
        return Command(name, [[self.programs.limits, job, str(self.threads), *traces]], alternative, is_alternative=True)

    def newlines(self, *traces):
        yield self.limit("newlines, mapped", "newlines-map", *traces, answer=rows)
        yield self.limit("newlines, read", "newlines-read", *traces, answer=rows)

    def visits(self, trace):
        yield self.limit("visiting newlines, mapped", "visit-map", trace, answer=rows)
        yield self.limit("visiting newlines, read", "visit-read", trace, answer=rows)

    def pipes(self, trace):
        yield Command("cat | wc -c", [["cat", trace], ["wc", "-c"]], first_number("bytes"))
        reader = [self.programs.limits, "stream", "1", "/dev/stdin"]
        yield Command("cat | read to the end", [["cat", trace], reader], lambda text: {"bytes": json.loads(text)["sum"]})

    def python(self, name, job, *traces):
        argv = [self.programs.python, os.path.join(HERE, "alternatives.py"), job, *traces]
        return Command(name, [argv], alternative, is_alternative=True)

    def awks(self, program, answer, tenth):
        for awk in filter(shutil.which, ("mawk", "gawk")):
            yield of_a_tenth(Command(awk, [[awk, "-F,", program, tenth]], answer, is_alternative=True), tenth)


def words_case(make, name, title, trace, tenth):
    return Case(name, title, [trace, tenth], [
        *make.ours(trace, tenth),
        *make.newlines(trace),
        Command("wc -l", [["wc", "-l", trace]], first_number("rows")),
        *make.pipes(trace),
        *other_words(make, trace),
        of_a_tenth(make.python("pandas", "pandas_words", tenth), tenth),
        *make.awks(AWK_WORDS, first_number("words"), tenth),
    ])


def other_words(make, *traces):
    yield make.python("polars", "polars_words", *traces)
    yield make.python("duckdb", "duckdb_words", *traces)
    yield make.crate("csv crate", "csv-words", *traces)


def run_case(make, run):
    """A real run of SCALE-Sim: six traces a layer."""
    traces = sorted(path for path in files_of(run) if path.endswith("_TRACE.csv"))
    return Case("run", "A run directory of SCALE-Sim (AlexNet, 32 x 32, ws), multiply-accumulates on", [run], [
        *make.ours(run, pipe=False),
        *make.newlines(*traces),
        Command("wc -l", [["wc", "-l", *traces]], first_number("rows")),
        *other_words(make, *traces),
    ])


def events_case(make, trace, tenth):
    return Case("events", "Event CSV", [trace, tenth], [
        *make.ours(trace, tenth),
        *make.visits(trace),
        *make.newlines(trace),
        Command("wc -l", [["wc", "-l", trace]], first_number("rows")),
        *make.pipes(trace),
        make.python("polars", "polars_events", trace),
        make.python("polars, by window too", "polars_windows", trace),
        make.python("duckdb", "duckdb_events", trace),
        make.crate("csv crate", "csv-events", trace),
        of_a_tenth(make.python("pandas", "pandas_events", tenth), tenth),
        *make.awks(AWK_EVENTS, awk_counts, tenth),
    ])


def regions_case(make, trace):
    return Case("regions", "Event CSV with a column of regions", [trace], [
        *make.ours(trace),
        *make.visits(trace),
        make.python("polars", "polars_events", trace),
    ])


def json_case(make, name, title, trace, tenth):
    return Case(name, title, [trace, tenth], [
        *make.ours(trace, tenth),
        *make.newlines(trace),
        *make.pipes(trace),
        make.python("polars", "polars_json", trace),
        make.python("duckdb", "duckdb_json", trace),
        make.crate("serde_json", "serde-json", trace),
        of_a_tenth(make.python("pandas", "pandas_json", tenth), tenth),
    ])


def nmt_case(make, trace, tenth, records):
    size = os.path.getsize(records)

    def of_records(command):
        command.trace_bytes = size
        return command

    return Case("nmt", "`.nmt` of the event CSV, and its events as records of 32 bytes", [trace, tenth, records], [
        *make.ours(trace, tenth),
        *make.pipes(trace),
        of_records(make.limit("sum of records, mapped", "records-map", records)),
        of_records(make.limit("sum of records, read", "records-read", records)),
        of_records(make.python("numpy, by channel and window", "numpy_windows", records)),
        of_records(make.python("numpy, by channel only", "numpy_channels", records)),
    ])


def windows_case(make, run, windows):
    """The second look at a run."""
    def pricing(text):
        whole = json.loads(text)
        del whole["provenance"]
        return {"report": whole, **report(text)}

    commands = [make.replay("nm-trace", windows), make.replay("nm-trace, the run itself", run)]
    for command in commands:
        command.answer = pricing
    return Case("windows", "`.nmt` of the run, summed over windows of 1,000 cycles", [windows], commands)


def compressed_case(make, name, title, trace, plain_bytes):
    tool = "gzip" if trace.endswith(".gz") else "zstd"
    commands = [
        make.replay("nm-trace", trace),
        Command("cat | nm-trace", [["cat", trace], make.replay_argv("-")], report),
        make.limit("decompressor", tool, trace, threads=1, answer=lambda text: {"bytes": json.loads(text)["sum"]}),
    ]
    if shutil.which(tool):
        commands.append(Command(f"{tool} -dc", [[tool, "-dc", trace], ["wc", "-c"]], first_number("bytes")))
    for command in commands:
        command.trace_bytes = plain_bytes
    return Case(name, title, [trace], commands)


def memory_case(make, trace, tenth):
    return Case("memory", "Resident memory for a large event CSV", [trace, tenth], list(make.ours(trace, tenth)))


def lengths_case(make, traces):
    commands = [make.replay(f"events of {windows} windows", trace, trace_bytes=os.path.getsize(trace))
                for windows, trace in traces.items()]
    for command in commands:
        # The last events of a trace end later, the longer they are.
        command.answer = lambda text: {fact: value for fact, value in report(text).items() if fact != "cycles"}
    return Case("lengths", "As many events of 1, 100 and 4,000 windows", list(traces.values()), commands)
