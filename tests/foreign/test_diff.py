"""A page of `nm-trace diff` in a browser: it draws, asks for nothing, and says what the JSON says."""

import json

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from conftest import nm_trace

RUNS = ["fixtures/scale-sim/conv_ws_calc", "fixtures/scale-sim/conv_os_calc", "--chip", "tpu-v1", "--window", "100"]


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,1600"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, tmp_path):
    """The page, opened, and the difference that it shows."""
    html, document = tmp_path / "diff.html", tmp_path / "diff.json"
    nm_trace("diff", *RUNS, "--quiet", "-o", html, "-o", document)
    browser.get(html.as_uri())
    WebDriverWait(browser, 30).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "#power .scatterlayer .trace"))
    return browser, json.loads(document.read_text())


def requests(browser):
    """The addresses that the page asked for, without those that stand in the page itself."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    addresses = [params["request"]["url"] for params in sent]
    return [address for address in addresses if not address.startswith(("data:", "blob:"))]


def test_the_page_draws_without_complaint_and_asks_for_nothing(page):
    browser, _ = page
    addresses = requests(browser)
    assert all(address.startswith("file:") for address in addresses) and len(set(addresses)) <= 1, addresses
    bars = browser.find_elements(By.CSS_SELECTOR, "#waterfall .waterfalllayer .point")
    assert len(bars) == 7
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_the_waterfall_is_that_of_the_json(page):
    browser, difference = page
    drawn = browser.execute_script("return document.getElementById('waterfall').data[0].y")
    causes = difference["energy"]["causes"]
    resolution = difference["energy"]["resolution_j"]
    expected = [term if abs(term) > resolution else 0 for term in causes.values()]
    assert drawn == [difference["energy"]["energy_a_j"], *expected, difference["energy"]["energy_b_j"]]


def test_layers_of_a_are_drawn_where_those_of_b_are(page):
    browser, _ = page
    times = "return document.getElementById('power').data[0].x"
    ends = "return Math.max(...document.getElementById('power').data[2].x)"
    own = browser.execute_script(times)
    button = browser.find_element(By.ID, "align")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    aligned = browser.execute_script(times)
    assert aligned != own
    assert max(aligned) == pytest.approx(browser.execute_script(ends), rel=1e-9)
    bands = browser.execute_script("return document.getElementById('power').layout.shapes.length")
    assert bands == 3
    button.click()
    assert browser.execute_script(times) == own


def test_the_tables_have_a_row_a_component_and_a_layer(page):
    browser, difference = page
    captions = {
        table.find_element(By.TAG_NAME, "caption").text: table.find_elements(By.CSS_SELECTOR, "tbody tr")
        for table in browser.find_elements(By.TAG_NAME, "table")
    }
    assert len(captions["Energy by layer"]) == len(difference["regions"])
    first = captions["Difference of energy by component and cause"][0]
    largest = max(difference["energy"]["components"], key=lambda component: abs(component["difference_j"]))
    assert first.find_element(By.TAG_NAME, "td").text == largest["name"]
