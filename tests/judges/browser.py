"""Drives a real browser over the dashboard, step by step, and looks at each page as people who cannot see it well would.

Reads JSON from standard input and writes {"pages": …, "notes": […]} or fails with the step that was not as it should be:

    {"base": "http://127.0.0.1:1234", "chromium": "/usr/bin/chromium", "state": FILE or null, "width": 1280, "scheme": "light",
     "script": true, "steps": [["goto", "/cases"], ["see", "Expedientes"], …]}

`state` keeps cookies from one call to the next. On every page that a step leads to, and that is HTML, it is judged whether it fits the
width, whether a parser of the HTML standard finds an error in it, whether a script of the page failed, and with ["axe"] what axe-core
finds of the rules of WCAG 2.2 A and AA.
"""

import json
import re
import sys

import html5lib
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

asked = json.load(sys.stdin)
PATIENCE = 20_000
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
troubles = []
pages = []


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
    if asked["width"] >= 320 and page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        troubles.append(f"{page.url}: wider than {asked['width']} px")


def settle(page, answers):
    """After a step that may have led to another page."""
    page.wait_for_load_state("load")
    while answers:
        judge_html(page, answers.pop(0))


def axe(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    for violation in found.response["violations"]:
        nodes = "; ".join(node["html"][:160] + " " + node.get("failureSummary", "").replace("\n", " ")[:300] for node in violation["nodes"][:3])
        troubles.append(f"{page.url} ({asked['scheme']}, {asked['width']} px): axe {violation['impact']} {violation['id']}: {nodes}")


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
                ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
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
    elif what == "axe":
        axe(page)
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
        java_script_enabled=asked.get("script", True),
        storage_state=asked.get("state") if asked.get("state") and asked.get("resume") else None,
    )
    page = context.new_page()
    answers = []
    page.on("response", lambda response: response.request.is_navigation_request() and response.status not in (302, 303, 307) and answers.append(response))
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: script: {error}"))
    page.on("dialog", lambda dialog: dialog.accept())
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
    browser.close()

if troubles:
    sys.exit("\n".join(troubles))
json.dump({"pages": len(pages)}, sys.stdout)
