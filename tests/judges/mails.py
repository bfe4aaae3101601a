"""What a mail says to programs that others wrote: Python's email package, and two parsers of iCalendar.

In: a list of mails as they came. Out: for each its headers, its parts with their content, and its calendars as icalendar and vobject
read them.
"""

import json
import sys
from email import message_from_bytes, policy

import icalendar
import vobject


def when(value):
    """An instant with its zone's name, a wall time, or a day."""
    zone = getattr(getattr(value, "tzinfo", None), "key", None)
    return value.isoformat() + (f" {zone}" if zone else "")


def by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    events = []
    for event in calendar.walk("VEVENT"):
        events.append(
            {
                "uid": str(event["UID"]),
                "sequence": int(event["SEQUENCE"]),
                "status": str(event["STATUS"]),
                "summary": str(event["SUMMARY"]),
                "description": str(event["DESCRIPTION"]),
                "location": str(event.get("LOCATION", "")),
                "url": str(event.get("URL", "")),
                "organizer": str(event["ORGANIZER"]),
                "attendees": "ATTENDEE" in event,
                "stamp": when(event["DTSTAMP"].dt),
                "start": when(event["DTSTART"].dt),
                "end": when(event["DTEND"].dt) if "DTEND" in event else None,
                "errors": [str(error) for error in event.errors],
            }
        )
    return {"method": str(calendar["METHOD"]), "events": events, "errors": [str(error) for error in calendar.errors]}


def by_vobject(text):
    calendar = vobject.readOne(text)
    calendar.validate(raiseException=True)
    found = []
    for event in calendar.vevent_list:
        # Its zones are those that the calendar itself brings.
        found.append({"uid": event.uid.value, "sequence": int(event.sequence.value), "start": event.dtstart.value.isoformat()})
    return {"method": calendar.method.value, "events": found}


def judge(raw):
    mail = message_from_bytes(raw.encode("ascii"), policy=policy.default)
    parts, calendars = [], []
    for part in mail.walk():
        if part.is_multipart():
            parts.append({"type": part.get_content_type()})
            continue
        content = part.get_content()
        if isinstance(content, bytes):
            content = content.decode("utf-8")
        parts.append(
            {
                "type": part.get_content_type(),
                "method": part.get_param("method"),
                "charset": part.get_content_charset(),
                "disposition": part.get_content_disposition(),
                "name": part.get_filename(),
                "content": content,
                "defects": [str(defect) for defect in part.defects],
            }
        )
        if part.get_content_type() in ("text/calendar", "application/ics"):
            calendars.append({"icalendar": by_icalendar(content), "vobject": by_vobject(content)})
    headers = {}
    for name, value in mail.items():
        headers.setdefault(name.lower(), []).append(str(value))
    return {
        "headers": headers,
        "defects": [str(defect) for defect in mail.defects] + [str(defect) for value in mail.values() for defect in value.defects],
        "parts": parts,
        "calendars": calendars,
    }


json.dump([judge(mail) for mail in json.load(sys.stdin)], sys.stdout)
