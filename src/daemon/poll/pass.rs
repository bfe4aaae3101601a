//! The poller in virtual time: its visits as they come due, without its timers. For tests only.

use super::*;

impl Poller {
    /// Makes every visit that is due now, and those that become due meanwhile. Returns how many, and when the next is due.
    pub(in crate::daemon) async fn pass(&mut self) -> Result<(usize, Option<Timestamp>), StoreError> {
        if !Arc::ptr_eq(&self.config, &self.handles.config.load()) {
            self.plan().await?;
        }
        let (mut visits, mut made) = (Visits::default(), 0);
        loop {
            let now = self.handles.clock.now();
            self.looked = now;
            while visits.len() < MOST_VISITS {
                let Some(slot) = self.agenda.take(now) else { break };
                self.start(&mut visits, slot);
            }
            if visits.is_empty() {
                break;
            }
            let ((slot, source), result) = visits.finished().await;
            self.ended(slot, &source, result)?;
            made += 1;
        }
        if self.rows.len() >= ROWS_AT_ONCE {
            self.write_rows().await?;
        }
        Ok((made, self.agenda.next_due()))
    }

    /// How many entries are remembered beside the schedule.
    pub(in crate::daemon) fn remembered(&self) -> usize {
        self.rows.len() + self.last.len()
    }
}
