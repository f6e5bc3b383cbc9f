"""Tables, gauges and HotSpot's files say what the JSON report says, to those that read them."""

import csv
import json
import math

import duckdb
import polars
import pyarrow
import pyarrow.parquet
import pytest
from conftest import nm_trace
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
from runs_with_regions import run  # noqa: F401, a fixture

READERS = {
    "pyarrow from Parquet": ("parquet", lambda path: pyarrow.parquet.read_table(path).to_pylist()),
    "pyarrow from Arrow": ("arrow", lambda path: pyarrow.ipc.open_file(path).read_all().to_pylist()),
    "polars from Parquet": ("parquet", lambda path: polars.read_parquet(path).to_dicts()),
    "polars from Arrow": ("arrow", lambda path: polars.read_ipc(path).to_dicts()),
    "duckdb from Parquet": ("parquet", lambda path: duckdb.read_parquet(str(path)).to_arrow_table().to_pylist()),
}


@pytest.fixture(params=sorted(READERS))
def reader(request):
    return READERS[request.param]


def rows_of_csv(path):
    """Rows of a CSV file, with text as it stands."""
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def as_text(value):
    """What a CSV would be read back as: numbers by their value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else float(value)


def same_rows(rows, of_csv):
    assert len(rows) == len(of_csv) > 0
    for row, expected in zip(rows, of_csv):
        assert list(row) == list(expected)
        for name, value in row.items():
            text = as_text(value)
            assert text == (float(expected[name]) if isinstance(text, float) else expected[name]), name


def counted(report):
    included = [one for one in report["components"] if one["placement"] == "chip" or report["includes_system"]]
    return {component["name"]: component["energy_j"] for component in included}


@pytest.mark.parametrize("more", [[], ["--include-system"]])
def test_power_over_time_sums_to_the_energies_of_the_report(replay, reader, tmp_path, more):
    ending, read = reader
    path, report = replay(f"power.{ending}", "--csv", tmp_path / "power.csv", *more)
    rows = read(path)
    same_rows(rows, rows_of_csv(tmp_path / "power.csv"))
    energy = lambda column: math.fsum(row[column] * (row["end_s"] - row["start_s"]) for row in rows)
    assert energy("power_w") == pytest.approx(report["energy_j"], rel=1e-12, abs=0)
    assert energy("system_power_w") == pytest.approx(report["system_energy_j"], rel=1e-12, abs=0)
    for component, energy_j in counted(report).items():
        assert energy(f"{component}_w") == pytest.approx(energy_j, rel=1e-12, abs=0), component
    assert set(rows[0]) == {"start_cycle", "end_cycle", "start_s", "end_s", "power_w", "system_power_w"} | {
        f"{component}_w" for component in counted(report)
    }
    cycles = [row["start_cycle"] for row in rows] + [rows[-1]["end_cycle"]]
    assert cycles[0] == report["first_cycle"] and cycles[-1] - cycles[0] == report["cycles"]


def test_regions_are_those_of_the_report(replay, reader, tmp_path):
    ending, read = reader
    path, report = replay(f"all.regions.{ending}", "-o", tmp_path / "all.regions.csv")
    rows = read(path)
    same_rows(rows, rows_of_csv(tmp_path / "all.regions.csv"))
    assert len(rows) == len(report["regions"])
    for row, region in zip(rows, report["regions"]):
        kinds = region.pop("energy_by_kind_j")
        components = {f"{one['name']}_energy_j": one["energy_j"] for one in region.pop("components")}
        expected = {"point": report["chip"]["name"], **region, **{f"{kind}_j": kinds[kind] for kind in kinds}, **components}
        assert row == expected


def test_a_file_says_what_it_holds(replay):
    path, report = replay("power.parquet")
    about = {key.decode(): value.decode() for key, value in pyarrow.parquet.read_metadata(path).metadata.items()}
    assert about["nm_trace.table"] == "power"
    assert about["nm_trace.tool"] == report["provenance"]["tool"]
    assert about["nm_trace.schema_version"] == "1"
    assert about["nm_trace.chips"] == report["chip"]["name"]
    assert about["nm_trace.chip_fingerprints"] == report["chip"]["fingerprint"]
    assert float(about["nm_trace.clocks_hz"]) == report["clock_hz"]
    assert about["nm_trace.window_cycles"] == str(report["window_cycles"])
    schema = pyarrow.parquet.read_schema(path)
    assert schema.field("power_w").metadata == {b"unit": b"W"}
    arrow, _ = replay("power.arrow")
    in_arrow = {key.decode(): value.decode() for key, value in pyarrow.ipc.open_file(arrow).schema.metadata.items()}
    assert in_arrow == {key: value for key, value in about.items() if key != "ARROW:schema"}


def summary_of(report):
    """Every number of the summary as (metric with its unit, labels, value), from the JSON report."""
    plain = (
        "duration_s cycles clock_hz window_s energy_j system_energy_j average_power_w tdp_w tdp_headroom_w time_above_tdp_s "
        "inferences energy_per_inference_j macs energy_per_mac_j tops tops_per_w"
    )
    powers = report["power_distribution"]
    found = [(name, {}, report[name]) for name in plain.split()]
    found += [
        ("chip_area_mm2", {}, report["chip"]["area_mm2"]),
        ("largest_step_w", {}, (report["largest_step"] or {}).get("step_w")),
        ("power_minimum_w", {}, powers["minimum_w"]),
        ("events", {}, report["coverage"]["events"]),
        ("unbound_events", {}, report["coverage"]["unbound_events"]),
        ("warnings", {}, len(report["warnings"])),
    ]
    found += [("energy_by_kind_j", {"kind": kind}, value) for kind, value in report["energy_by_kind_j"].items()]
    for percent, key in {"50": "p50", "90": "p90", "95": "p95", "99": "p99", "99.9": "p99_9"}.items():
        found.append(("power_percentile_w", {"percentile": percent}, powers[f"{key}_w"]))
    for peak in report["peak_power"]:
        # Lengths that became the same number of windows are one in the report.
        for length in peak["label"].split(", "):
            labels = {"window": length}
            found += [("peak_power_w", labels, peak["power_w"]), ("peak_power_start_s", labels, peak["start_s"])]
            found.append(("peak_power_window_s", labels, peak["window_s"]))
            for part in peak["components"]:
                found.append(("peak_power_by_component_w", {**labels, "component": part["name"]}, part["power_w"]))
    for component in report["components"]:
        labels = {"component": component["name"]}
        factor = component["activity_factor"]
        found += [
            ("component_energy_j", labels, component["energy_j"]),
            ("component_average_power_w", labels, component["average_power_w"]),
            ("component_activity_factor", labels, factor["mean"]),
            ("component_peak_activity_factor", labels, factor["peak"]),
        ]
        for kind, value in component["energy_by_kind_j"].items():
            found.append(("component_energy_by_kind_j", {**labels, "kind": kind}, value))
        for action in component["actions"]:
            of_action, factor = {**labels, "action": action["name"]}, action["activity_factor"]
            found += [
                ("action_count", of_action, action["count"]),
                ("energy_per_action_j", of_action, action["energy_per_action_j"]),
                ("action_energy_j", of_action, action["energy_j"]),
                ("action_activity_factor", of_action, factor["mean"]),
                ("action_peak_activity_factor", of_action, factor["peak"]),
            ]
    return {(name, frozenset(labels.items())): value for name, labels, value in found if value is not None}


def gauges_of_regions(report):
    keys = "energy_j system_energy_j start_s duration_s average_power_w macs".split()
    found = {}
    for region in report["regions"]:
        identity = "" if region["id"] is None else str(region["id"])
        labels = {"region_kind": region["kind"], "region_id": identity, "region": region["name"]}
        for key in keys:
            if region[key] is not None:
                found[(f"region_{key}", frozenset(labels.items()))] = region[key]
    return found


def test_the_summary_is_that_of_the_report(replay, reader, tmp_path):
    ending, read = reader
    path, report = replay(f"all.summary.{ending}", "-o", tmp_path / "all.summary.csv")
    rows = read(path)
    same_rows(rows, rows_of_csv(tmp_path / "all.summary.csv"))
    found = {}
    for row in rows:
        assert row["point"] == row["chip"] == report["chip"]["name"]
        labels = {name: row[name] for name in ["component", "action", "kind", "window", "percentile"]}
        key = (row["metric"], frozenset((name, value) for name, value in labels.items() if value is not None))
        assert key not in found
        found[key] = row["value"]
        suffix = {"J": "_j", "W": "_w", "s": "_s", "Hz": "_hz", "mm2": "_mm2", "1": ""}[row["unit"]]
        assert row["metric"].endswith(suffix)
    assert found == summary_of(report)


UNITS = {"joules": "_j", "watts": "_w", "seconds": "_s", "hertz": "_hz", "square_millimetres": "_mm2", "ratio": "", "": ""}


def key_of(sample, unit):
    assert sample.name.startswith("nm_trace_") and sample.name.endswith(unit)
    name = sample.name.removeprefix("nm_trace_").removesuffix(f"_{unit}" if unit else "") + UNITS[unit]
    labels = {label: value for label, value in sample.labels.items() if label not in ("chip", "point")}
    return name, frozenset(labels.items())


def test_prometheus_and_openmetrics_read_every_number_of_the_report(replay):
    path, report = replay("run.prom")
    text = path.read_text()
    assert text.endswith("\n# EOF\n")
    families = list(openmetrics(text))
    assert {family.type for family in families} == {"gauge"}
    found = {}
    for family in families:
        for sample in family.samples:
            assert sample.labels["chip"] == sample.labels["point"] == report["chip"]["name"]
            found[key_of(sample, family.unit)] = sample.value
    (run,) = [labels for name, labels in found if name == "run"]
    assert dict(run)["trace"] == " ".join(one["name"] for one in report["provenance"]["inputs"])
    assert found.pop(("run", run)) == 1
    assert found == summary_of(report) | gauges_of_regions(report)
    samples = lambda parser: [(s.name, s.labels, s.value) for family in parser(text) for s in family.samples]
    assert samples(prometheus) == samples(openmetrics)


def test_names_of_any_kind_are_read_back(tmp_path):
    odd = 'a "quoted" \\ name, with a comma and an é'
    trace = tmp_path / "odd.csv"
    region = odd.replace('"', '""')
    header = "start,end,component,action,count,region\n"
    trace.write_text(f'{header}0,10,tensor_unit,mac,5,"layer:{region}"\n')
    outputs = [tmp_path / name for name in ("o.prom", "o.regions.parquet", "o.regions.csv")]
    files = [word for path in outputs for word in ("-o", path)]
    nm_trace("replay", trace, "--chip", "tpu-v1", "--quiet", *files)
    names = {s.labels.get("region") for family in openmetrics(outputs[0].read_text()) for s in family.samples}
    assert odd in names
    assert odd in pyarrow.parquet.read_table(outputs[1])["name"].to_pylist()
    assert odd in [row["name"] for row in rows_of_csv(outputs[2])]


def test_several_chips_have_a_column_each_and_rows_each(run, reader, tmp_path):
    ending, read = reader
    outputs = [tmp_path / f"{name}{ending}" for name in ("power.", "all.regions.", "all.summary.")]
    files = [word for path in [*outputs, tmp_path / "power.csv"] for word in ("-o", path)]
    nm_trace("replay", *run, "--voltage", "0.8V,0.9V", "--quiet", *files)
    power, regions, summary = map(read, outputs)
    same_rows(power, rows_of_csv(tmp_path / "power.csv"))
    points = ["tpu-v1@0.8V", "tpu-v1@0.9V"]
    assert [name for name in power[0] if name.endswith("_w")] == [f"{point}_w" for point in points]
    assert list(dict.fromkeys(row["point"] for row in regions)) == points
    for point in points:
        energies = [row["value"] for row in summary if (row["metric"], row["point"]) == ("energy_j", point)]
        total = math.fsum(row[f"{point}_w"] * (row["end_s"] - row["start_s"]) for row in power)
        assert [pytest.approx(total, rel=1e-12, abs=0)] == energies


def test_many_windows_are_read_back_from_several_row_groups(reader, tmp_path):
    ending, read = reader
    trace, path = tmp_path / "long.csv", tmp_path / f"power.{ending}"
    trace.write_text("start,end,component,action,count\n0,120000,tensor_unit,mac,1200000\n70000,70001,unified_buffer,read,1\n")
    nm_trace("replay", trace, "--chip", "tpu-v1", "--window", "1", "--quiet", "-o", path, "--csv", tmp_path / "power.csv")
    if ending == "parquet":
        assert pyarrow.parquet.read_metadata(path).num_row_groups > 1
    else:
        assert pyarrow.ipc.open_file(path).num_record_batches > 1
    same_rows(read(path), rows_of_csv(tmp_path / "power.csv"))


def hotspot_lines(path):
    """Lines of HotSpot's files: empty ones and, in a floorplan, those that begin with `#` say nothing."""
    return [line.split() for line in path.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]


def hotspot(replay, tmp_path, *more):
    trace, report = replay("run.ptrace", "-o", tmp_path / "run.flp", *more)
    (names, *powers), floorplan = hotspot_lines(trace), hotspot_lines(tmp_path / "run.flp")
    comments = [line for line in (tmp_path / "run.flp").read_text().splitlines() if line.startswith("#")]
    (interval,) = [float(line.split("-sampling_intvl")[1]) for line in comments if "-sampling_intvl" in line]
    assert all(len(line) == len(names) for line in powers)
    return names, [[float(power) for power in line] for line in powers], floorplan, interval, report


def test_hotspot_files_have_the_same_units_and_the_energy_of_the_chip(replay, tmp_path):
    names, powers, floorplan, interval, report = hotspot(replay, tmp_path)
    assert names == [line[0] for line in floorplan] and len(set(names)) == len(names)
    assert interval == report["window_s"]
    windows = {(report["first_cycle"] + at) // report["window_cycles"] for at in (0, report["cycles"] - 1)}
    assert len(powers) == max(windows) - min(windows) + 1
    energy = {name: interval * math.fsum(line[at] for line in powers) for at, name in enumerate(names)}
    assert math.fsum(energy.values()) == pytest.approx(report["energy_j"], rel=1e-12, abs=0)
    areas = {name: float(width) * float(height) for name, width, height, *_ in floorplan}
    on_chip = {one["name"]: one["energy_j"] for one in report["components"] if one["placement"] == "chip"}
    everywhere = math.fsum(energy_j for name, energy_j in on_chip.items() if name not in names)
    for name in names:
        share = everywhere * areas[name] / math.fsum(areas.values())
        assert energy[name] == pytest.approx(on_chip.get(name, 0.0) + share, rel=1e-9, abs=1e-25), name


def test_a_floorplan_tiles_a_square_of_the_chips_area(replay, tmp_path):
    *_, floorplan, _, report = hotspot(replay, tmp_path)
    boxes = [(name, *map(float, numbers)) for name, *numbers in floorplan]
    assert all(len(line) == 5 for line in floorplan)
    assert math.fsum(width * height for _, width, height, _, _ in boxes) == pytest.approx(
        report["chip"]["area_mm2"] * 1e-6, rel=1e-9
    )
    side = max(left + width for _, width, _, left, _ in boxes)
    assert side == pytest.approx(max(bottom + height for _, _, height, _, bottom in boxes), rel=1e-9, abs=0)
    rounding = 1e-12 * side
    for at, (_, width, height, left, bottom) in enumerate(boxes):
        # HotSpot takes what is nearer than a micrometre for one place.
        assert min(width, height) > 2e-6 and left >= 0 and bottom >= 0
        for _, other_width, other_height, other_left, other_bottom in boxes[at + 1 :]:
            across = min(left + width, other_left + other_width) - max(left, other_left)
            up = min(bottom + height, other_bottom + other_height) - max(bottom, other_bottom)
            assert min(across, up) <= rounding
    chip = {one["name"]: one["area_mm2"] for one in chip_report(report)["components"]}
    for name, width, height, _, _ in boxes:
        assert name == "white_space" or width * height == pytest.approx(chip[name] * 1e-6, rel=1e-9, abs=0), name


def chip_report(report):
    return json.loads(nm_trace("chip", report["provenance"]["chip_argument"], "--json"))
