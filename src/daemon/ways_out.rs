//! How a reader of a mail stops what comes to him, as the mail says it: links to pages of ours where there is an address for them, else
//! whom to ask.
//!
//! Used by [`attempt`](super::attempt) when a message is written. The pages are in [`crate::web`].

use crate::config::Config;
use crate::domain::about::Stop;
use crate::domain::delivery::Delivery;
use crate::domain::medium::Medium;
use crate::domain::way_out::{LinkKey, WayOut, token};

/// What a message of this kind says. Without a key there are no links.
pub(super) fn stop(config: &Config, medium: Medium, delivery: &Delivery, key: Option<&LinkKey>) -> Stop {
    let Delivery { channel, recipient, case, .. } = delivery;
    match (medium, &config.general.url, key) {
        (Medium::Email, Some(url), Some(key)) => {
            let page = |way| format!("{url}/u/{}", token(key, channel, recipient, way));
            // What is told of no case, or of one that is watched no more, cannot be silenced by it.
            Stop::Links { mute: config.watch(case).map(|watch| page(WayOut::Mute(&watch.case))), leave: page(WayOut::Leave) }
        }
        (Medium::Email, ..) => Stop::Ask { channel: channel.clone() },
        _ => Stop::Unsaid,
    }
}
