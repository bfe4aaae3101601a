//! Hides secrets in problems: the line that a problem shows, its sentence and its remedy.
//!
//! People paste passwords where they do not belong and misspell the key, so in `[smtp]` and `[[channel]]` only the values of
//! keys that are known to be harmless are shown, and elsewhere those of keys whose names speak of no secret. Pure: texts.

use std::sync::LazyLock;

use regex::Regex;

use crate::diag::Problem;

use super::secret::is_variable;

/// Keys of `[smtp]` and `[[channel]]` whose values may be shown.
const HARMLESS: [&str; 29] = [
    "host",
    "port",
    "tls",
    "insecure",
    "user",
    "from",
    "id",
    "kind",
    "to",
    "url",
    "events",
    "tags",
    "language",
    "group_wait",
    "when",
    "quiet",
    "weekends",
    "digest",
    "digest_below",
    "zone",
    "junk",
    "retry",
    "allow_private",
    "allow",
    "allow_ports",
    "chat",
    "room",
    "run",
    "timeout",
];

/// Keys that lead to a secret, and the keys in them that only say where it is, or until when it is used.
const LEADING: [&str; 5] = ["password", "secret", "secrets", "old_secrets", "token"];
const PLACES: [&str; 4] = ["file", "env", "credential", "until"];

/// What names of secrets have in common, in Spanish and English, misspelt ones too.
const SPEAKING: [&str; 7] = ["pass", "pasw", "pwd", "secret", "token", "clave", "contras"];

const HIDDEN: &str = "***";

static PAIR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^\s*((?:"[^"]*"|'[^']*'|[\p{L}\p{N}_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\p{L}\p{N}_-]+))*)\s*[=:]\s*"#).ok()
});
static USERINFO: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s"']*@"#).ok());
static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"([A-Za-z][A-Za-z0-9+.-]*://[^/\s"'?#]*[/?])[^\s"'#]+"#).ok());
static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(wh(?:sec|sk)_)[A-Za-z0-9+/=_-]+").ok());

/// The problems of a file with this text, as they may be shown.
pub(super) fn mask(problem: &mut Problem, text: &str) {
    if problem.line > 0 {
        problem.source_line = line(text, problem.line, &problem.source_line);
    }
    problem.message = everywhere(&problem.message);
    problem.help = problem.help.as_deref().map(everywhere);
}

/// Secrets that show by their own form.
fn everywhere(text: &str) -> String {
    replaced(&KEY, &replaced(&USERINFO, text, "${1}***@"), "${1}***")
}

fn replaced(pattern: &Option<Regex>, text: &str, with: &str) -> String {
    // The patterns are constants that a test compiles; were one wrong, nothing at all would be shown.
    pattern.as_ref().map_or_else(|| HIDDEN.to_owned(), |pattern| pattern.replace_all(text, with).into_owned())
}

/// The line as it may be shown. `number` counts from 1.
fn line(text: &str, number: usize, shown: &str) -> String {
    let above: Vec<&str> = text.lines().take(number.saturating_sub(1)).collect();
    let section = above.iter().rev().find_map(|line| header(line)).unwrap_or_default();
    let masked = everywhere(&walk(&section, shown, &above));
    if guarded(&section) { replaced(&PATH, &masked, "${1}***") } else { masked }
}

/// The names in a table's header; `None` when the line is none.
fn header(line: &str) -> Option<Vec<String>> {
    let inner = line.trim_start().strip_prefix('[')?.trim_start_matches('[');
    let inner = inner.split([']', '#']).next().unwrap_or(inner);
    // A line of a list may begin with a bracket too, and then holds more than names.
    inner.chars().all(|c| c.is_alphanumeric() || " ._-\"'".contains(c)).then(|| names(inner))
}

fn names(path: &str) -> Vec<String> {
    path.split('.').map(|name| name.trim().trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Whether the table is one that secrets belong to.
fn guarded(path: &[String]) -> bool {
    let is = |at: usize, name: &str| path.get(at).is_some_and(|found| found == name);
    is(0, "smtp") || is(0, "channel") || (is(0, "veedor") && is(1, "dead_man"))
}

/// Whether one of these tables of the path leads to a secret.
fn leads(path: &[String], tables: &[String]) -> bool {
    tables.iter().any(|name| LEADING.contains(&name.as_str()) || (guarded(path) && name == "headers"))
}

enum Verdict {
    Harmless,
    /// A table of places may stand here, and nothing else.
    Leading,
    Secret,
}

fn verdict(path: &[String]) -> Verdict {
    let Some((last, inside)) = path.split_last() else { return Verdict::Harmless };
    // The address of a chat service is a secret, and may be kept as one; where it stands in the file its path is hidden.
    if guarded(path) && inside.last().is_some_and(|name| name == "url") {
        return if PLACES.contains(&last.as_str()) { Verdict::Harmless } else { Verdict::Secret };
    }
    // `secrets` and `headers` hold one table of places for each of their names.
    let holds = |name: &String| name == "secrets" || (guarded(path) && name == "headers");
    if inside.last().is_some_and(holds) || (guarded(path) && last == "headers") {
        return Verdict::Leading;
    }
    if leads(path, inside) {
        return if PLACES.contains(&last.as_str()) { Verdict::Harmless } else { Verdict::Secret };
    }
    let speaks = SPEAKING.iter().any(|word| last.to_lowercase().contains(word));
    match (guarded(path), last.as_str()) {
        (_, last) if LEADING.contains(&last) => Verdict::Leading,
        (true, last) if inside.is_empty() || HARMLESS.contains(&last) => Verdict::Harmless,
        (true, _) => Verdict::Secret,
        (false, _) if speaks => Verdict::Secret,
        (false, _) => Verdict::Harmless,
    }
}

/// The line from its beginning up to the first value that must not be shown.
fn walk(section: &[String], line: &str, above: &[&str]) -> String {
    let trimmed = line.trim_start();
    if trimmed.is_empty() || trimmed.starts_with('#') || header(line).is_some() {
        return line.to_owned();
    }
    let mut tables: Vec<Vec<String>> = vec![section.to_vec()];
    let mut at = 0;
    let Some(first) = pair(line) else { return continued(section, line, above) };
    let mut next = Some(first);
    while let Some((key, value)) = next {
        let start = at + value;
        let path: Vec<String> = tables.last().into_iter().flatten().cloned().chain(names(&key)).collect();
        let opens = line[start..].starts_with('{');
        if misplaced(&path, &line[start..]) {
            return format!("{}{HIDDEN}", &line[..start]);
        }
        match verdict(&path) {
            Verdict::Harmless => {}
            Verdict::Leading if opens => {}
            Verdict::Leading | Verdict::Secret => return format!("{}{HIDDEN}", &line[..start]),
        }
        let strict = matches!(verdict(&path), Verdict::Leading) || leads(&path, &path);
        if opens {
            tables.push(path);
            at = start + 1;
        } else {
            at = start + if strict { word_end(&line[start..]) } else { value_end(&line[start..]) };
        }
        // On to the next pair of this table or of one around it.
        loop {
            let rest = &line[at..];
            let blank = rest.len() - rest.trim_start().len();
            if rest.trim_start().starts_with('}') {
                tables.pop();
            } else if !rest.trim_start().starts_with([',', '{', '[', ']']) {
                break;
            }
            at += blank + 1;
        }
        next = pair(&line[at..]);
        let rest = line[at..].trim_start();
        if next.is_none() && strict && !rest.is_empty() && !rest.starts_with('#') {
            return format!("{}{HIDDEN}", &line[..at]);
        }
    }
    line.to_owned()
}

/// Whether a harmless key has a secret for its value.
fn misplaced(path: &[String], value: &str) -> bool {
    let word = value[..word_end(value)].trim().trim_matches(['"', '\'']);
    let Some((last, inside)) = path.split_last() else { return false };
    match last.as_str() {
        "env" => leads(path, inside) && !is_variable(word),
        "host" => guarded(path) && word.contains('@'),
        _ => false,
    }
}

/// A key at the beginning of the text, and where its value begins.
fn pair(text: &str) -> Option<(String, usize)> {
    let found = PAIR.as_ref()?.captures(text)?;
    Some((found.get(1)?.as_str().to_owned(), found.get(0)?.end()))
}

/// The end of the name of a place: a secret may stand behind it by mistake.
fn word_end(text: &str) -> usize {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    match quote {
        Some(quote) => text[1..].find(quote).map_or(text.len(), |end| end + 2),
        None => value_end(text),
    }
}

/// The end of a value that is no table.
fn value_end(text: &str) -> usize {
    let mut open: Option<char> = None;
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => open = Some(c),
            None if c == '[' => depth += 1,
            None if c == ']' && depth > 0 => depth -= 1,
            None if depth == 0 && matches!(c, ',' | '}' | '#') => return at,
            None => {}
        }
    }
    text.len()
}

/// A line without a key of its own: a part of the value above it, or a slip.
fn continued(section: &[String], line: &str, above: &[&str]) -> String {
    let indent = line.len() - line.trim_start().len();
    let word = line.trim_start().find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).map_or(line.len(), |end| indent + end);
    let owner = above.iter().rev().take_while(|line| header(line).is_none()).find_map(|line| pair(line).map(|(key, _)| key));
    let path = |key: &str| section.iter().cloned().chain(names(key)).collect::<Vec<_>>();
    let of_a_secret = owner.as_deref().is_some_and(|owner| !matches!(verdict(&path(owner)), Verdict::Harmless));
    let slip = word > indent && (guarded(section) || !matches!(verdict(&path(&line[indent..word])), Verdict::Harmless));
    if of_a_secret {
        format!("{}{HIDDEN}", &line[..indent])
    } else if slip && !line[word..].trim().is_empty() {
        format!("{} {HIDDEN}", &line[..word])
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let number = text.lines().count();
        let mut problem = Problem { line: number, column: 1, ..Problem::of_file("w.toml", "x", None) };
        problem.source_line = text.lines().last().unwrap_or_default().to_owned();
        mask(&mut problem, text);
        problem.source_line
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_was_put() {
        for (text, expected) in [
            ("password = \"hunter2\"", "password = ***"),
            ("smtp = { host = \"h\", \"password\" = 'hunter2", "smtp = { host = \"h\", \"password\" = ***"),
            ("smtp.pasword = \"hunter2\"", "smtp.pasword = ***"),
            ("[smtp]\npasword = \"hunter2\" # mine", "pasword = ***"),
            ("[smtp]\npasscode = 'hunter2'", "passcode = ***"),
            ("[smtp]\nPassword=\"hunter2\"", "Password=***"),
            ("[smtp]\npassword = “hunter2”", "password = ***"),
            ("[smtp]\npassword: hunter2", "password: ***"),
            ("[smtp]\npassword \"hunter2\"", "password ***"),
            ("[smtp]\nhost = \"h\"\nhunter2 oops", "hunter2 ***"),
            ("[smtp]\npassword = \"\"\"\nhunter2\"\"\"", "***"),
            ("[smtp]\npassword = { text = \"hunter2\" }", "password = { text = ***"),
            ("[smtp]\npassword = { \"hunter2\" }", "password = {***"),
            ("[smtp]\npassword = { file = \"a\" \"hunter2\" }", "password = { file = \"a\"***"),
            ("[smtp]\npassword.value = \"hunter2\"", "password.value = ***"),
            ("[smtp.password]\nfile = \"a\" \"hunter2\"", "file = \"a\"***"),
            ("[smtp.password]\nvalue = \"hunter2\"", "value = ***"),
            ("[[channel]]\ntoken = \"hunter2\"", "token = ***"),
            ("[[channel]]\nid = \"a\"\n[channel.secret]\nkey = \"hunter2\"", "key = ***"),
            ("[[channel]]\nurl = \"https://u:hunter2@h.example.org/x?key=hunter2\"", "url = \"https://***@h.example.org/***\""),
            ("[[channel]]\nurl = \"https://hooks.slack.com/services/T0/B0/hunter2\"", "url = \"https://hooks.slack.com/***\""),
            ("[veedor]\ndead_man = { url = \"https://hc-ping.com/hunter2\" }", "dead_man = ***"),
            ("[[channel]]\nurl = { text = \"https://hooks.slack.com/hunter2\" }", "url = { text = ***"),
            ("[[channel]]\nurl = { env = \"whsec_hunter2\" }", "url = { env = \"whsec_***\" }"),
            ("[veedor]\ncontact = \"whsec_aHVudGVyMg==\"", "contact = \"whsec_***\""),
            ("[source.x]\nsecrets = { token = \"hunter2\" }", "secrets = { token = ***"),
            ("[source.x]\nsecrets = \"hunter2\"", "secrets = ***"),
            ("[source.x]\nsecrets.key = \"hunter2\"", "secrets.key = ***"),
            ("[source.x.secrets]\nkey = 'hunter2'", "key = ***"),
            ("[source.x.secrets]\nfile = 'hunter2'", "file = ***"),
            ("[source.x.secrets.key]\nvalue = 'hunter2'", "value = ***"),
            ("[source.x]\nsecrets = { key = { env = \"whsec_hunter2\" } }", "secrets = { key = { env = ***"),
            ("[[case]]\nsmtp_pass = \"hunter2\"", "smtp_pass = ***"),
            ("[[channel]]\nheaders = { X-Team = \"hunter2\" }", "headers = { X-Team = ***"),
            ("[[channel]]\nheaders = { \"X-Key\" = { env = \"whsec_hunter2\" } }", "headers = { \"X-Key\" = { env = ***"),
            ("[[channel]]\nheaders = \"hunter2\"", "headers = ***"),
            ("[[channel]]\n[channel.headers]\nAuthorization = \"hunter2\"", "Authorization = ***"),
            ("[[channel]]\nold_secrets = [\"hunter2\"]", "old_secrets = ***"),
            ("[[channel]]\n[[channel.old_secrets]]\nkey = \"hunter2\"", "key = ***"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_shown_as_it_stands() {
        for text in [
            "secret = { file = \"a\" }",
            "[source.x]\nsecrets = { token = { file = \"a\" }, key = { env = \"KEY\" } }",
            "[source.x.secrets]\ntoken = { credential = \"a\" }",
            "[source.x.secrets.token]\nfile = \"a\"",
            "# the secret = \"x\"",
            "[smtp]\nhost = \"h\"",
            "[smtp]\npassword = { file = \"a\", env = \"B\" }",
            "[smtp.password]\nfile = \"a\"",
            "[[channel]]\nurl = { file = \"a\" }",
            "[[channel]]\ntoken = { credential = \"a\" }",
            "[[channel]]\nrun = [\"/bin/sh\", \"-c\"]",
            "[[channel]]\nto = [\"a@example.org\", \"b = c\"] # both",
            "[[channel]]\nto = [\n  \"a@example.org\",",
            "[[case]]\nnote = \"see page = 3\"",
            "[[channel]]\nheaders = { Authorization = { env = \"KEY\" }, \"X-Team\" = { file = \"a\" } }",
            "[[channel]]\nallow = [\"10.1.2.0/24\", \"hooks.example\"]",
            "[[channel]]\n[[channel.old_secrets]]\nuntil = \"mañana\"",
            "[smtp]",
            "[[case]]\npage = { url = \"https://example.org/?q=1\", rows = \"tr\" }",
        ] {
            assert_eq!(shown(text), text.lines().last().unwrap_or_default(), "{text}");
        }
    }

    #[test]
    fn sentences_show_no_secret_either() {
        let mut problem = Problem::of_file("w.toml", "not an address: \"https://u:hunter2@h\" whsk_abc", Some("whsec_abc".into()));
        mask(&mut problem, "");
        assert_eq!(problem.to_string(), "w.toml: not an address: \"https://***@h\" whsk_***\n  help: whsec_***");
    }
}
