//! Passwords and keys: read from a file, the environment or a systemd credential; never written in the watch list.
//!
//! A [`Secret`] never prints itself. This file reads secret files; nothing else in `config` looks at their content.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::diag::{At, Reader};

use super::scope::{Scope, Secrets};

/// A password or key. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// How to write one.
const HOW: &str = "write { file = \"/run/secrets/name\" }, { env = \"NAME\" } or { credential = \"name\" } (systemd)";

/// A secret is a line or a key, not a document.
const LONGEST: usize = 64 * 1024;

impl Secret {
    /// A secret with this text, without the spaces and line ends around it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Reads the secret under `key`; what is wrong has been reported when it is `None` although the key is there.
pub(super) fn read(reader: &mut Reader<'_>, key: &str, scope: &Scope<'_>) -> Option<At<Secret>> {
    let item = reader.item(key)?;
    if item.as_table_like().is_none() {
        reader.report(key, format!("{key} must not stand in the file itself"), Some(HOW.to_owned()));
        return None;
    }
    read_place(reader.table(key)?, key, scope)
}

/// Reads the secret whose place this table names; `key` is what to call it.
pub(super) fn read_place(mut table: Reader<'_>, key: &str, scope: &Scope<'_>) -> Option<At<Secret>> {
    let ways: Vec<_> = ["file", "env", "credential"].into_iter().filter_map(|way| Some((way, table.text(way)?))).collect();
    let count = ["file", "env", "credential"].into_iter().filter(|way| table.has(way)).count();
    let span = table.span();
    table.finish();
    let [(way, at)] = ways.as_slice() else {
        if count != 1 {
            scope.error(span, format!("{key} must name exactly one place"), HOW);
        }
        return None;
    };
    match find(way, at, scope)? {
        Ok(text) if text.trim().is_empty() => scope.error(at.span.clone(), format!("{key} is empty there"), "put the secret there"),
        Ok(text) => return Some(At { value: Secret::new(&text), span }),
        Err(Trouble::Hidden(message, _)) if scope.env.secrets == Secrets::Elsewhere => {
            let help = "this is fine when the service can read it; `veedor run` says so when it cannot";
            scope.warn(at.span.clone(), format!("{key} was not checked here: {message}"), help);
        }
        Err(Trouble::Hidden(message, help) | Trouble::Wrong(message, help)) => scope.error(at.span.clone(), message, help),
    }
    None
}

/// Why there is no text, and what to do.
enum Trouble {
    /// It may be there for the service and not for whoever asks.
    Hidden(String, String),
    /// It is wrong for everyone.
    Wrong(String, String),
}

/// The text at the place named, or a message and its help; `None` when the path itself was reported.
fn find(way: &str, at: &At<String>, scope: &Scope<'_>) -> Option<Result<String, Trouble>> {
    let name = &at.value;
    if way == "env" && !is_variable(name) {
        let message = "env names a variable, and what stands there is no name of one: is it the secret itself?";
        let help = "write { env = \"NAME\" }, set that variable for the service, and change a secret that stood in the file";
        return Some(Err(Trouble::Wrong(message.to_owned(), help.to_owned())));
    }
    if way == "env" {
        return Some((scope.env.get)(name).ok_or_else(|| {
            let help = "set it for the service, or keep the secret in a file";
            Trouble::Hidden(format!("the environment variable {name} is not set"), help.to_owned())
        }));
    }
    if way == "file" {
        let path = scope.path(at)?;
        if let Ok(metadata) = std::fs::metadata(&path)
            && metadata.is_file()
            && metadata.permissions().mode() & 0o004 != 0
        {
            let help = format!("chmod 600 {}", path.display());
            scope.warn(at.span.clone(), "everyone on this machine can read this secret file", help);
        }
        return Some(read_file(&path));
    }
    if name.is_empty() || name.contains('/') || name == ".." || name == "." {
        let help = "write its name without a folder";
        return Some(Err(Trouble::Wrong(format!("\"{name}\" is not the name of a credential"), help.to_owned())));
    }
    let Some(folder) = (scope.env.get)("CREDENTIALS_DIRECTORY") else {
        let help = format!("add LoadCredential={name}:/path to the service, or use {{ file = … }} outside systemd");
        let message = "there is no $CREDENTIALS_DIRECTORY: credentials exist only in a systemd service";
        return Some(Err(Trouble::Hidden(message.to_owned(), help)));
    };
    Some(read_file(&Path::new(&folder).join(name)))
}

/// Whether this may name an environment variable. Some secrets could too, but say by their beginning that they are none.
pub(super) fn is_variable(name: &str) -> bool {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_word && name.starts_with(|c: char| !c.is_ascii_digit()) && !["whsec_", "whsk_"].iter().any(|key| name.starts_with(key))
}

fn read_file(path: &Path) -> Result<String, Trouble> {
    let told = |why: String| (format!("cannot read {}: {why}", path.display()), "the service's user must be able to read it".to_owned());
    let failed = |why: String| {
        let (message, help) = told(why);
        Trouble::Wrong(message, help)
    };
    let bytes = std::fs::read(path).map_err(|error| {
        let (message, help) = told(error.to_string());
        if error.kind() == std::io::ErrorKind::PermissionDenied { Trouble::Hidden(message, help) } else { Trouble::Wrong(message, help) }
    })?;
    if bytes.len() > LONGEST {
        return Err(failed("it is too long for a secret".to_owned()));
    }
    String::from_utf8(bytes).map_err(|_| failed("it is not text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::scope::Env;
    use crate::diag::{Sink, parse};

    fn secret(text: &str, folder: &Path) -> (Option<Secret>, Vec<String>) {
        let (errors, warnings) = (Sink::new("w.toml", text), Sink::new("w.toml", text));
        let document = parse(&errors).expect("valid TOML");
        let credentials = folder.display().to_string();
        let env = move |name: &str| match name {
            "SET" => Some(" s3cret\n".to_owned()),
            "EMPTY" => Some(String::new()),
            "CREDENTIALS_DIRECTORY" => Some(credentials.clone()),
            _ => None,
        };
        let scope = Scope { errors: &errors, warnings: &warnings, folder, env: Env { get: &env, secrets: Secrets::Needed } };
        let read = super::read(&mut Reader::root(&document, &errors), "password", &scope);
        let told = |sink: &Sink<'_>| !sink.is_empty();
        assert_eq!(read.is_none(), told(&errors), "{text}");
        let problems = [errors.into_problems(), warnings.into_problems()].concat();
        (read.map(|at| at.value), problems.into_iter().map(|problem| problem.message).collect())
    }

    fn file(folder: &Path, name: &str, content: &[u8], mode: u32) {
        std::fs::write(folder.join(name), content).expect("written");
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(mode)).expect("set");
    }

    #[test]
    fn secrets_come_from_three_places_and_never_print() {
        let folder = tempfile::tempdir().expect("a folder");
        file(folder.path(), "smtp", b"s3cret\n", 0o600);
        for text in ["{ env = \"SET\" }", "{ file = \"smtp\" }", "{ credential = \"smtp\" }"] {
            let (found, problems) = secret(&format!("password = {text}"), folder.path());
            let found = found.expect("found");
            assert_eq!((found.expose(), problems.len()), ("s3cret", 0), "{text}: {problems:?}");
            assert_eq!((format!("{found:?}"), format!("{found}")), ("***".into(), "***".into()));
        }
    }

    #[test]
    fn a_secret_that_cannot_be_had_is_told_at_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        file(folder.path(), "binary", &[0xff, 0xfe], 0o600);
        for (text, expected) in [
            ("\"s3cret\"", "must not stand in the file itself"),
            ("{}", "exactly one place"),
            ("{ file = \"a\", env = \"SET\" }", "exactly one place"),
            ("{ fil = \"a\" }", "unknown key `fil`"),
            ("{ file = 5 }", "must be a text in quotes"),
            ("{ file = \"missing\" }", "cannot read"),
            ("{ file = \"~/x\" }", "cannot start with ~"),
            ("{ file = \"binary\" }", "it is not text"),
            ("{ env = \"whsec_s3cret\" }", "no name of one"),
            ("{ env = \"s3cret+word/=\" }", "no name of one"),
            ("{ env = \"UNSET\" }", "UNSET is not set"),
            ("{ env = \"EMPTY\" }", "password is empty there"),
            ("{ credential = \"../smtp\" }", "not the name of a credential"),
        ] {
            let (_, problems) = secret(&format!("password = {text}"), folder.path());
            assert!(problems.iter().any(|problem| problem.contains(expected)), "{text}: {problems:?}");
            assert!(!problems.iter().any(|problem| problem.contains("s3cret")), "{problems:?}");
        }
    }

    #[test]
    fn a_file_that_everyone_can_read_is_warned_of() {
        let folder = tempfile::tempdir().expect("a folder");
        file(folder.path(), "open", b"s3cret", 0o644);
        let (found, problems) = secret("password = { file = \"open\" }", folder.path());
        assert!(found.is_some());
        assert_eq!(problems, ["everyone on this machine can read this secret file"]);
    }
}
