//! The stored pages that a source may say have not changed.
//!
//! [`visit`](super::visit) asks for them before a visit, [`ask`](super::ask) takes out those of which the source says so. What identifies
//! the pages stays in memory, a few bytes each; the pages are read only when they are needed, and count in the visit's
//! [`Load`] then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::visit::Target;
use crate::domain::id::sha256;
use crate::domain::page::{Page, Request};
use crate::fetch::Validators;
use crate::fetch::room::{Load, NoRoom};
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::{Cid, Store};

/// The pages of a stored version, by what was asked for them.
#[derive(Debug, Clone, Default)]
pub struct HeldPages {
    cid: Cid,
    version: u32,
    validators: Vec<Validators>,
    asked: Asked,
    /// Read when the first of them is needed.
    pages: Option<Vec<Option<Page>>>,
    /// Whether one that was needed was not there.
    pub gone: bool,
}

/// What was asked for each page of a version.
type Asked = Arc<[[u8; 32]]>;

/// What is known of the cases whose pages came with something to ask "has it changed?" with. Only those pay a look at the store.
#[derive(Debug, Default)]
pub struct Unmodified(Mutex<HashMap<Cid, Known>>);

#[derive(Debug, Clone)]
enum Known {
    /// A new version was stored.
    Something,
    /// What was asked for the pages of this version.
    Version(u32, Asked),
}

/// What became of a page that is needed.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// Here it is.
    Page(Page),
    /// It does not read back, or is not stored any more: it has to be asked for.
    Gone,
    /// It cannot be held.
    NoRoom(NoRoom),
}

impl Unmodified {
    /// A version with validators was stored.
    pub fn note(&self, cid: Cid) {
        self.lock().insert(cid, Known::Something);
    }

    /// The stored pages of a case are not what they were: it is asked for without conditions until a new version is stored.
    pub fn forget(&self, cid: Cid) {
        self.lock().remove(&cid);
    }

    /// Forgets the cases that are not watched any more.
    pub fn keep(&self, watched: impl Fn(Cid) -> bool) {
        self.lock().retain(|cid, _| watched(*cid));
    }

    /// The pages of the stored version, when the source gave something to ask "has it changed?" with.
    pub async fn held(&self, store: &Store, target: &Target, load: &Load) -> Result<HeldPages, StoreError> {
        let cid = target.cid;
        let known = self.lock().get(&cid).cloned();
        if target.settled && known.is_none() {
            return Ok(HeldPages::default());
        }
        let reader = store.clone();
        let head = blocking(move || reader.head(cid)).await?;
        let head = head.filter(|head| head.version > 0 && head.validators.iter().any(|pair| *pair != (None, None)));
        let Some(head) = head else {
            self.lock().remove(&cid);
            return Ok(HeldPages::default());
        };
        let version = head.version;
        let asked = match known {
            Some(Known::Version(of, asked)) if of == version => asked,
            _ => match stored(store, cid, version, load).await? {
                Some(pages) => pages.iter().map(|page| asked_by(&page.step, &page.url)).collect(),
                None => return Ok(HeldPages::default()),
            },
        };
        self.lock().insert(cid, Known::Version(version, Arc::clone(&asked)));
        let validators = head.validators.into_iter().map(|(etag, last_modified)| Validators { etag, last_modified }).collect();
        Ok(HeldPages { cid, version, validators, asked, pages: None, gone: false })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Cid, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldPages {
    /// What to ask with, when the page at this place answered the same request.
    pub fn validators(&self, place: usize, request: &Request) -> Option<&Validators> {
        let is_it = self.asked.get(place).is_some_and(|asked| *asked == asked_by(&request.step, &request.url));
        self.validators.get(place).filter(|_| is_it)
    }

    /// The page at this place. When it is not there any more, none of the others is known either from then on.
    pub async fn page(&mut self, store: &Store, place: usize, load: &mut Load) -> Result<Taken, StoreError> {
        let pages = match &mut self.pages {
            Some(pages) => pages,
            none => {
                // Room for all of them while they are read; then each counts when it is taken out.
                let (size, before) = (size(store, self.cid, self.version).await?, load.bytes());
                if let Err(why) = load.take(size.min(load.left())).await {
                    return Ok(Taken::NoRoom(why));
                }
                let pages = stored(store, self.cid, self.version, load).await?.unwrap_or_default();
                load.back_to(before);
                none.insert(pages.into_iter().map(Some).collect())
            }
        };
        let Some(page) = pages.get_mut(place).and_then(Option::take) else {
            *self = Self { gone: true, ..Self::default() };
            return Ok(Taken::Gone);
        };
        Ok(match load.take(page.body.len()).await {
            Ok(()) => Taken::Page(page),
            Err(why) => Taken::NoRoom(why),
        })
    }
}

/// The pages of a version; `None` also when others have been read for too long, and then they are asked for.
async fn stored(store: &Store, cid: Cid, version: u32, load: &Load) -> Result<Option<Vec<Page>>, StoreError> {
    let Some(_reading) = load.reading(size(store, cid, version).await?).await else { return Ok(None) };
    let reader = store.clone();
    match blocking(move || reader.version(cid, version)).await {
        // What does not read back is asked for as if it were not there.
        Err(StoreError::Damaged(_)) => Ok(None),
        version => Ok(version?.map(|version| version.pages)),
    }
}

async fn size(store: &Store, cid: Cid, version: u32) -> Result<usize, StoreError> {
    let store = store.clone();
    blocking(move || store.size_of_version(cid, version)).await
}

fn asked_by(step: &str, url: &str) -> [u8; 32] {
    sha256(&[step.as_bytes(), b"\0", url.as_bytes()].concat())
}
