//! Parties whose name is only spelt otherwise: not one who left and another who came.
//!
//! Asked by [`compare`](super::compare) of the parties that an answer lacks and those that it has more. It decides nothing about
//! those who are really gone: they are counted first.

use crate::domain::docket::Party;
use crate::domain::fold::fold;

/// Names this much alike, their words sorted, are one name (`domain.md` F-12).
const ALIKE: f64 = 0.92;

/// The pairs of a party that is missing and one that is new, of the same role and with nearly the same name. Where more than one
/// would do, nobody knows which: then there is none.
pub fn respelt<'d>(gone: &[&'d Party], new: &[&'d Party]) -> Vec<(&'d Party, &'d Party)> {
    let alike = |gone: &Party, new: &Party| fold(&gone.role) == fold(&new.role) && is_alike(&gone.name, &new.name);
    let only = |mut found: Vec<&'d Party>| found.pop().filter(|_| found.is_empty());
    let of_gone = |one: &Party| only(new.iter().copied().filter(|new| alike(one, new)).collect());
    let of_new = |one: &Party| only(gone.iter().copied().filter(|gone| alike(gone, one)).collect());
    gone.iter()
        .copied()
        .filter_map(|before| of_gone(before).filter(|after| of_new(after) == Some(before)).map(|after| (before, after)))
        .collect()
}

fn is_alike(a: &str, b: &str) -> bool {
    strsim::normalized_damerau_levenshtein(&sorted(a), &sorted(b)) >= ALIKE
}

/// "PÉREZ MORA, JUAN" and "Juan Pérez Mora" are one name.
fn sorted(name: &str) -> String {
    let plain: String = fold(name).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(role: &str, name: &str) -> Party {
        Party { role: role.into(), name: name.into() }
    }

    #[test]
    fn a_slip_in_a_name_is_the_same_party_and_another_name_is_another() {
        let pairs = |gone: &[Party], new: &[Party]| {
            let (gone, new): (Vec<&Party>, Vec<&Party>) = (gone.iter().collect(), new.iter().collect());
            respelt(&gone, &new).into_iter().map(|(a, b)| (a.name.clone(), b.name.clone())).collect::<Vec<_>>()
        };
        let old = party("PROCESADO", "RIVAS ANDRADE JULIA ELENA");
        for name in ["RIVAZ ANDRADE JULIA ELENA", "Julia Elena Rivas Andrade", "RIVAS ANDRADE, JULIA ELENA."] {
            assert_eq!(pairs(std::slice::from_ref(&old), &[party("Procesado", name)]).len(), 1, "{name}");
        }
        for other in
            [party("PROCESADO", "RIVAS ANDRADE MARIO ESTEBAN"), party("VICTIMA", "RIVAZ ANDRADE JULIA ELENA"), party("PROCESADO", "")]
        {
            assert_eq!(pairs(std::slice::from_ref(&old), std::slice::from_ref(&other)), [], "{other:?}");
        }
        // Two that would do: nobody knows which.
        let two = [party("PROCESADO", "RIVAZ ANDRADE JULIA ELENA"), party("PROCESADO", "RIVAS ANDRADE JULIA HELENA")];
        assert_eq!(pairs(std::slice::from_ref(&old), &two), []);
    }
}
