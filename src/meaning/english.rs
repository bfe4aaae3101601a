//! Shows that hearings and dates are read in English as the courts of the United States and the United Kingdom write them.
//!
//! A test of the words in `jurisdictions/lang/en.toml` and of the grammar together; phrases are fictional.

use jiff::civil::{Date, date};

use super::date::date_at;
use super::language::NumericOrder;
use super::language::tests::english;
use super::resolve::Lean;
use super::time::time_at;
use super::tokens::Tokens;
use super::vectors::entry;
use super::*;

/// The mentions of a text of 20 February 2024, a Tuesday, one line each: `status type date time room mode doubts`.
fn read(jurisdiction: &str, text: &str) -> Vec<String> {
    let reading = Meaning::shipped(jurisdiction, "en").classify(&entry("", text), Some(date(2024, 2, 20)));
    let line = |mention: &HearingMention| {
        let mut parts = vec![mention.status.name().to_owned()];
        parts.extend(mention.kind.clone());
        parts.extend(mention.date.map(|date| date.to_string()));
        parts.extend(mention.time.map(|time| time.strftime("%H:%M").to_string()));
        parts.extend(mention.room.as_ref().map(|room| format!("room {room}")));
        parts.extend(mention.mode.map(|mode| mode.name().to_owned()));
        parts.extend(mention.warnings.iter().map(|warning| format!("?{warning}")));
        parts.join(" ")
    };
    reading.hearings.iter().map(line).collect()
}

#[test]
fn settings_and_what_became_of_them_are_read() {
    for (text, expected) in [
        (
            "Status Conference set for 3/12/2024 at 09:30 AM in Courtroom 12B before Judge Jane Doe.",
            vec!["convened status_conference 2024-03-12 09:30 room 12B"],
        ),
        ("Set/Reset Hearings: Sentencing set for 6/3/2024 10:00 AM before Judge Jane Doe.", vec!["convened sentencing 2024-06-03 10:00"]),
        (
            "Minute Entry for proceedings held before Judge Jane Doe: Arraignment as to Richard Roe (1) held on 2/20/2024. Plea entered: not guilty. Jury Trial set for 5/6/2024 at 08:30 AM in Courtroom 4. (Entered: 02/20/2024)",
            vec!["held arraignment 2024-02-20", "convened trial 2024-05-06 08:30 room 4"],
        ),
        ("Detention Hearing continued to 2/23/2024 at 2:00 p.m. by Zoom.", vec!["rescheduled detention 2024-02-23 14:00 remote"]),
        (
            "The sentencing scheduled for March 12, 2024 is adjourned to Monday, April 15, 2024, at 11:00 a.m.",
            vec!["deferred sentencing 2024-03-12", "rescheduled sentencing 2024-04-15 11:00"],
        ),
        (
            "The pretrial conference set for 3/12/24 is VACATED and reset for 4/2/24 at 9:00 a.m.",
            vec!["revoked pretrial_conference 2024-03-12", "rescheduled pretrial_conference 2024-04-02 09:00"],
        ),
        (
            "ORDER granting Motion to Continue Sentencing. The Sentencing set for 3/12/2024 is RESET for 5/26/2024 at 09:00 AM in Courtroom 501.",
            vec!["deferred sentencing 2024-03-12", "rescheduled sentencing 2024-05-26 09:00 room 501"],
        ),
        (
            "NOTICE of Change of Hearing: the hearing on 3/20/2024 has been RESET to 3/27/2024 at 11:00 AM before Magistrate Judge Doe.",
            vec!["deferred 2024-03-20", "rescheduled 2024-03-27 11:00"],
        ),
        ("The March 12, 2024 status conference is cancelled.", vec!["revoked status_conference 2024-03-12"]),
        ("Oral argument will be held on the 12th day of March, 2024 at 10 o'clock a.m.", vec!["convened oral_argument 2024-03-12 10:00"]),
        (
            "A hearing on the motion to dismiss will be held at 2:00 p.m. on Tuesday, March 12, 2024, in Room 12B.",
            vec!["convened motion 2024-03-12 14:00 room 12B"],
        ),
        ("SET FOR ARGUMENT on Tuesday, March 19, 2024.", vec!["convened oral_argument 2024-03-19"]),
        ("DISTRIBUTED for Conference of 3/1/2024.", vec!["convened conference 2024-03-01"]),
        ("Trial recessed until March 13, 2024 at 9:00 a.m.", vec!["suspended trial 2024-02-20", "resume_scheduled trial 2024-03-13 09:00"]),
        ("Sentencing set for Wednesday, March 12, 2024 at 9:30 a.m.", vec!["convened sentencing 2024-03-12 09:30 ?weekday_mismatch"]),
        (
            "It is ordered that the status conference set for March 5, 2024 be continued to April 2, 2024 at 10:00 a.m.",
            vec!["rescheduled status_conference 2024-04-02 10:00"],
        ),
        ("status hearing set for 9:00 3/4/24, dept 1", vec!["convened status_conference 2024-03-04 09:00"]),
        (
            "Telephone Conference set for March 12, 13 and 14, 2024 at 9:30 a.m.",
            vec![
                "convened telephone_conference 2024-03-12 09:30 remote",
                "convened telephone_conference 2024-03-13 09:30 remote",
                "convened telephone_conference 2024-03-14 09:30 remote",
            ],
        ),
        ("The Court denied the motion in an oral ruling from the bench on February 20, 2024.", vec!["oral_decision 2024-02-20"]),
    ] {
        assert_eq!(read("us", text), expected, "{text}");
    }
}

/// The kinds of an entry of 20 February 2024.
fn kinds(jurisdiction: &str, title: &str, text: &str) -> Vec<&'static str> {
    let reading = Meaning::shipped(jurisdiction, "en").classify(&entry(title, text), Some(date(2024, 2, 20)));
    reading.kinds.iter().map(|kind| kind.name()).collect()
}

#[test]
fn titles_and_texts_together_give_the_kinds() {
    for (jurisdiction, title, text, expected) in [
        ("us", "Motion to Continue", "MOTION to Continue the hearing set for 3/12/2024 to 4/2/2024 at 10:00 AM.", vec!["filing.added"]),
        (
            "us",
            "Order on Motion to Continue",
            "ORDER granting Motion to Continue. Trial reset for 4/2/2024.",
            vec!["hearing.rescheduled", "hearing.deferred"],
        ),
        ("us", "Order on Motion to Continue", "ORDER denying Motion to Continue. Trial remains set for 3/12/2024.", vec!["order.issued"]),
        ("us", "", "ORDER OF DETENTION as to Richard Roe. Signed by Judge Jane Doe on 2/20/2024.", vec!["measure.ordered"]),
        ("us", "", "MINUTES (IN CHAMBERS): The stipulation is denied. Court Reporter: Not present.", vec!["order.issued"]),
        ("us", "Motion for leave to file amicus brief GRANTED.", "", vec!["ruling.issued"]),
        ("us", "Proposed Order", "ORDER setting hearing for 3/12/2024 at 9:30 a.m.", vec!["filing.added"]),
        ("us", "Appellants brief due", "", vec!["entry.added"]),
        ("us", "Indictment", "INDICTMENT as to Richard Roe (1) count(s) 1.", vec!["prosecution.act"]),
        ("uk", "Permission to appeal granted", "", vec!["ruling.issued", "appeal.filed"]),
        ("uk", "Defendant remanded in custody", "Listed for trial on 12 March 2024 at 10am.", vec!["hearing.scheduled", "measure.ordered"]),
        ("uk", "Application to adjourn", "The claimant applies to adjourn the trial listed for 12 March 2024.", vec!["filing.added"]),
        ("uk", "Jarndyce v. Jarndyce", "United Kingdom Supreme Court", vec!["ruling.issued"]),
    ] {
        assert_eq!(kinds(jurisdiction, title, text), expected, "{title}: {text}");
    }
}

#[test]
fn british_courts_are_read() {
    for (text, expected) in [
        ("Listed for hearing on 12 March 2024 at 10.30am in Court No 4.", vec!["convened 2024-03-12 10:30 room 4"]),
        ("The trial listed for 4/3/2024 is vacated.", vec!["revoked trial 2024-03-04"]),
        (
            "Hearing adjourned part heard to 13th March 2024, 1030 hrs, by CVP",
            vec!["suspended 2024-02-20 remote", "resume_scheduled 2024-03-13 10:30 remote"],
        ),
        ("Plea and trial preparation hearing listed for 12/03/2024 at 10:00", vec!["convened plea_and_trial_preparation 2024-03-12 10:00"]),
        ("Judgment will be handed down at 2.00pm on Friday 15 March 2024.", vec!["convened judgment 2024-03-15 14:00"]),
    ] {
        assert_eq!(read("uk", text), expected, "{text}");
    }
}

#[test]
fn what_is_no_hearing_is_left_alone() {
    for text in [
        "Response due by 3/12/2024. Reply due 3/19/2024.",
        "TRANSCRIPT of Proceedings as to Richard Roe, Sentencing held on 1/15/2024 before Judge Jane Doe. Redaction Request due 2/26/2024. Redacted Transcript Deadline set for 3/7/2024. Release of Transcript Restriction set for 5/5/2024.",
        "Discovery deadline set for 3/12/2024; dispositive motions due on or before April 12, 2024 at 5:00 p.m.",
        "(Signed by Judge Jane Doe on 2/20/2024) (jd) (Entered: 02/21/2024)",
        "LETTER MOTION addressed to Judge Jane Doe: defendant requests that the sentencing scheduled for March 12, 2024 be adjourned to April 15, 2024 at 11:00 a.m.",
        "If the defendant fails to appear at the hearing, a warrant may be issued on March 12, 2024 at 10:00 a.m.",
        "Pursuant to the Act of March 3, 2024, and 28 U.S.C. § 1331, as amended April 12, 2024, no hearing is required.",
        "Judgment VACATED and case REMANDED.",
        "Trial recessed for 15 minutes.",
        "ORDER denying motion to continue trial set for March 12, 2024.",
        "Rule 12 may be invoked at trial at 10:00 a.m.",
        "Motion to vacate judgment of February 1, 2024 entered after trial.",
        "Filed: February 20, 2024, 4:15 PM. Exhibits for hearing.",
        "Case Management Statement due by 3/11/2024.",
        "Bond set for $5,000.00 secured by a 10% deposit.",
        "The parties shall file a joint status report by March 12, 2024, at noon.",
        "Plaintiff seeks an adjournment of the conference scheduled for March 12, 2024 at 10:00 a.m.",
        "A deposition is scheduled for March 12, 2024 at 10:00 a.m.",
        "Defendant shall report to the Probation Office on March 12, 2024 at 9:00 AM following the hearing.",
        "The court office is closed on March 12, 2024 from 10:00 a.m.; hearings are unaffected.",
    ] {
        for jurisdiction in ["us", "uk"] {
            assert_eq!(read(jurisdiction, text), Vec::<String>::new(), "{text}");
        }
    }
}

#[test]
fn dates_are_read_in_every_form() {
    let (us, uk) = (english(NumericOrder::MonthFirst), english(NumericOrder::DayFirst));
    let days = |text: &str, language: &language::Language| -> Vec<String> {
        let tokens = Tokens::read(text, language);
        let found = (0..tokens.len()).find_map(|at| date_at(&tokens, language, at));
        let days = found.map(|found| found.resolve(Some(date(2024, 2, 20)), None, Lean::Ahead).0).unwrap_or_default();
        days.iter().map(Date::to_string).collect()
    };
    for text in [
        "March 12, 2024",
        "Mar. 12, 2024",
        "Mar 12",
        "March 12th, 2024",
        "Tuesday, March 12, 2024",
        "Tues. Mar. 12, 2024",
        "12 March 2024",
        "12th March 2024",
        "12-Mar-2024",
        "the 12th day of March, 2024",
        "twelfth day of March, two thousand and twenty-four",
        "March twelfth, 2024",
        "March 12-14, 2024",
        "March 12 through March 14, 2024",
        "12-14 March 2024",
        "2024-03-12",
    ] {
        assert_eq!((days(text, &us), days(text, &uk)), (vec!["2024-03-12".to_owned()], vec!["2024-03-12".to_owned()]), "{text}");
    }
    for (text, in_us, in_uk) in [
        ("9/8/2024", "2024-09-08", "2024-08-09"),
        ("28/9/2024", "2024-09-28", "2024-09-28"),
        ("9/28/24", "2024-09-28", "2024-09-28"),
        ("May 3", "2024-05-03", "2024-05-03"),
    ] {
        assert_eq!((days(text, &us), days(text, &uk)), (vec![in_us.to_owned()], vec![in_uk.to_owned()]), "{text}");
    }
    for text in ["Rule 12 may apply", "March 2024", "13/14/2024", "2:24-cv-00123", "42 U.S.C. 1983"] {
        assert_eq!(days(text, &us), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn hours_are_read_in_every_form() {
    let language = english(NumericOrder::MonthFirst);
    for (text, time) in [
        ("9:30 a.m.", "09:30"),
        ("9 AM", "09:00"),
        ("2:15 P.M.", "14:15"),
        ("0930 hrs", "09:30"),
        ("1400 hours", "14:00"),
        ("10.30am", "10:30"),
        ("12 noon", "12:00"),
        ("ten o'clock a.m.", "10:00"),
        ("2:00 o'clock in the afternoon", "14:00"),
        ("13:30", "13:30"),
    ] {
        let tokens = Tokens::read(text, &language);
        let found = (0..tokens.len()).find_map(|at| time_at(&tokens, at)).map(|time| format!("{:02}:{:02}", time.hour, time.minute));
        assert_eq!(found.as_deref(), Some(time), "{text}");
    }
}
