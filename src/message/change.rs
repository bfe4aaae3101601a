//! What differs between two texts, word by word.
//!
//! Used by the text and the HTML form of mails, which mark the same pieces each in its own way. It compares what it is
//! given; cutting and masking come before.

use similar::{ChangeTag, TextDiff};

/// A run of words that both texts have, or only one of them.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Same(String),
    /// Only in the text before.
    Gone(String),
    /// Only in the text now.
    New(String),
}

/// The pieces in reading order, runs of one sort joined.
pub(super) fn pieces(before: &str, after: &str) -> Vec<Piece> {
    let diff = TextDiff::from_words(before, after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let word = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Same(run))) => run.push_str(word),
            (ChangeTag::Delete, Some(Piece::Gone(run))) => run.push_str(word),
            (ChangeTag::Insert, Some(Piece::New(run))) => run.push_str(word),
            (ChangeTag::Equal, _) => pieces.push(Piece::Same(word.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Gone(word.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::New(word.to_owned())),
        }
    }
    join_replacements(pieces)
}

/// "-a -b" split by single spaces reads badly: a space that both texts have between two changes joins them.
fn join_replacements(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let blank = matches!(&piece, Piece::Same(run) if run.trim().is_empty());
        let between = !matches!(joined.last(), None | Some(Piece::Same(_))) && pieces.peek().is_some();
        if blank && between {
            let Piece::Same(space) = piece else { continue };
            add(&mut joined, Piece::Gone(space.clone()));
            add(&mut joined, Piece::New(space));
        } else {
            add(&mut joined, piece);
        }
    }
    joined
}

/// Adds a piece; a deletion after "deletion, insertion" goes into that deletion, so that a replaced phrase is one pair.
fn add(pieces: &mut Vec<Piece>, piece: Piece) {
    let place = match &piece {
        Piece::Same(_) => None,
        Piece::Gone(_) => pieces.iter().rposition(|known| !matches!(known, Piece::New(_))),
        Piece::New(_) => pieces.len().checked_sub(1),
    };
    match (place.and_then(|place| pieces.get_mut(place)), piece) {
        (Some(Piece::Gone(run)), Piece::Gone(more)) | (Some(Piece::New(run)), Piece::New(more)) => run.push_str(&more),
        (_, piece @ Piece::Gone(_)) => {
            let before_new = place.map_or(0, |place| place + 1);
            pieces.insert(before_new, piece);
        }
        (_, piece) => pieces.push(piece),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(before: &str, after: &str) -> String {
        let mark = |piece: Piece| match piece {
            Piece::Same(run) => run,
            Piece::Gone(run) => format!("[-{run}-]"),
            Piece::New(run) => format!("{{+{run}+}}"),
        };
        pieces(before, after).into_iter().map(mark).collect()
    }

    #[test]
    fn words_are_marked_and_phrases_stay_together() {
        for (before, after, want) in [
            ("multa de 4000 dólares", "multa de 400 dólares", "multa de [-4000-]{+400+} dólares"),
            ("el uno de mayo", "el dos de junio", "el [-uno-]{+dos+} de [-mayo-]{+junio+}"),
            ("queda sin efecto todo", "sigue en vigor todo", "[-queda sin efecto-]{+sigue en vigor+} todo"),
            ("a b", "a b c", "a b{+ c+}"),
            ("", "nuevo", "{+nuevo+}"),
            ("igual", "igual", "igual"),
        ] {
            assert_eq!(marked(before, after), want);
        }
    }

    #[test]
    fn nothing_of_either_text_is_lost() {
        let texts = ["a b c d", "b x d", "", "c  d a", "ñ ñ á", "d c b a a"];
        for before in texts {
            for after in texts {
                let (mut old, mut new) = (String::new(), String::new());
                for piece in pieces(before, after) {
                    match piece {
                        Piece::Same(run) => [&mut old, &mut new].into_iter().for_each(|text| text.push_str(&run)),
                        Piece::Gone(run) => old.push_str(&run),
                        Piece::New(run) => new.push_str(&run),
                    }
                }
                assert_eq!((old.as_str(), new.as_str()), (before, after));
            }
        }
    }
}
