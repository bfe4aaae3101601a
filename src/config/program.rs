//! A program of the operator: what is run, and whether it is there.
//!
//! Read for a `[[case]]` whose source is `command`, for a channel of that kind, and for the tokens of a mail server. It is run without a shell; here it is only
//! looked at.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::diag::{At, Reader};

use super::scope::Scope;

/// A program that prints a docket or a token, or takes events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The program, with its whole path unless it is to be looked for on `PATH`.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The folder that it is run in: that of the file which names it.
    pub folder: PathBuf,
}

impl Program {
    /// What to call it in a sentence.
    pub fn name(&self) -> String {
        self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned()
    }
}

/// Reads `run`. That the program is missing is a warning with what comes of it (`lacking`): whoever checks may not be who runs it,
/// and one program must not end the watch over everything else.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>, lacking: &str) -> Option<Program> {
    table.required("run", "the program and its arguments, such as [\"/usr/local/bin/my-court\", \"--quiet\"]");
    read_key(table, "run", scope, lacking)
}

/// Reads a program and its arguments under any `key`.
pub(super) fn read_key(table: &mut Reader<'_>, key: &str, scope: &Scope<'_>, lacking: &str) -> Option<Program> {
    let place = table.item(key).and_then(toml_edit::Item::span);
    let mut words = table.texts(key)?.into_iter();
    let Some(first) = words.next().filter(|first| !first.value.is_empty()) else {
        scope.error(place, format!("{key} names no program"), format!("write {key} = [\"/path/of/the/program\", \"argument\"]"));
        return None;
    };
    let arguments: Vec<String> = words.map(|word| word.value).collect();
    if first.value.contains('\0') || arguments.iter().any(|argument| argument.contains('\0')) {
        scope.error(place, format!("{key} holds a zero byte, which no program can be given"), "leave it out");
        return None;
    }
    // Whole paths: the program is started in its folder, from where a path that begins elsewhere leads nowhere.
    let folder = whole(if scope.folder.as_os_str().is_empty() { Path::new(".") } else { scope.folder });
    let has_path = first.value.contains('/') || first.value.starts_with('~');
    let program = if has_path { whole(&scope.path(&first)?) } else { PathBuf::from(&first.value) };
    if let Some(why) = unusable(&program, (scope.env.get)("PATH").as_deref()) {
        scope.warn(first.span.clone(), why, lacking);
    }
    if first.value.contains(' ') && arguments.is_empty() && !program.exists() {
        let At { value, .. } = &first;
        let help = format!("write {key} = [{}]", value.split(' ').map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "));
        scope.warn(first.span.clone(), format!("{key} is one text with spaces: no shell takes it apart"), help);
    }
    Some(Program { program, arguments, folder })
}

fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Why a program cannot be run, as far as its file tells.
fn unusable(program: &Path, path: Option<&str>) -> Option<String> {
    let name = program.display();
    if program.components().count() > 1 {
        return match std::fs::metadata(program) {
            Err(error) => Some(format!("the program {name} cannot be run: {error}")),
            Ok(held) if !held.is_file() => Some(format!("the program {name} cannot be run: it is no file")),
            Ok(held) if held.permissions().mode() & 0o111 == 0 => {
                Some(format!("the program {name} cannot be run: it is not executable; chmod +x makes it so"))
            }
            Ok(_) => None,
        };
    }
    let folders = path.unwrap_or("/usr/local/bin:/usr/bin:/bin");
    let is_there = folders.split(':').any(|folder| Path::new(folder).join(program).is_file());
    (!is_there).then(|| format!("the program {name} is in no folder of PATH; write its whole path"))
}
