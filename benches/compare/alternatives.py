#!/usr/bin/env python3
"""What people read traces with instead: `alternatives.py JOB FILE...` prints what it found as one JSON object.

Written as a user in a hurry for speed would: streaming, only the columns that are needed, two threads where there are any
(POLARS_MAX_THREADS is set from outside). Each job imports only what it uses.
"""
import json
import sys

THREADS = 2
WINDOW = 1000


def by_channel(rows):
    return {"counts": {f"{component}/{action}": int(count) for component, action, count in rows}}


# Sums of events by channel

def polars_sum(events):
    import polars as pl
    sums = events.group_by("component", "action").agg(pl.col("count").sum()).collect(engine="streaming")
    return by_channel(sums.rows())


def polars_events(path):
    import polars as pl
    return polars_sum(pl.scan_csv(path))


def polars_json(path):
    import polars as pl
    return polars_sum(pl.scan_ndjson(path))


def polars_windows(path):
    """By channel and window of the start: closer to power over time, still without spreading events over windows."""
    import polars as pl
    window = (pl.col("start") // WINDOW).alias("window")
    windows = pl.scan_csv(path).group_by("component", "action", window).agg(pl.col("count").sum())
    return polars_sum(windows)


def duckdb_sum(source):
    import duckdb
    duckdb.sql(f"SET threads = {THREADS}")
    return by_channel(duckdb.sql(f"SELECT component, action, sum(count) FROM {source} GROUP BY ALL").fetchall())


def duckdb_events(path):
    return duckdb_sum(f"read_csv('{path}', header = true)")


def duckdb_json(path):
    columns = "{component: 'VARCHAR', action: 'VARCHAR', count: 'BIGINT'}"
    return duckdb_sum(f"read_json('{path}', format = 'newline_delimited', columns = {columns})")


def pandas_sum(chunks):
    import pandas as pd
    sums = [chunk.groupby(["component", "action"])["count"].sum() for chunk in chunks]
    sums = pd.concat(sums).groupby(level=[0, 1]).sum()
    return by_channel((*channel, count) for channel, count in sums.items())


def pandas_events(path):
    import pandas as pd
    columns = ["component", "action", "count"]
    categories = {"component": "category", "action": "category"}
    # Categories of one chunk are not those of the next: sums are joined by name.
    chunks = pd.read_csv(path, chunksize=1_000_000, usecols=columns, dtype=categories)
    return pandas_sum(chunk.astype({"component": str, "action": str}) for chunk in chunks)


def pandas_json(path):
    import pandas as pd
    return pandas_sum(pd.read_json(path, lines=True, chunksize=200_000))


# Words of SCALE-Sim traces

def polars_words(*paths):
    import polars as pl

    def words(path):
        rows = pl.scan_csv(path, has_header=False)
        ports = rows.collect_schema().names()[1:]
        return rows.select(words=pl.sum_horizontal((pl.col(port) != -1).sum() for port in ports))

    return {"sum": sum(found.item() for found in pl.collect_all([words(path) for path in paths], engine="streaming"))}


def duckdb_words(*paths):
    import duckdb
    duckdb.sql(f"SET threads = {THREADS}")
    total = 0
    for path in paths:
        rows = duckdb.read_csv(path, header=False)
        words = " + ".join(f"count(*) FILTER ({port} <> -1)" for port in rows.columns[1:])
        total += rows.aggregate(words).fetchall()[0][0]
    return {"sum": total}


def pandas_words(*paths):
    import pandas as pd
    chunks = (chunk for path in paths for chunk in pd.read_csv(path, header=None, chunksize=100_000))
    return {"sum": sum(int((chunk.to_numpy()[:, 1:] != -1).sum()) for chunk in chunks)}


# Plain records of 32 bytes: start, end, channel, count

def record_chunks(path):
    import numpy as np
    records = np.memmap(path, dtype=[("start", "<i8"), ("end", "<i8"), ("channel", "<i8"), ("count", "<i8")], mode="r")
    return (records[first:first + (1 << 18)] for first in range(0, len(records), 1 << 18)), len(records)


def numbered(sums):
    return {"numbered": [int(total) for total in sums]}


def numpy_channels(path, channels=10):
    """Sums by channel only."""
    import numpy as np
    chunks, _ = record_chunks(path)
    sums = np.zeros(channels)
    for chunk in chunks:
        sums += np.bincount(chunk["channel"], weights=chunk["count"], minlength=channels)
    return numbered(sums)


def numpy_windows(path, channels=10):
    """Sums by channel and window, events spread over their windows as `nm-trace replay` does it."""
    import numpy as np
    chunks, events = record_chunks(path)
    last = int(np.memmap(path, dtype="<i8", mode="r").reshape(-1, 4)[-(1 << 16):, 1].max())
    shape = (channels, last // WINDOW + 2)
    windows, slope = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    for chunk in chunks:
        start, end, channel, count = (np.ascontiguousarray(chunk[name]) for name in ("start", "end", "channel", "count"))
        first, final = start // WINDOW, (end - 1) // WINDOW
        np.add.at(windows, (channel, first), np.where(first == final, count, 0))
        several = first != final
        start, end, channel, count, first, final = (
            column[several] for column in (start, end, channel, count, first, final))
        # Whole actions up to the end of each window, the last window takes what is left.
        in_first = count * (WINDOW - start % WINDOW) // (end - start)
        before_last = count * (final * WINDOW - start) // (end - start)
        np.add.at(windows, (channel, first), in_first)
        np.add.at(windows, (channel, final), count - before_last)
        inside = final - first > 1
        channel, first, final = channel[inside], first[inside], final[inside]
        rate = (before_last - in_first)[inside] / (final - first - 1)
        np.add.at(slope, (channel, first + 1), rate)
        np.subtract.at(slope, (channel, final), rate)
    return numbered(windows.sum(axis=1) + np.rint(slope.cumsum(axis=1).sum(axis=1)).astype(np.int64))


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
