//! `veedor feed`: secret addresses of feeds and calendars: which there are, making one, revoking one.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Common, Done, Exit, ask, print};
use crate::ask::Ask;
use crate::ask::board::FeedWanted;

/// What stands below the help.
pub const HELP: &str = "An address is for one person: whoever has it reads what it leads to without logging in, and it says what messages say. \
It is printed once and kept only as a hash; revoke it and make another when it is lost. A calendar does not tell in time: Google reads it again \
every so many hours, Outlook every 3 to 24, Proton every 4 to 16. Use mail or a webhook for urgent moves.\n\n\
For example: veedor feed add --name Ana --tag sobornos";

/// What may follow.
#[derive(Debug, Subcommand)]
pub enum FeedCommand {
    /// Make a secret address for a person; it is printed once
    Add(AddArgs),
    /// Print the addresses: whose, of what, when they were last used
    List,
    /// Revoke an address for good
    Revoke {
        /// The address's id, from `veedor feed list`, or the beginning of it
        id: String,
    },
}

/// What it leads to.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Whose it is, so that one knows later which to revoke
    #[arg(long)]
    name: String,
    /// Only cases with this tag
    #[arg(long, conflicts_with = "case")]
    tag: Option<String>,
    /// Only this case: a number or nickname
    #[arg(long)]
    case: Option<String>,
    /// es or en; the language of the watch list when it is not said
    #[arg(long, value_name = "es|en")]
    lang: Option<String>,
}

/// Prints the addresses, those in use first.
pub fn list(common: &Common) -> Done {
    let data = ask::ask(common, Ask::Feeds)?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let feeds = data["feeds"].as_array().map(Vec::as_slice).unwrap_or_default();
    if feeds.is_empty() {
        print::line("no address was made; `veedor feed add --help` says how");
        return Ok(Exit::Done);
    }
    let row = |feed: &Value| {
        let state = if feed["revoked"].is_null() { "in use".to_owned() } else { format!("revoked {}", print::minute(feed, "revoked")) };
        let used = if feed["used"].is_null() { "never".to_owned() } else { print::field(feed, "used") };
        vec![short(feed), print::field(feed, "name"), scope(feed), print::field(feed, "language"), used, state]
    };
    print::table(&["ID", "NAME", "WHAT", "LANGUAGE", "LAST USED", "STATE"], &feeds.iter().map(row).collect::<Vec<_>>());
    Ok(Exit::Done)
}

/// Makes an address.
pub fn add(common: &Common, args: AddArgs) -> Done {
    let AddArgs { name, tag, case, lang } = args;
    let data = ask::ask(common, Ask::AddFeed(FeedWanted { name, tag, case, language: lang }))?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    if !common.quiet {
        let (name, what, id) = (print::field(&data, "name"), scope(&data), short(&data));
        print::line(&format!("{name}, {what}; printed this once, and revoked with `veedor feed revoke {id}`:"));
    }
    print::line(&print::field(&data, "atom"));
    print::line(&print::field(&data, "ics"));
    Ok(Exit::Done)
}

/// Revokes an address.
pub fn revoke(common: &Common, id: String) -> Done {
    let data = ask::ask(common, Ask::RevokeFeed { id })?;
    print::outcome(common, &data, &format!("the address of {} ({}) opens nothing any more", print::field(&data, "name"), scope(&data)));
    Ok(Exit::Done)
}

fn short(feed: &Value) -> String {
    print::field(feed, "id").chars().take(8).collect()
}

fn scope(feed: &Value) -> String {
    match feed["scope"].as_str() {
        Some("tag") => format!("tag {}", print::field(feed, "tag")),
        Some("case") => format!("case {}", print::field(feed, "case")),
        _ => "all cases".to_owned(),
    }
}
