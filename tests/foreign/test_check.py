"""JUnit XML of `check`, read by junitparser: its cases are the JSON's metrics, and so are its verdicts."""

import json

import junitparser
from conftest import nm_trace

FAILING = {"exceeded", "new", "gone"}


def check(tmp_path, *more, expected=0):
    outputs = ["-o", tmp_path / "check.xml", "-o", tmp_path / "check.json"]
    nm_trace("check", "fixtures/activity/wide.csv", "--chip", "tpu-v1", *more, *outputs, "--quiet", expected=expected)
    xml = junitparser.JUnitXml.fromfile(str(tmp_path / "check.xml"))
    return xml, json.loads((tmp_path / "check.json").read_text())["runs"][0]


def test_junit_has_a_case_for_every_metric_and_a_failure_for_each_that_fails(tmp_path):
    baseline = tmp_path / "energy.toml"
    arguments = ["--baseline", baseline]
    check(tmp_path, *arguments, "--update")
    xml, _ = check(tmp_path, *arguments)
    assert (xml.failures, xml.errors) == (0, 0)

    # A layer that nobody knew: its line is left out of the baseline.
    lines = [line for line in baseline.read_text().splitlines() if not line.startswith("fc1 = ")]
    baseline.write_text("\n".join(lines) + "\n")
    xml, run = check(tmp_path, *arguments, expected=1)
    metrics = run["verdict"]["metrics"]
    (suite,) = xml
    cases = list(suite)
    assert suite.name == run["name"]
    assert [case.name for case in cases] == [metric["name"] for metric in metrics]
    assert xml.tests == suite.tests == len(metrics)
    failed = {case.name for case in cases if case.is_failure}
    assert failed == {metric["name"] for metric in metrics if metric["outcome"] in FAILING} == {"layer.fc1.energy"}
    assert xml.failures == suite.failures == 1
    (result,) = next(case for case in cases if case.is_failure).result
    assert "new" in result.message and "layer fc1 is new" in result.text
