"""The public holidays of the countries that have a calendar, by a program that others wrote: python-holidays.

Run by hand when a calendar changes: `pip install holidays==0.109`, then `python tests/judges/days.py tests/fixtures/days`. It writes one
file a country or state, a line a year with the days from Monday to Friday; `src/days/judged.rs` compares. Where the law moves a day off,
python-holidays lists the day itself too ("observado" is the other one): of such a pair only the day off is written.
"""

import pathlib
import sys

import holidays

YEARS = range(2017, 2036)
PLACES = {"ec": ("EC", None), "co": ("CO", None), "pe": ("PE", None), "br": ("BR", None), "mx": ("MX", None), "us": ("US", None)}
PLACES |= {f"br-{state.lower()}": ("BR", state) for state in ("SP", "RJ", "BA", "RS")}
MARKS = (" (observado)", " (observed)")


def names(text):
    return [name.strip() for name in text.split(";")]


def days(country, state, year):
    found = holidays.country_holidays(country, subdiv=state, years=year)
    plain = lambda name: next((name[: -len(mark)] for mark in MARKS if name.endswith(mark)), None)
    moved = {(plain(name), date) for date, text in found.items() for name in names(text)}
    for date, text in sorted(found.items()):
        goes = lambda name: any(name == other and 0 < abs((date - day).days) < 7 for other, day in moved)
        if date.weekday() < 5 and not all(goes(name) for name in names(text)):
            yield date.strftime("%m-%d")


def main(folder):
    for place, (country, state) in PLACES.items():
        lines = [f"# python-holidays {holidays.__version__}, {country}{'-' + state if state else ''}: Monday to Friday"]
        lines += [f"{year}: {' '.join(days(country, state, year))}" for year in YEARS]
        pathlib.Path(folder, f"{place}.txt").write_text("\n".join(lines) + "\n")


main(sys.argv[1])
