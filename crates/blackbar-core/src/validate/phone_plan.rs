//! Phone number with its country code: a code in use, and as many digits as its plan has.
//!
//! A table instead of a library of numbering plans: the library takes some 50 milliseconds to unpack at the first
//! number, and its knowledge beyond lengths (which ranges are in use) becomes outdated; an outdated "no" is a leak.

use crate::validate::arith::digits;

/// Fewest and most digits after the code, and the codes.
const PLANS: &[(usize, usize, &str)] = &[
    (4, 5, "290"),
    (4, 7, "683 690"),
    (4, 10, "98"),
    (4, 11, "352"),
    (4, 12, "598"),
    (4, 13, "43 49"),
    (5, 5, "500 682"),
    (5, 6, "247"),
    (5, 7, "676 677 678 688"),
    (5, 8, "386 47 686"),
    (5, 10, "27 64 685"),
    (5, 11, "31 852"),
    (5, 12, "358 61 971"),
    (5, 13, "82"),
    (6, 6, "298 299 672 687"),
    (6, 7, "597"),
    (6, 9, "252 355 376 40 421 508 681 689"),
    (6, 10, "48 53 880 95"),
    (6, 11, "375 595"),
    (6, 12, "359 381 39 46"),
    (6, 13, "63"),
    (7, 7, "238 239 246 248 269 291 297 592 673 674 680 691 692"),
    (7, 8, "241 599 670 675 853 961 965 975"),
    (7, 9, "220 231 245 265 354 385 423 967 968"),
    (7, 10, "230 243 254 263 267 353 372 44 84 960"),
    (7, 11, "501 503 507 679 886 974"),
    (7, 12, "86 882 972"),
    (7, 13, "62 90"),
    (
        8,
        8,
        "216 222 223 226 227 228 232 235 236 253 257 266 350 356 357 370 371 373 374 389 45 505 509 800 808 973 993",
    ),
    (8, 9, "213 224 233 237 250 258 264 268 32 36 377 382 387 51 591 962 963"),
    (8, 10, "20 378 506 60 850 855 856 964 970 976"),
    (8, 11, "502 504 55 57 593 65 977"),
    (8, 12, "383 883 92"),
    (8, 13, "66 81 91"),
    (
        9,
        9,
        "211 212 218 221 240 242 244 249 251 255 256 260 261 262 33 34 351 590 594 596 93 94 979 992 994 995 998",
    ),
    (9, 10, "380 881 966 996"),
    (9, 11, "56"),
    (9, 12, "41 420 870"),
    (10, 10, "1 225 229 52 58"),
    (10, 11, "54"),
    (10, 12, "234 30"),
    (10, 14, "7"),
    (11, 11, "888"),
    (12, 12, "878"),
];

/// `phone-plan`: Phone number with its country code: a code in use, and as many digits as its plan has.
pub(super) fn is_valid(text: &str) -> bool {
    // `+49 (0)30 …`: the zero in brackets is for domestic calls.
    let written = text.replace("(0)", "");
    let Some(all) = digits(&written) else { return false };
    let number = all.strip_prefix(&[0, 0]).unwrap_or(&all);
    (1..=3).any(|len| number.split_at_checked(len).is_some_and(|(code, rest)| fits(code, rest)))
}

fn fits(code: &[u8], rest: &[u8]) -> bool {
    if code == [1] && !(at_least_two(rest, 0) && at_least_two(rest, 3)) {
        return false;
    }
    let is_code = |listed: &str| listed.bytes().map(|byte| byte - b'0').eq(code.iter().copied());
    PLANS
        .iter()
        .any(|&(fewest, most, codes)| (fewest..=most).contains(&rest.len()) && codes.split(' ').any(is_code))
}

/// Areas and exchanges of North America begin with 2 to 9.
fn at_least_two(rest: &[u8], at: usize) -> bool {
    rest.get(at).is_some_and(|&digit| digit >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_codes_and_lengths() {
        for text in [
            "+1 202-555-0143",
            "+44 20 7946 0958",
            "+49 (0)30 901820",
            "0044 20 7946 0958",
            "+1-368-555-0121",
            "+33 6 12 34 56 78",
            "+81 3-1234-5678",
            "+998 90 123 45 67",
        ] {
            assert!(is_valid(text), "{text}");
        }
        for text in ["+1 123-456-7890", "+999 1234567", "+44 1", "+33 6 12 34 56 7", "+", "", "+210 1234567"]
        {
            assert!(!is_valid(text), "{text}");
        }
    }

    #[test]
    fn no_code_is_the_beginning_of_another() {
        let codes: Vec<&str> = PLANS.iter().flat_map(|(_, _, codes)| codes.split(' ')).collect();
        assert_eq!(codes.len(), 215);
        for code in &codes {
            assert_eq!(codes.iter().filter(|other| other.starts_with(code)).count(), 1, "{code}");
        }
    }
}
