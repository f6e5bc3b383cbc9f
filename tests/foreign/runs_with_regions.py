"""Runs for tests of what is written of regions too: one after another, several kinds of them, overlapping ones."""

import pytest
from conftest import RUNS

# A prefetch before cycle 0; layers that overlap, one inside of another, and of one name; a clock whose cycles are no whole
# nanoseconds; a last window that the run covers in part.
OVERLAPPING = """\
# clock_hz: 700000000
# inferences: 1
start,end,component,action,count,region
-7,3,dram,read,5,layer:same
0,100,tensor_unit,mac,16000,layer:same
50,200,unified_buffer,read,150,layer:long one
60,70,tensor_unit,mac,400,layer:inner
0,203,tensor_unit,mac,203,op:whole
"""


@pytest.fixture(params=["scale-sim", "several kinds", "overlapping"])
def run(request, tmp_path):
    """The arguments of a run."""
    if request.param == "overlapping":
        (tmp_path / "overlapping.csv").write_text(OVERLAPPING)
        return [tmp_path / "overlapping.csv", "--chip", "tpu-v1", "--window", "10"]
    if request.param == "several kinds":
        return ["fixtures/activity/long.csv", "--chip", "tpu-v1", "--window", "10"]
    return RUNS["scale-sim"]
