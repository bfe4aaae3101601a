"""What chat messages say to programs that others wrote: Slack's own SDK, a parser of CommonMark, and Python's parser of HTML.

In: an object of messages by service, as they were posted. Out: for each what a reader sees as text, the links, what is struck
through, and what the program finds wrong.
"""

import json
import sys
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from slack_sdk.models.blocks import Block


def slack(message):
    found = {"text": "", "links": [], "struck": [], "errors": []}
    if len(message["blocks"]) > 50:
        found["errors"].append("too many blocks")
    for block in message["blocks"]:
        try:
            Block.parse(block).validate_json()
        except Exception as error:  # whatever it is, it is the verdict
            found["errors"].append(f"{type(error).__name__}: {error}")

    def walk(node):
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if node.get("type") in ("text", "plain_text"):
                found["text"] += node["text"]
                if node.get("style", {}).get("strike"):
                    found["struck"].append(node["text"])
            elif node.get("type") == "link":
                found["links"].append(node["url"])
            elif node.get("type") in ("user", "usergroup", "broadcast", "mrkdwn", "channel"):
                found["errors"].append(f"a run that is parsed or calls somebody: {node}")
            else:
                for one in node.values():
                    walk(one)

    walk(message["blocks"])
    return found


def markdown(text):
    found = {"text": "", "links": [], "struck": [], "errors": []}
    struck = False
    for token in MarkdownIt("commonmark").enable("strikethrough").parse(text):
        if token.type in ("html_block", "code_block", "fence"):
            found["errors"].append(f"{token.type}: {token.content}")
        for child in token.children or []:
            if child.type == "text":
                found["text"] += child.content
                if struck:
                    found["struck"].append(child.content)
            elif child.type in ("softbreak", "hardbreak"):
                found["text"] += "\n"
            elif child.type == "link_open":
                found["links"].append(child.attrs["href"])
            elif child.type in ("s_open", "s_close"):
                struck = child.type == "s_open"
            elif child.type in ("code_inline", "html_inline", "image"):
                found["errors"].append(f"{child.type}: {child.content}")
        found["text"] += "\n"
    return found


class Page(HTMLParser):
    EMPTY = ("br", "hr")

    def __init__(self, allowed):
        super().__init__(convert_charrefs=True)
        self.allowed, self.open = allowed, []
        self.found = {"text": "", "links": [], "struck": [], "errors": []}

    def handle_starttag(self, tag, attrs):
        if tag not in self.allowed:
            self.found["errors"].append(f"the tag {tag}")
        if tag == "a":
            self.found["links"].append(dict(attrs).get("href"))
        if tag in self.EMPTY:
            self.found["text"] += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.found["errors"].append(f"</{tag}> ends nothing")

    def handle_data(self, data):
        self.found["text"] += data
        if {"s", "del"} & set(self.open):
            self.found["struck"].append(data)


def html(text, allowed):
    page = Page(allowed)
    page.feed(text)
    page.close()
    page.found["errors"] += [f"<{tag}> is not ended" for tag in page.open]
    return page.found


# core.telegram.org/bots/api, "HTML style"; spec.matrix.org, "m.room.message msgtypes".
TELEGRAM = ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote")
MATRIX = "del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div pre span".split()

messages = json.load(sys.stdin)
verdicts = {
    "slack": slack(messages["slack"]),
    "discord": markdown(messages["discord"]["embeds"][0]["description"]),
    "mattermost": markdown(messages["mattermost"]["attachments"][0]["text"]),
    "telegram": html(messages["telegram"]["text"], TELEGRAM),
    "matrix": html(messages["matrix"]["formatted_body"], MATRIX),
}
json.dump(verdicts, sys.stdout)
