//! The titles of Ecuador's courts with their counts: a table of tabs, `count`, `tipo`, `suggested_class`.

use super::class::{Class, Title};

/// Where it lies in the folder.
pub const PATH: &str = "fixtures/ecuador/vocabulary/tipos.tsv";

/// Its titles; the error names the line that is not as expected.
pub fn titles(text: &str) -> Result<Vec<Title>, String> {
    text.lines().enumerate().skip(1).map(|(at, line)| title(line).map_err(|why| format!("line {}: {why}", at + 1))).collect()
}

fn title(line: &str) -> Result<Title, String> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [_, title, class, ..] = columns[..] else { return Err("expected a count, a title and a class between tabs".to_owned()) };
    let (expected, allowed): (Class, &[Class]) = match class {
        "escrito" => (Class::F, &[]),
        "citacion" => (Class::N, &[]),
        "audiencia_convocada" => (Class::HS, &[]),
        "audiencia_fallida_o_diferida" => (Class::HP, &[]),
        "decision" => (Class::R, &[Class::X]),
        // Our second reading: a measure that is refused is a ruling, and nobody was detained.
        "medida" if title.starts_with("NEGAR ") => (Class::R, &[Class::C]),
        "medida" => (Class::C, &[]),
        "recurso" => (Class::A, &[]),
        "otro" | "administrativo" | "excusa_recusacion" => (Class::O, &[]),
        class if class.starts_with("notificacion_de:") => (Class::N, &[]),
        other => return Err(format!("unknown class \"{other}\"")),
    };
    Ok(Title {
        system: "Ecuador e-SATJE".to_owned(),
        jurisdiction: "ec".to_owned(),
        language: "es".to_owned(),
        title: title.to_owned(),
        expected: vec![expected],
        allowed: allowed.to_vec(),
        orders_are_other: true,
    })
}
