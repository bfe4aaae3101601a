//! Cases watched from now on, or no longer: the watch list is edited, comments kept, and read again.
//!
//! Called by [`answer`](super::answer) for whoever asks through the web; `veedor add` edits the file itself, because whoever sits at the machine
//! may write what the daemon's user may not. What was kept of a case stays in the store.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::config::Config;
use crate::config::edit::{self, EditError, NewCase};
use crate::daemon::reload;
use crate::domain::sentence;
use crate::store::pulse::blocking;
use crate::wire::api::changes::{CaseAdded, CaseRemoved};

/// The longest nickname and the longest tag, in characters: whoever sits at the machine may write more.
const LONGEST: usize = 200;

/// The most tags of a case.
const MOST_TAGS: usize = 50;

/// Of two edits each must see what the other wrote.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Watches a case.
pub async fn add(desk: &Desk, new: NewCase) -> Result<Value, Answer> {
    let new = checked(new)?;
    let _turn = ONE_AT_A_TIME.lock().await;
    let path = desk.handles.config.load().path.clone();
    let file = path.clone();
    let added = blocking(move || Ok(edit::add_cases(&file, &[new]))).await?.map_err(|error| refusal(error, &path))?;
    let is_new = !added.added.is_empty();
    if is_new {
        reread(desk, &format!("it is in {}", path.display())).await?;
    }
    let config = desk.handles.config.load_full();
    let case = added.added.iter().chain(&added.already).next();
    let Some(watch) = case.and_then(|case| config.watch(case)) else {
        // It stands in the file, and the daemon has not read it since.
        reread(desk, &format!("it is in {} already", path.display())).await?;
        let config: Arc<Config> = desk.handles.config.load_full();
        let watch = case.and_then(|case| config.watch(case));
        let gone = || Answer::no(1, &sentence::TAKEN_OFF, &[]);
        return watch.map(|watch| line(watch, false)).ok_or_else(gone);
    };
    if is_new {
        tracing::info!(source = %watch.case.source, "a case was added to the watch list");
    }
    Ok(line(watch, is_new))
}

fn line(watch: &crate::domain::case::Watch, added: bool) -> Value {
    json!(CaseAdded { source: watch.case.source.clone(), number: watch.number.canonical.clone(), name: watch.name.clone(), added })
}

/// Watches a case no longer.
pub async fn remove(desk: &Desk, typed: &str) -> Result<Value, Answer> {
    let _turn = ONE_AT_A_TIME.lock().await;
    let config = desk.handles.config.load_full();
    let (_, watch) = find(&config, typed)?;
    if config.cases.len() == 1 {
        return Err(Answer::no(1, &sentence::LAST_CASE, &[]));
    }
    let is_last_of = |tag: &&String| !config.cases.iter().any(|other| other.case != watch.case && other.tags.contains(tag));
    if let Some(tag) = config.showcase.iter().flat_map(|public| &public.tags).find(|tag| watch.tags.contains(tag) && is_last_of(tag)) {
        return Err(Answer::no(1, &sentence::LAST_OF_PUBLIC, &[tag]));
    }
    let (file, case) = (config.path.clone(), watch.case.clone());
    let removed = blocking(move || Ok(edit::remove_case(&file, &case))).await?.map_err(|error| refusal(error, &config.path))?;
    reread(desk, &format!("it is no longer in {}", removed.file.display())).await?;
    tracing::info!(source = %watch.case.source, "a case was taken off the watch list");
    let (source, number) = (watch.case.source.clone(), watch.number.canonical.clone());
    Ok(json!(CaseRemoved { source, number, name: watch.name.clone(), left: removed.left }))
}

/// What is typed into a form stands in a file that people read.
fn checked(new: NewCase) -> Result<NewCase, Answer> {
    let is_line = |text: &str| !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    let trimmed = |text: String| text.trim().to_owned();
    let name = new.name.map(trimmed).filter(|name| !name.is_empty());
    let (names, tags) = (name.iter().map(|name| (sentence::NAME_OF_CASE, name)), new.tags.iter().map(|tag| (sentence::TAG_OF_CASE, tag)));
    if let Some((sentence, _)) = names.chain(tags).find(|(_, text)| !is_line(text)) {
        return Err(Answer::no(2, &sentence, &[&LONGEST]));
    }
    if new.tags.len() > MOST_TAGS {
        return Err(Answer::no(2, &sentence::MANY_TAGS, &[&MOST_TAGS]));
    }
    if new.number.chars().count() > LONGEST {
        return Err(Answer::no(2, &sentence::LONG_NUMBER, &[&LONGEST]));
    }
    Ok(NewCase { source: trimmed(new.source), number: trimmed(new.number), name, tags: new.tags.into_iter().map(trimmed).collect() })
}

fn refusal(error: EditError, list: &Path) -> Answer {
    let code = match &error {
        EditError::Refused(_) => 2,
        EditError::Invalid(_) => 78,
        EditError::NotWatched(_) => 4,
        EditError::ByHand(_) | EditError::Write { .. } => 1,
    };
    let why = match &error {
        EditError::Write { path, error } if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            sentence::MAY_NOT_WRITE.with(&[&path.display(), error, &list.display()])
        }
        _ => error.to_string(),
    };
    Answer::No { why, code }
}

/// Reads the list again, or says that `done` is done and not in force.
async fn reread(desk: &Desk, done: &str) -> Result<(), Answer> {
    let problems = match reload::now(&desk.handles).await {
        Ok(_) => return Ok(()),
        Err(problems) => problems,
    };
    let text: String = problems.iter().map(|problem| format!("\n{problem}")).collect();
    Err(Answer::no(78, &sentence::STALE, &[&done, &text]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_one_line_each_and_not_without_bounds() {
        let new = |name: &str, tags: &[&str]| NewCase {
            source: " x ".into(),
            number: " 1 ".into(),
            name: Some(name.into()),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        };
        let why = |new| match checked(new) {
            Err(Answer::No { why, code: 2 }) => why,
            other => format!("{other:?}"),
        };
        let good = checked(new("  ", &[" a b "])).expect("good");
        assert_eq!((good.source.as_str(), good.number.as_str(), good.name, good.tags), ("x", "1", None, vec!["a b".to_owned()]));
        assert!(why(new("a\nb", &[])).contains("the name must be one line"));
        assert!(why(new("a", &[""])).contains("a tag must be one line"));
        assert!(why(new(&"ñ".repeat(201), &[])).contains("1 to 200 characters"));
        assert!(why(new("a", &["t"; 51])).contains("at most 50 tags"));
    }

    #[test]
    fn a_file_that_the_daemon_may_not_write_says_who_may() {
        let error = std::io::Error::from(ErrorKind::PermissionDenied);
        let Answer::No { why, code } =
            refusal(EditError::Write { path: "/etc/veedor/w.toml".into(), error }, Path::new("/etc/veedor/w.toml"))
        else {
            panic!("a refusal")
        };
        assert!(code == 1 && why.contains("may not write /etc/veedor/w.toml") && why.contains("run `veedor add`"), "{why}");
    }
}
