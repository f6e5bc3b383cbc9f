"""What tests with foreign tools share: the program, runs to report on, and what their reports must say."""

import json
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target" / "debug" / "nm-trace"
# A run that SCALE-Sim wrote, and one of our own format that counts data variants. Runs with regions of several kinds are in
# runs_with_regions.py.
RUNS = {
    "scale-sim": ["fixtures/scale-sim/conv_ws_calc", "--chip", "tpu-v1", "--window", "100"],
    "events": ["fixtures/activity/data.csv", "--chip", "tpu-v1", "--window", "10"],
}


def nm_trace(*arguments, expected=0):
    """Runs the program in the repository's folder and gives what it printed."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == expected, f"exit {done.returncode}: {done.stderr}"
    return done.stdout


@pytest.fixture(params=sorted(RUNS))
def run(request):
    """The arguments of a run."""
    return RUNS[request.param]


@pytest.fixture
def replay(run, tmp_path):
    """Replays the run into a file of that name beside its JSON report; gives the file and the report."""

    def replay(name, *more):
        output, report = tmp_path / name, tmp_path / "the-report.json"
        nm_trace("replay", *run, *more, "-o", output, "-o", report, "--quiet")
        return output, json.loads(report.read_text())

    return replay
