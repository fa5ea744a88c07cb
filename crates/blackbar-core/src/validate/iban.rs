//! IBAN: the country's length and MOD 97-10. Check digits 00, 01 and 99 are never issued.

use crate::validate::arith::mod_97;
use crate::validate::arith::symbols;

/// Country and length, from release 101 of the registry.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 \
                       DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 \
                       IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 \
                       MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 \
                       SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// `iban`: IBAN: the country's length and MOD 97-10. Check digits 00, 01 and 99 are never issued.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((head, body)) = symbols.split_at_checked(4) else { return false };
    let Some((country, check)) = head.split_at_checked(2) else { return false };
    let is_given_out = check.iter().all(u8::is_ascii_digit) && !matches!(check, b"00" | b"01" | b"99");
    is_given_out
        && length_of(country) == Some(symbols.len())
        && mod_97(body.iter().chain(head).copied()) == Some(1)
}

fn length_of(country: &[u8]) -> Option<usize> {
    let entry = LENGTHS.split_ascii_whitespace().find(|entry| entry.as_bytes().starts_with(country))?;
    entry.get(2..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_all_countries() {
        assert_eq!(LENGTHS.split_ascii_whitespace().count(), 89);
    }

    #[test]
    fn needs_length_and_remainder() {
        assert!(is_valid("GB82 WEST 1234 5698 7654 32") && is_valid("de89370400440532013000"));
        assert!(!is_valid("GB82 WEST 1234 5698 7654 33") && !is_valid("GB82 WEST 1234 5698 7654"));
        assert!(!is_valid("DE00730400951052355604"));
    }
}
