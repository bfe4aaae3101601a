//! The demo's story: fictional cases, and what their court does while one looks.
//!
//! Names, numbers and texts are invented; the wording follows what Ecuadorian courts write.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};

use super::super::{Failure, print};
use super::court::Court;
use crate::clock::Clock;
use crate::control::Control;

/// One act on the demo court's record.
#[derive(Debug, Clone)]
pub struct Act {
    /// The court's serial number.
    pub serial: u32,
    /// When it was entered, as e-SATJE writes it (UTC).
    pub at: String,
    /// Its type.
    pub title: String,
    /// Its body, HTML.
    pub text: String,
    /// The table it comes from.
    pub origin: &'static str,
}

/// The story.
#[derive(Debug, Clone)]
pub struct Story {
    /// In Spanish, else in English.
    pub spanish: bool,
    /// Only what arrives is printed, a line each.
    pub quiet: bool,
    now: Timestamp,
}

const FIRST: &str = "17721209900001G";
const SECOND: &str = "17721209900002";

/// The pause between two changes, long enough to read what the last one brought.
const PAUSE: Duration = Duration::from_secs(4);

impl Story {
    /// The story in Spanish or English.
    pub fn new(spanish: bool, quiet: bool) -> Self {
        Self { spanish, quiet, now: Clock::System.now() }
    }

    fn act(&self, serial: u32, minutes_ago: i64, title: &str, text: &str) -> Act {
        let at = self.now.checked_sub(minutes_ago.minutes()).unwrap_or(self.now);
        let origin = if title.starts_with("ESCRITO") { "EscritosPrimera" } else { "ProvPrimera" };
        Act { serial, at: at.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string(), title: title.into(), text: text.into(), origin }
    }

    /// A day some days ahead in words and digits, as courts write it, with the weekday left out.
    fn day(&self, ahead: i64) -> String {
        const MONTHS: [&str; 12] =
            ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
        let date = self.now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let date = date.checked_add(ahead.days()).unwrap_or(date);
        let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.saturating_sub(1))).copied().unwrap_or("enero");
        format!("{} de {month} del {}", date.day(), date.year())
    }

    /// The record as it stands before.
    pub fn beginning(&self) -> Vec<(String, Vec<Act>)> {
        let old = |serial, days: i64, title: &str, text: &str| self.act(serial, days * 1440, title, text);
        vec![
            (
                FIRST.to_owned(),
                vec![
                    old(1001, 90, "ACTA DE SORTEO", "Recibida la causa ficticia, se procede al sorteo."),
                    old(1002, 60, "PROVIDENCIA GENERAL (DECRETO)", "<p>Agr&eacute;guese al proceso el escrito que antecede.</p>"),
                    old(1003, 40, "ESCRITO", "Escrito, FePresentacion"),
                    old(1004, 20, "OFICIO (OFICIO)", "<p>Of&iacute;ciese a la entidad ficticia.</p>"),
                ],
            ),
            (
                SECOND.to_owned(),
                vec![
                    old(2001, 200, "ACTA DE SORTEO", "Recibida la causa ficticia, se procede al sorteo."),
                    old(2002, 150, "AUTO GENERAL (AUTO)", "<p>Se avoca conocimiento de la causa.</p>"),
                    old(2003, 30, "ESCRITO", "Escrito, FePresentacion"),
                    old(2004, 10, "RAZON (RAZON)", "<p>Siento por tal que los autos pasan al despacho.</p>"),
                ],
            ),
        ]
    }

    /// The watch list of the demo.
    pub fn watchlist(&self, folder: &Path, court: &str, (smtp, listen): (u16, SocketAddr), hook: &str) -> String {
        let language = if self.spanish { "es" } else { "en" };
        let folder = folder.display();
        format!(
            r#"[veedor]
contact    = "demo@example.org"
language   = "{language}"
state_dir  = "{folder}/state"
listen     = "{listen}"
group_wait = "0s"
confirm    = {{ visits = 3, span = "0s" }}

[smtp]
host = "127.0.0.1"
port = {smtp}
tls  = "none"
from = "Veedor <veedor@example.org>"

[[channel]]
id   = "redaccion"
kind = "email"
to   = ["redaccion@example.org"]

[[channel]]
id   = "datos"
kind = "webhook"
url  = "{hook}"
allow_private = true

[source.ec-esatje]
base_url = "{court}"
gap      = "0s"
every    = "1s"
daily    = 1000000

[[case]]
source = "ec-esatje"
number = "17721-2099-00001G"
name   = "Caso Veleta (ficticio)"
tags   = ["demo"]

[[case]]
source = "ec-esatje"
number = "17721-2099-00002"
name   = "Caso Espejo (ficticio)"
tags   = ["demo"]
"#
        )
    }

    /// What the newcomer reads first.
    pub fn open(&self, folder: &Path, listen: SocketAddr) {
        if !self.quiet {
            print::line(&self.opening(folder, listen));
        }
    }

    fn opening(&self, folder: &Path, listen: SocketAddr) -> String {
        let list = folder.join("watchlist.toml").display().to_string();
        let veedor = std::env::args_os().next().map_or_else(|| "veedor".to_owned(), |name| name.to_string_lossy().into_owned());
        if self.spanish {
            format!(
                "{}\nUn juzgado ficticio, un buzón y un receptor de webhooks, todo en esta máquina; nada sale a la red.\n\
                 El tablero, en un navegador: http://{listen}\n\
                 La lista vigilada: {list}\nMientras tanto, en otra terminal, responden todos los comandos:\n    {veedor} list -c {list}\n\
                 La primera visita no alerta: es la línea de base. Ctrl-C termina.\n",
                print::bold("Demostración de veedor")
            )
        } else {
            format!(
                "{}\nA fictional court, a mailbox and a webhook receiver, all on this machine; nothing goes to the network.\n\
                 The dashboard, in a browser: http://{listen}\n\
                 The watch list: {list}\nMeanwhile, in another terminal, all commands answer:\n    {veedor} list -c {list}\n\
                 The first visit raises no alert: it is the baseline. Ctrl-C ends it.\n",
                print::bold("veedor demo")
            )
        }
    }

    fn say(&self, es: &str, en: &str) {
        if self.quiet {
            return;
        }
        print::line(&format!("\n{} {}", print::bold("▪"), if self.spanish { es } else { en }));
    }

    /// Plays the story once the court was read twice.
    pub async fn tell(self, court: Arc<Court>, control: Arc<Control>) -> Result<(), Failure> {
        while court.visits() < 2 {
            tokio::select! {
                () = control.stopped() => return Ok(()),
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
            }
        }
        let steps: [fn(&Self, &Court); 5] = [Self::convene, Self::file, Self::move_hearing, Self::rule, Self::edit_and_remove];
        for step in steps {
            step(&self, &court);
            tokio::select! {
                () = control.stopped() => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        tokio::select! {
            () = control.stopped() => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
        self.say(
            "La historia terminó; veedor sigue vigilando. Ctrl-C para salir.",
            "The story is over; veedor keeps watching. Ctrl-C ends it.",
        );
        Ok(())
    }

    fn convene(&self, court: &Court) {
        self.say("El juzgado convoca a una audiencia en el Caso Veleta.", "The court sets a hearing in the Veleta case.");
        let text = format!("<p>Se convoca a las partes a la audiencia de juicio para el d&iacute;a {}, a las 09h30.</p>", self.day(20));
        let act = self.act(1005, 0, "CONVOCATORIA A AUDIENCIA DE JUICIO (DECRETO)", &text);
        court.change(FIRST, |acts| acts.push(act));
    }

    fn file(&self, court: &Court) {
        self.say("Una parte presenta un escrito en el Caso Espejo.", "A party files something in the Espejo case.");
        let act = self.act(2005, 0, "ESCRITO", "Escrito, FePresentacion");
        court.change(SECOND, |acts| acts.push(act));
    }

    fn move_hearing(&self, court: &Court) {
        self.say(
            "El juzgado difiere la audiencia del Caso Veleta y fija otra fecha.",
            "The court defers the hearing of the Veleta case and sets another day.",
        );
        let text = format!(
            "<p>Por pedido de la defensa se difiere la audiencia de juicio convocada para el d&iacute;a {}. Se se&ntilde;ala nueva fecha para la \
             audiencia de juicio, para el d&iacute;a {}, a las 14h00.</p>",
            self.day(20),
            self.day(48)
        );
        let act = self.act(1006, 0, "DIFERIMIENTO DE AUDIENCIA (AUTO DE SUSTANCIACION)", &text);
        court.change(FIRST, |acts| acts.push(act));
    }

    fn rule(&self, court: &Court) {
        self.say("El tribunal notifica una sentencia en el Caso Espejo.", "The court notifies a ruling in the Espejo case.");
        let act = self.act(
            2006,
            0,
            "SENTENCIA (RESOLUCION)",
            "<p>VISTOS: &hellip; este tribunal ficticio resuelve ratificar el estado de inocencia.</p>",
        );
        court.change(SECOND, |acts| acts.push(act));
    }

    fn edit_and_remove(&self, court: &Court) {
        self.say(
            "En el Caso Veleta cambia un oficio ya publicado, y en el Caso Espejo deja de verse una razón.",
            "In the Veleta case an official letter already published changes, and in the Espejo case a clerk's note is no longer shown.",
        );
        court.change(FIRST, |acts| {
            for act in acts.iter_mut().filter(|act| act.serial == 1004) {
                act.text = "<p>Of&iacute;ciese a la otra entidad ficticia.</p>".into();
            }
        });
        court.change(SECOND, |acts| acts.retain(|act| act.serial != 2004));
    }
}
