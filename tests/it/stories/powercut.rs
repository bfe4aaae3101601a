//! The power fails under the daemon: what it had told before is in the store that the disk holds, the store opens, and it goes on without
//! a loss, a double or an invention.
//!
//! It needs root, loop devices and a file system with reflinks, so it runs when `VEEDOR_TEST_POWERCUT` is set; `./test` sets it where it
//! can. An ext4 image lies on XFS; the daemon is stopped in the middle of its work, and a reflinked copy of the image is what reached the
//! disk in that moment (a cache that survives the cut is assumed, the kindest case). That such a cut is noticed when nothing is
//! flushed is shown by the store's own test (`src/store/tests/torture.rs`), which can do without the flush. Here it is the whole daemon.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::torture::{CASES, Run};
use crate::world::dice::{self, Dice};
use crate::world::hooks::Hook;
use crate::world::{World, audit};

const POWERCUT: &str = "VEEDOR_TEST_POWERCUT";

const CUTS: &str = "VEEDOR_TORTURE_CUTS";

/// The disk under the store.
struct Disk {
    folder: tempfile::TempDir,
    /// The image that is mounted, and the one that a cut is copied to.
    images: [&'static str; 2],
}

impl Disk {
    fn make() -> Self {
        let disk = Self { folder: tempfile::tempdir().expect("a folder"), images: ["a", "b"] };
        disk.sh("mkdir x m && truncate -s 3G x.img && mkfs.xfs -q -f -m reflink=1 x.img && mount -o loop x.img x");
        disk.sh("truncate -s 300M x/a && mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 x/a && mount -o loop x/a m && mkdir -m 700 m/state");
        disk
    }

    fn sh(&self, script: &str) {
        let done = Command::new("sh").args(["-ec", script]).current_dir(self.folder.path()).output().expect("sh runs");
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Keeps what reached the disk by now.
    fn copy(&self) {
        let [now, then] = self.images;
        self.sh(&format!("cp --reflink=always x/{now} x/{then}"));
    }

    /// Goes on with what was kept.
    fn swap(&mut self) {
        self.images.swap(0, 1);
        let [now, old] = self.images;
        self.sh(&format!("umount m; rm x/{old}; mount -o loop x/{now} m"));
    }

    fn lies_under(&self, world: &World) {
        std::os::unix::fs::symlink(self.folder.path().join("m/state"), world.path("state")).expect("a link");
        assert!(Path::new(&world.path("state")).is_dir());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("sh").args(["-c", "umount -l m x 2>/dev/null"]).current_dir(self.folder.path()).status();
    }
}

/// What people had been told is what the disk must hold: each delivery, which stands in one transaction with its version and its events.
fn held_what_was_told(world: &World, told: &[Hook], cut: u32) {
    let kept: BTreeSet<String> = world.deliveries(&[]).iter().map(|delivery| delivery["id"].as_str().expect("an id").to_owned()).collect();
    for hook in told {
        assert!(
            kept.contains(hook.id.trim_start_matches("msg_")),
            "cut {cut}: {} was told and is not in the store: {}",
            hook.id,
            hook.body
        );
    }
}

#[test]
fn a_power_cut_under_the_daemon_loses_doubles_and_invents_nothing() {
    if std::env::var_os(POWERCUT).is_none() {
        return;
    }
    let (cuts, (mut dice, seed)) = (dice::asked(CUTS, 8), Dice::thrown());
    eprintln!("power: {cuts} cuts under the daemon, VEEDOR_TORTURE_SEED={seed}");
    let (mut done, began) = (0, std::time::Instant::now());
    while done < cuts {
        let mut disk = Disk::make();
        let world = World::new(&CASES);
        disk.lies_under(&world);
        let mut run = Run::begin_in(world, dice.split());
        let of_this_world = 50.min(cuts - done);
        for cut in 0..of_this_world {
            // The first life began already.
            if cut > 0 {
                run.world.start();
            }
            let goal = run.world.hooks.tries() + usize::try_from(run.dice.below(4)).expect("small");
            run.enter();
            run.publish(4);
            run.until_or(std::time::Duration::from_secs(2), |world| world.hooks.tries() >= goal);
            run.moment(150);
            run.world.signal("STOP");
            let told = run.world.hooks.got();
            disk.copy();
            run.kill("the power fails");
            disk.swap();
            held_what_was_told(&run.world, &told, cut);
            if cut % 10 == 9 {
                run.world.ok(&["fsck"]);
                run.settle();
                run.kill("when all was told");
            }
        }
        done += of_this_world;
        let (ledger, evidence, world) = run.judge();
        let found = audit::audit(&ledger.facts, &evidence);
        assert!(found.is_empty(), "seed {seed}, after {done} cuts:\n{}\n{}", found.join("\n"), world.last_words());
        eprintln!(
            "power: {done} cuts in {} s; {} changes, {} webhooks",
            began.elapsed().as_secs(),
            ledger.facts.len(),
            evidence.hooks.len()
        );
        world.finish();
    }
}
