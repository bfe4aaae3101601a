//! `veedor user`: who may log in at the dashboard.

use clap::Subcommand;
use serde_json::Value;

use super::secret_input::{self, password};
use super::{Common, Done, Exit, ask, print};
use crate::ask::Ask;
use crate::ask::access::Access;

/// What stands below the help.
pub const HELP: &str = "Roles: a viewer looks, as messages tell it; an editor sees the record as it is, and changes cases, silences and deliveries; an admin \
also sees to users, tokens and the log of what was done (`veedor audit`). Another password or role, and being disabled or removed, ends the sessions of \
a user. docs/access.md says when an account is needed.\n\nFor example: veedor user add ana --role editor";

/// What may follow.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user; the password is asked for twice
    Add {
        /// The name to log in with
        name: String,
        /// viewer, editor or admin
        #[arg(long)]
        role: String,
        /// Read the password from standard input, one line
        #[arg(long)]
        password_stdin: bool,
    },
    /// Print the users
    List,
    /// Set another password
    Passwd {
        /// The user
        name: String,
        /// Read the password from standard input, one line
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give another role
    Role {
        /// The user
        name: String,
        /// viewer, editor or admin
        role: String,
    },
    /// Let a user in no more
    Disable {
        /// The user
        name: String,
    },
    /// Let a user in again
    Enable {
        /// The user
        name: String,
    },
    /// Forget a user, and the user's tokens
    Remove {
        /// The user
        name: String,
    },
}

/// Runs it.
pub fn run(common: &Common, what: UserCommand) -> Done {
    let (question, said): (Access, fn(&Value) -> String) = match what {
        UserCommand::List => return list(common),
        UserCommand::Add { name, role, password_stdin } => {
            secret_input::known_role(&role)?;
            let password = password(&name, password_stdin)?;
            (Access::AddUser { name, role, password }, |user| {
                format!("{} may log in as {}", print::field(user, "name"), print::field(user, "role"))
            })
        }
        UserCommand::Passwd { name, password_stdin } => {
            let password = password(&name, password_stdin)?;
            (Access::Password { name, password }, |user| format!("{} has another password and no open session", print::field(user, "name")))
        }
        UserCommand::Role { name, role } => (Access::Role { name, role }, |user| {
            format!("{} is {} and has no open session", print::field(user, "name"), print::field(user, "role"))
        }),
        UserCommand::Disable { name } => {
            (Access::Disable { name, disabled: true }, |user| format!("{} is let in no more", print::field(user, "name")))
        }
        UserCommand::Enable { name } => {
            (Access::Disable { name, disabled: false }, |user| format!("{} may log in again", print::field(user, "name")))
        }
        UserCommand::Remove { name } => {
            (Access::RemoveUser { name }, |user| format!("{} is forgotten, with all sessions and tokens", print::field(user, "removed")))
        }
    };
    let data = ask::ask(common, Ask::Access(question))?;
    print::outcome(common, &data, &said(&data));
    Ok(Exit::Done)
}

fn list(common: &Common) -> Done {
    let data = ask::ask(common, Ask::Access(Access::Users))?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let users = data["users"].as_array().map(Vec::as_slice).unwrap_or_default();
    if users.is_empty() {
        print::line("there are no users; `veedor user add NAME --role admin` adds one");
    } else {
        let row = |user: &Value| {
            let state =
                if user["disabled"].is_null() { "may log in".to_owned() } else { format!("disabled {}", print::minute(user, "disabled")) };
            let counts = [print::field(user, "sessions"), print::field(user, "tokens"), print::minute(user, "password_changed")];
            [vec![print::field(user, "name"), print::field(user, "role"), state], counts.to_vec()].concat()
        };
        print::table(&["NAME", "ROLE", "STATE", "SESSIONS", "TOKENS", "PASSWORD SET"], &users.iter().map(row).collect::<Vec<_>>());
    }
    if data["login"] == false {
        print::line("no account is needed now: `listen` is of this machine alone; login = true under [web] asks for one");
    }
    Ok(Exit::Done)
}

/// How many there are, as far as a running daemon can be asked: a check must not need a store.
pub(super) fn count(common: &Common) -> Option<usize> {
    match ask::reach(common) {
        Ok(reached @ ask::Reached::Daemon { .. }) => Some(reached.ask(Ask::Access(Access::Users)).ok()?["users"].as_array()?.len()),
        Ok(ask::Reached::Nobody(_)) | Err(_) => None,
    }
}
