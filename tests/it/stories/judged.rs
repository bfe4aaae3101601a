//! What veedor sends, judged by what others wrote: signatures by the package of Standard Webhooks.

use serde_json::{Value, json};

use crate::world::hooks::{Hook, SECRET};
use crate::world::{World, judges};

const A: &str = "17721-2024-00011G";

/// Of the 32 bytes `another key, of nobody in the world`.
const OTHER: &str = "whsec_YW5vdGhlciBrZXksIG9mIG5vYm9keSBpbiB0aGUgd29ybGQ=";

fn question(hook: &Hook, secret: &str, body: &str) -> Value {
    json!({"secret": secret, "headers": hook.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(), "body": body})
}

#[test]
fn a_receiver_in_another_language_verifies_what_was_sent() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>JUDGE01 VISTOS: ñandú, 20 % y \"comillas\".</p>");
    world.told("JUDGE01");
    let hook = world.hooks.got()[0].clone();
    let altered = hook.body.replace("JUDGE01", "JUDGE02");
    let verdicts = judges::ask(
        "webhooks",
        &json!([question(&hook, SECRET, &hook.body), question(&hook, OTHER, &hook.body), question(&hook, SECRET, &altered)]),
    );
    if let Some(verdicts) = verdicts {
        let no = "WebhookVerificationError: No matching signature found";
        assert_eq!(verdicts, json!(["good", no, no]), "{hook:?}");
    }
    world.finish();
}
