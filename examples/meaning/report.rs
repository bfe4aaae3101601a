//! Counts what was found, and prints the tables and the worst titles.

use veedor::domain::event::EventKind;

use super::class::{Class, Title};

const MACRO_F1: f64 = 0.92;
const RECALL: f64 = 0.95;

/// How many of the worst titles are printed.
const WORST: usize = 60;

const CLASSES: usize = Class::ALL.len();

/// What is counted of a set of titles.
pub struct Score<'t> {
    name: &'t str,
    titles: usize,
    exact: usize,
    /// By class: found rightly, found wrongly, missed.
    counts: [[usize; 3]; CLASSES],
    /// What was expected, and what was found in its place; the last column counts nothing at all.
    confusion: [[usize; CLASSES + 1]; CLASSES],
    faults: Vec<Fault<'t>>,
}

/// A title that was not understood; the greater `weight`, the worse.
struct Fault<'t> {
    weight: usize,
    title: &'t Title,
    kinds: Vec<EventKind>,
}

fn index(class: Class) -> usize {
    Class::ALL.iter().position(|known| *known == class).unwrap_or_default()
}

impl<'t> Score<'t> {
    /// Classifies all titles.
    pub fn of(name: &'t str, titles: impl Iterator<Item = &'t Title>) -> Self {
        let mut score = Self { name, titles: 0, exact: 0, counts: Default::default(), confusion: Default::default(), faults: Vec::new() };
        titles.for_each(|title| score.add(title));
        score
    }

    fn add(&mut self, title: &'t Title) {
        self.titles += 1;
        let (found, kinds) = title.found();
        let stray = found.iter().copied().filter(|class| !title.expected.contains(class));
        let wrong: Vec<Class> = stray.clone().filter(|class| !title.allows(*class)).collect();
        let mut missed = Vec::new();
        let mut expected = title.expected.clone();
        expected.sort_unstable();
        expected.dedup();
        for class in expected {
            let is_found = found.contains(&class);
            let shown = if is_found { index(class) } else { stray.clone().next().map_or(CLASSES, index) };
            self.confusion[index(class)][shown] += 1;
            self.counts[index(class)][if is_found { 0 } else { 2 }] += 1;
            if !is_found {
                missed.push(class);
            }
        }
        for class in &wrong {
            self.counts[index(*class)][1] += 1;
        }
        if wrong.is_empty() && missed.is_empty() {
            self.exact += 1;
            return;
        }
        // A false hearing costs more than a missed one, and either more than anything else.
        let of = |list: &[Class], cost: usize| list.iter().map(|class| if class.is_hearing() { cost } else { 1 }).sum::<usize>();
        let grave = missed.iter().filter(|class| matches!(class, Class::R | Class::C)).count();
        self.faults.push(Fault { weight: of(&wrong, 5) + of(&missed, 4) + grave, title, kinds });
    }

    fn rates(&self, class: Class) -> (f64, f64, f64) {
        let [right, wrong, missed] = self.counts[index(class)];
        let (precision, recall) = (share(right, right + wrong), share(right, right + missed));
        (precision, recall, if right == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) })
    }

    /// The mean over the classes that are in the list.
    fn macro_f1(&self) -> f64 {
        let present: Vec<Class> =
            Class::ALL.into_iter().filter(|class| self.counts[index(*class)][0] + self.counts[index(*class)][2] > 0).collect();
        present.iter().map(|class| self.rates(*class).2).sum::<f64>() / present.len().max(1) as f64
    }

    fn recall(&self, of: impl Fn(Class) -> bool) -> Option<f64> {
        let counts = || Class::ALL.into_iter().filter(|class| of(*class)).map(|class| self.counts[index(class)]);
        let (right, missed): (usize, usize) = (counts().map(|count| count[0]).sum(), counts().map(|count| count[2]).sum());
        (right + missed > 0).then(|| share(right, right + missed))
    }

    /// Prints everything, and tells whether every threshold is met.
    pub fn print(&self) -> bool {
        println!("{}: {} titles, {} of them exactly as expected", self.name, self.titles, self.exact);
        println!("\n  {:<5} {:>6} {:>6} {:>7} {:>9} {:>7} {:>6}", "class", "right", "wrong", "missed", "precision", "recall", "F1");
        for class in Class::ALL {
            let [right, wrong, missed] = self.counts[index(class)];
            let (precision, recall, f1) = self.rates(class);
            println!("  {:<5} {right:>6} {wrong:>6} {missed:>7} {precision:>9.3} {recall:>7.3} {f1:>6.3}", class.name());
        }
        self.print_confusion();
        let mut faults: Vec<&Fault<'_>> = self.faults.iter().collect();
        faults.sort_by_key(|fault| std::cmp::Reverse(fault.weight));
        println!("\n  The worst {} of {} titles, expected | found:", faults.len().min(WORST), faults.len());
        for fault in faults.iter().take(WORST) {
            let expected: Vec<&str> = fault.title.expected.iter().map(|class| class.name()).collect();
            let kinds: Vec<&str> = fault.kinds.iter().map(|kind| kind.name()).collect();
            println!("  {:>5} | {}  {} ({})", expected.join("+"), kinds.join(" "), fault.title.title, fault.title.system);
        }
        let mut met = true;
        let mut told = Vec::new();
        for (name, value, least) in [
            ("macro-F1", Some(self.macro_f1()), MACRO_F1),
            ("recall on hearings", self.recall(Class::is_hearing), RECALL),
            ("on rulings", self.recall(|class| class == Class::R), RECALL),
            ("on custody", self.recall(|class| class == Class::C), RECALL),
        ] {
            let Some(value) = value else { continue };
            met &= value >= least;
            told.push(format!("{name} {value:.3} (least {least}{})", if value < least { ", MISSED" } else { "" }));
        }
        println!("\n  {}\n", told.join(", "));
        met
    }

    fn print_confusion(&self) {
        println!("\n  expected below, found to the right; - is nothing in its place");
        let head: String = Class::ALL.iter().map(|class| format!("{:>5}", class.name())).collect();
        println!("  {:<5}{head}    -", "");
        for class in Class::ALL {
            let row: String = self.confusion[index(class)].iter().map(|count| format!("{count:>5}")).collect();
            println!("  {:<5}{}", class.name(), row.replace("    0", "    ."));
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
