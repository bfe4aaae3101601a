//! A value that threads change and tests wait on: a mutex and its condition variable.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::PATIENCE;

/// A shared value.
pub struct Shared<T> {
    inner: Arc<(Mutex<T>, Condvar)>,
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> Shared<T> {
    /// A value to share.
    pub fn new(value: T) -> Self {
        Self { inner: Arc::new((Mutex::new(value), Condvar::new())) }
    }

    /// Looks at it.
    pub fn get(&self) -> MutexGuard<'_, T> {
        self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes it and wakes who waits.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.get());
        self.inner.1.notify_all();
        result
    }

    /// Waits until it is so; says whether it became so in time.
    pub fn wait(&self, wanted: impl Fn(&T) -> bool) -> bool {
        let until = Instant::now() + PATIENCE;
        let mut value = self.get();
        while !wanted(&value) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            value = self.inner.1.wait_timeout(value, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}
