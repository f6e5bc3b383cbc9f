#!/usr/bin/env python3
"""How fast nm-trace reads traces, beside what the machine can do and what else people use.

    python3 benches/compare.py [--scalesim] [--output FILE]

Builds nm-trace, makes the traces (about 13 GB, kept below target/bench-traces), runs all programs in turn, round by round,
checks that they agree on what the traces hold, and prints what each took as Markdown. Needs Python 3.11, cargo, and PyPI for
the alternatives. Close everything else: it measures the whole machine.
"""
import argparse
import os
import re
import sys

from compare import cases, checks, environment, tables
from compare.measure import Disagreement, measure

THREADS = 2
MARK = "<!-- What follows is written by compare.py --output. -->"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=1000, help="size of the main traces [%(default)s]")
    parser.add_argument("--rounds", type=int, default=5, help="how often each program runs; medians are told [%(default)s]")
    parser.add_argument("--patience", type=float, default=12, metavar="SECONDS",
                        help="a program on which so much was spent is not run again for this trace [%(default)s]")
    parser.add_argument("--only", default="", metavar="PATTERN", help="cases whose names a regular expression finds")
    parser.add_argument("--scalesim", action="store_true", help="a real run of SCALE-Sim too; making it takes minutes")
    parser.add_argument("--ours", action="store_true", help="leave the alternatives out: nm-trace and limits only")
    parser.add_argument("--traces", default=os.path.join(environment.TARGET, "bench-traces"), metavar="DIRECTORY")
    parser.add_argument("--nm-trace", metavar="FILE", help="a program to measure instead of this repository's")
    parser.add_argument("--output", metavar="FILE", help="where to write the Markdown [standard output]")
    return parser.parse_args()


def all_cases(make, traces, with_scale_sim):
    """Names and makers of the cases: traces are made for those that are run."""
    def words(kind, title):
        return lambda: cases.words_case(make, kind, title, traces.made(kind + ".csv"), traces.made(kind + ".csv", 0.1))

    def json(name, kind, title):
        return lambda: cases.json_case(make, name, title, traces.made(kind), traces.made(kind, 0.1))

    def nmt(share=1.0):
        trace = traces.made("events.csv", share)
        return traces.converted(trace, trace.removesuffix(".csv") + ".nmt")

    def compressed(kind, ending, title):
        def case():
            plain = traces.made(kind + ".csv", 0.5)
            return cases.compressed_case(make, f"{kind.split('-')[0]}{ending.replace('.', '-')}", title,
                                         traces.compressed(plain, ending), os.path.getsize(plain))
        return case

    yield "sram-32", words("sram-32", "SCALE-Sim SRAM trace, 32 ports")
    yield "sram-128", words("sram-128", "SCALE-Sim SRAM trace, 128 ports")
    yield "dram", words("dram", "SCALE-Sim DRAM trace with phantom padding")
    if with_scale_sim:
        yield "run", lambda: cases.run_case(make, traces.run())
        yield "windows", lambda: cases.windows_case(
            make, traces.run(), traces.converted(traces.run(), traces.run() + "-windows.nmt", "--window", "1000"))
    yield "events", lambda: cases.events_case(make, traces.made("events.csv"), traces.made("events.csv", 0.1))
    yield "regions", lambda: cases.regions_case(make, traces.made("events-regions.csv", 0.5))
    yield "jsonl", json("jsonl", "events.jsonl", "JSON Lines of regular shape")
    yield "irregular", json("irregular", "events-irregular.jsonl", "JSON Lines of irregular shape")
    yield "nmt", lambda: cases.nmt_case(make, nmt(), nmt(0.1), traces.made("records.bin"))
    yield "sram-gz", compressed("sram-32", ".gz", "SCALE-Sim SRAM trace, gzip (sizes and speeds are of the text)")
    yield "sram-zst", compressed("sram-32", ".zst", "SCALE-Sim SRAM trace, zstd (sizes and speeds are of the text)")
    yield "events-gz", compressed("events", ".gz", "Event CSV, gzip (sizes and speeds are of the text)")
    yield "events-zst", compressed("events", ".zst", "Event CSV, zstd (sizes and speeds are of the text)")
    yield "memory", lambda: cases.memory_case(make, traces.made("events.csv", 2), traces.made("events.csv", 0.2))
    yield "lengths", lambda: cases.lengths_case(
        make, {windows: traces.made(f"events-{windows}-windows.csv", 0.3) for windows in (1, 100, 4000)})


def write(path, text):
    """Writes the Markdown; in a page with a line for it, below that line."""
    before = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as page:
            before, line, _ = page.read().partition(MARK)
            before = f"{before}{MARK}\n\n" if line else ""
    with open(path, "w", encoding="utf-8") as page:
        page.write(before + text)


def main():
    options, (load, _, _) = arguments(), os.getloadavg()
    # What is measured is built from these sources: they may change while it is.
    about = (f"{tables.machine(environment.ROOT, environment.REQUIREMENTS, load)} Main traces of {options.megabytes:g} MB, "
             f"{options.rounds} rounds, {options.patience:g} s of patience, {THREADS} threads.")
    programs = environment.programs(options.traces, options.nm_trace)
    make = cases.Maker(programs, THREADS)
    traces = environment.Traces(options.traces, options.megabytes, programs)
    others = dict(os.environ, POLARS_MAX_THREADS=str(THREADS), OMP_NUM_THREADS=str(THREADS), LC_ALL="C")
    measured, failed = [], []
    for name, case in all_cases(make, traces, options.scalesim):
        if re.search(options.only, name):
            case = case()
            if options.ours:
                case.commands = [command for command in case.commands if not command.is_alternative]
            try:
                measure(case, options.rounds, options.patience, others)
                measured.append(case)
            except Disagreement as error:
                # Loud, but not at the price of what else was measured.
                print(f"error: {error}", file=sys.stderr, flush=True)
                failed.append(name)
    if not measured and not failed:
        sys.exit(f"no case is called {options.only!r}")
    found = checks.checks(measured)
    text = "\n".join(tables.document(measured, found, about)) + "\n"
    if options.output:
        write(options.output, text)
    else:
        print(text, end="")
    if failed:
        sys.exit(f"error: not measured, since answers differ: {', '.join(failed)}")


if __name__ == "__main__":
    main()
