//! Checks that a number must pass before it is taken for somebody's: check digits of identity and tax numbers.
//!
//! Named by the rules in `jurisdictions/**/privacy.toml`, asked by [`redact`](super::redact). A pattern alone would take half of a
//! docket's numbers for people's. It knows no text around the number.

/// Whether a text that a pattern found is what the pattern means.
pub type Check = fn(&str) -> bool;

/// The checks by the name that rules give them.
pub const CHECKS: [(&str, Check); 9] = [
    ("ec-cedula", is_ec_cedula),
    ("br-cpf", is_br_cpf),
    ("br-cnpj", is_br_cnpj),
    ("co-nit", is_co_nit),
    ("ar-cuit", is_ar_cuit),
    ("mx-curp", is_mx_curp),
    ("us-ssn", is_us_ssn),
    ("cl-rut", is_cl_rut),
    ("uy-ci", is_uy_ci),
];

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|digit| digit.to_digit(10)).collect()
}

/// The sum of digits times weights.
fn weighed(digits: &[u32], weights: impl IntoIterator<Item = u32>) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// An Ecuadorian identity number of a person: province 01–24 or 30, third digit below 6, and the check digit of modulus 10. A natural
/// person's RUC is the same number with 001; a company's has 6 or 9 third and stays.
fn is_ec_cedula(found: &str) -> bool {
    let digits = digits(found);
    let Some(ten) = digits.get(..10) else { return false };
    let province = ten[0] * 10 + ten[1];
    if !(matches!(province, 1..=24 | 30) && ten[2] < 6) {
        return false;
    }
    let products = ten[..9].iter().enumerate().map(|(place, digit)| if place % 2 == 0 { digit * 2 } else { *digit });
    let sum: u32 = products.map(|product| if product > 9 { product - 9 } else { product }).sum();
    (10 - sum % 10) % 10 == ten[9]
}

/// The check digit of modulus 11 that Brazil's numbers have: 0 where the rest is below 2.
fn eleven(sum: u32) -> u32 {
    if sum % 11 < 2 { 0 } else { 11 - sum % 11 }
}

/// A Brazilian CPF: two check digits of modulus 11; eleven times the same digit passes the sums and is none.
fn is_br_cpf(found: &str) -> bool {
    let digits = digits(found);
    let repeated = digits.windows(2).all(|pair| pair[0] == pair[1]);
    digits.len() == 11
        && !repeated
        && eleven(weighed(&digits[..9], (2..=10).rev())) == digits[9]
        && eleven(weighed(&digits[..10], (2..=11).rev())) == digits[10]
}

/// A Brazilian CNPJ, which one-person firms bear: two check digits of modulus 11.
fn is_br_cnpj(found: &str) -> bool {
    let digits = digits(found);
    let weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    digits.len() == 14
        && eleven(weighed(&digits[..12], weights[1..].iter().copied())) == digits[12]
        && eleven(weighed(&digits[..13], weights)) == digits[13]
}

/// A Colombian NIT of a natural person: an identity number with a check digit of modulus 11 behind it. Those of companies have nine
/// digits and begin with 8 or 9.
fn is_co_nit(found: &str) -> bool {
    let digits = digits(found);
    let Some((last, stem)) = digits.split_last().filter(|(_, stem)| (6..=10).contains(&stem.len())) else { return false };
    let is_company = stem.len() == 9 && matches!(stem.first(), Some(8 | 9));
    !is_company && nit_digit(stem) == *last
}

fn nit_digit(stem: &[u32]) -> u32 {
    let backwards: Vec<u32> = stem.iter().rev().copied().collect();
    let rest = weighed(&backwards, [3, 7, 13, 17, 19, 23, 29, 37, 41, 43]) % 11;
    if rest < 2 { rest } else { 11 - rest }
}

/// An Argentine CUIT or CUIL of a natural person (20, 23, 24, 27): modulus 11 over ten digits.
fn is_ar_cuit(found: &str) -> bool {
    let digits = digits(found);
    if digits.len() != 11 || !matches!((digits[0], digits[1]), (2, 0 | 3 | 4 | 7)) {
        return false;
    }
    let last = (11 - weighed(&digits[..10], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    last == digits[10]
}

/// A Chilean RUN of a natural person (below fifty million): modulus 11, with K for ten.
fn is_cl_rut(found: &str) -> bool {
    let Some(last) = found.chars().last() else { return false };
    let mut digits = digits(found);
    let last = match last.to_digit(10) {
        Some(_) => digits.pop().unwrap_or_default(),
        None => 10,
    };
    let number = digits.iter().fold(0_u32, |number, digit| number.saturating_mul(10).saturating_add(*digit));
    let backwards: Vec<u32> = digits.iter().rev().copied().collect();
    (1_000_000..50_000_000).contains(&number) && (11 - weighed(&backwards, [2, 3, 4, 5, 6, 7, 2, 3]) % 11) % 11 == last
}

/// A Uruguayan identity number: modulus 10 over seven digits.
fn is_uy_ci(found: &str) -> bool {
    let mut digits = digits(found);
    if digits.len() == 7 {
        digits.insert(0, 0);
    }
    digits.len() == 8 && (10 - weighed(&digits[..7], [2, 9, 8, 7, 6, 3, 4]) % 10) % 10 == digits[7]
}

/// A Mexican CURP: its last digit is the modulus 10 of a sum over its letters and digits.
fn is_mx_curp(found: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
    let places: Vec<u32> = found
        .to_uppercase()
        .chars()
        .filter_map(|letter| ALPHABET.chars().position(|known| known == letter))
        .filter_map(|place| u32::try_from(place).ok())
        .collect();
    places.len() == 18 && (10 - weighed(&places[..17], (2..=18).rev()) % 10) % 10 == places[17]
}

/// A social security number of the United States as they are given out: no group of zeros, no area 666 or from 900 on.
fn is_us_ssn(found: &str) -> bool {
    let digits = digits(found);
    let number = |part: &[u32]| part.iter().fold(0, |number, digit| number * 10 + digit);
    digits.len() == 9 && !matches!(number(&digits[..3]), 0 | 666 | 900..) && number(&digits[3..5]) != 0 && number(&digits[5..]) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stem with each last digit that makes it right.
    fn right(check: Check, stem: &str) -> Vec<String> {
        (0..10).map(|last| format!("{stem}{last}")).filter(|full| check(full)).collect()
    }

    /// Numbers that the offices themselves publish as examples, so that no private person's stands here.
    #[test]
    fn published_examples_pass_and_their_neighbours_do_not() {
        for (check, number) in [
            (is_br_cpf as Check, "111.444.777-35"),
            (is_br_cnpj, "11.444.777/0001-61"),
            (is_ar_cuit, "20-17254359-7"),
            (is_mx_curp, "HEGG560427MVZRRL04"),
            (is_us_ssn, "078-05-1120"),
            (is_cl_rut, "12.345.678-5"),
            (is_uy_ci, "1.234.567-2"),
        ] {
            assert!(check(number), "{number}");
        }
        assert_eq!(right(is_br_cpf, "1114447773"), ["11144477735"]);
        // The number of a university; a company's is not a person's.
        assert_eq!((nit_digit(&digits("899999063")), is_co_nit("899.999.063-3")), (3, false));
        assert_eq!(right(is_co_nit, "1012345678").len(), 1);
        assert_eq!(right(is_ar_cuit, "2017254359"), ["20172543597"]);
        assert_eq!(right(is_ec_cedula, "173000000").len(), 1);
        for (check, number) in [
            (is_br_cpf as Check, "111.111.111-11"),
            (is_us_ssn, "000-12-3456"),
            (is_us_ssn, "666-12-3456"),
            (is_us_ssn, "912-12-3456"),
            (is_ec_cedula, "9930000001"),
            (is_mx_curp, "HEGG560427MVZRRL05"),
        ] {
            assert!(!check(number), "{number}");
        }
    }

    #[test]
    fn whatever_they_are_given_they_answer() {
        for (name, check) in CHECKS {
            for text in ["", "ñ", "1", &"9".repeat(100), "-.-", "ÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑÑ"] {
                assert!(!check(text) || name == "mx-curp", "{name} {text}");
            }
        }
    }
}
