"""The HTML report in a real browser: Debian's Chromium without a screen, driven through ChromeDriver."""

import json
import math
import pathlib
import re
import shutil
import time

import pytest
from conftest import nm_trace
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,900",
]
DRAWN = "return document.documentElement.dataset.drawnMs"
CHARTS = ["power-chart", "breakdown-chart", "distribution-chart", "lengths-chart", "utilisation-chart"]


class Browser(webdriver.Chrome):
    """A browser of its own, which keeps what the console says and what is requested."""

    def __init__(self, folder):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        # An empty page first: that of a new tab makes requests of its own.
        for flag in [*FLAGS, f"--user-data-dir={folder}", "about:blank"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        super().__init__(options=options, service=Service(shutil.which("chromedriver")))

    def open(self, page):
        self.get("about:blank")
        self.get_log("performance")
        self.get(pathlib.Path(page).as_uri())
        WebDriverWait(self, 60).until(lambda browser: browser.execute_script(DRAWN))

    def one(self, selector):
        return self.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.find_elements(By.CSS_SELECTOR, selector)

    def click(self, selector):
        self.execute_script("arguments[0].scrollIntoView({block: 'center'})", self.one(selector))
        self.one(selector).click()

    def shown(self, selector):
        """The text of an element, seen or scrolled out of view."""
        return self.one(selector).get_attribute("textContent")

    def media(self, **features):
        """Emulates a preference or a medium: `scheme="dark"`, `medium="print"`."""
        preferences = [{"name": "prefers-color-scheme", "value": features.get("scheme", "light")}]
        arguments = {"media": features.get("medium", ""), "features": preferences}
        self.execute_cdp_cmd("Emulation.setEmulatedMedia", arguments)
        time.sleep(1)

    def requests(self):
        """What was asked for since the log was last read."""
        events = [json.loads(entry["message"])["message"] for entry in self.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.quit()


@pytest.fixture
def opened(browser, replay):
    """The page of a run in the browser, and the run's JSON report. Nothing may have gone wrong at the end."""
    browser.media()
    page, report = replay("report.html")
    browser.open(page)
    yield browser, report
    assert browser.get_log("browser") == []
    # What a page holds itself (data:, blob:) does not leave it.
    outside = [url for url in browser.requests() if not url.startswith(("data:", "blob:"))]
    assert outside == [page.as_uri()]


def at(report, path):
    """What stands at `components[3].energy_j`; what is below null is null."""
    value = report
    for key, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        if value is not None:
            value = value[int(index)] if index else value[key]
    return value


def test_all_charts_are_drawn(opened):
    browser, report = opened
    for chart in CHARTS:
        shapes = browser.all(f"#{chart} .trace path")
        assert shapes, chart
    stacked = browser.execute_script(
        "return document.getElementById('power-chart').data.filter(trace => trace.stackgroup).map(trace => trace.name)"
    )
    counted = [part["name"] for part in report["components"] if part["placement"] == "chip" and part["energy_j"] > 0]
    assert sorted(stacked) == sorted(counted)


def test_every_number_of_the_page_is_the_json_reports(opened):
    browser, report = opened
    for button in range(len(report["peak_power"])):
        browser.click(f"#peaks-table tbody tr:nth-child({button + 1}) .choose")
        check_numbers(browser, report, least=8)
    browser.execute_script("document.querySelectorAll('.more').forEach(button => button.click())")
    check_numbers(browser, report, least=200)


def check_numbers(browser, report, least):
    """Walks all numbers in the page: digits as in the report, and a text that says the same, rounded."""
    script = """return [...document.querySelectorAll('[data-value]')].map(found =>
        [found.dataset.path, found.dataset.value, found.textContent])"""
    numbers = browser.execute_script(script)
    assert len(numbers) >= least
    for path, value, text in numbers:
        expected = at(report, path)
        assert (None if value == "null" else float(value)) == expected, path
        assert reads_as(text, expected), f"{path}: {text} for {expected}"


PREFIXES = {name: 10.0 ** (3 * place - 24) for place, name in enumerate("y z a f p n µ m . k M G T P E Z Y".split())}


def reads_as(text, value):
    """Whether a text with an SI prefix, a percentage or a count tells that value to its last digit."""
    if value is None:
        return text == "—"
    if text == "<0.1 %":
        return 0 < abs(value) < 0.0005
    number, unit = re.fullmatch(r"(-?[\d.,]+(?:e-?\d+)?) ?(.*)", text).groups()
    digits = number.replace(",", "")
    scale = 0.01 if unit == "%" else PREFIXES.get(unit[:1] if unit in PREFIXES or unit[1:] in UNITS else ".", 1.0)
    scale *= 1e-12 if unit.endswith(("OPS", "OPS/W")) else 1e-6 if unit == "µm²" else 1.0
    decimals = len(digits.partition(".")[2])
    return abs(float(digits) * scale - value) <= 0.5000001 * 10.0**-decimals * scale


UNITS = ["W", "J", "s", "Hz", "OPS", "OPS/W"]


def test_the_text_report_says_the_same_in_the_same_digits(browser, tmp_path):
    page = tmp_path / "report.html"
    text = nm_trace("replay", "fixtures/scale-sim/conv_ws_user", "--chip", "eyeriss", "--quiet", "-o", page)
    browser.open(page)
    for number in [found.text for found in browser.all("#headline .value [data-value]")]:
        assert number in text


def test_digits_are_rounded_as_in_the_text_report(opened):
    browser, _ = opened
    # Ties go to the even digit; rounding comes before the prefix; exact numbers have no final zeros.
    for value, text in [
        (12.3456e-3, "12.35 mJ"), (999.96, "1.000 kJ"), (-83e-9, "-83 nJ"), (1.0625, "1.062 J"), (1.1875, "1.188 J"),
        (45.2, "45.2 J"), (45.20001, "45.20 J"), (0, "0 J"), (5e-324, "4.941e-324 J"),
    ]:  # fmt: skip
        assert browser.execute_script("return si(arguments[0], 'J')", value) == text


def test_a_click_on_a_peak_zooms_to_it_and_shows_its_power_and_its_cause(opened):
    browser, report = opened
    peak = report["peak_power"][0]
    whole = browser.execute_script("return document.getElementById('power-chart').layout.xaxis.range")
    browser.click("#peaks-table tbody tr:first-child .choose")
    reported = browser.shown("#peaks-table tbody tr:first-child [data-path$=power_w]")
    assert any(reported in label.text for label in browser.all("#power-chart .annotation"))
    # A peak is an average over whole windows; of one that the run covers in part, power over time has the part.
    ends = report["first_cycle"] + report["cycles"]
    if report["first_cycle"] <= peak["start_cycle"] and peak["start_cycle"] + peak["window_cycles"] <= ends:
        assert browser.shown("#highest-in-view") == reported
    start, end = browser.execute_script("return document.getElementById('power-chart').layout.xaxis.range")
    # Such a window may begin before the run, or end after it; the chart does not.
    peak_end = peak["start_s"] + peak["window_s"]
    assert start <= max(peak["start_s"], whole[0]) and min(peak_end, whole[1]) <= end * (1 + 1e-9)
    assert end - start <= whole[1] - whole[0]
    cause = browser.shown("#cause")
    assert reported in cause and (peak["region"] or "no region") in cause
    names = [row.text for row in browser.all("#cause tbody th")]
    assert names == [part["name"] for part in peak["components"] if part["power_w"] > 0]
    browser.click("#zoom-whole")
    assert browser.execute_script("return document.getElementById('power-chart').layout.xaxis.range") == whole


def test_the_mark_of_a_peak_and_the_band_of_a_layer_can_be_clicked(browser, tmp_path):
    page = tmp_path / "report.html"
    nm_trace("replay", "fixtures/scale-sim/conv_ws_user", "--chip", "eyeriss", "--window", "20", "--quiet", "-o", page)
    browser.open(page)
    browser.execute_script("document.getElementById('power').scrollIntoView()")
    mouse = webdriver.ActionChains(browser, duration=50)
    mouse.move_to_element(browser.all("#power-chart .textpoint text")[0]).pause(0.5).click().perform()
    WebDriverWait(browser, 10).until(lambda browser: "Peak over 100 ns" in browser.shown("#cause"))
    browser.click("#zoom-whole")
    mouse = webdriver.ActionChains(browser, duration=50)
    mouse.move_to_element(browser.all("#power-chart .bars path")[1]).pause(0.5).click().perform()
    WebDriverWait(browser, 10).until(lambda browser: "layer layer1" in browser.shown("#cause"))


def test_keys_zoom_and_move_the_chart_of_power(opened):
    browser, _ = opened
    frame = browser.one("#power-frame")
    extent = "const [from, to] = document.getElementById('power-chart').layout.xaxis.range; return to - from"
    whole = browser.execute_script(extent)
    if browser.execute_script("return data.power.bins") <= 4:
        pytest.skip("too few windows to zoom into")
    frame.send_keys("+")
    assert math.isclose(browser.execute_script(extent), whole / 2, rel_tol=1e-6)
    frame.send_keys(Keys.HOME)
    assert browser.execute_script(extent) == whole


def test_tables_sort_by_their_headings(opened):
    browser, report = opened
    heading = "#table-of-components thead th:nth-child(2)"
    rows = "return [...document.querySelectorAll('#table-of-components tbody th')].map(cell => cell.textContent)"
    assert browser.execute_script(rows) == [part["name"] for part in report["components"]]
    browser.one(f"{heading} button").send_keys(Keys.ENTER)
    assert browser.one(heading).get_attribute("aria-sort") == "descending"
    by_energy = sorted(report["components"], key=lambda part: -part["energy_j"])
    assert browser.execute_script(rows) == [part["name"] for part in by_energy]
    browser.one(f"{heading} button").send_keys(Keys.ENTER)
    assert browser.one(heading).get_attribute("aria-sort") == "ascending"
    by_energy = sorted(report["components"], key=lambda part: part["energy_j"])
    assert browser.execute_script(rows) == [part["name"] for part in by_energy]


def test_areas_are_those_of_the_chip(opened, run):
    browser, _ = opened
    chip = json.loads(nm_trace("chip", run[run.index("--chip") + 1], "--json"))
    areas = {part["name"]: part["area_mm2"] for part in chip["design"]["components"]}
    shown = browser.execute_script(
        "return Object.fromEntries(report.components.map((part, index) => [part.name, data.areas.components_mm2[index]]))"
    )
    assert {name: area for name, area in shown.items() if name in areas} == areas


def test_what_is_drawn_is_named_for_those_who_do_not_see_it(opened):
    browser, _ = opened
    for chart in CHARTS:
        assert len(browser.one(f"#{chart}").get_attribute("aria-label")) > 20
    assert all(table.find_elements(By.TAG_NAME, "caption") for table in browser.all("table"))
    assert all(cell.get_attribute("scope") for cell in browser.all("th"))
    assert len(browser.all("h1")) == 1 and browser.one("main") and browser.one("html").get_attribute("lang") == "en"
    unnamed = "return [...document.querySelectorAll('button')].filter(button => !button.textContent.trim() && !button.ariaLabel).length"
    assert browser.execute_script(unnamed) == 0


# What text is read by: 4.5 to 1 (WCAG 2.1, success criterion 1.4.3).
CONTRAST = """
const style = getComputedStyle(document.documentElement);
const light = (name) => {
  const hex = style.getPropertyValue(`--${name}`).trim();
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const linear = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const pairs = [["ink", "paper"], ["ink", "ground"], ["muted", "paper"], ["muted", "ground"], ["link", "paper"],
  ["alarm", "alarm-ground"], ["ink", "notice-ground"], ["ink", "band"], ["ink", "other-band"], ["link", "notice-ground"]];
return pairs.map(([a, b]) => [a, b, (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)]);
"""


def test_light_dark_and_print_can_be_read(opened):
    browser, _ = opened
    ink = "return getComputedStyle(document.querySelector('#power-chart .xtick text, #power-chart .x2tick text')).fill"
    inks = {}
    for name, media in {"light": {}, "dark": {"scheme": "dark"}, "print": {"scheme": "dark", "medium": "print"}}.items():
        browser.media(**media)
        for first, second, contrast in browser.execute_script(CONTRAST):
            assert contrast >= 4.5, f"{name}: {first} on {second} has {contrast:.1f}"
        inks[name] = browser.execute_script(ink)
        for chart in CHARTS:
            assert browser.all(f"#{chart} .trace path"), f"{name}: {chart}"
    # Paper is light, whatever the screen is.
    assert inks["light"] == inks["print"] != inks["dark"]
    assert len(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]) > 10_000


def test_names_from_strangers_are_text(browser, tmp_path):
    name = "</script><img src=x onerror=document.title='broken'><a href='http://example.com'>$x$ %{y}&lt<b>"
    trace = tmp_path / "trace.csv"
    rows = [f'{start},{start + 10},unified_buffer,read,{start},"layer:{name}"' for start in range(0, 500, 10)]
    trace.write_text("\n".join(["start,end,component,action,count,region", *rows, ""]))
    page = tmp_path / "report.html"
    nm_trace("replay", trace, "--chip", "tpu-v1", "--window", "10", "--quiet", "-o", page)
    browser.open(page)
    assert browser.all("img") == [] and "broken" not in browser.title
    assert browser.all("a[href^=http]") == []
    addresses = "return [...document.querySelectorAll('svg a')].map(link => link.getAttribute('xlink:href') ?? link.getAttribute('href'))"
    assert browser.execute_script(addresses) == []
    browser.click("#regions tbody .choose")
    assert name in browser.shown("#cause") and name in browser.shown("#regions tbody")
    assert browser.get_log("browser") == []


def test_a_million_windows_open_and_keep_their_peak(browser, tmp_path):
    trace = tmp_path / "trace.csv"
    # A burst of every length here and there, and one window that nothing else comes near.
    rows = [f"{start},{start + 1 + start % 977},tensor_unit,mac,{start % 65536 * 30}" for start in range(0, 10_000_000, 1_009)]
    rows.append("7654320,7654330,unified_buffer,read,10")
    rows.append("7654320,7654330,tensor_unit,mac,655360")
    in_time = sorted(rows, key=lambda row: int(row.split(",")[0]))
    trace.write_text("\n".join(["# span_cycles: 0..10000000", "start,end,component,action,count", *in_time, ""]))
    page, report = tmp_path / "report.html", tmp_path / "report.json"
    nm_trace("replay", trace, "--chip", "tpu-v1", "--window", "10", "--quiet", "-o", page, "-o", report)
    report = json.loads(report.read_text())
    browser.open(page)
    first = browser.execute_script("return Number(document.documentElement.dataset.firstChartMs)")
    print(f"\n{page.stat().st_size / 1e6:.1f} MB; power was drawn after {first:.0f} ms, all after {browser.execute_script(DRAWN)} ms")
    assert page.stat().st_size < 30e6
    assert browser.execute_script("return data.power.bins") == 1_000_000
    points = "return Math.max(...document.getElementById('power-chart').data.map(trace => trace.x.length))"
    assert browser.execute_script(points) <= 2_050
    peak = browser.shown("#peaks-table tbody tr:first-child [data-path$=power_w]")
    assert browser.shown("#highest-in-view") == peak
    drawn = "return Math.max(...document.getElementById('power-chart').data.find(trace => trace.name === 'highest window').y)"
    assert math.isclose(browser.execute_script(drawn), report["peak_power"][0]["power_w"], rel_tol=1e-6)
    browser.click("#peaks-table tbody tr:first-child .choose")
    assert browser.shown("#highest-in-view") == peak
    stack = """const traces = document.getElementById('power-chart').data.filter(trace => trace.stackgroup);
        const middle = arguments[0]; const at = traces[0].x.findIndex(time => time > middle);
        return Object.fromEntries(traces.map(trace => [trace.name, trace.y[at]]))"""
    middle = report["peak_power"][0]["start_s"] + report["peak_power"][0]["window_s"] / 2
    stacked = browser.execute_script(stack, middle)
    for part in report["peak_power"][0]["components"]:
        assert math.isclose(stacked.get(part["name"], 0.0), part["power_w"], rel_tol=1e-5), part["name"]
    assert browser.get_log("browser") == []
