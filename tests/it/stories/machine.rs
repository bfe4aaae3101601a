//! Faults of the machine: names do not resolve, no descriptors, a disk that turns read-only, a storm of signals. The daemon goes on or ends
//! with a plain sentence, and what was published meanwhile is told afterwards, once.
//!
//! A full disk and two daemons on one store are in `operation`; what the clock does is in `clocks`.

use std::process::{Command, Stdio};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};

use crate::world::World;
use crate::world::court::Fault;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

/// What was told of a token: webhooks and mails.
fn once(world: &World, token: &str) {
    world.told(token);
    let hooks = world.hooks.got().iter().filter(|hook| hook.body.contains(token)).count();
    let mails = world.mailbox.got().iter().filter(|mail| mail.text.contains(token)).count();
    assert_eq!((hooks, mails), (1, 1), "{token}\n{}", world.log());
}

#[test]
fn a_storm_of_reloads_under_load_loses_and_doubles_nothing() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(2);
    let pid = world.pid();
    for n in 0..200 {
        kill_process(pid, Signal::HUP).expect("it runs");
        if n % 10 == 0 {
            world.court.act(if n % 20 == 0 { A } else { B }, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>STORM{n:03}.</p>"));
            assert!(world.court.wait_requests(1), "{}", world.log());
        }
    }
    for n in (0..200).step_by(10) {
        once(&world, &format!("STORM{n:03}"));
    }
    assert_eq!(world.hooks.got().len(), 20);
    world.logged("the watch list was read again");
    world.finish();
}

#[test]
fn without_a_free_descriptor_it_says_so_goes_on_and_tells_everything_afterwards() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    let pid = world.pid();
    let maximum = getrlimit(Resource::Nofile).maximum;
    let before = prlimit(Some(pid), Resource::Nofile, Rlimit { current: Some(3), maximum }).expect("a limit may be lowered");
    // The connection that is kept needs no new descriptor, so the court ends it.
    world.court.fault(Some(Fault::Closed));
    world.logged("no file descriptor is left");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>FILES01 VISTOS.</p>");
    world.court.fault(None);
    let asked = world.court.requests();
    kill_process(pid, Signal::HUP).expect("it runs");
    world.logged("the watch list has problems");
    assert_eq!(world.court.requests(), asked, "it was asked without a descriptor");
    let lines = world.log().lines().count();
    assert!(lines < 200, "{lines} lines in the log\n{}", world.log());
    prlimit(Some(pid), Resource::Nofile, before).expect("and raised again");
    once(&world, "FILES01");
    world.ok(&["reload"]);
    world.finish();
}

#[test]
fn without_names_nothing_is_news_and_everything_is_told_when_they_are_back() {
    let mut world = World::new(&[A]);
    let base = world.court.base();
    let named = base.replace("127.0.0.1", "localhost");
    world.list = world.list.replace(&format!("base_url = \"{base}\""), &format!("base_url = \"{named}\""));
    world.write(&world.list);
    let hosts = world.path("hosts");
    // In place: the daemon sees this very file as its own /etc/hosts.
    let names = |known: bool| std::fs::write(&hosts, if known { "127.0.0.1 localhost\n" } else { "\n" }).expect("the names");
    names(true);
    std::fs::write(world.path("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        .expect("a resolver that is not there");
    let own = format!(
        "mount --bind '{}' /etc/hosts && mount --bind '{}' /etc/resolv.conf && exec \"$@\"",
        hosts.display(),
        world.path("resolv.conf").display()
    );
    let below = ["unshare", "--mount", "sh", "-c", &own, "sh"];
    let possible = Command::new(below[0]).args(&below[1..]).arg("true").stderr(Stdio::null()).status();
    if !possible.is_ok_and(|status| status.success()) {
        eprintln!("skipped: names cannot be taken away here (root and unshare are needed)");
        return;
    }
    world.start_below(&below);
    world.visits(2);
    names(false);
    world.court.fault(Some(Fault::Closed));
    world.logged("does not resolve");
    world.court.fault(None);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>NAMES01 VISTOS.</p>");
    let asked = world.court.requests();
    // By hand, and so at once.
    assert_eq!(world.veedor(&["poll", A]).status.code(), Some(1));
    assert_eq!((world.court.requests(), world.hooks.got().len()), (asked, 0));
    names(true);
    once(&world, "NAMES01");
    world.visits(2);
    assert_eq!(world.hooks.got().len(), 1);
    world.finish();
}

/// A disk in a file, which the kernel can be told to take for a broken one.
struct Disk {
    image: std::path::PathBuf,
    at: std::path::PathBuf,
}

impl Disk {
    fn sh(&self, line: &str) -> bool {
        let done = Command::new("sh").args(["-ec", line]).env("IMAGE", &self.image).env("AT", &self.at).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    }

    /// Makes and mounts it, if that can be done here.
    fn mounted(world: &World) -> Option<Self> {
        let disk = Self { image: world.path("disk.img"), at: world.state_dir() };
        let made =
            "truncate -s 64M \"$IMAGE\"; mkfs.ext4 -q -F \"$IMAGE\"; mkdir \"$AT\"; mount -o loop,errors=remount-ro \"$IMAGE\" \"$AT\"";
        (disk.sh(made) && disk.sh("test -w /sys/fs/ext4/$(basename $(findmnt -no SOURCE \"$AT\"))/trigger_fs_error")).then_some(disk)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.sh("umount -l \"$AT\"");
    }
}

#[test]
fn a_disk_that_turns_read_only_ends_the_daemon_with_a_plain_sentence_and_the_news_is_told_afterwards() {
    let mut world = World::new(&[A]);
    let Some(disk) = Disk::mounted(&world) else {
        eprintln!("skipped: a disk that turns read-only cannot be had here (root, loop devices and mkfs.ext4 are needed)");
        return;
    };
    world.start();
    world.visits(2);
    assert!(disk.sh("echo 1 > /sys/fs/ext4/$(basename $(findmnt -no SOURCE \"$AT\"))/trigger_fs_error"), "the disk did not break");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>DISK01 VISTOS.</p>");
    assert_eq!(world.ended(), Some(74), "{}", world.log());
    // A write that was under way when the disk broke fails as one, a later one finds it read-only.
    let log = world.log();
    assert!(log.contains("Read-only file system") || log.contains("Input/output error"), "{log}");
    assert!(log.contains("see what the system says of its disk") && !log.contains("Os {") && !log.contains("panicked"), "{log}");
    assert_eq!(world.hooks.got().len(), 0, "what could not be kept was told");
    // Mounted read-only from the start, it is not even begun.
    assert!(
        disk.sh("umount \"$AT\"; e2fsck -fp \"$IMAGE\" > /dev/null || test $? -le 2; mount -o loop,ro \"$IMAGE\" \"$AT\""),
        "not mounted"
    );
    let why = world.no(&["run"], 74, "ead-only");
    assert!(why.lines().count() < 6, "{why}");
    assert!(disk.sh("umount \"$AT\"; mount -o loop \"$IMAGE\" \"$AT\""), "not mounted");
    world.start();
    once(&world, "DISK01");
    world.finish();
}
