//! A sender that the relay refuses, and its correction: what nobody has goes out with the new one, and what somebody may have holds up nothing.

use super::*;
use crate::domain::delivery::Content;

const HOUR: Duration = Duration::from_secs(3600);

/// Reloads the watch list with another sender.
fn correct(desk: &Desk) {
    let text = std::fs::read_to_string(&desk.list).expect("a watch list");
    std::fs::write(&desk.list, text.replace("Veedor <v@example.org>", "Veedor <avisos@example.net>")).expect("a watch list");
    let config = Config::load(&desk.list).expect("a good list").config;
    desk.handles().config.store(Arc::new(config));
}

/// The mails, each with what is stored of it, the oldest first.
fn mails(desk: &Desk) -> Vec<(Delivery, Content)> {
    let store = &desk.handles().store;
    let mut mails: Vec<Delivery> = desk.all().into_iter().filter(|delivery| delivery.channel == "mail").collect();
    mails.sort_by_key(|delivery| (delivery.created, delivery.id));
    mails.into_iter().filter_map(|delivery| Some((delivery.clone(), store.content(delivery.id).expect("reads")?))).collect()
}

fn message_id(content: &Content) -> String {
    let mail = mail_parser::MessageParser::default().parse(&content.body).expect("a mail");
    mail.message_id().expect("an id").to_owned()
}

#[tokio::test]
async fn what_waits_with_a_refused_sender_goes_out_with_the_corrected_one_under_its_message_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let receivers = Receivers::default();
    let mut desk = Desk::open(folder.path(), receivers.hooks().await, receivers.relay().await).await;
    receivers.set("mail", Mood::Closed);
    let mut events = desk.publish(1);
    // The relay cannot be reached at first, and then refuses the sender.
    desk.pass(Duration::from_secs(300)).await;
    receivers.set("mail", Mood::Choosy);
    desk.pass(2 * HOUR).await;
    let before = mails(&desk);
    assert_eq!(before.len(), 2, "one for each recipient");
    for (delivery, content) in &before {
        let DeliveryState::Held { reason, .. } = &delivery.state else { panic!("it is on its way: {delivery:#?}") };
        assert!(reason.contains("no such sender") && content.from.as_deref() == Some("Veedor <v@example.org>"), "{reason}");
    }
    events.extend(desk.publish(1));
    desk.pass(HOUR).await;
    assert!(receivers.taken("mail").is_empty());
    correct(&desk);
    events.extend(desk.publish(1));
    desk.pass(2 * HOUR).await;
    let after = mails(&desk);
    assert!(after.iter().all(|(delivery, _)| matches!(delivery.state, DeliveryState::Delivered { .. })), "{after:#?}");
    assert!(after.iter().all(|(_, content)| content.from.as_deref() == Some("Veedor <avisos@example.net>")));
    let ids = |mails: &[(Delivery, Content)]| mails.iter().take(2).map(|(_, content)| message_id(content)).collect::<Vec<_>>();
    assert_eq!(ids(&before), ids(&after));
    assert_once(&receivers, &events, &RECIPIENTS, 0);
}

#[tokio::test]
async fn a_mail_that_may_have_arrived_keeps_its_sender_and_holds_up_nothing_when_that_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let receivers = Receivers::default();
    let mut desk = Desk::open(folder.path(), receivers.hooks().await, receivers.relay().await).await;
    receivers.set("mail", Mood::Lossy);
    let mut events = desk.publish(1);
    desk.pass(Duration::from_secs(300)).await;
    let before = mails(&desk);
    assert_eq!((before.len(), receivers.taken("mail").len()), (2, 2));
    receivers.set("mail", Mood::Choosy);
    correct(&desk);
    desk.pass(HOUR).await;
    events.extend(desk.publish(1));
    desk.pass(HOUR).await;
    let after = mails(&desk);
    let states: Vec<&str> = after.iter().map(|(delivery, _)| delivery.state.name()).collect();
    assert_eq!(states, ["held", "held", "delivered", "delivered"]);
    assert!(before.iter().zip(&after).all(|((_, before), (_, after))| before == after), "other bytes than before");
    receivers.set("mail", Mood::Well);
    desk.pass(2 * HOUR).await;
    assert!(mails(&desk).iter().all(|(delivery, _)| matches!(delivery.state, DeliveryState::Delivered { .. })));
    assert_once(&receivers, &events, &RECIPIENTS, 0);
}
