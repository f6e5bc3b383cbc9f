"""Perfetto's trace processor takes the trace, and integrals of its counters are the report's energies."""

import csv
import gzip
import json
import math

import pytest
from runs_with_regions import run  # noqa: F401, a fixture
from trace_processor import TraceProcessor

COUNTERS = "select t.name as name, c.ts as ts, c.value as value from counter c join counter_track t on c.track_id = t.id order by t.name, c.ts"
SLICES = (
    "select s.ts as ts, s.dur as dur, s.name as name, t.name as track, s.arg_set_id as args from slice s "
    "join thread_track tt on s.track_id = tt.id join thread t using (utid) order by s.ts, s.dur desc"
)
ARGS = "select arg_set_id as of, key as key, coalesce(real_value, int_value, string_value) as value from args"
PROBLEMS = "select name as name, value as value from stats where severity != 'info' and value > 0"


@pytest.fixture(scope="module")
def perfetto():
    trace_processor = TraceProcessor()
    yield trace_processor
    trace_processor.close()


@pytest.fixture
def loaded(replay, perfetto):
    path, report = replay("run.perfetto.json")
    perfetto.load(path.read_bytes())
    assert perfetto.query(PROBLEMS) == []
    return report


def nanoseconds(report, cycle):
    """Where a cycle lies: a run that starts before cycle 0 is moved there."""
    return round((cycle - min(report["first_cycle"], 0)) / report["clock_hz"] * 1e9)


def same(number):
    """The number, but for the last bit: the trace processor does not round decimals to the nearest float."""
    return number if number is None else pytest.approx(number, rel=1e-15, abs=0)


def test_integrals_of_the_counters_are_the_energies(loaded, perfetto):
    tracks = {}
    for name, ts, value in perfetto.query(COUNTERS):
        tracks.setdefault(name, []).append((ts, value))
    on_chip = [one for one in loaded["components"] if one["placement"] == "chip"]
    energies = {f"{one['name']} W": one["energy_j"] for one in on_chip}
    energies |= {"total power W": loaded["energy_j"], "system power W": loaded["system_energy_j"]}
    assert set(tracks) == set(energies)
    end = nanoseconds(loaded, loaded["first_cycle"] + loaded["cycles"])
    for name, points in tracks.items():
        assert points[0][0] == nanoseconds(loaded, loaded["first_cycle"])
        assert points[-1][1] == 0 and points[-1][0] <= end
        steps = list(zip(points, points[1:]))
        energy = math.fsum(value * (later - ts) * 1e-9 for (ts, value), (later, _) in steps)
        # A nanosecond is the least that the trace processor keeps: each step of power may come half of one too early or late.
        rounding = math.fsum(abs(later - value) * 0.5e-9 for (_, value), (_, later) in steps)
        rounding += abs(points[0][1]) * 0.5e-9
        assert abs(energy - energies[name]) <= rounding + 1e-12 * energies[name], name


def test_regions_are_slices_beside_them(loaded, perfetto):
    args = {}
    for of, key, value in perfetto.query(ARGS):
        args.setdefault(of, {})[key.removeprefix("args.")] = value
    slices = perfetto.query(SLICES)
    tracks = {}
    for ts, dur, _, track, _ in slices:
        assert not tracks.get(track) or tracks[track][-1] <= ts, f"slices of {track} overlap"
        tracks.setdefault(track, []).append(ts + dur)
    regions = [region for region in loaded["regions"] if not region["is_remainder"]]
    found = {}
    for ts, dur, name, track, of in slices:
        found.setdefault((track.split(" (")[0], name, args[of].get("id")), []).append((ts, dur, args[of]))
    for region in regions:
        ((ts, dur, of_region),) = found.pop((region["kind"], region["name"], region["id"]))
        assert ts == nanoseconds(loaded, region["start_cycle"])
        assert ts + dur == nanoseconds(loaded, region["start_cycle"] + region["cycles"])
        for key in ("start_cycle", "cycles", "duration_s", "energy_j", "system_energy_j", "average_power_w", "macs"):
            assert of_region.get(key) == same(region[key]), key
        for component in region["components"]:
            assert of_region[f"component_energy_j.{component['name']}"] == same(component["energy_j"])
    for peak in loaded["peak_power"]:
        ((_, _, of_peak),) = found.pop(("peak power", peak["label"], None))
        assert (of_peak["power_w"], of_peak["start_cycle"]) == (same(peak["power_w"]), peak["start_cycle"])
    ((ts, dur, of_run),) = found.pop(("run", loaded["chip"]["name"], None))
    assert (ts, ts + dur) == tuple(nanoseconds(loaded, loaded["first_cycle"] + at) for at in (0, loaded["cycles"]))
    for key in ("energy_j", "average_power_w", "tdp_w", "clock_hz", "first_cycle"):
        assert of_run[key] == same(loaded[key])
    assert not found


def test_a_counter_tells_of_every_change_and_of_nothing_else(replay, tmp_path):
    path, report = replay("run.perfetto.json", "--csv", tmp_path / "power.csv")
    events = [event for event in json.loads(path.read_text())["traceEvents"] if event["ph"] == "C"]
    with open(tmp_path / "power.csv", newline="") as file:
        windows = list(csv.DictReader(file))
    names = [name for name in windows[0] if name.endswith("_w")]
    for column in names:
        name = {"power_w": "total power", "system_power_w": "system power"}.get(column, column.removesuffix("_w"))
        changes, last = [], None
        for cycle, power in [(row["start_cycle"], float(row[column])) for row in windows] + [(windows[-1]["end_cycle"], 0.0)]:
            if power != last:
                changes.append((nanoseconds(report, int(cycle)) / 1000, power))
            last = power
        assert [(event["ts"], event["args"]["W"]) for event in events if event["name"] == name] == changes


def test_the_compressed_trace_is_the_same(replay, perfetto, tmp_path):
    path, _ = replay("run.perfetto.json.gz", "-o", tmp_path / "plain.perfetto.json")
    assert gzip.decompress(path.read_bytes()) == (tmp_path / "plain.perfetto.json").read_bytes()
    perfetto.load(path.read_bytes())
    assert perfetto.query(PROBLEMS) == []
    assert perfetto.query("select count(*) as slices from slice") != [(0,)]
