//! Who hears from now on that did not before, for the operator (`alerting.md` B3.7).
//!
//! Called by [`reload`](super::reload) before the new list is in force. A list that is a file has no second opt-in: whoever may write
//! the file decides who hears, so what changed is said where he and his colleagues see it. The log names no address.

use std::collections::BTreeSet;

use super::Handles;
use crate::config::Config;
use crate::domain::id::hex;
use crate::domain::silence::Silence;
use crate::store::pulse::blocking;

/// What a reload changes, each as it is said to whoever reloads, and for the log.
pub(super) async fn news(handles: &Handles, old: &Config, new: &Config) -> Vec<(String, String)> {
    let store = handles.store.clone();
    // What cannot be read is told by whoever needs it; a reload goes on.
    let listed = blocking(move || store.silences()).await.unwrap_or_default();
    let left: Vec<Silence> =
        listed.into_iter().map(|listed| listed.silence).filter(|silence| silence.is_leave() && silence.ended.is_none()).collect();
    changed(old, new, &left)
}

fn changed(old: &Config, new: &Config, left: &[Silence]) -> Vec<(String, String)> {
    let mut news = Vec::new();
    for channel in &new.channels {
        let id = &channel.id;
        let before: BTreeSet<&String> = old.channel(id).into_iter().flat_map(|old| &old.route.recipients).collect();
        let added: Vec<&String> = channel.route.recipients.iter().filter(|to| !to.is_empty() && !before.contains(to)).collect();
        if !added.is_empty() {
            let names = added.iter().map(|to| to.as_str()).collect::<Vec<_>>().join(", ");
            let count = added.len();
            news.push((
                format!("channel {id} tells {names} from now on"),
                format!("channel {id} tells {count} more recipients from now on"),
            ));
        }
        for recipient in added {
            let is_his = |silence: &&Silence| {
                let scope = &silence.scope;
                scope.case.is_none() && scope.channel.as_ref() == Some(id) && scope.recipient.as_ref() == Some(recipient)
            };
            if let Some(silence) = left.iter().find(is_his) {
                let begin = hex(&silence.id.0[..4]);
                let why = format!("left channel {id} and gets nothing of it; `veedor silence end {begin}` brings the address back");
                news.push((format!("{recipient} {why}"), format!("a recipient {why}")));
            }
        }
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn config(folder: &std::path::Path, to: &str) -> Config {
        let file = folder.join("w.toml");
        let list = format!(
            "[smtp]\nhost = \"127.0.0.1\"\nport = 25\ntls = \"none\"\nfrom = \"v@example.org\"\n[veedor]\nstate_dir = \"{}\"\n[[channel]]\nid = \"mail\"\nkind = \"email\"\n\
             to = [{to}]\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n",
            folder.display()
        );
        std::fs::write(&file, list).expect("a list");
        Config::load(&file).expect("good").config
    }

    #[test]
    fn whoever_is_added_is_named_to_the_operator_and_counted_in_the_log() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = config(folder.path(), "\"ana@example.org\"");
        let new = config(folder.path(), "\"ana@example.org\", \"eva@example.org\"");
        assert_eq!(changed(&old, &old, &[]), []);
        assert_eq!(changed(&new, &old, &[]), [], "who is taken off hears nothing");
        let [(said, logged)] = &changed(&old, &new, &[])[..] else { panic!("one line") };
        assert_eq!(said, "channel mail tells eva@example.org from now on");
        assert_eq!(logged, "channel mail tells 1 more recipients from now on");
        let left = [Silence::leave("mail", "eva@example.org", None, Timestamp::UNIX_EPOCH)];
        let news = changed(&old, &new, &left);
        assert_eq!(news.len(), 2);
        assert!(news[1].0.starts_with("eva@example.org left channel mail") && !news[1].1.contains('@'), "{news:?}");
    }
}
