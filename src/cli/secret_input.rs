//! A password that is typed: twice on a terminal without being shown, or one line of standard input.
//!
//! Used by `user`. It is never an argument, because every user of the machine can read those.

use std::io::{BufRead, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::{Exit, Failure};
use crate::ask::access::Typed;
use crate::domain::access::{LONGEST_PASSWORD, Role};

/// Asks for the password of a user.
pub fn password(name: &str, from_stdin: bool) -> Result<Typed, Failure> {
    if from_stdin {
        return one_line(std::io::stdin().lock());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Usage, "there is no terminal to ask at; pass the password with --password-stdin"));
    }
    let first = hidden(&format!("password of {name}"))?;
    if hidden("the same once more")? != first {
        return Err(Failure::new(Exit::Usage, "the two are not the same; nothing was changed"));
    }
    Ok(first)
}

/// Refuses what is no role before a password is asked for.
pub fn known_role(typed: &str) -> Result<(), Failure> {
    let names = Role::ALL.map(|(name, _)| name).join(", ");
    Role::parse(typed).map(|_| ()).ok_or_else(|| Failure::new(Exit::Usage, format!("\"{typed}\" is no role; it is one of {names}")))
}

fn one_line(input: impl BufRead) -> Result<Typed, Failure> {
    let lost = |error: std::io::Error| Failure::new(Exit::Usage, format!("the password cannot be read: {error}"));
    let mut line = String::new();
    let most = u64::try_from(LONGEST_PASSWORD).unwrap_or(u64::MAX).saturating_add(2);
    input.take(most).read_line(&mut line).map_err(lost)?;
    let text = line.strip_suffix('\n').map_or(line.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(Typed(text.to_owned()))
}

fn hidden(question: &str) -> Result<Typed, Failure> {
    let mut out = std::io::stderr();
    let _ = write!(out, "{question}: ");
    let _ = out.flush();
    let shown = Quiet::begin()?;
    let typed = one_line(std::io::stdin().lock());
    drop(shown);
    let _ = writeln!(out);
    typed
}

/// A terminal that does not show what is typed, until this is dropped.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> Result<Self, Failure> {
        let unable = |error: rustix::io::Errno| {
            Failure::new(Exit::Failed, format!("the terminal cannot be kept from showing it: {error}; use --password-stdin"))
        };
        let before = tcgetattr(std::io::stdin()).map_err(unable)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        quiet.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &quiet).map_err(unable)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // When it cannot be set back the shell does it.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_the_password_and_a_longer_one_is_not_cut_to_a_good_one() {
        let read = |text: &str| one_line(text.as_bytes()).map(|typed| typed.0).ok();
        assert_eq!(read("correcto caballo\nmás").as_deref(), Some("correcto caballo"));
        assert_eq!(read("correcto caballo\r\n").as_deref(), Some("correcto caballo"));
        assert_eq!(read(" con espacios  ").as_deref(), Some(" con espacios  "));
        assert_eq!(read("").as_deref(), Some(""));
        assert!(read(&"a".repeat(1 << 20)).is_some_and(|text| text.len() > LONGEST_PASSWORD && text.len() < 2_000));
    }
}
