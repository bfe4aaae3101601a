//! Questions on the terminal, with a default in brackets. Answers may come from a script on standard input as well.
//!
//! Used by `sources new`. Questions go to standard error, so that standard output holds only what was asked for.

use std::io::{BufRead, Write};

use super::{Exit, Failure, print};

/// Asks, and reads answers.
pub struct Dialogue<R, W> {
    answers: R,
    questions: W,
}

impl<R: BufRead, W: Write> Dialogue<R, W> {
    /// A dialogue over these.
    pub fn new(answers: R, questions: W) -> Self {
        Self { answers, questions }
    }

    /// Says something.
    pub fn say(&mut self, text: &str) {
        // Who cannot hear the question may still answer: the order of the questions is fixed.
        let _ = writeln!(self.questions, "{}", print::clean(text));
    }

    /// Asks until the answer will do. An empty answer takes the default. When the answers end, every default is taken, and a
    /// question without one ends the command.
    pub fn ask<T>(&mut self, question: &str, default: Option<&str>, mut read: impl FnMut(&str) -> Result<T, String>) -> Result<T, Failure> {
        loop {
            let shown = default.map(|default| format!(" [{}]", print::clean(default))).unwrap_or_default();
            let _ = write!(self.questions, "{question}{shown}: ");
            let _ = self.questions.flush();
            let mut line = String::new();
            let length =
                self.answers.read_line(&mut line).map_err(|error| Failure::new(Exit::Failed, format!("standard input: {error}")))?;
            let has_ended = length == 0;
            if has_ended {
                let _ = writeln!(self.questions);
            }
            let typed = line.trim();
            let answer = if typed.is_empty() { default.unwrap_or_default() } else { typed };
            match read(answer) {
                Ok(value) => return Ok(value),
                Err(why) if has_ended => return Err(Failure::new(Exit::Usage, format!("no answer to \"{question}\": {why}"))),
                Err(why) => self.say(&format!("  {why}")),
            }
        }
    }

    /// Asks for a text that must not be empty.
    pub fn text(&mut self, question: &str, default: Option<&str>) -> Result<String, Failure> {
        self.ask(question, default.filter(|default| !default.is_empty()), |answer| match answer {
            "" => Err("an answer is needed".to_owned()),
            answer => Ok(answer.to_owned()),
        })
    }

    /// Asks for one of `count` things by its number, or for none of them by `-` where that may be.
    pub fn choice(&mut self, question: &str, count: usize, default: Option<usize>, may_be_none: bool) -> Result<Option<usize>, Failure> {
        let shown = default.map(|default| (default + 1).to_string()).or_else(|| may_be_none.then(|| "-".to_owned()));
        self.ask(question, shown.as_deref(), |answer| match answer.parse::<usize>() {
            Ok(number) if (1..=count).contains(&number) => Ok(Some(number - 1)),
            Err(_) if answer == "-" && may_be_none => Ok(None),
            _ => Err(format!("a number from 1 to {count}{}", if may_be_none { ", or - for none" } else { "" })),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_in_order_and_asked_for_again_when_they_will_not_do() {
        let mut asked = Vec::new();
        let mut dialogue = Dialogue::new("\n9\n2\nuno\n".as_bytes(), &mut asked);
        assert_eq!(dialogue.text("title", Some("un título")).unwrap(), "un título");
        assert_eq!(dialogue.choice("which", 3, Some(0), false).unwrap(), Some(1));
        assert_eq!(dialogue.text("name", None).unwrap(), "uno");
        // The answers have ended.
        assert_eq!(dialogue.choice("date", 3, None, true).unwrap(), None);
        assert!(dialogue.text("name", None).unwrap_err().why.contains("no answer to \"name\""));
        assert!(String::from_utf8(asked).unwrap().contains("which [1]:   a number from 1 to 3"));
    }
}
