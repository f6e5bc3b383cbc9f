#!/usr/bin/env python3
"""Makes one trace of the benchmark: `traces.py KIND MEGABYTES FILE`. The standard library is enough.

A piece is drawn from a seed and then repeated with other cycles, so that a gigabyte takes seconds; the piece is longer than
what a branch predictor remembers.
"""
import array
import itertools
import os
import random
import sys

# Channels of the chip that prices the traces (tpu-v1), as (component, action, largest count of an event).
CHANNELS = [
    ("tensor_unit", "mac", 65_536),
    ("unified_buffer", "read", 256),
    ("unified_buffer", "write", 256),
    ("accumulators", "read", 256),
    ("accumulators", "write", 256),
    ("weight_fifo", "read", 64),
    ("weight_fifo", "write", 64),
    ("activation_pipeline", "op", 256),
    ("dram", "read", 64),
    ("dram", "write", 64),
]
WINDOW = 1000
DRAWN = 65_521
BATCH = 1 << 14


def drawn_events(length=None):
    """(cycles since the event before, cycles it lasts, channel, count) of a prime number of events."""
    draw = random.Random(1)

    def lasts():
        if length is not None:
            return length
        bound = draw.choices([1, 64, 2_000, 20_000], [60, 25, 12, 3])[0]
        return draw.randint(1, bound)

    return [(draw.choice((0, 0, 1, 1, 2)), lasts(), channel, draw.randint(1, CHANNELS[channel][2]))
            for channel in draw.choices(range(len(CHANNELS)), k=DRAWN)]


def repeated(drawn, first_cycle=0):
    """The drawn events again and again, each as (start, end, its place among the drawn)."""
    start = first_cycle
    while True:
        for place, (gap, length, _, _) in enumerate(drawn):
            start += gap
            yield start, start + length, place


def write_rows(path, size, rows, header=""):
    """Writes rows until the file has `size` bytes or the rows end."""
    with open(path, "w", buffering=1 << 20, encoding="ascii") as trace:
        written = trace.write(header)
        batch = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                written += trace.write("".join(batch))
                batch.clear()
                if written >= size:
                    return
        trace.write("".join(batch))


def events(path, size, length=None, regions=False, count=None):
    """Event CSV in the long form."""
    drawn = drawn_events(length)
    tails = []
    for place, (_, _, channel, number) in enumerate(drawn):
        component, action, _ = CHANNELS[channel]
        region = f",layer:conv{place * 8 // len(drawn)}" if regions else ""
        tails.append(f",{component},{action},{number}{region}\n")
    header = "start,end,component,action,count" + (",region" if regions else "") + "\n"
    # Events of all lengths start where cycles have eight digits, so that their rows have equally many bytes.
    stream = repeated(drawn, 0 if length is None else 20_000_000)
    rows = (f"{start},{end}{tails[place]}" for start, end, place in stream)
    write_rows(path, size, itertools.islice(rows, count), header)


def json_lines(path, size):
    """JSON Lines as a program writes them: the same keys in the same order."""
    drawn = drawn_events()
    tails = [',"component":"{}","action":"{}","count":{}}}\n'.format(*CHANNELS[channel][:2], count)
             for _, _, channel, count in drawn]
    write_rows(path, size, (f'{{"start":{start},"end":{end}{tails[place]}' for start, end, place in repeated(drawn)))


def irregular_json_lines(path, size):
    """JSON Lines as many hands write them: any order of keys, spaces, some escapes."""
    draw = random.Random(2)
    drawn = drawn_events()
    shapes = []
    for _, _, channel, count in drawn:
        component, action, _ = CHANNELS[channel]
        if draw.random() < 0.02:
            component = component.replace("_", "\\u005f")
        colon, comma = draw.choice([(":", ","), (": ", ", "), (" : ", " , ")])
        fields = [f'"start"{colon}\0', f'"end"{colon}\1', f'"component"{colon}"{component}"', f'"action"{colon}"{action}"',
                  f'"count"{colon}{count}']
        draw.shuffle(fields)
        line = "{" + comma.join(fields) + "}\n"
        start_first = line.index("\0") < line.index("\1")
        shapes.append((start_first, *line.replace("\1", "\0").split("\0")))

    def rows():
        for start, end, place in repeated(drawn):
            start_first, head, middle, tail = shapes[place]
            yield f"{head}{start}{middle}{end}{tail}" if start_first else f"{head}{end}{middle}{start}{tail}"

    write_rows(path, size, rows())


def records(path, _):
    """The events of the event CSV beside it as plain records of four 64-bit integers: start, end, channel, count."""
    with open(os.path.join(os.path.dirname(path), "events.csv"), "rb") as trace:
        rows = sum(piece.count(b"\n") for piece in iter(lambda: trace.read(1 << 20), b"")) - 1
    drawn = drawn_events()
    stream = repeated(drawn)
    with open(path, "wb", buffering=1 << 20) as trace:
        for first in range(0, rows, BATCH):
            batch = array.array("q")
            for start, end, place in itertools.islice(stream, min(BATCH, rows - first)):
                batch.extend((start, end, *drawn[place][2:]))
            batch.tofile(trace)


def ifmap_sram(path, size, ports):
    """IFMAP_SRAM_TRACE.csv of an output-stationary array: skewed fill, steady state, drain, fold after fold."""
    length, width = 1200, 27
    bodies = []
    for fold in range(24):
        for row in range(length + 2 * ports - 2):
            fields = ("-1" if not 0 <= row - port < length else
                      str((port + fold * ports) % width * 96 + (port + fold * ports) // width * 2976 + (row - port))
                      for port in range(ports))
            bodies.append("," + ",".join(fields) + "\n")

    def rows():
        cycle = 0
        while True:
            for body in bodies:
                cycle += 1
                yield f"{cycle}{body}"

    write_rows(path, size, rows())


def ifmap_dram(path, size):
    """IFMAP_DRAM_TRACE.csv in CALC mode: bursts of many widths, padded to the widest with phantom 1.0."""
    widest, words = 32, 12_345
    widths = [10, 32, 24, 17, 32, 7, 28, 32, 20, 12, 31, 26]
    bodies = []
    for burst, width in enumerate(widths):
        first = burst * 40_000
        for row in range(-(-words // width)):
            left = words - row * width
            fields = [f"{first + row * width + column}.0" if column < left else "-1.0" for column in range(width)]
            bodies.append(".0," + ",".join(fields + ["1.0"] * (widest - width)) + "\n")

    def rows():
        cycle = -len(bodies)
        while True:
            for body in bodies:
                yield f"{cycle}{body}"
                cycle += 1

    write_rows(path, size, rows())


KINDS = {
    "events.csv": events,
    "events-regions.csv": lambda path, size: events(path, size, regions=True),
    **{f"events-{windows}-windows.csv": lambda path, size, windows=windows:
       events(path, size * 2, length=windows * WINDOW, count=size // 40) for windows in (1, 100, 4000)},
    "events.jsonl": json_lines,
    "events-irregular.jsonl": irregular_json_lines,
    "sram-32.csv": lambda path, size: ifmap_sram(path, size, 32),
    "sram-128.csv": lambda path, size: ifmap_sram(path, size, 128),
    "dram.csv": ifmap_dram,
    "records.bin": records,
}


def main():
    kind, megabytes, path = sys.argv[1:]
    KINDS[kind](path + ".part", int(float(megabytes) * 1e6))
    os.rename(path + ".part", path)


if __name__ == "__main__":
    main()
