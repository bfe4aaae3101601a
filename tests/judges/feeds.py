"""What feeds and calendars say to programs that others wrote.

In: {"atom": [documents], "ics": [documents]}. Out: of each Atom document what the grammar of RFC 4287 and its rules beside it say
against it, and how feedparser reads it; of each calendar how icalendar and vobject read it, event by event.
"""

import json
import os
import sys

import feedparser
import icalendar
import rnc2rng
import vobject
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "atom", "rfc4287.rnc")


def grammar():
    with open(GRAMMAR, encoding="utf-8") as file:
        rng = rnc2rng.dumps(rnc2rng.loads(file.read()))
    # It writes the namespace of attributes without one as a prefix, which XML does not allow.
    return etree.RelaxNG(etree.fromstring(rng.replace(' xmlns:local=""', "").encode()))


SCHEMA = grammar()


def against(text):
    """What is wrong with a document: the grammar, and the rules of Appendix B that are no grammar."""
    try:
        tree = etree.fromstring(text.encode())
    except etree.XMLSyntaxError as error:
        return [f"no XML: {error}"]
    wrong = [] if SCHEMA.validate(tree) else [str(error) for error in SCHEMA.error_log]
    entries = tree.findall(f"{ATOM}entry")
    if tree.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        wrong.append("nobody is the author")
    for entry in entries:
        alternate = [link for link in entry.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        if not alternate and entry.find(f"{ATOM}content") is None:
            wrong.append("an entry has neither a link nor a content")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    if len(set(ids)) != len(ids):
        wrong.append("two entries have one id")
    return wrong


def by_feedparser(text):
    headers = {"content-type": "application/atom+xml; charset=utf-8", "content-location": "http://127.0.0.1/feeds/x/all.atom"}
    read = feedparser.parse(text.encode(), response_headers=headers)
    links = {link["rel"]: link["href"] for link in read.feed.get("links", [])}
    entries = [
        {
            "id": entry.get("id"),
            "title": entry.get("title"),
            "updated": entry.get("updated"),
            "published": entry.get("published"),
            "kinds": [tag["term"] for tag in entry.get("tags", [])],
            "links": {link["rel"]: link["href"] for link in entry.get("links", [])},
            "content": "".join(part["value"] for part in entry.get("content", [])),
        }
        for entry in read.entries
    ]
    feed = read.feed
    return {
        "trouble": str(read.get("bozo_exception")) if read.bozo else None,
        "version": read.version,
        "id": feed.get("id"),
        "title": feed.get("title"),
        "updated": feed.get("updated"),
        "author": feed.get("author"),
        "links": links,
        "entries": entries,
    }


def when(value):
    """An instant with its zone's name, a wall time, or a day."""
    zone = getattr(getattr(value, "tzinfo", None), "key", None)
    return value.isoformat() + (f" {zone}" if zone else "")


def by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    events = [
        {
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "status": str(event["STATUS"]),
            "summary": str(event["SUMMARY"]),
            "start": when(event["DTSTART"].dt),
            "stamp": when(event["DTSTAMP"].dt),
            "modified": when(event["LAST-MODIFIED"].dt),
            "transparent": str(event["TRANSP"]),
            "errors": [str(error) for error in event.errors],
        }
        for event in calendar.walk("VEVENT")
    ]
    heading = {name: str(calendar[name]) for name in calendar if name not in ("REFRESH-INTERVAL",)}
    refresh = calendar["REFRESH-INTERVAL"]
    return {
        "heading": heading,
        "refresh": {"seconds": refresh.dt.total_seconds(), "value": refresh.params.get("VALUE")},
        "events": events,
        "errors": [str(error) for error in calendar.errors],
    }


def by_vobject(text):
    calendar = vobject.readOne(text)
    calendar.validate(raiseException=True)
    # Its zones are those that the calendar itself brings.
    return [
        {"uid": event.uid.value, "sequence": int(event.sequence.value), "status": event.status.value, "start": event.dtstart.value.isoformat()}
        for event in calendar.contents.get("vevent", [])
    ]


asked = json.load(sys.stdin)
json.dump(
    {
        "atom": [{"against": against(text), "feedparser": by_feedparser(text)} for text in asked.get("atom", [])],
        "ics": [{"icalendar": by_icalendar(text), "vobject": by_vobject(text)} for text in asked.get("ics", [])],
    },
    sys.stdout,
)
