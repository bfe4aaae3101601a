//! Sentences with which something is refused that a person asked for, in English and in Spanish.
//!
//! Whoever refuses says them in English: commands, logs and programs read that. The dashboard finds the Spanish of what it was answered with
//! [`in_spanish`], so that both wordings stand in one place and neither can change without the other. What is not among them stays English.

use std::fmt::{Display, Write};

/// A sentence in both languages. `{0}`, `{1}` … stand for what differs: in the English once each, in this order.
#[derive(Debug, Clone, Copy)]
pub struct Sentence {
    en: &'static str,
    es: &'static str,
}

impl Sentence {
    /// One that is kept elsewhere than in the list here.
    pub(super) const fn new(en: &'static str, es: &'static str) -> Self {
        Self { en, es }
    }

    /// In English, with these in their places.
    pub fn with(&self, parts: &[&dyn Display]) -> String {
        filled(self.en, |nth, out| {
            if let Some(part) = parts.get(nth) {
                let _ = write!(out, "{part}");
            }
        })
    }

    /// What stood in the places of a sentence that was said; `None` when it is another.
    fn parts<'s>(&self, said: &'s str) -> Option<Vec<&'s str>> {
        let mut pieces = pieces(self.en);
        let mut rest = said.strip_prefix(pieces.next()?.1)?;
        let mut parts = Vec::new();
        let mut pieces = pieces.peekable();
        while let Some((_, text)) = pieces.next() {
            let end = match pieces.peek() {
                // The last one ends where the sentence does.
                None => rest.strip_suffix(text)?.len(),
                Some(_) => rest.find(text)?,
            };
            let (part, more) = rest.split_at_checked(end)?;
            parts.push(part);
            rest = more.strip_prefix(text)?;
        }
        rest.is_empty().then_some(parts)
    }
}

/// The Spanish of a sentence that was said in English; `None` where there is none.
pub fn in_spanish(said: &str) -> Option<String> {
    translated(ALL, said)
}

/// The same among these.
pub(super) fn translated(all: &[Sentence], said: &str) -> Option<String> {
    all.iter().find_map(|sentence| {
        let parts = sentence.parts(said)?;
        Some(filled(sentence.es, |nth, out| out.push_str(parts.get(nth).copied().unwrap_or_default())))
    })
}

/// The texts of a template, each with the number of the place before it; the first has none.
fn pieces(template: &str) -> impl Iterator<Item = (Option<usize>, &str)> {
    template.split('{').enumerate().map(|(at, piece)| match piece.split_once('}').filter(|_| at > 0) {
        Some((nth, text)) => (nth.parse().ok(), text),
        None => (None, piece),
    })
}

fn filled(template: &str, part: impl Fn(usize, &mut String)) -> String {
    let mut out = String::new();
    for (nth, text) in pieces(template) {
        if let Some(nth) = nth {
            part(nth, &mut out);
        }
        out.push_str(text);
    }
    out
}

macro_rules! sentences {
    ($($name:ident: $en:literal, $es:literal;)*) => {
        $(#[doc = concat!("```text\n", $en, "\n```")] pub const $name: Sentence = Sentence { en: $en, es: $es };)*

        /// All of them. Of two that begin alike the closer one stands first.
        const ALL: &[Sentence] = &[$($name),*];
    };
}

sentences! {
    // Cases.
    NO_CASE_NEAR: "no case \"{0}\" is watched; did you mean {1}?",
        "No se vigila ningún expediente «{0}»; ¿quiso decir {1}?";
    NO_CASE: "no case \"{0}\" is watched; `veedor list` shows the watch list",
        "No se vigila ningún expediente «{0}»; la lista está en Expedientes.";
    SEVERAL_CASES: "\"{0}\" may be any of {1}; type one of these",
        "«{0}» puede ser cualquiera de {1}; escriba uno de ellos.";
    NAME_OF_CASE: "the name must be one line of 1 to {0} characters", "El nombre es una línea de 1 a {0} caracteres.";
    TAG_OF_CASE: "a tag must be one line of 1 to {0} characters", "Una etiqueta es una línea de 1 a {0} caracteres.";
    MANY_TAGS: "a case has at most {0} tags", "Un expediente tiene como máximo {0} etiquetas.";
    LONG_NUMBER: "a case number has at most {0} characters", "Un número de expediente tiene como máximo {0} caracteres.";
    NUMBER_MISSING: "a case number of {0} is missing: expected {1}, for example {2}",
        "Falta el número del expediente en {0}; por ejemplo: {2}.";
    NUMBER_NOT_SO: "\"{0}\" is not a case number of {1} ({2}): expected {3}, for example {4}",
        "«{0}» no es un número de expediente de {1}; por ejemplo: {4}.";
    NO_NUMBER: "\"{0}\" is not a case number of {1}: expected {2}, for example {3}",
        "«{0}» no es un número de expediente de {1}; por ejemplo: {3}.";
    NO_SOURCE: "no source was chosen; `veedor sources` shows them", "Elija una fuente.";
    UNKNOWN_SOURCE: "unknown source \"{0}\"{1}", "No se conoce la fuente «{0}».";
    LAST_CASE: "this is the last case, and veedor does not run with nothing to watch; add another first, or stop the daemon",
        "Es el último expediente, y veedor no funciona sin nada que vigilar; añada otro antes, o detenga el servicio.";
    TAKEN_OFF: "somebody else took it off the list meanwhile; try again", "Alguien lo quitó de la lista mientras tanto; intente de nuevo.";
    MAY_NOT_WRITE: "the daemon's user may not write {0} ({1}); run `veedor add` or `veedor remove` on the machine as somebody who may, with -c {2}",
        "El usuario del servicio no puede escribir {0}; ejecute `veedor add` o `veedor remove` en la máquina como alguien que pueda, con -c {2}.";
    NOT_WRITTEN: "{0} could not be written: {1}", "No se pudo escribir {0}: {1}";
    BY_HAND: "{0}; please edit the file by hand", "veedor no sabe editar el archivo como está escrito; edítelo a mano.";
    WOULD_NOT_LOAD: "nothing was written, because the watch list would not load:{0}",
        "No se escribió nada, porque la lista de vigilancia no se podría leer.";
    STALE: "{0}, and the daemon goes on with the old list, because the file has problems{1}",
        "Lo pedido ya está hecho en el archivo de la lista, pero el archivo tiene problemas, y el servicio sigue con la lista de antes. No lo pida otra vez: corrija el archivo.";
    IMPORT_ONLY: "{0} is import only: {1}, then run `veedor import --source {2} --case {3} --page FILE`",
        "{0} se importa a mano: guarde su página y ejecute `veedor import --source {2} --case {3} --page ARCHIVO`.";
    WITHHELD: "of {0} nothing is told but that it had activity (privacy of the watch list); an editor may see more",
        "De {0} solo se cuenta que tuvo actividad (privacidad de la lista); quien edita puede ver más.";
    DAYS_TURNED: "from {0} to {1} there is no day; name the earlier day first", "Del {0} al {1} no hay ningún día; nombre primero el anterior.";
    NO_TAG_NEAR: "no case has the tag \"{0}\"; did you mean {1}?", "Ningún expediente tiene la etiqueta «{0}»; ¿quiso decir {1}?";
    NO_TAG: "no case has the tag \"{0}\"; {1}", "Ningún expediente tiene la etiqueta «{0}».";
    NO_EVENT: "there is no such event; `veedor list` shows the cases", "No hay tal aviso.";
    NO_VERSION_BUT_ONE: "{0} has no version {1}; it has version {2}", "{0} no tiene la versión {1}; tiene la versión {2}.";
    NO_VERSION: "{0} has no version {1}; it has versions {2} to {3}", "{0} no tiene la versión {1}; tiene las versiones {2} a {3}.";
    NO_VERSION_BUT_SOME: "{0} has no version {1}; it has versions {2}", "{0} no tiene la versión {1}; tiene otras.";
    NOT_READ_YET: "{0} was not read yet; `veedor list` shows why, `veedor poll {1}` visits it now", "{0} todavía no se ha leído.";
    NO_ENTRY: "version {0} of {1} has no such entry", "La versión {0} de {1} no tiene esa actuación.";
    LAST_OF_PUBLIC: "\"{0}\" is a tag of the public page, and this is its last case; take the tag out of `tags` under [public] first, or give it to another case",
        "«{0}» es una etiqueta de la página pública y este es su último expediente; quite antes la etiqueta de `tags` en [public], o désela a otro expediente.";
    NO_DAY: "\"{0}\" is no day; write one such as 2026-03-01", "«{0}» no es un día; escriba uno como 2026-03-01.";

    // Deliveries and the brake.
    NO_DELIVERY: "there is no delivery {0}; `veedor deliveries` shows them", "No hay ningún envío {0}.";
    OVER_ALREADY: "delivery {0} is over: it arrived or was discarded, and cannot be dropped any more",
        "El envío {0} ya terminó: llegó o se descartó antes, y no se puede descartar.";
    MANY_AGAIN: "{0} deliveries are more than go out again at one time ({1}); name a later --since, or a --channel",
        "{0} envíos son más de los que salen otra vez de una sola vez ({1}); elija un canal o un tiempo más corto.";
    NO_CHANNEL: "there is no channel \"{0}\"; {1}", "No hay ningún canal «{0}».";
    NOTHING_BRAKED: "the brake holds nothing of \"{0}\"; `veedor list` shows which sources it holds", "El freno no retiene nada de «{0}».";
    NO_DECISION: "\"{0}\" is no decision; it is release or discard", "«{0}» no es una decisión; elija enviar o descartar.";

    // Silences.
    SILENCE_LENGTH: "\"{0}\" is not one of the lengths of a silence; choose one of the list",
        "«{0}» no es una de las duraciones de un silencio; elija una de la lista.";
    MANY_KINDS: "a silence names at most {0} kinds; use a family such as \"filing.*\"",
        "Un silencio nombra como máximo {0} tipos; use una familia como «filing.*».";
    NO_KIND_NEAR: "no event is called \"{0}\"; did you mean {1}?", "Ningún aviso se llama «{0}»; ¿quiso decir {1}?";
    NO_KIND: "no event is called \"{0}\"; docs/events lists them", "Ningún aviso se llama «{0}»; docs/events los enumera.";
    NO_RECIPIENT: "{0} is no recipient of {1}; `veedor check` shows them", "{0} no es un destinatario.";
    EVERYTHING: "this would silence everything; name a --case, --source, --tag, --kind, --channel or --to, or stop the daemon",
        "Esto silenciaría todo; nombre un expediente, una etiqueta, un canal o un tipo, o detenga el servicio.";
    WHO_ASKS: "--by must be one line of 1 to {0} characters: others read it when they wonder about the quiet",
        "Diga quién lo pide, en una línea de 1 a {0} caracteres: otros lo leen cuando se preguntan por el silencio.";
    WHY_SILENT: "--because must be one line of 1 to {0} characters: others read it when they wonder about the quiet",
        "Diga por qué, en una línea de 1 a {0} caracteres: otros lo leen cuando se preguntan por el silencio.";
    SILENCE_TOO_LONG: "a silence lasts a year at most; leave out of the watch list what is to be quiet for longer",
        "Un silencio dura como máximo un año.";
    NO_SILENCE_ID: "\"{0}\" is no id of a silence; `veedor silence` shows them", "«{0}» no es el identificador de un silencio.";
    NO_SILENCE: "there is no silence {0}; `veedor silence` shows them", "No hay ningún silencio {0}.";
    SEVERAL_SILENCES: "{0} silences begin with {1}; type more of the id", "{0} silencios empiezan con {1}.";
    SILENCE_ENDED: "the silence {0} ended already, at {1}", "El silencio {0} ya terminó.";
    SILENCE_JUST_ENDED: "the silence {0} ended a moment ago", "El silencio {0} terminó hace un momento.";
    MANY_SILENCES: "{0} silences are active already; end one with `veedor silence end ID`, or make one that is wider",
        "Ya hay {0} silencios activos; termine uno, o haga uno más amplio.";

    // Feeds.
    WHOSE_FEED: "say whose address it is in one line of 1 to {0} characters: it is how one knows later which to revoke",
        "Diga de quién es la dirección, en una línea de 1 a {0} caracteres: así se sabe después cuál revocar.";
    TAG_OR_CASE: "name a tag or a case, not both", "Nombre una etiqueta o un expediente, no los dos.";
    FEED_LANGUAGE: "no feed is written in \"{0}\"; write es or en", "Ninguna suscripción se escribe en «{0}»; elija español o inglés.";
    NO_FEED_ID: "\"{0}\" is no id of an address; `veedor feed` shows them", "«{0}» no es el identificador de una dirección.";
    NO_FEED: "there is no address {0}; `veedor feed` shows them", "No hay ninguna dirección {0}.";
    SEVERAL_FEEDS: "{0} addresses begin with {1}; type more of the id", "{0} direcciones empiezan con {1}.";
    FEED_REVOKED: "the address {0} is revoked already", "La dirección {0} ya está revocada.";
    MANY_FEEDS: "{0} feed addresses are in use, which is the most; revoke some first",
        "Hay {0} direcciones en uso, que es el máximo; revoque alguna antes.";

    // Users and tokens.
    USER_THERE: "there is a user \"{0}\" already; `veedor user passwd {1}` sets another password",
        "Ya hay un usuario «{0}»; más abajo se le pone otra contraseña.";
    NO_USER: "there is no user \"{0}\"; `veedor user list` shows them", "No hay ningún usuario «{0}».";
    NO_USER_OF_TOKEN: "there is no user {0}", "No hay ningún usuario «{0}».";
    MANY_USERS: "there are {0} users already; remove one who does not come any more", "Ya hay {0} usuarios; elimine uno que ya no venga.";
    NO_TOKEN: "there is no token \"{0}\"; `veedor token list` shows them", "No hay ninguna clave «{0}».";
    TOKEN_THERE: "there is a token \"{0}\" already; choose another name, or revoke that one",
        "Ya hay una clave «{0}»; elija otro nombre, o revoque esa.";
    MANY_OF_ONE: "a user has at most {0} tokens; revoke one that is not used any more",
        "Un usuario tiene como máximo {0} claves; revoque una que ya no se use.";
    MANY_TOKENS: "there are {0} tokens already; revoke one that is not used any more", "Ya hay {0} claves; revoque una que ya no se use.";

    // The daemon itself.
    UNDER_WAY: "{0} visits, checks or reports that somebody asked for are under way; ask again in a minute",
        "Ya se están haciendo {0} visitas, revisiones o informes que alguien pidió; intente de nuevo en un minuto.";
    STOPPING: "veedor is stopping; ask again in a minute", "veedor se está deteniendo; intente de nuevo en un minuto.";
    NOT_BEGUN: "the board has not begun yet; ask again in a moment", "El tablero todavía se está preparando; intente de nuevo en un momento.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_is_found_again_by_its_english_and_says_the_same_things_in_spanish() {
        for sentence in ALL {
            let numbers = |template| pieces(template).filter_map(|(nth, _)| nth).collect::<Vec<usize>>();
            let (en, es) = (numbers(sentence.en), numbers(sentence.es));
            assert_eq!(en, (0..en.len()).collect::<Vec<_>>(), "{}", sentence.en);
            assert!(es.iter().all(|nth| en.contains(nth)), "{}", sentence.es);
            let parts: Vec<String> = en.iter().map(|nth| format!("<ñ{nth}>")).collect();
            let shown: Vec<&dyn Display> = parts.iter().map(|part| part as &dyn Display).collect();
            let said = sentence.with(&shown);
            let found = in_spanish(&said).unwrap_or_else(|| panic!("{said}"));
            let wanted = es.iter().fold(sentence.es.to_owned(), |text, nth| text.replace(&format!("{{{nth}}}"), &parts[*nth]));
            assert_eq!(found, wanted, "another one stands before it: {said}");
            assert!(found.starts_with(|c: char| c.is_uppercase() || c == '«' || c == '<' || found.starts_with("veedor")), "{found}");
        }
        assert_eq!(ALL.iter().map(|sentence| sentence.en).collect::<BTreeSet<_>>().len(), ALL.len());
    }

    #[test]
    fn what_was_typed_is_told_back_whatever_it_is() {
        let typed = "{1}\"; did you mean \u{202e}";
        assert_eq!(in_spanish(&LONG_NUMBER.with(&[&200])).as_deref(), Some("Un número de expediente tiene como máximo 200 caracteres."));
        assert_eq!(
            in_spanish(&NO_CASE.with(&[&typed])),
            Some(format!("No se vigila ningún expediente «{typed}»; la lista está en Expedientes."))
        );
        for other in ["", "no case", "the disk is full", "there is no delivery 7"] {
            assert_eq!(in_spanish(other), None, "{other}");
        }
    }
}
