"""A headless Chromium, spoken to in its DevTools protocol over a pair of pipes."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

OFFLINE = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
"""Neither a page nor the browser itself gets past loopback: no other name resolves."""

# Chromium wants its pipes to be file descriptors 3 and 4 exactly.
ON_PIPES = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""

SECONDS = 30


class Page:
    """One browser tab, with all that it asked for and all that it complained about."""

    def __init__(self, commands: int, answers: int) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._commands, self._answers = commands, answers
        self._buffer, self._last = b"", 0
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(1440, 900)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Run one command of the protocol and give its result."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefer(self, scheme: str) -> None:
        """Be the browser of someone whose system is `light` or `dark`."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def value(self, script: str) -> Any:
        """Evaluate an expression where the page's own scripts live."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, f"{script}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def wait(self, script: str) -> None:
        """Ask an expression until it is true; that an element is not there yet is no error."""
        asked = f"(() => {{ try {{ return Boolean({script}) }} catch {{ return false }} }})()"
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if self.value(asked):
                return
            time.sleep(0.05)
        seen = self.value("document.body?.innerText")
        pytest.fail(f"Never true within {SECONDS} s: {script}\nThe page says: {seen}\nComplaints: {self.complaints}")

    def click(self, selector: str) -> None:
        """Click where the element is, as a hand would, so that whatever covers it is noticed."""
        self.wait(f"document.querySelector({json.dumps(selector)})")
        box = self.value(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def press_enter(self) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Enter", windowsVirtualKeyCode=13, text="\r")

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    @property
    def hosts(self) -> set[str | None]:
        """Where the page asked for anything, its own `data:` images aside."""
        return {urlsplit(url).hostname for url in self.requests if not url.startswith(("data:", "about:"))}

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], SECONDS)
            assert ready, f"Chromium did not answer within {SECONDS} s"
            chunk = os.read(self._answers, 1 << 16)
            assert chunk, "Chromium is gone"
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(parameters["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(parameters["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if parameters["type"] in {"error", "warning", "assert"}:
                self.complaints.append(json.dumps(parameters["args"]))
            case "Log.entryAdded" if parameters["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """Open a tab of a browser that knows nothing yet; `profile` is a folder for what it learns."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on the PATH: install Debian's or Ubuntu's package `chromium`, or Google Chrome")
    commands_in, commands_out = os.pipe()
    answers_in, answers_out = os.pipe()
    options = [*OFFLINE, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
    options += [f"--user-data-dir={profile}", "about:blank"]
    with (profile / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", ON_PIPES, str(commands_in), str(answers_out), program, *options],
            pass_fds=(commands_in, answers_out),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    os.close(commands_in)
    os.close(answers_out)
    try:
        yield Page(commands_out, answers_in)
    finally:
        os.close(commands_out)
        os.close(answers_in)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
