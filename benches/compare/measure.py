"""Runs commands, interleaved round by round, and keeps what each took."""
import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable


class Disagreement(Exception):
    """A command failed, or found another answer than the others."""


@dataclasses.dataclass
class Command:
    """One program, or several joined by pipes, that reads a trace whole."""

    name: str
    stages: list[list[str]]
    # What its output says of the trace; compared with what the others say.
    answer: Callable[[str], dict] = lambda _: {}
    # The size of what it reads, where that is not the case's trace.
    trace_bytes: int | None = None
    # Which part of the case's trace it reads, where that is not all of it.
    part: str = ""
    # What people use instead, which may be left out.
    is_alternative: bool = False
    wall: list[float] = dataclasses.field(default_factory=list)
    cpu: list[float] = dataclasses.field(default_factory=list)
    peak_bytes: list[int] = dataclasses.field(default_factory=list)
    found: dict = dataclasses.field(default_factory=dict)

    def median(self, of="wall"):
        return statistics.median(getattr(self, of))


def run(command, environment):
    """Runs it once: wall time from the start of the first process to the end of the last, CPU time of all of them, and the
    largest resident set of any."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        processes, source = [], subprocess.DEVNULL
        for number, stage in enumerate(command.stages):
            is_last = number + 1 == len(command.stages)
            sink = output if is_last else subprocess.PIPE
            process = subprocess.Popen(stage, stdin=source, stdout=sink, stderr=errors, env=environment)
            if number:
                source.close()
            source = process.stdout
            processes.append(process)
        cpu, peak, failed = 0.0, 0, False
        for process in processes:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            failed |= process.returncode != 0
            cpu += usage.ru_utime + usage.ru_stime
            peak = max(peak, usage.ru_maxrss * 1024)
        command.wall.append(time.perf_counter() - started)
        command.cpu.append(cpu)
        command.peak_bytes.append(peak)
        output.seek(0)
        errors.seek(0)
        if failed:
            raise Disagreement(f"{command.name} failed: {' | '.join(map(' '.join, command.stages))}\n"
                               f"{errors.read().decode(errors='replace')[-2000:]}")
        return output.read().decode()


def warm(paths):
    """Brings files into the page cache."""
    buffer = bytearray(1 << 20)
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def measure(case, rounds, patience, environment):
    """Runs a case's commands in turn, `rounds` times; one on which `patience` seconds are spent is not run again."""
    warm(case.files())
    for number in range(rounds):
        for command in case.commands:
            if number == 0 or sum(command.wall) < patience:
                output = run(command, environment)
                if number == 0:
                    command.found = command.answer(output)
        print(f"  {case.name}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    agree(case)


def agree(case):
    """Fails unless all commands that name a fact of the same trace name the same."""
    said = {}
    for command in case.commands:
        for fact, value in command.found.items():
            first, before = said.setdefault((command.part, fact), (command.name, value))
            if before != value:
                raise Disagreement(f"{case.name}: {first} and {command.name} disagree on {fact}:\n"
                                   f"{str(before)[:2000]}\n{str(value)[:2000]}")
