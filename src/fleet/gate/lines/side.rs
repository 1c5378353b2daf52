//! A panel at the right side of a screen, beside everything else: where it begins, and the rows without it.
//! It is known by its background; it knows no runtime.

use crate::screen::{Colour, Screen};

/// Of so many rows, all but one must show where the panel begins.
const ROWS_TO_ONE: u16 = 8;

/// The first column of a panel of that width; `None` where there is none.
pub(super) fn panel_from(screen: &Screen, width: u16) -> Option<u16> {
    let size = screen.size();
    let from = size.cols.checked_sub(width).filter(|from| width > 0 && *from > width)?;
    let ground = |row, col| screen.cell(row, col).map_or(Colour::Default, |cell| cell.style.bg);
    let panel = ground(0, from);
    let begins = |row: &u16| ground(*row, from) == panel && ground(*row, from - 1) != panel;
    let rows = (0..size.rows).filter(begins).count();
    (rows + usize::from(size.rows / ROWS_TO_ONE) >= usize::from(size.rows)).then_some(from)
}

/// The rows of a screen up to a column.
pub(super) fn cut(screen: &Screen, cols: u16) -> Vec<String> {
    let row = |row| {
        let cells = (0..cols).filter_map(|col| screen.cell(row, col)).filter(|cell| !cell.continuation);
        let text: String = cells.map(|cell| if cell.text.is_empty() { " " } else { cell.text }).collect();
        text.trim_end_matches(' ').to_owned()
    };
    (0..screen.size().rows).map(row).collect()
}

/// Whether the first mark of a row is of some red.
pub(in crate::fleet::gate) fn is_red(screen: &Screen, row: u16) -> bool {
    let first =
        (0..screen.size().cols).filter_map(|col| screen.cell(row, col)).find(|cell| !matches!(cell.text, "" | " "));
    first.is_some_and(|cell| match cell.style.fg {
        Colour::Default => false,
        Colour::Indexed(colour) => match colour {
            1 | 9 => true,
            16..=231 => {
                let part = |unit: u8| (colour - 16) / unit % 6;
                part(36) >= 3 && part(36) > part(6) && part(36) > part(1)
            }
            _ => false,
        },
        Colour::Rgb(red, green, blue) => red >= 120 && red.saturating_sub(green.max(blue)) >= 40,
    })
}
