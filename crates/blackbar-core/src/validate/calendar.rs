//! Dates: a valid day of its month, in any usual order, with the month as a number or as a word.
//!
//! Month names are those of the larger European languages (`months.txt`). Checks the date before a time of
//! day, not the time itself.

use std::collections::HashMap;
use std::sync::LazyLock;

const NAMES: &str = include_str!("lists/months.txt");
/// Abbreviations. Those before the bar are English; capitalized, they count in a date without a year.
const SHORT_MONTH_NAMES: &str = "jan feb mar apr may jun jul aug sep sept oct nov dec | \
    1 janv ene gen ian янв 2 fév févr fev lut únor фев 3 mär mrt març мар 4 avr abr avg апр 5 mag mei \
    6 giu июн 7 juil lug июл 8 août ago авг 9 set сен 10 okt ott out paź окт 11 lis ноя 12 dez déc dic gru дек";
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

static MONTHS: LazyLock<HashMap<&'static str, Month>> = LazyLock::new(months);

#[derive(Clone, Copy)]
struct Month {
    number: u32,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Full,
    English,
    Short,
}

fn months() -> HashMap<&'static str, Month> {
    let mut all = HashMap::new();
    let (english, others) = SHORT_MONTH_NAMES.split_once('|').unwrap_or((SHORT_MONTH_NAMES, ""));
    let mut number = 0;
    for word in others.split_ascii_whitespace() {
        match word.parse() {
            Ok(next) => number = next,
            Err(_) => drop(all.insert(word, Month { number, kind: Kind::Short })),
        }
    }
    number = 0;
    for word in english.split_ascii_whitespace() {
        number += u32::from(word != "sept");
        all.insert(word, Month { number, kind: Kind::English });
    }
    for (number, line) in (1..).zip(NAMES.lines()) {
        for word in line.split_ascii_whitespace().skip(1) {
            all.insert(word, Month { number, kind: Kind::Full });
        }
    }
    all
}

/// All names of months, and their abbreviations.
pub(super) fn names() -> Vec<String> {
    MONTHS.keys().map(|&name| name.to_owned()).collect()
}

/// `date`: Numeric date: year first, or day and month in either order.
pub(super) fn is_numeric(text: &str) -> bool {
    let numbers: Vec<(u32, usize)> = numbers(text).take(3).collect();
    match numbers[..] {
        [(year, 8), ..] => is_day(year / 100 % 100, year % 100, Some(year / 10_000)),
        [(year, 4), (month, _), (day, _)] => is_day(month, day, Some(year)),
        [(a, _), (b, _), (year, len)] => {
            let year = (len == 4).then_some(year);
            is_day(a, b, year) || is_day(b, a, year)
        }
        [(year, 4), (month, _)] => year > 0 && (1..=12).contains(&month),
        [(month, _), (day, _)] => is_day(month, day, None),
        _ => false,
    }
}

/// `date-written`: Date with the month as a word.
pub(super) fn is_written(text: &str) -> bool {
    let Some((at, word)) = month_word(text) else { return false };
    let Some(&month) = MONTHS.get(word.to_lowercase().as_str()) else { return false };
    let is_first = text.get(..at).is_some_and(|before| !before.contains(|c: char| c.is_ascii_digit()));
    let is_capital = word.starts_with(char::is_uppercase);
    let numbers: Vec<(u32, usize)> = numbers(text).take(2).collect();
    let is_year = |len: usize| len == 4;
    match numbers[..] {
        // A month of a year. An abbreviation alone may be any word.
        [(_, len)] if is_year(len) => month.kind == Kind::Full || is_capital || text.contains('.'),
        // A day without a year.
        [(day, _)] => {
            let is_sure = match month.kind {
                Kind::Full => is_capital || (!is_first && !matches!(word, "may" | "march" | "mart")),
                Kind::English => is_capital,
                Kind::Short => false,
            };
            is_sure && is_day(month.number, day, None)
        }
        [(day, _), (year, len)] => is_day(month.number, day, is_year(len).then_some(year)),
        _ => false,
    }
}

/// The first word that is a month, and its position.
fn month_word(text: &str) -> Option<(usize, &str)> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 3);
    let is_month = |word: &&str| MONTHS.contains_key(word.to_lowercase().as_str());
    let word = words.clone().find(is_month)?;
    text.find(word).map(|at| (at, word))
}

/// The numbers of a text and how many digits each has.
fn numbers(text: &str) -> impl Iterator<Item = (u32, usize)> {
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
    groups.map(|group| (group.parse().unwrap_or(0), group.len()))
}

fn is_day(month: u32, day: u32, year: Option<u32>) -> bool {
    let is_leap = year.is_none_or(|year| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let days = month.checked_sub(1).and_then(|idx| DAYS.get(idx as usize)).copied().unwrap_or(0);
    let days = if month == 2 && !is_leap { 28 } else { days };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is_valid: impl Fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for date in good {
            assert!(is_valid(date), "{date}");
        }
        for text in bad {
            assert!(!is_valid(text), "{text}");
        }
    }

    #[test]
    fn a_month_has_its_days() {
        let good = [
            "2024-02-29",
            "2000/02/29",
            "31.12.1999",
            "12/31/1999",
            "29/02/96",
            "20240131T101500Z",
            "3月4日",
        ];
        let bad = ["2023-02-29", "1900-02-29", "31.04.1999", "13/13/1999", "2024-00-10", "0/1/1999", "2024"];
        check(is_numeric, &good, &bad);
    }

    #[test]
    fn a_month_may_be_a_word_in_many_languages() {
        let good = [
            "March 4, 1990",
            "4 March 1990",
            "Mar 4th",
            "4. März 1990",
            "3 de marzo de 1990",
            "1er février 1990",
            "4 marca 1990",
            "4 марта 1990",
            "March 1990",
            "sept. 2020",
            "4-Mar-90",
            "12 mei",
            "Tuesday, May 5",
        ];
        let bad = [
            "Feb 30, 2020",
            "31 April 1990",
            "may 12",
            "12 may",
            "3 items",
            "10 set",
            "5 out",
            "March",
            "june 31",
            "dec 2020",
        ];
        check(is_written, &good, &bad);
    }

    #[test]
    fn every_line_is_one_month() {
        assert_eq!(NAMES.lines().count(), 12);
        for (number, line) in (1_u32..).zip(NAMES.lines()) {
            assert_eq!(line.split(' ').next(), Some(number.to_string().as_str()));
        }
        let of = |name: &str| MONTHS.get(name).map(|month| month.number);
        let pairs =
            [("sept", 9), ("dec", 12), ("dez", 12), ("ene", 1), ("mai", 5), ("août", 8), ("grudnia", 12)];
        assert!(pairs.iter().all(|&(name, number)| of(name) == Some(number)));
        assert!(names().len() > 200);
    }
}
