//! The pages of a court in e-SAJ's wire shape: HTML, whose rows have no ids and name a day only.
//!
//! [`Court`](super::court::Court) keeps the record and has the faults; this only writes its pages and its case numbers.

use jiff::Timestamp;

use super::court::Act;

/// The way to the form, whose session the search wants.
pub const OPEN: &str = "/cpopg/open.do";

/// The way to a case, without the query that names it.
pub const SEARCH: &str = "/cpopg/search.do?";

const HEAD: &str = "<!DOCTYPE html>\n<html>\n<head><title>Portal de Servi\u{e7}os e-SAJ</title></head>\n<body>\n";
const FOOT: &str = "<footer><nav class=\"navbar__footer\"></nav></footer>\n</body>\n</html>\n";

/// A number with the check digits of Resolução CNJ 65/2008.
pub fn number(serial: usize) -> String {
    let check = 98 - format!("{serial:07}20248260346").parse::<u128>().expect("digits") * 100 % 97;
    format!("{serial:07}-{check:02}.2024.8.26.0346")
}

/// The number that a search names, without its marks.
pub fn searched(path: &str) -> String {
    let value = path.split('&').find_map(|part| part.strip_prefix("dadosConsulta.valorConsultaNuUnificado=")).unwrap_or_default();
    value.chars().filter(char::is_ascii_digit).collect()
}

/// The form.
pub fn form() -> String {
    format!("{HEAD}<form name=\"consultarProcessoForm\" method=\"get\" action=\"/cpopg/search.do\"></form>\n{FOOT}")
}

/// The form with a captcha in it.
pub fn captcha() -> String {
    format!("{HEAD}<form name=\"consultarProcessoForm\"><div id=\"captcha\" class=\"g-recaptcha\" data-sitekey=\"x\"></div></form>\n{FOOT}")
}

/// What a search says that finds nothing.
pub fn nothing() -> String {
    let message = "N\u{e3}o existem informa\u{e7}\u{f5}es dispon\u{ed}veis para os par\u{e2}metros informados.";
    format!("{HEAD}<table id=\"mensagemRetorno\"><tr><td><ul><li>{message}</li></ul></td></tr></table>\n{FOOT}")
}

/// The page of a case, with these rows of its table.
pub fn case(id: &str, acts: &[Act]) -> String {
    let shown = format!("{}-{}.{}.{}.{}.{}", &id[..7], &id[7..9], &id[9..13], &id[13..14], &id[14..16], &id[16..]);
    let rows: String = acts.iter().map(row).collect();
    format!(
        "{HEAD}<span id=\"numeroProcesso\" class=\"unj-larger-1\">{shown}</span>\n<span id=\"classeProcesso\">A\u{e7}\u{e3}o Civil de Improbidade</span>\n\
         <span id=\"foroProcesso\">Foro Fict\u{ed}cio</span>\n<table><tbody id=\"tabelaTodasMovimentacoes\">\n{rows}</tbody></table>\n{FOOT}"
    )
}

fn row(act: &Act) -> String {
    // Acts carry the hour of UTC; the court is three hours behind.
    let at: Timestamp = act.at.parse().expect("a time");
    let day = at.in_tz("America/Sao_Paulo").expect("a zone").strftime("%d/%m/%Y");
    format!(
        "<tr class=\"fundoClaro containerMovimentacao\">\n<td class=\"dataMovimentacao\">{day}</td>\n<td></td>\n\
         <td class=\"descricaoMovimentacao\">{}<br /><span style=\"font-style: italic;\">{}</span></td>\n</tr>\n",
        act.title, act.text
    )
}
