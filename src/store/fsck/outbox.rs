//! The outbox: what deliveries speak of exists, and what belongs to a delivery has one.
//!
//! Called by [`check`](super::check). Their places in `due` are an index, which [`indexes`](crate::store::indexes) compares.

use crate::domain::id::hex;
use crate::store::digest::{DIGESTS, case_of_event};
use crate::store::error::StoreError;
use crate::store::indexes::unplaced;
use crate::store::keys::{self, Table};
use crate::store::records::case::WordRecord;
use crate::store::records::delivery::{DeliveryRecord, StateRecord};
use crate::store::{cases, rows};

use super::{Check, Report};

impl Check<'_> {
    pub(super) fn deliveries(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Delivery).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            if key.len() != keys::DELIVERY_LEN {
                continue;
            }
            report.deliveries += 1;
            let Ok(delivery) = rows::decode_long::<DeliveryRecord>(self.trees, Table::Delivery, &key, &value) else { continue };
            for why in self.about(&delivery, report)? {
                report.problem(format!("delivery {}: {why}", hex(&key)));
            }
        }
        for id in unplaced(self.trees)? {
            report.problem(format!(
                "delivery {id}: its place in `due` cannot be read, so it is not sent; no repair mends that, `veedor backup` and `veedor restore` make it anew"
            ));
        }
        for key in self.trees.at(Table::Attempt).iter().keys() {
            let Some(key) = report.found(key)? else { continue };
            let known = match key.get(..keys::DELIVERY_LEN) {
                Some(id) => self.has(Table::Delivery, id, report)?,
                None => false,
            };
            if !known {
                report.problem(format!("attempt {}: it belongs to no delivery", hex(&key)));
            }
        }
        Ok(())
    }

    fn about(&self, delivery: &DeliveryRecord, report: &mut Report) -> Result<Vec<String>, StoreError> {
        let mut wrong = Vec::new();
        if !matches!(cases::word(self.words, delivery.address), Some(WordRecord::Address { .. })) {
            wrong.push("its address is unknown".to_owned());
        }
        let is_digest = delivery.cid == DIGESTS;
        if !is_digest && !self.has(Table::Name, keys::cid(delivery.cid), report)? {
            wrong.push("its case is unknown".to_owned());
        }
        match &delivery.state {
            StateRecord::Muted { by, .. } if !self.has(Table::Silence, by.0, report)? => {
                wrong.push("the silence that mutes it is not stored".to_owned());
            }
            // What is held of a digest is taken out of it, and decided with its case.
            StateRecord::Braked { .. } if is_digest => {
                wrong.push("it is a digest that the brake holds, and nobody can release it".to_owned())
            }
            _ => {}
        }
        if delivery.events.is_empty() {
            wrong.push("it tells nothing".to_owned());
        }
        for event in &delivery.events {
            let id = hex(&event.0);
            if !self.has(Table::EventId, event.0, report)? {
                wrong.push(format!("its event {id} is not stored"));
            } else if !is_digest && matches!(case_of_event(self.trees, *event), Ok(Some(cid)) if cid != delivery.cid) {
                wrong.push(format!("its event {id} is one of another case"));
            }
        }
        Ok(wrong)
    }
}
