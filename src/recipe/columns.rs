//! Columns of tables by the words of their header row: courts move columns, and seldom rename them.
//!
//! Used by `view` for rows with `columns`. A table without a header row of its own has the columns of the one before at
//! the same depth of nesting, so that a list in several tables is one list. It looks at tables only; what is in a cell is
//! `view`'s.

use std::collections::HashMap;
use std::ops::Range;

use regex::Regex;
use scraper::ElementRef;

use super::{budget, visible};

/// The columns of a table.
#[derive(Debug, Clone, Default)]
pub struct Columns(pub Vec<Column>);

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// What it is called here.
    pub name: String,
    /// What its header says.
    pub words: Regex,
    /// Whether a header row without it is one all the same.
    pub optional: bool,
}

/// The cells of a row, for each of the columns; a header over several cells has several.
pub type Cells<'a> = Vec<Vec<ElementRef<'a>>>;

/// A header row stands among the first rows of its table.
const HEADER_WITHIN: usize = 10;

/// The most columns and rows that one cell may claim: a page must not make us count to a million.
const WIDEST: usize = 1000;

/// The columns that a table has: the place of each that is there, and how wide the table is.
#[derive(Debug, Clone)]
struct Header {
    places: Vec<Option<Range<usize>>>,
    width: usize,
}

/// A cell and the columns that it covers.
#[derive(Debug, Clone)]
struct Cell<'a> {
    element: ElementRef<'a>,
    place: Range<usize>,
}

impl Columns {
    /// Of these elements, in the order of the page, those that are rows under the columns, each with its cells.
    ///
    /// Header rows and what stands above them are no rows. Neither are rows of another width in a table that has no header
    /// of its own, nor rows without any of the columns, nor those of a table within a cell.
    pub fn rows<'a>(&self, page: ElementRef<'a>, found: &[ElementRef<'a>]) -> Vec<(ElementRef<'a>, Cells<'a>)> {
        let mut rows = HashMap::new();
        let mut before: HashMap<usize, Header> = HashMap::new();
        let is_table = |element: &ElementRef<'_>| element.value().name() == "table";
        for table in page.descendants().filter_map(ElementRef::wrap).filter(is_table) {
            let depth = table.ancestors().filter_map(ElementRef::wrap).filter(is_table).count();
            let grid = grid(table);
            let own = grid.iter().take(HEADER_WITHIN).enumerate().find_map(|(at, (_, cells))| Some((at, self.header(cells)?)));
            let (above, is_own) = own.as_ref().map_or((0, false), |(at, _)| (at + 1, true));
            let words = own.as_ref().map(|(at, _)| words(&grid[*at].1));
            if let Some((_, header)) = own {
                before.insert(depth, header);
            }
            let Some(header) = before.get(&depth) else { continue };
            for (row, cells) in grid.into_iter().skip(above) {
                // Long tables say their columns again.
                if words.as_ref().is_some_and(|header| says(&cells, header)) {
                    continue;
                }
                let width = cells.iter().map(|cell| cell.place.end).max().unwrap_or_default();
                let cells: Cells<'a> = (0..header.places.len()).map(|column| header.cells(column, &cells)).collect();
                if (is_own || width == header.width) && cells.iter().any(|cells| !cells.is_empty()) {
                    rows.insert(row.id(), cells);
                }
            }
        }
        found.iter().filter_map(|row| rows.remove(&row.id()).map(|cells| (*row, cells))).collect()
    }

    /// The columns, when this row is a header: each of them is the words of a cell of its own, and no cell holds a table.
    fn header(&self, cells: &[Cell<'_>]) -> Option<Header> {
        if cells.is_empty() {
            return None;
        }
        let is_table = |element: ElementRef<'_>| element.value().name() == "table";
        let holds_a_table = |cell: &Cell<'_>| cell.element.descendants().filter_map(ElementRef::wrap).any(is_table);
        if cells.iter().any(holds_a_table) {
            return None;
        }
        let words = words(cells);
        let mut taken = vec![false; cells.len()];
        let mut places = Vec::with_capacity(self.0.len());
        for column in &self.0 {
            let found = (0..cells.len()).find(|at| !taken[*at] && column.words.is_match(&words[*at]));
            if found.is_none() && !column.optional {
                return None;
            }
            places.push(found.map(|at| {
                taken[at] = true;
                cells[at].place.clone()
            }));
        }
        Some(Header { places, width: cells.iter().map(|cell| cell.place.end).max().unwrap_or_default() })
    }
}

/// What the cells of a row say.
fn words(cells: &[Cell<'_>]) -> Vec<String> {
    cells.iter().map(word).collect()
}

fn word(cell: &Cell<'_>) -> String {
    visible::text(cell.element, |_| false).replace('\n', " ")
}

fn says(cells: &[Cell<'_>], words: &[String]) -> bool {
    cells.len() == words.len() && cells.iter().zip(words).all(|(cell, said)| word(cell) == *said)
}

impl Header {
    /// The cells of one column. A cell that reaches into another named column is of neither.
    fn cells<'a>(&self, column: usize, cells: &[Cell<'a>]) -> Vec<ElementRef<'a>> {
        let Some(place) = &self.places[column] else { return Vec::new() };
        let meets = |place: &Range<usize>, cell: &Cell<'_>| place.start < cell.place.end && cell.place.start < place.end;
        let is_of_no_other = |cell: &Cell<'_>| {
            let mut others = self.places.iter().enumerate().filter(|(at, _)| *at != column);
            others.all(|(_, other)| !other.as_ref().is_some_and(|other| meets(other, cell)))
        };
        cells.iter().filter(|cell| meets(place, cell) && is_of_no_other(cell)).map(|cell| cell.element).collect()
    }
}

/// The rows of a table itself, each with its cells and those that reach down into it.
fn grid(table: ElementRef<'_>) -> Vec<(ElementRef<'_>, Vec<Cell<'_>>)> {
    let is = |element: &ElementRef<'_>, names: &[&str]| names.contains(&element.value().name());
    let parts = table.child_elements().flat_map(|part| {
        let own = is(&part, &["tr"]).then_some(part);
        let inner = is(&part, &["thead", "tbody", "tfoot"]).then(|| part.child_elements().filter(|row| row.value().name() == "tr"));
        own.into_iter().chain(inner.into_iter().flatten())
    });
    let mut reaching: Vec<(Cell<'_>, usize)> = Vec::new();
    let mut rows = Vec::new();
    for row in parts {
        let mut cells: Vec<Cell<'_>> = reaching.iter().map(|(cell, _)| cell.clone()).collect();
        for (_, left) in &mut reaching {
            *left -= 1;
        }
        reaching.retain(|(_, left)| *left > 0);
        let mut next = 0;
        for element in row.child_elements().filter(|cell| is(cell, &["td", "th"])) {
            while let Some(above) = cells.iter().find(|cell| cell.place.contains(&next)) {
                budget::step(cells.len());
                next = above.place.end;
            }
            budget::step(cells.len());
            let span = |name: &str| element.attr(name).and_then(|span| span.trim().parse().ok()).unwrap_or(1).clamp(1, WIDEST);
            let cell = Cell { element, place: next..next + span("colspan") };
            next = cell.place.end;
            let down = span("rowspan") - 1;
            if down > 0 {
                reaching.push((cell.clone(), down));
            }
            cells.push(cell);
        }
        // A cell that reaches down stands in each row that it reaches.
        budget::keep(cells.len() * size_of::<Cell<'_>>());
        cells.sort_by_key(|cell| cell.place.start);
        rows.push((row, cells));
    }
    rows
}
