//! Payment cards: an issuer range, a length that the scheme uses, and Luhn.

use crate::validate::arith::digits;
use crate::validate::arith::is_uniform;
use crate::validate::arith::luhn;
use crate::validate::arith::number;

/// First and last issuer prefix, how many digits that prefix has, shortest and longest number.
const SCHEMES: [(u64, u64, usize, usize, usize); 32] = [
    (4, 4, 1, 13, 13),             // Visa
    (4, 4, 1, 16, 16),             // Visa
    (4, 4, 1, 18, 19),             // Visa
    (51, 55, 2, 16, 16),           // Mastercard
    (2221, 2720, 4, 16, 16),       // Mastercard
    (34, 34, 2, 15, 15),           // American Express
    (37, 37, 2, 15, 15),           // American Express
    (6011, 6011, 4, 16, 19),       // Discover
    (622_126, 622_925, 6, 16, 19), // Discover with UnionPay
    (644, 649, 3, 16, 19),         // Discover
    (65, 65, 2, 16, 19),           // Discover, RuPay, Troy
    (3528, 3589, 4, 16, 19),       // JCB
    (300, 305, 3, 14, 19),         // Diners
    (3095, 3095, 4, 14, 19),       // Diners
    (36, 36, 2, 14, 19),           // Diners
    (38, 39, 2, 14, 19),           // Diners
    (62, 62, 2, 16, 19),           // UnionPay
    (81, 82, 2, 16, 19),           // UnionPay, RuPay
    (50, 50, 2, 12, 19),           // Maestro, Elo, Verve, Dankort, RuPay
    (56, 58, 2, 12, 19),           // Maestro
    (60, 61, 2, 12, 19),           // Maestro, RuPay, Hipercard
    (63, 63, 2, 12, 19),           // Maestro, Elo
    (66, 69, 2, 12, 19),           // Maestro
    (640, 643, 3, 12, 19),         // Maestro
    (2200, 2204, 4, 16, 19),       // Mir
    (353, 353, 3, 16, 16),         // RuPay
    (356, 356, 3, 16, 16),         // RuPay
    (9792, 9792, 4, 16, 16),       // Troy
    (2205, 2205, 4, 16, 16),       // Humo and others of Central Asia
    (8600, 8600, 4, 16, 16),       // Uzcard
    (9860, 9860, 4, 16, 16),       // Humo
    (1, 1, 1, 15, 15),             // UATP
];

/// `card`: Payment cards: an issuer range, a length that the scheme uses, and Luhn.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    // UnionPay has issued numbers without a check digit.
    let is_union_pay = digits.starts_with(&[6, 2]) && digits.len() == 19;
    has_scheme(&digits) && !is_uniform(&digits) && (luhn(&digits) || is_union_pay)
}

fn has_scheme(digits: &[u8]) -> bool {
    SCHEMES.iter().any(|&(first, last, width, shortest, longest)| {
        (shortest..=longest).contains(&digits.len())
            && digits.get(..width).is_some_and(|prefix| (first..=last).contains(&number(prefix)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_schemes_published_test_numbers() {
        for number in [
            "4111 1111 1111 1111",
            "378282246310005",
            "371449635398431",
            "5555555555554444",
            "5105-1051-0510-5100",
            "6011111111111117",
            "3530111333300000",
            "30569309025904",
            "38520000023237",
            "4222222222222",
            "2223003122003222",
            "6200000000000005",
        ] {
            assert!(is_valid(number), "{number}");
        }
    }

    #[test]
    fn needs_range_length_and_check_digit() {
        for number in
            ["4111111111111112", "411111111111111", "9111111111111111", "4444444444444444", "1764000000123"]
        {
            assert!(!is_valid(number), "{number}");
        }
    }
}
