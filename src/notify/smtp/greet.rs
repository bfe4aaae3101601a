//! Everything of sending a mail but the mail: connect, TLS, login, NOOP, QUIT.
//!
//! For `veedor doctor`, through [`Notifier::greet`](crate::notify::Notifier::greet). It goes the way of [`send`](super::send) up to where that
//! would hand a mail over, so that what is wrong is told in the same words.

use lettre::transport::smtp::commands::Noop;
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::line::QUIT;
use super::{Failed, Phase, command, misconfigured, open};
use crate::domain::delivery::Outcome;
use crate::notify::{Deadlines, Smtp, email};

/// Greets the relay and takes leave.
///
/// # Errors
/// What would become of a mail now.
pub(in crate::notify) async fn greet(relay: &Smtp, deadlines: &Deadlines) -> Result<(), Outcome> {
    let greeted = async {
        let from = email::sender(&relay.from).map_err(|error| misconfigured(error.why))?.email;
        let mut connection = open(relay, &ClientId::Domain(from.domain().to_owned()), deadlines).await?;
        command(&mut connection, Noop, Phase::Noop, deadlines).await?;
        // It is well whatever it says to that.
        let _ = timeout(QUIT, connection.quit()).await;
        Ok(())
    };
    greeted.await.map_err(|Failed { outcome, .. }| outcome)
}
