//! The grid at every size: no tile meets another, none leaves the wall, and everybody is on exactly one page.

use proptest::prelude::*;

use super::*;

fn sizes() -> impl Strategy<Value = TileSize> {
    (0..SIZES.len()).prop_map(TileSize)
}

fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Wide), Just(Form::Tall), Just(Form::Compact)]
}

fn areas() -> impl Strategy<Value = Rect> {
    (0u16..9, 0u16..9, 0u16..400, 0u16..120).prop_map(|(x, y, width, height)| Rect { x, y, width, height })
}

proptest! {
    #[test]
    fn tiles_neither_meet_nor_leave_the_wall(area in areas(), agents in 0usize..300, size in sizes(), form in forms()) {
        let grid = Grid::of(area, agents, size, form);
        let tiles: Vec<Rect> = (0..grid.slots()).map(|slot| grid.tile(slot)).collect();
        for (slot, tile) in tiles.iter().enumerate() {
            prop_assert!(tile.is_empty() || area.union(*tile) == area, "{tile:?} of {area:?}");
            for other in &tiles[slot + 1..] {
                prop_assert!(!tile.intersects(*other), "{tile:?} meets {other:?}");
            }
        }
        let covered: u32 = tiles.iter().map(|tile| tile.area()).sum();
        prop_assert_eq!(covered, area.area(), "every cell belongs to a tile");
        prop_assert!(grid.tile(grid.slots()).is_empty());
    }

    #[test]
    fn everybody_is_on_exactly_one_page(area in areas(), agents in 1usize..300, size in sizes(), form in forms()) {
        let grid = Grid::of(area, agents, size, form);
        let pages = Wall::of(grid, agents, 0).pages;
        let shown: Vec<usize> =
            (0..pages).flat_map(|page| Wall::of(grid, agents, page * grid.slots()).places()).collect();
        prop_assert_eq!(shown, (0..agents).collect::<Vec<_>>());
        for focus in 0..agents {
            let wall = Wall::of(grid, agents, focus);
            prop_assert!(wall.places().contains(&focus) && wall.page < wall.pages, "the focus is in sight");
        }
    }

    #[test]
    fn a_tile_is_never_smaller_than_it_may_be_where_there_is_room(area in areas(), agents in 0usize..300, size in sizes(), form in forms()) {
        let (width, height) = size.least(form);
        let grid = Grid::of(area, agents, size, form);
        for tile in (0..grid.slots()).map(|slot| grid.tile(slot)) {
            prop_assert!(tile.width >= width.min(area.width) && tile.height >= height.min(area.height), "{tile:?}");
        }
    }

    #[test]
    fn every_cell_of_a_tile_leads_back_to_it(area in areas(), agents in 0usize..80, size in sizes(), x in 0u16..420, y in 0u16..140) {
        let grid = Grid::of(area, agents, size, Form::Wide);
        let position = Position { x, y };
        prop_assert_eq!(grid.at(position).is_some(), area.contains(position));
        if let Some(slot) = grid.at(position) {
            prop_assert!(grid.tile(slot).contains(position));
        }
    }

    #[test]
    fn the_focus_never_leaves_the_list(agents in 1usize..99, from in 0usize..99, moves in prop::collection::vec(0usize..8, 0..30)) {
        let all = [Action::Left, Action::Right, Action::Up, Action::Down, Action::PageDown, Action::PageUp, Action::Top, Action::Bottom];
        let grid = Grid::of(Rect::new(0, 0, 160, 42), agents, TileSize::default(), Form::Wide);
        let mut focus = from.min(agents - 1);
        for which in moves {
            focus = Wall::of(grid, agents, focus).travel(focus, all[which]);
            prop_assert!(focus < agents);
        }
    }
}

/// How many columns and rows of tiles an area has for so many agents.
fn check(area: (u16, u16), form: Form, agents: usize, expected: (u16, u16)) {
    let grid = Grid::of(Rect::new(0, 0, area.0, area.1), agents, TileSize::default(), form);
    assert_eq!((grid.columns, grid.rows), expected, "{agents} on {area:?}");
}

#[test]
fn tiles_are_as_many_as_can_be_read() {
    check((200, 47), Form::Wide, 50, (5, 4));
    check((160, 42), Form::Wide, 50, (4, 4));
    check((120, 37), Form::Wide, 50, (3, 3));
    check((80, 21), Form::Tall, 50, (2, 2));
    check((40, 12), Form::Compact, 50, (1, 2));
    check((10, 1), Form::Compact, 50, (1, 1));
}

#[test]
fn few_agents_have_large_tiles() {
    check((160, 42), Form::Wide, 0, (1, 1));
    check((160, 42), Form::Wide, 1, (1, 1));
    check((160, 42), Form::Wide, 2, (2, 1));
    check((160, 42), Form::Wide, 3, (2, 2));
    check((160, 42), Form::Wide, 9, (3, 3));
    check((80, 21), Form::Tall, 2, (1, 2));
}

#[test]
fn the_smallest_tiles_have_room_for_fifty_on_a_large_terminal() {
    let grid = Grid::of(Rect::new(0, 0, 200, 47), 50, TileSize(SIZES.len() - 1), Form::Wide);
    assert_eq!(grid.slots(), 50);
}

/// Where a moving key leads on a wall of 4 × 4 tiles with 21 agents.
fn check_travel(from: usize, action: Action, expected: usize) {
    let grid = Grid { area: Rect::new(0, 0, 160, 42), columns: 4, rows: 4 };
    assert_eq!(Wall::of(grid, 21, from).travel(from, action), expected, "{action:?} from {from}");
}

#[test]
fn keys_move_among_the_tiles_and_over_the_edge_of_a_page() {
    for (from, action, expected) in [
        (5, Action::Left, 4),
        (5, Action::Right, 6),
        (5, Action::Up, 1),
        (5, Action::Down, 9),
        (1, Action::Up, 1),
        (12, Action::Down, 16),
        (18, Action::Down, 20),
        (20, Action::Down, 20),
        (16, Action::Up, 12),
        (15, Action::Right, 16),
        (20, Action::Right, 20),
        (3, Action::PageDown, 19),
        (9, Action::PageDown, 20),
        (19, Action::PageUp, 3),
        (9, Action::Bottom, 20),
        (9, Action::Top, 0),
    ] {
        check_travel(from, action, expected);
    }
}
