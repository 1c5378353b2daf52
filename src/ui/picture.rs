//! A drawn screen as an SVG picture, for the documentation.
//!
//! PURE: a ratatui buffer goes in, text comes out. Every run of cells is pinned to its place on the grid, so that the
//! picture looks the same whatever monospaced font a reader has; lines of frames are drawn as lines.

use std::fmt::Write as _;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

/// One cell's width and height, and the margin around the grid, in SVG units.
const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 14.0;
/// The height of the window's title bar.
const BAR: f32 = 30.0;
/// The terminal's own colours in the picture.
const GROUND: &str = "#11151c";
const TEXT: &str = "#d3dae3";

/// The picture of a buffer, in a window with this title.
#[must_use]
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let area = buffer.area;
    let width = f32::from(area.width) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(area.height) * CELL.1 + BAR + 1.5 * MARGIN;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = window(&mut out, width, height, title);
    for y in 0..area.height {
        let cells: Vec<&Cell> = (0..area.width).filter_map(|x| buffer.cell((area.x + x, area.y + y))).collect();
        let _ = row(&mut out, f32::from(y) * CELL.1 + BAR, &cells);
    }
    out.push_str("</svg>\n");
    out
}

fn window(out: &mut String, width: f32, height: f32, title: &str) -> std::fmt::Result {
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1} {height:.1}" width="{width:.0}" height="{height:.0}" role="img" aria-label="{}">"#,
        escaped(title)
    )?;
    writeln!(
        out,
        "<style>text{{font:14px 'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}}.b{{font-weight:700}}.i{{font-style:italic}}</style>"
    )?;
    writeln!(
        out,
        r##"<rect x=".5" y=".5" width="{:.1}" height="{:.1}" rx="9" fill="{GROUND}" stroke="#2b323d"/>"##,
        width - 1.0,
        height - 1.0
    )?;
    for (place, colour) in (0u8..).zip(["#ed6a5e", "#f4bf4f", "#61c554"]) {
        writeln!(out, r#"<circle cx="{}" cy="15" r="5.5" fill="{colour}"/>"#, 20 + place * 19)?;
    }
    writeln!(
        out,
        r##"<text x="{:.1}" y="19.5" fill="#7d8794" text-anchor="middle">{}</text>"##,
        width / 2.0,
        escaped(title)
    )
}

/// One row: grounds first, then text, so that no ground covers a neighbour's glyph.
fn row(out: &mut String, top: f32, cells: &[&Cell]) -> std::fmt::Result {
    let mut x = 0;
    while x < cells.len() {
        let ground = colours(cells[x]).1;
        let end = (x..cells.len()).find(|&i| colours(cells[i]).1 != ground).unwrap_or(cells.len());
        if ground != GROUND {
            let (left, right) = (column(x), column(end));
            writeln!(
                out,
                r#"<rect x="{left:.1}" y="{top:.1}" width="{:.1}" height="{:.1}" fill="{ground}"/>"#,
                right - left,
                CELL.1
            )?;
        }
        x = end;
    }
    let mut x = 0;
    while x < cells.len() {
        let end = run_end(cells, x);
        let wide = cells[x].symbol().width().max(1);
        if let Some(line) = frame_line(cells[x].symbol()) {
            strokes(out, top, &cells[x..end], x, line)?;
        } else {
            text(out, top, &cells[x..end], x, wide)?;
        }
        x = end.max(x + wide);
    }
    Ok(())
}

/// Where the run of like cells that begins here ends: one wide or one unusual character is a run of its own.
fn run_end(cells: &[&Cell], from: usize) -> usize {
    let first = cells[from];
    let alike = |cell: &Cell| {
        (cell.fg, cell.bg, cell.modifier) == (first.fg, first.bg, first.modifier)
            && if first.symbol().is_ascii() { cell.symbol().is_ascii() } else { cell.symbol() == first.symbol() }
    };
    let repeats = first.symbol().is_ascii() || frame_line(first.symbol()).is_some();
    let end = cells[from..].iter().position(|cell| !alike(cell)).map_or(cells.len(), |run| from + run);
    if repeats { end } else { from + 1 }
}

fn text(out: &mut String, top: f32, cells: &[&Cell], x: usize, wide: usize) -> std::fmt::Result {
    let all: String = cells.iter().map(|cell| cell.symbol()).collect();
    if !all.is_ascii() {
        return word(out, top, cells[0], x, wide, &all);
    }
    // Renderers fold blanks, each in its own way: words that stand apart are placed apart.
    let mut from = 0;
    while let Some(start) = all[from..].find(|c| c != ' ').map(|at| from + at) {
        let end = all[start..].find("  ").map_or(all.len(), |at| start + at);
        let shown = all[start..end].trim_end();
        word(out, top, cells[0], x + start, shown.len(), shown)?;
        from = end;
    }
    Ok(())
}

/// Words of one style at their place, so many cells wide.
fn word(out: &mut String, top: f32, style: &Cell, x: usize, cells: usize, shown: &str) -> std::fmt::Result {
    if shown.trim().is_empty() {
        return Ok(());
    }
    let (colour, _) = colours(style);
    let modifier = style.modifier;
    let mut class = Vec::new();
    if modifier.contains(Modifier::BOLD) {
        class.push("b");
    }
    if modifier.contains(Modifier::ITALIC) {
        class.push("i");
    }
    let class = if class.is_empty() { String::new() } else { format!(r#" class="{}""#, class.join(" ")) };
    let dim = if modifier.contains(Modifier::DIM) { r#" opacity=".62""# } else { "" };
    let under = if modifier.contains(Modifier::UNDERLINED) { r#" text-decoration="underline""# } else { "" };
    let (left, length) = (column(x), column(cells) - column(0));
    writeln!(
        out,
        r#"<text x="{left:.1}" y="{:.1}" fill="{colour}"{class}{dim}{under} textLength="{length:.1}" lengthAdjust="spacingAndGlyphs">{}</text>"#,
        top + 13.0,
        escaped(shown)
    )
}

/// A character of a frame, drawn as a line.
#[derive(Clone, Copy)]
enum Stroke {
    /// From side to side, and whether it is dashed.
    Across(bool),
    /// From top to bottom.
    Down,
    /// A corner: whether its arms go left and up, and whether it is round.
    Corner { left: bool, up: bool, round: bool },
}

/// The line that a character of a frame is, and how wide.
fn frame_line(symbol: &str) -> Option<(Stroke, f32)> {
    match HEAVY.iter().find(|(heavy, _)| *heavy == symbol) {
        Some((_, light)) => stroke(light).map(|stroke| (stroke, 2.6)),
        None => stroke(symbol).map(|stroke| (stroke, 1.2)),
    }
}

/// Heavy lines, and the light ones that run alike.
const HEAVY: [(&str, &str); 6] = [("━", "─"), ("┃", "│"), ("┏", "┌"), ("┓", "┐"), ("┗", "└"), ("┛", "┘")];

fn stroke(symbol: &str) -> Option<Stroke> {
    let corner = |left, up, round| Some(Stroke::Corner { left, up, round });
    match symbol {
        "─" => Some(Stroke::Across(false)),
        "┄" => Some(Stroke::Across(true)),
        "│" => Some(Stroke::Down),
        "╭" => corner(false, false, true),
        "╮" => corner(true, false, true),
        "╰" => corner(false, true, true),
        "╯" => corner(true, true, true),
        "┌" => corner(false, false, false),
        "┐" => corner(true, false, false),
        "└" => corner(false, true, false),
        "┘" => corner(true, true, false),
        _ => None,
    }
}

/// A run of one frame character, as one path.
fn strokes(out: &mut String, top: f32, cells: &[&Cell], x: usize, line: (Stroke, f32)) -> std::fmt::Result {
    let (stroke, width) = line;
    let middle = top + CELL.1 / 2.0;
    let bottom = top + CELL.1;
    let mut path = String::new();
    if let Stroke::Across(_) = stroke {
        write!(path, "M{:.1} {middle:.1}H{:.1}", column(x), column(x + cells.len()))?;
    }
    for place in x..x + cells.len() {
        let centre = column(place) + CELL.0 / 2.0;
        match stroke {
            Stroke::Across(_) => {}
            Stroke::Down => write!(path, "M{centre:.1} {top:.1}V{bottom:.1}")?,
            Stroke::Corner { left, up, round } => {
                let side = column(if left { place } else { place + 1 });
                let edge = if up { top } else { bottom };
                if round {
                    write!(path, "M{side:.1} {middle:.1}Q{centre:.1} {middle:.1} {centre:.1} {edge:.1}")?;
                } else {
                    write!(path, "M{side:.1} {middle:.1}H{centre:.1}V{edge:.1}")?;
                }
            }
        }
    }
    let dash = if matches!(stroke, Stroke::Across(true)) { r#" stroke-dasharray="2.8 2.8""# } else { "" };
    let dim = if cells[0].modifier.contains(Modifier::DIM) { r#" opacity=".62""# } else { "" };
    writeln!(
        out,
        r#"<path d="{path}" stroke="{}" fill="none" stroke-width="{width}"{dash}{dim}/>"#,
        colours(cells[0]).0
    )
}

fn column(x: usize) -> f32 {
    f32::from(u16::try_from(x).unwrap_or(u16::MAX)) * CELL.0 + MARGIN
}

/// Text and ground of a cell as the picture shows them.
fn colours(cell: &Cell) -> (String, String) {
    let (fg, bg) = (hex(cell.fg, TEXT), hex(cell.bg, GROUND));
    if cell.modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) }
}

/// The sixteen colours of the picture's terminal.
const SIXTEEN: [&str; 16] = [
    "#1b212b", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf", "#5c6370", "#f28b93",
    "#b5dd97", "#f0d399", "#86c5f7", "#d9a0e8", "#7fd0da", "#ffffff",
];

fn hex(colour: Color, own: &str) -> String {
    let index = match colour {
        Color::Reset => return own.to_owned(),
        Color::Rgb(r, g, b) => return format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    match index {
        0..16 => SIXTEEN[usize::from(index)].to_owned(),
        16..232 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            format!("#{:02x}{:02x}{:02x}", level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use ratatui::{layout::Rect, style::Style};

    use super::*;

    #[test]
    fn what_would_be_markup_is_escaped() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        buffer.set_string(0, 0, "<a & \"b\">", Style::new());
        let picture = svg(&buffer, "<t>");
        assert!(picture.contains("&lt;a &amp; &quot;b&quot;&gt;") && picture.contains("&lt;t&gt;"), "{picture}");
    }

    #[test]
    fn the_palette_is_xterms() {
        let cases = [(196, "#ff0000"), (16, "#000000"), (231, "#ffffff"), (244, "#808080")];
        for (index, expected) in cases {
            assert_eq!(hex(Color::Indexed(index), TEXT), expected);
        }
    }
}
