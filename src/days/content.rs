//! What the shipped calendars say: recess and suspension by matter, places, zones, what is known of a year; and an operator's file on top.

use jiff::civil::date;

use super::{Calendar, Confidence, Count, Cover, Day, Scope};

fn scope(region: &str, matter: &str) -> Scope {
    Scope { region: Some(region.to_owned()), matter: Some(matter.to_owned()), ..Scope::default() }
}

fn id(day: Day) -> String {
    match day {
        Day::Business => "counts".to_owned(),
        Day::Weekend => "weekend".to_owned(),
        Day::Holiday(cause) | Day::Recess(cause) | Day::Suspended(cause) => cause.id.clone(),
    }
}

#[test]
fn every_shipped_calendar_compiles_and_is_named() {
    for jurisdiction in Calendar::jurisdictions() {
        let (_, file, text) = super::CALENDARS.iter().find(|(id, ..)| *id == jurisdiction).expect("it is listed");
        let problems: Vec<String> = Calendar::read(file, text).err().into_iter().flatten().map(|problem| problem.sentence()).collect();
        assert_eq!(problems, Vec::<String>::new());
        let calendar = Calendar::shipped(jurisdiction);
        assert_eq!(calendar.id(), jurisdiction, "a calendar is of the folder that it stands in");
        assert!(calendar.version().starts_with(&format!("{jurisdiction} 20")), "{}", calendar.version());
    }
    assert_eq!(Calendar::jurisdictions(), ["br", "co", "ec", "mx", "pe", "us"]);
}

/// The example of `jurisdictions/README.md` is a calendar.
#[test]
fn the_documented_example_is_one() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jurisdictions/README.md");
    let text = std::fs::read_to_string(path).expect("the reference");
    let (_, section) = text.split_once("\n## Calendars\n").expect("the section");
    let example = section.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("its example");
    let calendar = Calendar::read("README.md", example).expect("it is good");
    // 24 May 2022 is a Tuesday; the winter recess stops business days of civil cases, and not every day.
    let civil = scope("highlands", "civil");
    assert_eq!(id(calendar.day(date(2022, 5, 23), &civil, Count::Termino)), "independence");
    assert_eq!(id(calendar.day(date(2022, 12, 23), &civil, Count::Termino)), "winter");
    assert!(calendar.runs(date(2022, 12, 23), &civil, Count::Plazo) && calendar.region_of("17230") == Some("highlands"));
}

#[test]
fn an_unknown_jurisdiction_has_weekends_only() {
    let calendar = Calendar::shipped("nowhere");
    assert_eq!((calendar.id(), calendar.version().as_str()), ("", "weekends only"));
    assert_eq!(calendar.covers(date(2026, 1, 1)), Cover::Outside);
    assert!(calendar.is_business(date(2026, 1, 1), &Scope::default()) && !calendar.is_business(date(2026, 1, 3), &Scope::default()));
    assert_eq!((calendar.region_of("17230"), calendar.zone_of("17230")), (None, None));
}

#[test]
fn recess_of_ecuador_is_by_region_and_matter() {
    let calendar = Calendar::shipped("ec");
    let day = |month, day, scope: &Scope, count| id(calendar.day(date(2026, month, day), scope, count));
    for count in [Count::Termino, Count::Plazo] {
        assert_eq!(day(8, 3, &scope("sierra", "civil"), count), "recess-sierra");
        assert_eq!(day(8, 3, &scope("costa", "civil"), count), "counts");
        assert_eq!(day(3, 17, &scope("insular", "laboral"), count), "recess-costa");
        assert_eq!(day(3, 17, &scope("amazonia", "laboral"), count), "counts");
        assert_eq!(day(12, 23, &scope("costa", "tributario"), count), "recess-national");
        assert_eq!(day(12, 23, &scope("costa", "penal"), count), "counts");
        assert_eq!(day(12, 23, &scope("costa", "familia"), count), "counts");
    }
    // The region follows from the code of the court.
    let court = Scope { matter: Some("civil".into()), place: Some("17230".into()), ..Scope::default() };
    assert_eq!(day(8, 3, &court, Count::Termino), "recess-sierra");
    assert_eq!((day(8, 1, &court, Count::Termino), day(8, 1, &court, Count::Plazo)), ("weekend".into(), "recess-sierra".into()));
    // A limit of ten business days that begins before the recess ends after it: 27 to 31 July are five, 17 to 21 August the rest.
    assert_eq!(calendar.add_business(date(2026, 7, 24), 10, &court), Some(date(2026, 8, 21)));
}

#[test]
fn courts_of_ecuador_are_placed_by_their_code() {
    let calendar = Calendar::shipped("ec");
    let regions =
        [("17230", Some("sierra")), ("09332", Some("costa")), ("20331", Some("insular")), ("22201", Some("amazonia")), ("99", None)];
    for (code, region) in regions {
        assert_eq!(calendar.region_of(code), region, "{code}");
    }
    assert_eq!(
        [calendar.region_of("quito"), calendar.region_of("LOS RIOS"), calendar.region_of("Sierra")],
        [Some("sierra"), Some("costa"), Some("sierra")]
    );
    assert_eq!(calendar.zone_of("20331"), Some("Pacific/Galapagos"));
    assert_eq!((calendar.zone_of("Galapagos"), calendar.zone_of("17230")), (Some("Pacific/Galapagos"), Some("America/Guayaquil")));
    let provinces: Vec<String> =
        (1..=24).map(|province| format!("{province:02}")).filter(|code| calendar.region_of(code).is_none()).collect();
    assert_eq!(provinces, Vec::<String>::new(), "each of the 24 provinces has a region");
}

/// 6 December 2023 was a Wednesday; Quito kept Friday 8.
#[test]
fn a_local_holiday_moves_like_a_national_one() {
    let calendar = Calendar::shipped("ec");
    let at = |place: &str| Scope { place: Some(place.to_owned()), ..Scope::default() };
    assert_eq!(id(calendar.day(date(2023, 12, 8), &at("Quito"), Count::Termino)), "quito-foundation");
    assert!(calendar.is_business(date(2023, 12, 6), &at("Quito")) && calendar.is_business(date(2023, 12, 8), &at("Guayaquil")));
    assert_eq!(id(calendar.day(date(2025, 7, 25), &at("guayaquil"), Count::Termino)), "guayaquil-foundation");
}

/// Other rules moved holidays before: 24 May 2016, a Tuesday too, was kept on Friday 27 (Decreto 858), which the calendar does not know and says.
#[test]
fn before_the_law_of_2016_only_weekends_are_sure() {
    let calendar = Calendar::shipped("ec");
    assert!(calendar.is_business(date(2022, 5, 24), &Scope::default()) && !calendar.is_business(date(2022, 5, 23), &Scope::default()));
    for day in [date(2016, 5, 24), date(2016, 5, 27), date(2013, 10, 9)] {
        assert_eq!(calendar.covers(day), Cover::Outside, "{day}");
    }
}

/// From 2013 to 2019 the courts of Ecuador had no collective recess; it came back in 2020, for the Costa on days that were moved.
#[test]
fn the_collective_recess_came_back_in_2020() {
    let calendar = Calendar::shipped("ec");
    assert_eq!(calendar.add_business(date(2017, 7, 24), 10, &scope("sierra", "civil")), Some(date(2017, 8, 7)));
    let day = |year, month, day, region: &str| id(calendar.day(date(year, month, day), &scope(region, "civil"), Count::Plazo));
    assert_eq!([day(2019, 12, 23, "sierra"), day(2020, 12, 23, "sierra")], ["counts", "recess-national"]);
    assert_eq!([day(2019, 8, 1, "sierra"), day(2020, 8, 3, "sierra")], ["counts", "recess-sierra"]);
    assert_eq!(
        [day(2019, 3, 18, "costa"), day(2020, 3, 17, "costa"), day(2021, 3, 17, "costa")],
        ["counts", "recess-costa-2020", "recess-costa"]
    );
    let doubts = calendar.doubts(date(2020, 3, 1), date(2020, 4, 30), &scope("costa", "civil"), Count::Termino);
    assert!(doubts.iter().any(|cause| cause.id == "recess-costa-2020"), "{doubts:?}");
}

/// The law names the matters that stand still; whatever it does not name goes on.
#[test]
fn recess_is_of_the_matters_that_the_law_names() {
    let calendar = Calendar::shipped("ec");
    for matter in ["penal", "familia", "constitucional", "violencia", "transito", "adolescentes infractores", "garantias penitenciarias"] {
        assert!(calendar.runs(date(2025, 8, 4), &scope("sierra", matter), Count::Plazo), "{matter}");
    }
    for matter in ["civil", "inquilinato", "laboral", "contencioso", "tributario", "administrativo"] {
        assert!(!calendar.runs(date(2025, 8, 4), &scope("sierra", matter), Count::Plazo), "{matter}");
    }
    // Guarantees went on in the suspension of 2020, by the word that the facts give them.
    assert!(calendar.runs(date(2020, 4, 7), &scope("sierra", "constitucional"), Count::Plazo));
}

/// A matter of a calendar is one that the facts of its clocks give, or that the reference lists for operators.
#[test]
fn every_matter_of_a_calendar_can_be_asked_for() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jurisdictions");
    let reference = std::fs::read_to_string(root.join("README.md")).expect("the reference");
    let (_, listed) = reference.split_once("only the `matter` that an operator states of a case:").expect("the list");
    let listed = listed.split("A test holds").next().unwrap_or_default();
    let mut unknown = Vec::new();
    for jurisdiction in Calendar::jurisdictions() {
        let facts = std::fs::read_to_string(root.join(jurisdiction).join("clocks.toml")).unwrap_or_default();
        let is_given = |word: &str| facts.contains(&format!("name = \"matter\"\nvalue = \"{word}\"\n"));
        let calendar = Calendar::shipped(jurisdiction);
        let reaches = calendar.data.stretches.iter().map(|row| &row.reach).chain(calendar.data.holidays.iter().map(|row| &row.reach));
        for word in reaches.flat_map(|reach| reach.matters.iter().chain(&reach.except_matters)).map(|word| word.to_lowercase()) {
            if !is_given(&word) && !listed.contains(&format!("`{word}`")) {
                unknown.push(format!("{jurisdiction}: {word}"));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

/// In 2024 the national holiday of 3 November, a Sunday, was kept on 4 November, the day of Manta.
#[test]
fn a_local_holiday_that_meets_a_national_one_is_in_doubt() {
    let calendar = Calendar::shipped("ec");
    let at = |place: &str| Scope { place: Some(place.to_owned()), ..Scope::default() };
    let doubts = |place: &str, year| -> Vec<String> {
        let found = calendar.doubts(date(year, 11, 3), date(year, 11, 30), &at(place), Count::Termino);
        found.iter().map(|cause| cause.id.clone()).collect()
    };
    assert_eq!((doubts("Manta", 2024), doubts("Quito", 2024)), (vec!["manta-canton".to_owned()], vec![]));
    assert!(
        calendar.lacks_place(&at("17230"))
            && !calendar.lacks_place(&at("Quito"))
            && !Calendar::shipped("nowhere").lacks_place(&at("17230"))
    );
}

/// Decreto 579 gave the bridges of 2018; Decreto 379 had brought Labour Day back to its Tuesday.
#[test]
fn decrees_of_2018_are_known() {
    let calendar = Calendar::shipped("ec");
    let off = |month, day| !calendar.is_business(date(2018, month, day), &Scope::default());
    assert_eq!([off(12, 24), off(12, 31), off(5, 1), off(4, 30), off(12, 28)], [true, true, true, false, false]);
}

#[test]
fn a_suspension_without_a_known_end_ends_and_is_a_doubt() {
    let calendar = Calendar::shipped("ec");
    let civil = scope("sierra", "civil");
    assert_eq!(id(calendar.day(date(2020, 3, 16), &civil, Count::Plazo)), "covid-2020");
    assert_eq!(id(calendar.day(date(2020, 6, 15), &civil, Count::Termino)), "counts");
    // The Corte Constitucional: it never stopped the lapse of pre-trial detention.
    assert_eq!(id(calendar.day(date(2020, 4, 7), &Scope { detained: true, ..scope("sierra", "penal") }, Count::Plazo)), "counts");
    let doubts =
        |a, b, scope: &Scope| calendar.doubts(a, b, scope, Count::Termino).iter().map(|cause| cause.id.clone()).collect::<Vec<_>>();
    assert_eq!(doubts(date(2020, 1, 1), date(2020, 4, 1), &civil), ["covid-2020"]);
    assert_eq!(doubts(date(2020, 4, 1), date(2020, 1, 1), &civil), ["covid-2020"]);
    assert_eq!(doubts(date(2020, 6, 13), date(2024, 1, 1), &civil), Vec::<String>::new());
    assert_eq!(doubts(date(2024, 11, 1), date(2024, 12, 1), &Scope { place: Some("Ambato".into()), ..civil }), ["ambato-independence"]);
}

#[test]
fn what_is_known_of_a_year_is_said() {
    let calendar = Calendar::shipped("ec");
    let covers = |year| calendar.covers(date(year, 6, 1));
    assert_eq!(
        [covers(2016), covers(2017), covers(2025), covers(2026), covers(2150)],
        [Cover::Outside, Cover::Computed, Cover::Published, Cover::Computed, Cover::Outside]
    );
}

/// CPP art. 798-A: 20 December to 20 January, but not for somebody in custody nor under the Lei Maria da Penha; since 2022.
#[test]
fn criminal_limits_of_brazil_stand_still_at_the_turn_of_the_year() {
    let calendar = Calendar::shipped("br");
    let penal = Scope { matter: Some("penal".into()), ..Scope::default() };
    let detained = Scope { detained: true, ..penal.clone() };
    let women = Scope { matter: Some("violencia-domestica".into()), ..Scope::default() };
    let runs = |year, month, day, scope: &Scope| calendar.runs(date(year, month, day), scope, Count::Plazo);
    assert!(!runs(2025, 12, 20, &penal) && !runs(2026, 1, 20, &penal) && runs(2026, 1, 21, &penal) && runs(2025, 12, 19, &penal));
    assert!(runs(2026, 1, 5, &detained) && runs(2026, 1, 5, &women) && runs(2021, 12, 27, &penal));
    // Ten days from 15 December: four run before, the rest from 21 January.
    assert_eq!(calendar.add(date(2025, 12, 15), 10, &penal, Count::Plazo), Some(date(2026, 1, 26)));
    assert_eq!(calendar.add(date(2025, 12, 15), 10, &detained, Count::Plazo), Some(date(2025, 12, 25)));
    assert_eq!(calendar.roll_next(date(2025, 12, 25), &detained), Some(date(2025, 12, 26)));
    let federal = Scope { region: Some("federal".into()), ..Scope::default() };
    assert_eq!(id(calendar.day(date(2026, 4, 1), &federal, Count::Termino)), "federal-holy-wednesday");
    assert_eq!(id(calendar.day(date(2026, 1, 5), &federal, Count::Termino)), "federal-recess");
    assert!(calendar.runs(date(2026, 1, 5), &federal, Count::Plazo));
}

#[test]
fn courts_of_colombia_rest_in_holy_week_and_at_the_turn_of_the_year() {
    let calendar = Calendar::shipped("co");
    let civil = Scope { matter: Some("civil".into()), ..Scope::default() };
    assert_eq!(id(calendar.day(date(2026, 3, 30), &civil, Count::Termino)), "holy-week-monday");
    assert_eq!(id(calendar.day(date(2026, 12, 17), &civil, Count::Termino)), "judiciary-day");
    assert_eq!(id(calendar.day(date(2026, 1, 9), &civil, Count::Termino)), "vacancy");
    assert!(calendar.runs(date(2026, 1, 9), &civil, Count::Plazo), "months and years run through it");
    assert!(calendar.is_business(date(2026, 1, 9), &Scope { matter: Some("garantias".into()), ..Scope::default() }));
    assert_eq!(
        calendar.add_business(date(2025, 12, 16), 3, &civil),
        Some(date(2026, 1, 13)),
        "18, 19 December, and after Monday 12, Epiphany"
    );
}

#[test]
fn federal_courts_of_mexico_close_on_the_dates_too() {
    let calendar = Calendar::shipped("mx");
    let federal = Scope { region: Some("federal".into()), ..Scope::default() };
    assert!(!calendar.is_business(date(2026, 2, 5), &federal) && calendar.is_business(date(2026, 2, 5), &Scope::default()));
    assert!(!calendar.is_business(date(2026, 2, 2), &federal) && !calendar.is_business(date(2026, 2, 2), &Scope::default()));
}

#[test]
fn inauguration_is_kept_in_washington() {
    let calendar = Calendar::shipped("us");
    let dc = Scope { place: Some("DC".into()), ..Scope::default() };
    assert!(!calendar.is_business(date(2021, 1, 20), &dc) && calendar.is_business(date(2021, 1, 20), &Scope::default()));
    assert_eq!(
        id(calendar.day(date(2013, 1, 21), &dc, Count::Termino)),
        "king",
        "20 January 2013 was a Sunday, and the Monday one already"
    );
    // Rule 6(a)(1): fourteen days from 20 June 2026 end on 4 July, a Saturday and holiday, and run to Monday.
    assert_eq!(calendar.roll_next(date(2026, 7, 4), &dc), Some(date(2026, 7, 6)));
}

#[test]
fn an_operators_file_adds_replaces_and_drops() {
    let shipped = Calendar::shipped("ec");
    let text = r#"
drop = ["decree-172-2025"]
published = { since = 2024, until = 2027 }

[[place]]
id = "loja"
names = ["Loja ciudad"]
region = "sierra"

[[holiday]]
id = "loja"
name = { es = "Independencia de Loja", en = "Independence of Loja" }
on = "11-18"
shift = "puente"
places = ["loja"]
source = "Ordenanza"
confidence = "high"

[[decree]]
id = "decree-474-2024"
name = { es = "Decreto 474", en = "Decree 474" }
off = ["2025-01-02"]
work = ["2025-01-11"]
source = "test"
confidence = "high"
"#;
    let own = shipped.with(text, "days.toml").expect("it is good");
    let here = Scope::default();
    let business = |calendar: &Calendar, month, day| calendar.is_business(date(2025, month, day), &here);
    assert!(!business(&shipped, 10, 9) && business(&own, 10, 9), "dropped");
    assert!(!business(&own, 1, 2) && business(&own, 1, 3) && !business(&shipped, 1, 3), "replaced");
    assert!(business(&own, 1, 11) && !business(&shipped, 1, 11), "a Saturday that is worked");
    assert_eq!(id(own.day(date(2026, 11, 20), &Scope { place: Some("LOJA CIUDAD".into()), ..here }, Count::Termino)), "loja");
    assert_eq!((own.covers(date(2027, 1, 1)), shipped.covers(date(2027, 1, 1))), (Cover::Published, Cover::Computed));
    assert!(own.version().contains(" + days.toml #") && own.version() != shipped.version(), "{}", own.version());
    assert_ne!(own.version(), shipped.with(&text.replace("11-18", "11-19"), "days.toml").expect("it is good").version());
    assert!(Confidence::Low < Confidence::Medium && Confidence::Medium < Confidence::High);
    let named = shipped.with("jurisdiction = \"ec\"\nversion = \"mesa judicial\"\n", "/srv/lista/days.toml").expect("it is good");
    assert!(named.version().contains(" + mesa judicial #"), "{}", named.version());
    let unnamed = shipped.with("", "/srv/lista/days.toml").expect("it is good");
    assert!(unnamed.version().contains(" + days.toml #"), "a report tells no folder: {}", unnamed.version());
    let first = Calendar::shipped("cl").with("jurisdiction = \"cl\"\nversion = \"1\"\n", "cl.toml").expect("it is good");
    assert!(first.id() == "cl" && first.version().starts_with("cl 1 #"), "none is shipped: {}", first.version());
}

#[test]
fn every_mistake_comes_out_at_once_with_its_place() {
    let text = r#"id = "xx"
version = "1"
zone = "America/Nowhere"
weekend = ["sat", "sonday"]
valid = { since = 2020 }

[[holiday]]
id = "a"
name = { es = "A" }
on = "02-30"
shift = "none"
regions = ["moon"]
source = "s"
confidence = "certain"

[[holiday]]
id = "a"
name = { es = "B", en = "B" }
source = "s"
confidence = "low"

[[suspension]]
id = "s"
name = { es = "S", en = "S" }
from = "2020-03-16"
to = "2020-02-01"
end_known = false
source = "s"
confidence = "high"
stops = ["hours"]
colour = "red"
"#;
    let found: Vec<String> =
        Calendar::read("c.toml", text).expect_err("it is full of mistakes").iter().map(|problem| problem.sentence()).collect();
    let expected = [
        "c.toml:3:8: there is no time zone \"America/Nowhere\"",
        "c.toml:4:19: \"sonday\" is not a day of the week",
        "c.toml:9:8: [holiday.name] has no `en`",
        "c.toml:10:6: \"02-30\" is no day of a year",
        "c.toml:11:9: \"none\" is not a shift",
        "c.toml:12:12: \"moon\" is not a region",
        "c.toml:14:14: holiday.confidence has an unknown value \"certain\"",
        "c.toml:16:1: a holiday falls on one day",
        "c.toml:17:6: the id \"a\" is used twice in this file",
        "c.toml:26:6: the suspension ends before it begins",
        "c.toml:29:14: a suspension whose end is not known is of low confidence",
        "c.toml:30:10: \"hours\" is not a way to count",
        "c.toml:31:1: unknown key `colour` in [suspension]",
    ];
    let missing: Vec<&str> = expected.into_iter().filter(|expected| !found.iter().any(|found| found.starts_with(expected))).collect();
    assert_eq!((missing, found.len()), (vec![], expected.len()), "{found:#?}");
}
