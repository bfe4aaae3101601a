//! `veedor token`: secrets by which programs use the API.

use std::time::Duration;

use clap::Subcommand;
use serde_json::Value;

use super::{Common, Done, Exit, Failure, ask, print};
use crate::ask::Ask;
use crate::ask::access::Access;
use crate::clock::Clock;
use crate::diag::reader::parse_duration;

/// What stands below the help.
pub const HELP: &str = "A program sends it as `Authorization: Bearer vdr_…`. It is shown once and kept as a hash. A token of a user (--user) may never more than \
its user, and goes with him.\n\nFor example: veedor token add tablero --role viewer --expires 90d";

/// What may follow.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print its secret, this once
    Add {
        /// A name by which it is known, such as that of the program
        name: String,
        /// viewer, editor or admin
        #[arg(long)]
        role: String,
        /// Whose it is
        #[arg(long)]
        user: Option<String>,
        /// After how long it ends, such as 90d; never when absent
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// Print the tokens
    List,
    /// End a token
    Revoke {
        /// Its name
        name: String,
    },
}

/// Runs it.
pub fn run(common: &Common, what: TokenCommand) -> Done {
    match what {
        TokenCommand::List => list(common),
        TokenCommand::Add { name, role, user, expires } => {
            let expires = expires.map(|time| after(&time)).transpose()?;
            let data = ask::ask(common, Ask::Access(Access::AddToken { name, role, user, expires }))?;
            if common.json {
                print::json(&data);
            } else {
                print::line(&print::field(&data, "secret"));
                if !common.quiet {
                    print::aside("this is shown once; keep it where secrets are kept");
                }
            }
            Ok(Exit::Done)
        }
        TokenCommand::Revoke { name } => {
            let data = ask::ask(common, Ask::Access(Access::RevokeToken { name, user: None }))?;
            print::outcome(common, &data, &format!("the token {} opens nothing any more", print::field(&data, "name")));
            Ok(Exit::Done)
        }
    }
}

fn list(common: &Common) -> Done {
    let data = ask::ask(common, Ask::Access(Access::Tokens))?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let tokens = data["tokens"].as_array().map(Vec::as_slice).unwrap_or_default();
    if tokens.is_empty() {
        print::line("there are no tokens; `veedor token add NAME --role viewer` makes one");
        return Ok(Exit::Done);
    }
    let row = |token: &Value| {
        let ends = if token["expires"].is_null() { "never".to_owned() } else { print::minute(token, "expires") };
        vec![print::field(token, "name"), print::field(token, "role"), print::field(token, "user"), ends, print::minute(token, "last_used")]
    };
    print::table(&["NAME", "ROLE", "USER", "ENDS", "LAST USED"], &tokens.iter().map(row).collect::<Vec<_>>());
    Ok(Exit::Done)
}

fn after(time: &str) -> Result<String, Failure> {
    let wrong = || Failure::new(Exit::Usage, format!("\"{time}\" is no time; write --expires 90d, 12h or 365d"));
    let time = parse_duration(time).filter(|time| *time > Duration::ZERO).ok_or_else(wrong)?;
    Ok(Clock::System.now().checked_add(time).map_err(|_| wrong())?.to_string())
}
