//! `veedor man`: the manual page, one for all commands, from the same definitions as `--help`.
//!
//! Prints roff. `systemd/README.md` says how to install it.

use std::fmt::Write;

use clap::{Arg, Command};

use super::{Done, Exit, exit, print};

/// Variables that the program reads, and what they do.
const ENVIRONMENT: [(&str, &str); 8] = [
    (
        "VEEDOR_LOG",
        "What the daemon logs: a level (error, warn, info, debug, trace) for its own events, or filters such as veedor::fetch=debug. Stands above -q and -v.",
    ),
    ("STATE_DIRECTORY", "Where everything is kept when state_dir is not set; systemd sets it from StateDirectory=."),
    (
        "RUNTIME_DIRECTORY",
        "Where the daemon leaves the link by which commands find it; systemd sets it from RuntimeDirectory=. Else XDG_RUNTIME_DIR, else the state folder of the user.",
    ),
    ("CREDENTIALS_DIRECTORY", "Where { credential = \"name\" } is read; systemd sets it from LoadCredential=."),
    (
        "XDG_STATE_HOME, HOME",
        "Where everything is kept when neither state_dir nor STATE_DIRECTORY is set and the watch list is not below /etc.",
    ),
    ("NO_COLOR", "Prints without bold and colours."),
    ("LANG", "The language of the demo when it begins with es."),
    ("VEEDOR_FAILPOINT", "Ends the process at a named point, for tests of crashes."),
];

/// Files, and what they are.
const FILES: [(&str, &str); 6] = [
    ("watchlist.toml", "The watch list in the current folder; without it /etc/veedor/watchlist.toml."),
    ("recipes/*.toml", "Recipes of your own, beside the watch list. They stand before the shipped ones."),
    ("/var/lib/veedor", "Where everything is kept for a watch list below /etc; else ~/.local/state/veedor."),
    ("STATE/store", "The store. STATE/backups is where the newest backup is looked for when it does not open."),
    ("STATE/veedor.sock", "The socket through which commands ask the daemon; only its user and root may."),
    ("/run/veedor/*.sock", "Links to that socket, one a watch list."),
];

/// Prints the page.
pub fn run(command: Command) -> Done {
    print::line(&page(command));
    Ok(Exit::Done)
}

fn page(mut command: Command) -> String {
    command.build();
    let mut page = String::new();
    let version = command.get_version().unwrap_or_default();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    line(&mut page, &format!(".TH veedor 1 \"\" \"veedor {version}\" \"veedor\""));
    section(&mut page, "NAME", "veedor - watches public court records and tells what changed");
    section(&mut page, "SYNOPSIS", "veedor [-c FILE] [--json] [-q|-v] COMMAND …");
    section(&mut page, "DESCRIPTION", &about);
    text(&mut page, "A running daemon answers the commands; without one they open the store themselves.");
    line(&mut page, ".SH OPTIONS");
    command.get_arguments().for_each(|arg| option(&mut page, arg));
    line(&mut page, ".SH COMMANDS");
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        let arguments: Vec<String> = inner.get_positionals().map(ToString::to_string).collect();
        line(&mut page, &format!(".SS {}", escaped(format!("veedor {} {}", inner.get_name(), arguments.join(" ")).trim_end())));
        text(&mut page, &inner.get_about().map(ToString::to_string).unwrap_or_default());
        inner.get_after_help().into_iter().for_each(|more| text(&mut page, &more.to_string()));
        inner.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help").for_each(|arg| option(&mut page, arg));
    }
    let list = |page: &mut String, name: &str, rows: &[(&str, &str)]| {
        line(page, &format!(".SH {name}"));
        for (word, meaning) in rows {
            line(page, &format!(".TP\n\\fB{}\\fR", escaped(word)));
            text(page, meaning);
        }
    };
    list(&mut page, "EXIT STATUS", &exit::meanings());
    list(&mut page, "ENVIRONMENT", &ENVIRONMENT);
    list(&mut page, "FILES", &FILES);
    section(&mut page, "SIGNALS", "SIGHUP makes the daemon read the watch list again; SIGTERM and SIGINT end it.");
    page
}

fn option(page: &mut String, arg: &Arg) {
    let mut names: Vec<String> = Vec::new();
    names.extend(arg.get_short().map(|short| format!("-{short}")));
    names.extend(arg.get_long().map(|long| format!("--{long}")));
    let takes = arg.get_action().takes_values();
    let value = arg.get_value_names().filter(|_| takes).map(|names| names.join(" ")).unwrap_or_default();
    let word = if arg.is_positional() { value } else { format!("{} {value}", names.join(", ")).trim_end().to_owned() };
    line(page, &format!(".TP\n\\fB{}\\fR", escaped(&word)));
    text(page, &arg.get_help().map(ToString::to_string).unwrap_or_default());
}

fn section(page: &mut String, name: &str, body: &str) {
    line(page, &format!(".SH {name}"));
    text(page, body);
}

fn text(page: &mut String, text: &str) {
    line(page, &escaped(text));
}

fn line(page: &mut String, text: &str) {
    // Writing into a text cannot fail.
    let _ = writeln!(page, "{text}");
}

/// Text that roff takes for text.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_page_holds_every_command_with_its_options_and_names_no_other_page() {
        let page = page(super::super::to_be_typed()).replace("\\-", "-");
        for wanted in [
            "veedor deliveries",
            "--dry-run",
            "--repair",
            "--limit N",
            "veedor add <SOURCE> <NUMBER>",
            "VEEDOR_LOG",
            "STATE_DIRECTORY",
            "CREDENTIALS_DIRECTORY",
            "/etc/veedor/watchlist.toml",
            "\\fB69\\fR",
            "daemon not reachable",
        ] {
            assert!(page.contains(wanted), "{wanted}\n{page}");
        }
        assert!(!page.contains("(1)"), "{page}");
        let hidden = super::super::Cli::command().get_subcommands().filter(|inner| inner.is_hide_set()).count();
        assert_eq!(page.matches(".SS veedor ").count() + hidden, super::super::Cli::command().get_subcommands().count());
        assert!(hidden > 0 && !page.contains(crate::store::trial::COMMAND), "{page}");
    }
}
