//! Why something goes wrong that veedor keeps in English, and the Spanish of it: what a host did, why a message was given up.
//!
//! Pure. Whoever notes a reason says it with these, so that a page finds the Spanish again ([`in_spanish`]). What a server itself wrote stays as it
//! is, and so does a reason that is not among them.

use super::sentence::{Sentence, translated};

/// A host answered 403.
pub const REFUSES: Sentence = Sentence::new("{0} refuses us with status 403", "{0} nos rechaza con el estado 403");
/// A host answered 429.
pub const TOO_OFTEN: Sentence =
    Sentence::new("{0} says that we ask too often, with status 429", "{0} dice que preguntamos demasiado, con el estado 429");
/// A host answered 500 or more.
pub const BROKEN: Sentence =
    Sentence::new("{0} is broken or under maintenance, with status {1}", "{0} está dañado o en mantenimiento, con el estado {1}");
/// A host's rules could not be read.
pub const ROBOTS_UNREAD: Sentence = Sentence::new("the robots.txt of {0} could not be read", "no se pudo leer el robots.txt de {0}");
/// A message was tried as often as it is.
pub const GIVEN_UP: Sentence = Sentence::new("given up after {0} attempts: {1}", "abandonado después de {0} intentos: {1}");
/// A message that was sent again by hand did not arrive.
pub const GIVEN_UP_BY_HAND: Sentence =
    Sentence::new("given up after one attempt by hand: {0}", "abandonado después de un intento a mano: {0}");
/// A message was tried as often as it is, and waits for its channel.
pub const HELD: Sentence = Sentence::new(
    "held after {0} attempts: {1}; its channel takes nothing at present",
    "retenido después de {0} intentos: {1}; su canal no recibe nada por ahora",
);

const ALL: [Sentence; 7] = [HELD, GIVEN_UP, GIVEN_UP_BY_HAND, REFUSES, TOO_OFTEN, BROKEN, ROBOTS_UNREAD];

/// What ends [`HELD`].
const ITS_CHANNEL: &str = "; its channel takes nothing at present";

/// What a receiver answered, which may be followed by its own words.
const ANSWERED: &str = " answered ";

/// The Spanish of a reason; `None` where there is none.
pub fn in_spanish(said: &str) -> Option<String> {
    // What holds another reason: that one is said first.
    let holds = said.starts_with("given up after ") || said.starts_with("held after ");
    if let Some((head, rest)) = said.split_once(": ").filter(|_| holds) {
        let (reason, tail) = rest.strip_suffix(ITS_CHANNEL).map_or((rest, ""), |reason| (reason, ITS_CHANNEL));
        let own = in_spanish(reason);
        return translated(&ALL, &format!("{head}: {}{tail}", own.as_deref().unwrap_or(reason)));
    }
    translated(&ALL, said).or_else(|| answered(said))
}

/// `127.0.0.1 answered 500`, with whatever follows a colon as the server wrote it.
fn answered(said: &str) -> Option<String> {
    let (host, rest) = said.split_once(ANSWERED)?;
    let code = rest.get(..3)?;
    let is_one = !host.is_empty() && !host.contains(' ') && code.bytes().all(|byte| byte.is_ascii_digit());
    let more = rest.get(3..)?;
    (is_one && (more.is_empty() || more.starts_with(':'))).then(|| format!("{host} respondió {code}{more}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_said_in_spanish_and_the_words_of_a_server_stay() {
        for (said, wanted) in [
            (REFUSES.with(&[&"tribunal.example"]), "tribunal.example nos rechaza con el estado 403"),
            (TOO_OFTEN.with(&[&"h"]), "h dice que preguntamos demasiado, con el estado 429"),
            (BROKEN.with(&[&"h", &503]), "h está dañado o en mantenimiento, con el estado 503"),
            (ROBOTS_UNREAD.with(&[&"h"]), "no se pudo leer el robots.txt de h"),
            (GIVEN_UP.with(&[&3, &"127.0.0.1 answered 500"]), "abandonado después de 3 intentos: 127.0.0.1 respondió 500"),
            (GIVEN_UP.with(&[&3, &"h answered 500: no: really"]), "abandonado después de 3 intentos: h respondió 500: no: really"),
            (HELD.with(&[&9, &"h answered 500"]), "retenido después de 9 intentos: h respondió 500; su canal no recibe nada por ahora"),
            (GIVEN_UP_BY_HAND.with(&[&"the relay is away"]), "abandonado después de un intento a mano: the relay is away"),
        ] {
            assert_eq!(in_spanish(&said).as_deref(), Some(wanted), "{said}");
        }
        for other in ["", "the disk is full", "nobody answered 500 letters", "h answered 302, a redirect"] {
            assert_eq!(in_spanish(other), None, "{other}");
        }
    }
}
