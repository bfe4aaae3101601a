//! The report of delays as one file of HTML that an organisation prints, mails and puts on a website.
//!
//! The command `veedor report delays` asks for it. It shows a [`Delays`] and reckons nothing of the law and no statistics. The file is whole in itself: no
//! script, no other address, everything that came from outside escaped; the same report gives the same bytes. No word accuses anybody: what no
//! entry shows is not observed, and nothing is called unreasonable.
//!
//! | Part | Where |
//! |---|---|
//! | title, moment, what was left out; the style | `head`, `style` |
//! | one row a case | `status` |
//! | time limits | `limits` |
//! | how long stages take | `survival`: `curves`, `strip` |
//! | calendar of hearings, counts of outcomes | `months`, `tallies` |
//! | each case: time line, figures, entries | `case`: `timeline`, `bars`, `figures` |
//! | counting rules, statistics, versions | `notes` |
//! | words, numbers, marks, tables | `names`, `labels`, `happenings`, `value`, `numbers`, `marks`, `svg`, `page` |

mod bars;
mod case;
#[cfg(test)]
mod claims;
mod curves;
mod figures;
mod happenings;
mod head;
mod labels;
mod limits;
mod marks;
mod months;
mod names;
mod notes;
mod numbers;
mod page;
#[cfg(test)]
pub(crate) mod sample;
mod status;
mod strip;
mod style;
mod survival;
mod svg;
mod tallies;
#[cfg(test)]
mod tests;
mod timeline;
mod value;

use crate::domain::about::Language;
use crate::domain::delays::Delays;
use page::{DRAWN, Page};
pub use style::STYLE;

/// How long each stage takes, by itself: what the dashboard frames. Links begin with `#` and lead to places in the whole report.
pub fn curves(report: &Delays, language: Language) -> String {
    let page = Page::new(report, language);
    let title = head::title(&page);
    let mut out = head::opening(&page, &title);
    out.push_str(&format!("<main class=\"solo\">\n<h1>{title}</h1>\n"));
    out.push_str(&survival::section(&page));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The report as HTML. Of more than three hundred cases only the first have a section of their own, and the file says so.
pub fn html(report: &Delays, language: Language) -> String {
    let page = Page::new(report, language);
    let mut out = head::head(&page);
    out.push_str(&status::section(&page));
    out.push_str(&limits::section(&page));
    out.push_str(&survival::section(&page));
    out.push_str(&months::section(&page));
    out.push_str(&format!("<section id=\"cada\">\n<h2>{}</h2>\n", page.pick("Cada causa", "Each case")));
    out.push_str(&format!("<h3 id=\"marcas\">{}</h3>\n", page.pick("Marcas de las líneas de tiempo", "Marks of the time lines")));
    out.push_str(&format!("<ul class=\"in\">{}{}</ul>\n", marks::lines(language), marks::outcomes(language)));
    for (at, case) in report.cases.iter().enumerate().take(DRAWN) {
        out.push_str(&case::section(&page, at, case));
    }
    if report.cases.len() > DRAWN {
        let others = report.cases.len() - DRAWN;
        let words = page.pick("causas más están solo en las tablas de arriba.", "more cases stand in the tables above only.");
        out.push_str(&format!("<p class=\"note\">{others} {words}</p>\n"));
    }
    out.push_str("</section>\n");
    out.push_str(&notes::section(&page));
    out.push_str("</main>\n</body>\n</html>\n");
    out
}
