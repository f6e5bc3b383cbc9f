#!/usr/bin/env python3
"""Peak memory of replaying a large trace as a file and through a pipe.

    cargo build --release && python3 benches/memory.py [MEGABYTES]      (default 1000)

Makes an event CSV of that size in a temporary directory and prints, for each way of reading it, wall time, CPU time and
the largest resident set. Fails if one needs more than 300 MB.
"""
import os
import resource
import subprocess
import sys
import tempfile
import time

BINARY = os.path.join(os.path.dirname(__file__), "..", "target", "release", "nm-trace")
LIMIT_MB = 300


def make(path, megabytes):
    with open(path, "w") as trace:
        trace.write("start,end,component,action,count\n")
        cycle = 0
        while trace.tell() < megabytes * 1_000_000:
            trace.write("".join(
                f"{c},{c + 1},unified_buffer,read,1\n{c},{c + 7},tensor_unit,mac,{c * 7919 % 65536}\n"
                for c in range(cycle, cycle + 30_000, 3)))
            cycle += 30_000


def measure(name, command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    pid = subprocess.Popen(command, shell=True, stdout=subprocess.DEVNULL).pid
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    megabytes = max(usage.ru_maxrss, 0) / 1000
    print(f"{name:20} {wall:7.2f} s wall {cpu:7.2f} s CPU {megabytes:8.1f} MB resident")
    return os.waitstatus_to_exitcode(status) == 0 and megabytes <= LIMIT_MB


def main():
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as directory:
        trace = os.path.join(directory, "trace.csv")
        make(trace, megabytes)
        replay = f"exec {BINARY} replay --chip tpu-v1 --json -"
        good = [
            measure("file, mapped", f"{replay} {trace}"),
            measure("file, read", f"{replay} --io read {trace}"),
            measure("pipe", f"cat {trace} | {{ {replay} -; }}"),
        ]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
