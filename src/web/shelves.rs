//! Answers that are kept for a moment, by what was asked.
//!
//! A [`Shelf`] for each of a few questions, for what takes long and is asked in several ways. The one that was asked for least recently gives way.

use std::sync::{Arc, Mutex, PoisonError};

use super::shelf::Shelf;
use crate::ask::line::Sight;
use crate::wire::api::board::Today;

/// Shelves by question.
#[derive(Debug)]
pub struct Shelves<K, T> {
    /// The latest asked for last.
    all: Mutex<Vec<(K, Arc<Shelf<T>>)>>,
    most: usize,
}

impl<K: PartialEq, T> Shelves<K, T> {
    /// For so many questions.
    pub fn new(most: usize) -> Self {
        Self { all: Mutex::default(), most }
    }

    /// What lies on the shelf of this question, or what `make` makes.
    ///
    /// # Errors
    /// What `make` fails with, when nothing lies there that could serve.
    pub async fn get<E>(&self, question: K, make: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        self.shelf(question).get(make).await
    }

    fn shelf(&self, question: K) -> Arc<Shelf<T>> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().position(|(asked, _)| *asked == question);
        let one = match known {
            Some(at) => all.remove(at),
            None => (question, Arc::default()),
        };
        let shelf = Arc::clone(&one.1);
        all.push(one);
        let more = all.len().saturating_sub(self.most);
        all.drain(..more);
        shelf
    }

    /// Takes away what lies there.
    pub fn clear(&self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A report of delays by what may be seen of it and what is asked of it: tag, grouping, language, form.
pub type Report = (Sight, String, String, &'static str, String);

/// What is kept of pages about all cases.
#[derive(Debug)]
pub struct Kept {
    /// Today, by what may be seen of it and whether it is in English.
    pub today: Shelves<(Sight, bool), Today>,
    /// Reports of delays. One may take megabytes.
    pub reports: Shelves<Report, String>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { today: Shelves::new(4), reports: Shelves::new(8) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_question_has_its_own_answer_and_the_oldest_gives_way() {
        let shelves: Shelves<u32, String> = Shelves::new(2);
        let get = async |question: u32| shelves.get(question, async { Ok::<_, ()>(format!("of {question}")) }).await;
        assert_eq!(get(1).await.as_deref(), Ok(&"of 1".to_owned()));
        assert_eq!(get(2).await.as_deref(), Ok(&"of 2".to_owned()));
        let first = get(1).await.expect("is there");
        assert_eq!(get(3).await.as_deref(), Ok(&"of 3".to_owned()));
        // 2 was asked for least recently; whoever holds an answer keeps it.
        assert_eq!(shelves.all.lock().expect("not poisoned").iter().map(|(question, _)| *question).collect::<Vec<_>>(), [1, 3]);
        shelves.clear();
        assert!(shelves.all.lock().expect("not poisoned").is_empty() && *first == "of 1");
    }
}
