//! `veedor sources page`, `feed` and `command`: how a case brings its own source, and which do.
//!
//! Called by `sources`. It asks nobody.

use serde_json::{Value, json};

use super::{Common, Done, Exit, print};
use crate::config::Config;
use crate::recipe::{COMMAND, FEED};

/// How to watch a page that no recipe knows.
const PAGE_HOW: &str = r#"page: any public page, described in the watch list itself. It needs no recipe.

[[case]]
source = "page"
number = "boletines"                  # a name of your own
[case.page]
url   = "https://www.example.org/boletines"
rows  = "article"                     # CSS: one element for each entry
title = "h2"                          # CSS within the row; "h2@title" takes an attribute, "." is the row itself
date  = "time@datetime"               # from here on as you like
link  = "a@href"
# text, key, require, date_format, zone, charset, language, jurisdiction, sliding

Save the page with a browser and try it: veedor extract --source page --case boletines --page FILE
An RSS or Atom feed needs no selectors: `veedor sources feed` shows how.
"#;

const FEED_HOW: &str = r#"feed: any RSS or Atom feed. It needs no recipe and no selectors.

[[case]]
source = "feed"
number = "comunicados"                # a name of your own
[case.feed]
url = "https://www.example.org/feed"
# zone, charset, language, jurisdiction, sliding

Save the feed and try it: veedor extract --source feed --case comunicados --page FILE
"#;

const COMMAND_HOW: &str = r#"command: a program of your own that prints the docket of a case, for a court that no recipe can describe.

[[case]]
source = "command"
number = "2024-00123"                 # given to the program in VEEDOR_CASE
[case.command]
run     = ["/usr/local/bin/my-court", "--quiet"]     # no shell; paths start at this file's folder
timeout = "60s"                       # then it is killed, and all that it started
# title, url, zone, language, jurisdiction, sliding

It prints one docket as JSON on standard output (16 MB at most) and ends with 0:

{"schema": "veedor.docket/1", "source": "my-court", "case": {"number": "2024-00123", "title": "A v. B"},
 "entries": [{"key": "17", "date": "2024-03-13", "title": "Order", "text": "…"}]}

It ends with 3 when it got no page of the case, a block or a reserved case, with 4 when there is no such case, and with anything
else when the court cannot be reached; the last line of its standard error is told as the reason.
It is run in the folder of this file, with PATH, HOME, LANG and TZ of veedor and nothing else of its environment. The courtesy
towards the court is the program's own; veedor runs one program once at a time.
Try what it prints: veedor extract --source command --case 2024-00123 --page FILE
"#;

/// Prints it.
pub fn run(common: &Common, kind: &str, config: Option<&Config>) -> Done {
    let how = match kind {
        FEED => FEED_HOW,
        COMMAND => COMMAND_HOW,
        _ => PAGE_HOW,
    };
    let names = config.map(|config| config.described_names(kind)).unwrap_or_default();
    let address = |name: &str| {
        let source = config.and_then(|config| config.described(kind, name));
        let program = source.and_then(|source| source.program.as_ref()).map(|program| program.program.display().to_string());
        program.or_else(|| source.and_then(|source| Some(source.recipe.case_url(&source.recipe.named()?)))).unwrap_or_default()
    };
    if common.json {
        let listed: Vec<Value> = names.iter().map(|name| json!({"name": name, "url": address(name)})).collect();
        print::json(&json!({"id": kind, "how": how, "pages": listed}));
        return Ok(Exit::Done);
    }
    print::line(how);
    if names.is_empty() {
        print::line(&format!("This watch list has no {kind}."));
    } else {
        let head = [kind.to_uppercase(), if kind == COMMAND { "PROGRAM".to_owned() } else { "ADDRESS".to_owned() }];
        let rows: Vec<_> = names.iter().map(|name| vec![(*name).to_owned(), address(name)]).collect();
        print::table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    }
    Ok(Exit::Done)
}
