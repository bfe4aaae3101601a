//! Which receivers may be reached: what a channel vouches for, at load, at reload and at every attempt.

use crate::world::World;

const A: &str = "17721-2024-00011G";

#[test]
fn a_receiver_in_a_network_that_the_channel_names_is_reached_and_no_other() {
    let mut world = World::new(&[A]);
    let vouched = "allow = [\"127.0.0.0/8\"]";
    world.list = world.list.replacen("allow_private = true", vouched, 1);
    world.write(&world.list);
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>NET01 VISTOS.</p>");
    world.told("NET01");
    // A list that vouches for another network only is refused, and the old one stays in force.
    world.write(&world.list.replace(vouched, "allow = [\"10.1.2.0/24\"]"));
    world.no(&["reload"], 78, "does not stand on the public internet");
    world.court.act(A, "AUTO (RESOLUCION)", "<p>NET02 VISTOS.</p>");
    world.told("NET02");
    world.write(&world.list);
    world.finish();
}

/// Whoever vouches for it: a message of ours to ourselves is nobody's news.
#[test]
fn the_address_that_veedor_listens_on_is_no_receiver() {
    let mut world = World::new(&[A]);
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let (there, own) = (world.hooks.url(), format!("http://localhost:{free}/in"));
    world.list = world.list.replace("listen = \"\"", &format!("listen = \"127.0.0.1:{free}\"")).replace(&there, &own);
    world.write(&world.list);
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>OWN01 VISTOS.</p>");
    world.until("it is held", |world| world.deliveries(&["--failed"]).iter().any(|delivery| delivery["state"] == "held"));
    let reason = world.deliveries(&["--failed"])[0]["reason"].as_str().expect("a reason").to_owned();
    assert!(reason.contains("localhost: address not allowed") && !reason.contains("listens"), "{reason}");
    assert!(world.log().contains("veedor itself listens"), "{}", world.log());
    world.reload_with(&[(&own, &there)]);
    world.told("OWN01");
    world.finish();
}
