"""Drives a real browser over the dashboard, step by step, and looks at each page as people who cannot see it well would.

Reads JSON from standard input and writes {"pages": …, "notes": […]} or fails with the step that was not as it should be:

    {"base": "http://127.0.0.1:1234", "chromium": "/usr/bin/chromium", "state": FILE or null, "width": 1280, "scheme": "light",
     "script": true, "steps": [["goto", "/cases"], ["see", "Expedientes"], …]}

`state` keeps cookies from one call to the next. On every page that a step leads to, and that is HTML, it is judged whether it fits the
width, whether a parser of the HTML standard finds an error in it, whether a script of the page failed, whether it asks another site for
anything or opens a dialog of its own, and with ["axe"] what axe-core finds of the rules of WCAG 2.2 A and AA. ["harmless"] looks whether what
others wrote is text on this page and no more, and ["looks", [1280, "light"], …] judges the page in each of these widths and themes.

With "nu", the path of vnu.jar, the Nu HTML checker reads every page in the end, as it came and as it stands with its scripts, and the style.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import html5lib
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Error, expect, sync_playwright

asked = json.load(sys.stdin)
PATIENCE = 20_000
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
troubles = []
pages = []
hostile = set()
for_nu = {}
styles = set()


def judge_html(page, response):
    """The page as it comes, not as the browser mends it: asked for once more, because the browser soon forgets what it got."""
    if response.request.method != "GET" or "text/html" not in response.headers.get("content-type", ""):
        return
    text = page.context.request.get(response.url).body().decode("utf-8")
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    for place, error, data in parser.errors:
        troubles.append(f"{page.url}: HTML: {error} at {place} {data}")
    pages.append(page.url)
    for_nu[f"{page.url} as it came, {page.evaluate('document.documentElement.lang')}"] = text
    if asked["width"] >= 320 and page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        troubles.append(f"{page.url}: wider than {asked['width']} px")


def settle(page, answers):
    """After a step that may have led to another page."""
    page.wait_for_load_state("load")
    while answers:
        try:
            judge_html(page, answers[0])
        except Error as error:
            # What a key set off may begin to load while the page is looked at.
            if "context was destroyed" not in error.message:
                raise
            page.wait_for_load_state("load")
            continue
        answers.pop(0)


def axe(page):
    # It waits for its own script, which never runs there.
    assert asked.get("script", True), "axe needs a browser with script"
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
        # What a browser draws only when one comes to it has no place until then.
        page.evaluate(
            """() => { const all = new CSSStyleSheet(); all.replaceSync("* { content-visibility: visible !important }");
                       document.adoptedStyleSheets.push(all); }"""
        )
    # What is all right is told at length otherwise.
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    for violation in page.evaluate("(options) => axe.run(options)", options)["violations"]:
        nodes = "; ".join(node["html"][:160] + " " + node.get("failureSummary", "").replace("\n", " ")[:300] for node in violation["nodes"][:3])
        troubles.append(f"{page.url} ({asked['scheme']}, {asked['width']} px): axe {violation['impact']} {violation['id']}: {nodes}")


# What is to stand on a page as text alone, and what must not go out at all because nobody could see it.
HARMLESS = r"""() => {
  const found = [];
  if (window.veedorRan !== undefined) found.push(`a script of others ran (${window.veedorRan})`);
  for (const e of document.querySelectorAll("*")) {
    const ours = e.localName === "iframe" && e.getAttribute("src").startsWith("/delays/curves?");
    if (!ours && /^(img|iframe|object|embed|audio|video|math|marquee)$/i.test(e.localName) || (e.localName === "base" && e.hasAttribute("href")))
      found.push(`an element of others: ${e.outerHTML.slice(0, 200)}`);
    for (const a of e.attributes) {
      if (/^on/i.test(a.name) || a.name === "srcdoc") found.push(`${a.name} in ${e.outerHTML.slice(0, 200)}`);
      if (/^(href|src|action|formaction|data|xlink:href)$/i.test(a.name) && !/^(https?:|[/?#]|data:,$)/.test(a.value))
        found.push(`${a.name} leads to ${a.value}`);
    }
  }
  const hidden = document.documentElement.outerHTML.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
  if (hidden) found.push(`U+${hidden[0].codePointAt(0).toString(16)} stands on it`);
  return found;
}"""


def harmless(page):
    troubles.extend(f"{page.url}: {found}" for found in page.evaluate(HARMLESS))
    if "veedorRan" in page.inner_text("body"):
        hostile.add(page.url)


def looks(page, each):
    """The page in each width and theme, without loading it anew."""
    for width, scheme in each:
        asked["width"], asked["scheme"] = width, scheme
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            troubles.append(f"{page.url}: wider than {width} px")
        axe(page)
    styles.update(page.evaluate("[...document.querySelectorAll('link[rel=stylesheet]')].map((link) => link.href)"))
    for_nu[f"{page.url} with its scripts, {page.evaluate('document.documentElement.lang')}"] = page.content()


def nu():
    """All pages and the style at once: the checker takes seconds to start."""
    with tempfile.TemporaryDirectory() as place:
        names = {}
        for number, (name, text) in enumerate(for_nu.items()):
            file = pathlib.Path(place) / f"{number}.{'css' if name.endswith('.css') else 'html'}"
            file.write_text(text, encoding="utf-8", newline="")
            names[file.name] = name
        ask = ["java", "-jar", asked["nu"], "--format", "json", "--exit-zero-always", "--also-check-css"]
        said = subprocess.run([*ask, *(f"{place}/{name}" for name in names)], capture_output=True, text=True, check=True)
    for found in json.loads(said.stderr)["messages"]:
        name = names[found["url"].rsplit("/", 1)[-1]]
        troubles.append(f"{name}: Nu {found.get('subType', found['type'])}: {found['message']} {found.get('extract', '')[:200]!r}")


def do(page, step, answers):
    what, rest = step[0], step[1:]
    if what == "goto":
        page.goto(asked["base"] + rest[0])
    elif what == "click":
        page.get_by_role(rest[0], name=rest[1], exact=len(rest) < 3).first.click()
    elif what == "fill":
        page.get_by_label(rest[0], exact=False).first.fill(rest[1])
    elif what == "select":
        page.get_by_label(rest[0], exact=False).first.select_option(label=rest[1])
    elif what == "choose":
        page.get_by_label(rest[0], exact=False).first.select_option(value=rest[1])
    elif what == "press":
        page.keyboard.press(rest[0])
    elif what == "type":
        page.keyboard.type(rest[0])
    elif what == "tab-to":
        # By the keyboard alone: as many presses of Tab as it takes to come to what bears this name.
        for _ in range(200):
            page.keyboard.press("Tab")
            name = page.evaluate(
                """() => { const e = document.activeElement; if (!e || e === document.body) return '';
                           const l = e.labels && e.labels[0]; return (l ? l.textContent : e.getAttribute('aria-label') || e.textContent || e.value || '').trim(); }"""
            )
            if name.startswith(rest[0]):
                # It is seen, and where it can be seen.
                ring = page.evaluate(
                    """() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
                               return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.right > 0 && r.bottom > 0
                                      && r.left < innerWidth && r.top < innerHeight; }"""
                )
                if not ring:
                    troubles.append(f"{page.url}: the focus on \"{rest[0]}\" cannot be seen")
                return
        raise AssertionError(f"Tab never comes to \"{rest[0]}\"")
    elif what == "see":
        expect(page.locator("body")).to_contain_text(rest[0], timeout=PATIENCE)
    elif what == "see-not":
        expect(page.locator("body")).not_to_contain_text(rest[0], timeout=PATIENCE)
    elif what == "reload-until":
        for _ in range(200):
            if rest[0] in page.inner_text("body"):
                return
            page.wait_for_timeout(150)
            page.reload()
        raise AssertionError(f"\"{rest[0]}\" never comes")
    elif what == "title":
        expect(page).to_have_title(re.compile(re.escape(rest[0])), timeout=PATIENCE)
    elif what == "lang":
        expect(page.locator("html")).to_have_attribute("lang", rest[0], timeout=PATIENCE)
    elif what == "at":
        expect(page).to_have_url(re.compile(re.escape(asked["base"]) + rest[0]), timeout=PATIENCE)
    elif what == "count":
        expect(page.locator(rest[0])).to_have_count(rest[1], timeout=PATIENCE)
    elif what == "focus-in":
        assert page.evaluate("(inside) => document.activeElement.closest(inside) !== null", rest[0]), f"the focus is not in {rest[0]}"
    elif what == "chosen":
        # What a select shows that was come to by the keyboard.
        shown = page.evaluate("document.activeElement.selectedOptions[0].textContent.trim()")
        assert shown == rest[0], f"{shown} is chosen"
    elif what == "language":
        page.context.add_cookies([{"name": "lang", "value": rest[0], "url": asked["base"]}])
    elif what == "axe":
        axe(page)
    elif what == "harmless":
        harmless(page)
    elif what == "looks":
        looks(page, rest)
    elif what == "shot":
        page.screenshot(path=rest[0], full_page=True)
    else:
        raise AssertionError(f"no step is called {what}")


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=asked["chromium"], args=["--no-sandbox"])
    context = browser.new_context(
        viewport={"width": asked["width"], "height": 800},
        color_scheme=asked["scheme"],
        locale=asked.get("locale", "es-EC"),
        # What has the focus is where it is to be at once.
        reduced_motion="reduce",
        java_script_enabled=asked.get("script", True),
        storage_state=asked.get("state") if asked.get("state") and asked.get("resume") else None,
    )
    page = context.new_page()
    answers = []
    page.on("response", lambda response: response.request.is_navigation_request() and response.status not in (302, 303, 307) and answers.append(response))
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: script: {error}"))
    # Our own pages say nothing in this way.
    page.on("dialog", lambda dialog: (troubles.append(f"{page.url}: a dialog says {dialog.message}"), dialog.accept()))
    page.on("request", lambda request: request.url.startswith((asked["base"] + "/", "data:,")) or troubles.append(f"{page.url}: asks {request.url}"))
    # What the policy of a page keeps from running is said here.
    page.on("console", lambda said: "Content Security Policy" in said.text and troubles.append(f"{page.url}: {said.text}"))
    for number, step in enumerate(asked["steps"]):
        try:
            do(page, step, answers)
            if step[0] in ("goto", "click", "press", "reload-until"):
                settle(page, answers)
        except Exception as error:  # noqa: BLE001: whatever it was, the step and the page are what one wants to know
            body = page.inner_text("body")[:3000]
            sys.exit(f"step {number} {step}: {error}\nat {page.url}:\n{body}\n{troubles}")
    if asked.get("state"):
        context.storage_state(path=asked["state"])
    if asked.get("nu"):
        for style in styles:
            for_nu[style] = context.request.get(style).text()
    browser.close()

if asked.get("nu"):
    nu()
if troubles:
    sys.exit("\n".join(troubles))
json.dump({"pages": len(pages), "hostile": len(hostile), "nu": len(for_nu) if asked.get("nu") else 0}, sys.stdout)
