//! Makes sled's flush durable: the only file of veedor with `unsafe` code.
//!
//! On Linux sled 0.34.7 "flushes" with `sync_file_range(2)`, which writes neither the inode nor the disk's cache: 21 of 46
//! simulated power cuts lost the store or acknowledged commits (`docs` of the design, storage A6; sled #1452, #928, #1351).
//! sled calls the symbol that libc exports, so a definition in our own binary wins over it, and this one is `fdatasync`:
//! 0 of 140 cuts bad. `open` calls [`self_test`] first, which also keeps the symbol alive through link-time optimisation.
//! Elsewhere than on Linux sled calls `sync_all` itself, and nothing is replaced.

// Replacing a C symbol cannot be said in safe Rust. Both functions pass a file descriptor on and touch no memory.
#![allow(unsafe_code)]

#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicU64, Ordering};

/// How often the replacement was called.
#[cfg(target_os = "linux")]
static CALLS: AtomicU64 = AtomicU64::new(0);

/// In test builds only: the variable that gives sled the system's own function, to show that the power-cut test would notice.
#[cfg(target_os = "linux")]
const OFF: &str = "VEEDOR_TEST_SHIM_OFF";

/// Takes the place of libc's function in this process: waits until the file's data and size are on the disk.
///
/// # Safety
/// As safe as `fdatasync`: any file descriptor may be given, and a bad one is answered with an error.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sync_file_range(
    fd: libc::c_int,
    offset: libc::off64_t,
    length: libc::off64_t,
    flags: libc::c_uint,
) -> libc::c_int {
    CALLS.fetch_add(1, Ordering::SeqCst);
    if cfg!(test) && std::env::var_os(OFF).is_some() {
        // SAFETY: the arguments are those of the call that is replaced, and the kernel reads nothing but them.
        let answer = unsafe { libc::syscall(libc::SYS_sync_file_range, fd, offset, length, flags) };
        return if answer == 0 { 0 } else { -1 };
    }
    // SAFETY: `fdatasync` reads nothing but the number it is given.
    unsafe { libc::fdatasync(fd) }
}

/// Whether a flush is what it must be: calls the function that sled calls, on `scratch`, and looks whether it was ours.
#[cfg(target_os = "linux")]
pub(super) fn self_test(scratch: &std::fs::File) -> Result<(), String> {
    use std::os::fd::AsRawFd;
    let before = CALLS.load(Ordering::SeqCst);
    // SAFETY: the descriptor is open for as long as `scratch` is borrowed, and the call touches no memory.
    let answer = unsafe { libc::sync_file_range(scratch.as_raw_fd(), 0, 0, 0) };
    if CALLS.load(Ordering::SeqCst) == before {
        return Err("this build of veedor does not replace sync_file_range, so a power cut could destroy the store; \
                    build it without options that hide its symbols from the linker"
            .to_owned());
    }
    if answer != 0 {
        return Err(format!("the file system does not confirm writes: {}", std::io::Error::last_os_error()));
    }
    Ok(())
}

/// How often sled's flush, or the self-test, came here.
#[cfg(target_os = "linux")]
pub(super) fn calls() -> Option<u64> {
    Some(CALLS.load(Ordering::SeqCst))
}

/// Nothing to count: sled calls `sync_all` on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn calls() -> Option<u64> {
    None
}

/// Nothing to test: sled calls `sync_all` on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn self_test(_scratch: &std::fs::File) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_replacement_is_in_effect() {
        let file = tempfile::tempfile().expect("a scratch file");
        assert_eq!(self_test(&file), Ok(()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn sled_goes_through_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = sled::Config::new().path(folder.path()).flush_every_ms(None).open().expect("opens");
        let before = CALLS.load(Ordering::SeqCst);
        db.insert("key", "value").expect("inserts");
        db.flush().expect("flushes");
        assert!(CALLS.load(Ordering::SeqCst) > before);
    }
}
