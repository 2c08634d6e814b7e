"""The page in a real browser: nothing sticks out at the width of a phone, and nothing is logged as blocked."""

import re
import shutil
import subprocess

import pytest

from automl.report import html

from .decided import decided, full
from .fixture import ALL

PAGES = {**ALL, "full": full, "decided": decided}
CHROME = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
PROBE = """<script>addEventListener("load", () => {
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll, pre, svg")
    && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + e.className);
  document.title = `width ${document.documentElement.scrollWidth} of ${innerWidth}; ${wide.slice(0, 5)}`;
});</script>"""
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def dump(page, tmp_path, width):
    """The document after loading, as the browser sees it."""
    # A frame, because a headless window is never narrower than 500 pixels.
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    command = [CHROME, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900", "--dump-dom"]
    return subprocess.run(
        [*command, (tmp_path / "page.html").as_uri()], capture_output=True, text=True, timeout=60, check=True
    )


@pytest.mark.browser
@pytest.mark.skipif(CHROME is None, reason="no chromium or chrome found")
@pytest.mark.parametrize("name", ["binary", "multiclass", "regression", "images", "hostile", "full", "decided"])
def test_no_horizontal_scroll_on_a_phone(name, tmp_path):
    page = POLICY.sub("", html.render(PAGES[name]())).replace("</body>", PROBE + "</body>")

    seen = re.search(r"<title>width (\d+) of (\d+); (.*?)</title>", dump(page, tmp_path, 390).stdout)

    assert seen
    assert int(seen[2]) <= 500
    assert int(seen[1]) <= int(seen[2]), seen[3]


@pytest.mark.browser
@pytest.mark.skipif(CHROME is None, reason="no chromium or chrome found")
def test_our_script_passes_the_policy(tmp_path):
    done = dump(html.render(ALL["binary"]()), tmp_path, 1280)

    assert '<button type="button">Candidate</button>' in done.stdout
    assert "Content Security Policy" not in done.stderr
