//! What veedor sends, judged by what others wrote: signatures by the package of Standard Webhooks, pairs by another library.

use std::os::unix::fs::PermissionsExt;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value, json};

use crate::world::hooks::{Hook, SECRET};
use crate::world::{World, judges};

const A: &str = "17721-2024-00011G";

/// Of the words `another key, of nobody in the world`.
const OTHER: &str = "whsec_YW5vdGhlciBrZXksIG9mIG5vYm9keSBpbiB0aGUgd29ybGQ=";

/// The pair of RFC 8032 §7.1, TEST 1.
const PAIR: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

const NO: &str = "WebhookVerificationError: No matching signature found";

fn question(hook: &Hook, key: &str, body: &str) -> Value {
    json!({"key": key, "headers": hook.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(), "body": body})
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
    let asked = json!([question(&hook, SECRET, &hook.body), question(&hook, OTHER, &hook.body), question(&hook, SECRET, &altered)]);
    if let Some(verdicts) = judges::ask("webhooks", &asked) {
        assert_eq!(verdicts, json!(["good", NO, NO]), "{hook:?}");
    }
    world.finish();
}

/// Writes a key to a file that nobody else reads, and names it as the watch list does.
fn key(world: &World, name: &str, key: &str) -> String {
    let path = world.path(name);
    std::fs::write(&path, key).expect("a key");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("its mode");
    format!("file = \"{}\"", path.display())
}

fn in_days(days: i64) -> Date {
    TimeZone::UTC.to_datetime(Timestamp::now()).date().saturating_add(days.days())
}

/// The receiver may change its key on any day of the week: it finds a signature of each key that is in use.
#[test]
fn while_a_key_is_replaced_both_verify_and_one_whose_time_is_over_does_not() {
    let mut world = World::new(&[A]);
    let (new, old, over) = (key(&world, "new", PAIR), key(&world, "old", SECRET), key(&world, "over", OTHER));
    let secret = format!("secret = {{ file = \"{}\" }}", world.path("secret").display());
    assert!(world.list.contains(&secret));
    let keys = format!(
        "secret = {{ {new} }}\nold_secrets = [{{ {old}, until = \"{}\" }}, {{ {over}, until = \"{}\" }}]\n\
         headers = {{ \"X-Team\" = \"mesa\", Authorization = {{ env = \"VEEDOR_TEST_AUTH\" }} }}",
        in_days(6),
        in_days(-1)
    );
    world.list = world.list.replace(&secret, &keys);
    world.write(&world.list);
    let checked = world.command(&["check"]).env("VEEDOR_TEST_AUTH", "Bearer portador").output().expect("the command runs");
    let (out, err) = (String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
    assert!(out.contains(PUBLIC) && !out.contains(PAIR) && !out.contains("portador"), "{out}{err}");
    assert!(err.contains("hook: an old secret ended on") && !err.contains("goes on until"), "{out}{err}");

    world.start_with(&[("VEEDOR_TEST_AUTH", "Bearer portador")]);
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>ROTATE01 VISTOS.</p>");
    world.told("ROTATE01");
    let hook = world.hooks.got()[0].clone();
    let header = |name: &str| hook.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!((header("authorization"), header("x-team")), (Some("Bearer portador"), Some("mesa")));
    assert!(header("webhook-signature").is_some_and(|all| all.starts_with("v1a,") && all.contains(" v1,")), "{hook:?}");
    assert!(!world.log().contains("portador"), "{}", world.log());
    let altered = hook.body.replace("ROTATE01", "ROTATE02");
    let asked = json!([
        question(&hook, PUBLIC, &hook.body),
        question(&hook, SECRET, &hook.body),
        question(&hook, OTHER, &hook.body),
        question(&hook, PUBLIC, &altered)
    ]);
    if let Some(verdicts) = judges::ask("webhooks", &asked) {
        assert_eq!(verdicts, json!(["good", "good", NO, "InvalidSignature"]), "{hook:?}");
    }
    world.finish();
}
