//! What whoever runs veedor can do about a condition: the last fact of such a mail.
//!
//! Called by [`operator`](super::operator). Every command that it names exists.

use crate::domain::about::Language;
use crate::domain::condition::Class;
use crate::domain::event::EventKind;
use crate::domain::redact::plain;
use crate::domain::report::Report;

/// What to do next; `None` where nothing is to be done.
pub(super) fn next(kind: EventKind, report: &Report, language: Language) -> Option<String> {
    let id = plain(report.subject.id());
    let (es, en) = match kind {
        EventKind::SourceUnreadable => (
            format!(
                "veedor list muestra el motivo de cada expediente. Guarde una página y pruebe la receta con veedor extract --source {id} --explain; \
                 corregida, va en recipes/ y la toma veedor reload. Mientras tanto no se afirma nada de estos expedientes"
            ),
            format!(
                "veedor list shows the reason of each case. Save a page and try the recipe with veedor extract --source {id} --explain; mended, \
                 it goes into recipes/ and veedor reload takes it. Meanwhile nothing is said of these cases"
            ),
        ),
        EventKind::SourceBlocked => (
            format!(
                "veedor no elude bloqueos y prueba cada vez menos. Baje el ritmo (every, gap, hours en [source.{id}]) y escriba al tribunal si dura"
            ),
            format!(
                "veedor evades no block and tries less and less often. Slow down (every, gap, hours in [source.{id}]), and write to the court if it lasts"
            ),
        ),
        EventKind::SourceUnavailable => (
            format!("Mire si el sitio responde en un navegador (veedor sources {id} da su dirección). Se sigue probando cada vez menos"),
            format!("See whether the site answers in a browser (veedor sources {id} has its address). It is tried less and less often"),
        ),
        EventKind::SourceCasesUnread => (
            format!(
                "veedor list muestra el motivo de cada uno; revise sus números, y hours, daily y gap en [source.{id}] si las visitas no alcanzan"
            ),
            format!("veedor list shows the reason of each; check their numbers, and hours, daily and gap in [source.{id}] if visits do not suffice"),
        ),
        EventKind::ChannelFailing => match report.class {
            Some(Class::Misconfigured | Class::Gone) => (
                "Corrija el canal en la lista, revise con veedor check y tome el cambio con veedor reload: lo retenido sale entonces".to_owned(),
                "Mend the channel in the watch list, look at it with veedor check and take it with veedor reload: what is held goes out then"
                    .to_owned(),
            ),
            _ => (
                format!("veedor deliveries --failed muestra las respuestas; veedor test {id} prueba el canal ahora"),
                format!("veedor deliveries --failed shows the answers; veedor test {id} tries the channel now"),
            ),
        },
        EventKind::ChannelDisabled => (
            "Corrija o retire el canal; veedor reload o veedor retry --all lo prueban enseguida".to_owned(),
            "Mend the channel or take it out; veedor reload or veedor retry --all tries it at once".to_owned(),
        ),
        EventKind::ChannelGaveUp => (
            "veedor deliveries --failed los muestra con su motivo; veedor retry ID los envía otra vez".to_owned(),
            "veedor deliveries --failed shows them with the reason; veedor retry ID sends them again".to_owned(),
        ),
        EventKind::StoreLow => (
            "Libere espacio en el disco de state_dir (respaldos viejos, registros) antes de que se llene".to_owned(),
            "Make room on the disk of state_dir (old backups, logs) before it is full".to_owned(),
        ),
        EventKind::VeedorHeartbeat if !report.troubles.is_empty() => {
            ("veedor list muestra el detalle".to_owned(), "veedor list has the details".to_owned())
        }
        _ => return None,
    };
    Some(match language {
        Language::Es => es,
        Language::En => en,
    })
}
