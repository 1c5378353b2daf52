//! Cells written down as bytes that draw them. Only text, colours and attributes: nothing else can come out.

use super::{Cell, Colour, Style};

/// One row: its cells from the first to the last that holds anything, each run of bare blanks skipped by moving.
///
/// The cursor must stand anywhere; the pen must be the default, and is the default again afterwards.
pub(super) fn row<'a>(row: u16, cells: impl Iterator<Item = Cell<'a>>, out: &mut Vec<u8>) {
    let mut pen = Style::default();
    let mut at = None;
    for (col, cell) in (0_u16..).zip(cells) {
        if cell.continuation {
            continue;
        }
        if matches!(cell.text, "" | " ") && cell.style == Style::default() {
            at = None;
            continue;
        }
        if at != Some(col) {
            move_to(row, col, out);
        }
        if cell.style != pen {
            style(cell.style, out);
            pen = cell.style;
        }
        out.extend_from_slice(if cell.text.is_empty() { b" " } else { cell.text.as_bytes() });
        at = Some(col + if cell.wide { 2 } else { 1 });
    }
    if pen != Style::default() {
        out.extend_from_slice(b"\x1b[m");
    }
}

/// CUP to an absolute place, both from 0.
pub(super) fn move_to(row: u16, col: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("\x1b[{};{}H", u32::from(row) + 1, u32::from(col) + 1).as_bytes());
}

/// SGR that sets exactly this style, whatever the pen was.
pub(super) fn style(style: Style, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[0");
    let attributes = [(style.bold, 1), (style.dim, 2), (style.italic, 3), (style.underline, 4), (style.inverse, 7)];
    for (_, number) in attributes.iter().filter(|(on, _)| *on) {
        out.extend_from_slice(format!(";{number}").as_bytes());
    }
    for (colour, base) in [(style.fg, 38), (style.bg, 48)] {
        match colour {
            Colour::Default => {}
            Colour::Indexed(index) => out.extend_from_slice(format!(";{base};5;{index}").as_bytes()),
            Colour::Rgb(r, g, b) => out.extend_from_slice(format!(";{base};2;{r};{g};{b}").as_bytes()),
        }
    }
    out.push(b'm');
}
