//! Where everything stands on a screen of a given size.
//!
//! PURE geometry, shared by the view, which draws into it, and by `update`, which must know what a click has hit.

use ratatui::layout::Rect;

use super::model::View;

/// How much room there is, and so how the parts are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// At least 100 columns: the mirror to the right of the list.
    Wide,
    /// The mirror below the list.
    Tall,
    /// Fewer than 60 columns or 16 rows: one line an agent, the state first, no frames.
    Compact,
}

/// Where everything stands; a part that is not there is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// How the parts are arranged.
    pub form: Form,
    /// Name, host, counts, clock.
    pub header: Rect,
    /// The one fleet-wide fact that matters most.
    pub banner: Rect,
    /// All between header and footer: where an overlay stands.
    pub body: Rect,
    /// The list with its frame.
    pub list: Rect,
    /// The list's lines, or the wall's tiles.
    pub lines: Rect,
    /// The mirror with its frame.
    pub mirror: Rect,
    /// The mirror's cells.
    pub cells: Rect,
    /// Why the selected one's state is what it is (fleet), or everything known of it (agent).
    pub facts: Rect,
    /// The keys that matter, at the first start.
    pub hint: Rect,
    /// The keys that apply, or a prompt.
    pub footer: Rect,
    /// Where a dialog stands, over everything between header and footer.
    pub dialog: Rect,
}

/// What the layout depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wants {
    /// The terminal's size: columns and rows.
    pub size: (u16, u16),
    /// The view.
    pub view: View,
    /// Whether the mirror has the screen to itself.
    pub zoom: bool,
    /// Whether there is a banner.
    pub banner: bool,
    /// Whether one agent alone is watched: then there is nothing above its picture.
    pub alone: bool,
    /// Whether the keys that matter are named above the footer.
    pub hint: bool,
}

/// The layout for these wants. Total: from 0×0 up, no part ever leaves the screen.
#[must_use]
pub fn layout(wants: Wants) -> Layout {
    let (width, height) = wants.size;
    let form = form(wants.size);
    let screen = Rect::new(0, 0, width, height);
    let (header, rest) = top(screen, u16::from(height >= 3 && !wants.alone));
    let (banner, rest) = top(rest, u16::from(wants.banner && height >= 5 && !wants.alone));
    let (body, footer) = top(rest, rest.height.saturating_sub(u16::from(height >= 2)));
    let (body, hint) = top(body, body.height.saturating_sub(u16::from(wants.hint && height >= 12 && !wants.alone)));
    let empty = Rect::new(0, 0, 0, 0);
    let mut plan = Layout {
        form,
        header,
        banner,
        body,
        hint,
        footer,
        list: empty,
        lines: empty,
        mirror: empty,
        cells: empty,
        facts: empty,
        dialog: dialog(body, form),
    };
    match (wants.zoom, wants.view) {
        (true, _) => plan.mirror = body,
        (false, View::Fleet | View::Attention) => fleet(&mut plan, body),
        (false, View::Log { .. } | View::Wall) => plan.list = body,
        (false, View::Agent { .. }) => agent(&mut plan, body),
    }
    plan.lines = match (wants.view, form) {
        // The line that says which page it is; each tile has its own frame.
        (View::Wall, _) => top(plan.list, 1).1,
        (_, Form::Compact) => inside(plan.list, form),
        // The line of column heads.
        _ => top(inside(plan.list, form), 1).1,
    };
    plan.cells = inside(plan.mirror, form);
    plan
}

fn form((width, height): (u16, u16)) -> Form {
    match (width, height) {
        (..60, _) | (_, ..16) => Form::Compact,
        (60..100, _) => Form::Tall,
        _ => Form::Wide,
    }
}

/// The fleet: the list, the mirror of the selected one, and why its state is what it is.
fn fleet(plan: &mut Layout, body: Rect) {
    match plan.form {
        Form::Wide => {
            // The list keeps what its usual columns need; beyond that the tile grows to a whole 80-column pane.
            let share = if body.width < 160 { 42 } else { 45 };
            let tile = (body.width * share / 100).clamp(42, 84).min(body.width);
            let (list, right) = left(body, body.width - tile);
            plan.list = list;
            // The usual pane has 24 rows; what is left below its frame says why.
            let why = body.height.saturating_sub(26).clamp(6, 14);
            (plan.mirror, plan.facts) = top(right, right.height.saturating_sub(why));
        }
        Form::Tall => (plan.list, plan.mirror) = top(body, (body.height * 11 / 20).max(8)),
        Form::Compact => {
            let why = if body.height >= 8 { 3 } else { 0 };
            (plan.list, plan.facts) = top(body, body.height - why);
        }
    }
}

/// One agent: its mirror as large as can be, and everything known beside or below it.
fn agent(plan: &mut Layout, body: Rect) {
    (plan.mirror, plan.facts) = match plan.form {
        Form::Wide => left(body, body.width - (body.width * 42 / 100).clamp(44, 78)),
        Form::Tall | Form::Compact => top(body, body.height / 2),
    };
}

/// What a frame leaves: nothing but its title line where it is compact, else one cell on each side.
#[must_use]
pub fn inside(rect: Rect, form: Form) -> Rect {
    if rect.is_empty() {
        return rect;
    }
    match form {
        Form::Compact => top(rect, 1).1,
        Form::Wide | Form::Tall => Rect {
            x: rect.x + 1,
            y: rect.y + 1,
            width: rect.width.saturating_sub(2),
            height: rect.height.saturating_sub(2),
        },
    }
}

/// In the middle, with what it is about in sight around it; where there is no room for both, over all of it.
fn dialog(body: Rect, form: Form) -> Rect {
    if form == Form::Compact {
        return body;
    }
    let width = (body.width - 4).min(100);
    let height = body.height.saturating_sub(2).clamp(body.height.min(12), 26);
    Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 3, width, height }
}

fn top(rect: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(rect.height);
    (Rect { height, ..rect }, Rect { y: rect.y + height, height: rect.height - height, ..rect })
}

fn left(rect: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(rect.width);
    (Rect { width, ..rect }, Rect { x: rect.x + width, width: rect.width - width, ..rect })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_ever_leaves_the_screen() {
        for width in 0..130 {
            for height in 0..50 {
                for view in [View::Fleet, View::Wall, View::Agent { scroll: 0 }, View::Log { scroll: 0 }] {
                    for (zoom, banner) in [(false, false), (false, true), (true, true)] {
                        let screen = Rect::new(0, 0, width, height);
                        let plan =
                            layout(Wants { size: (width, height), view, zoom, banner, alone: false, hint: banner });
                        for part in [
                            plan.header,
                            plan.banner,
                            plan.body,
                            plan.list,
                            plan.lines,
                            plan.mirror,
                            plan.cells,
                            plan.facts,
                            plan.footer,
                            plan.dialog,
                        ] {
                            assert!(part.is_empty() || screen.union(part) == screen, "{part:?} of {screen:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_small_screen_has_no_mirror_and_a_wide_one_has_it_at_the_right() {
        let plan =
            |size| layout(Wants { size, view: View::Fleet, zoom: false, banner: false, alone: false, hint: false });
        assert!(plan((40, 15)).mirror.is_empty());
        assert!(plan((80, 24)).mirror.y > plan((80, 24)).list.y);
        assert!(plan((120, 40)).mirror.x > plan((120, 40)).list.x);
    }
}
