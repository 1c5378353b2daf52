//! Colours and attributes, said in the one way that the engine understands. Never changes what they mean.
//!
//! tmux takes colon forms (`38:2::r:g:b`, `4:3`) and underline colours; the engine knows semicolons alone.

/// Writes `CSI … m` for the parameters, each with its colon-separated parts.
pub(super) fn write(params: &[Vec<u16>], out: &mut Vec<u8>) {
    let mut said: Vec<u16> = Vec::with_capacity(params.len());
    let mut rest = params.iter();
    while let Some(param) = rest.next() {
        match param.as_slice() {
            // A colour in semicolon form takes its parts from the parameters that follow.
            [kind @ (38 | 48 | 58)] => {
                let colour = match rest.next().and_then(|form| form.first()) {
                    Some(5) => rest.next().and_then(|index| index.first()).map(|index| vec![5, *index]),
                    Some(2) => {
                        let parts: Vec<u16> = rest.by_ref().take(3).filter_map(|part| part.first().copied()).collect();
                        (parts.len() == 3).then(|| vec![2, parts[0], parts[1], parts[2]])
                    }
                    _ => None,
                };
                push_colour(*kind, colour, &mut said);
            }
            [kind @ (38 | 48 | 58), 5, index, ..] => push_colour(*kind, Some(vec![5, *index]), &mut said),
            // With or without the colour space between: 38:2:r:g:b and 38:2::r:g:b.
            [kind @ (38 | 48 | 58), 2, r, g, b] | [kind @ (38 | 48 | 58), 2, _, r, g, b, ..] => {
                push_colour(*kind, Some(vec![2, *r, *g, *b]), &mut said);
            }
            [4, 0] => said.push(24),
            // Double, curly, dotted and dashed underlines are underlines.
            [4, ..] | [21] => said.push(4),
            [simple] => said.push(*simple),
            _ => {}
        }
    }
    if said.is_empty() && !params.is_empty() {
        // Nothing that the engine knows is left, and `CSI m` would mean reset.
        return;
    }
    out.extend_from_slice(b"\x1b[");
    for (at, number) in said.iter().enumerate() {
        if at > 0 {
            out.push(b';');
        }
        out.extend_from_slice(number.to_string().as_bytes());
    }
    out.push(b'm');
}

/// Underline colours (58) are not shown; a colour outside the palette is not a colour.
fn push_colour(kind: u16, colour: Option<Vec<u16>>, said: &mut Vec<u16>) {
    if let Some(parts) = colour.filter(|parts| kind != 58 && parts.iter().all(|part| *part <= 255)) {
        said.push(kind);
        said.extend(parts);
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    fn check(params: &[&[u16]], said: &str) {
        let params: Vec<Vec<u16>> = params.iter().map(|param| param.to_vec()).collect();
        let mut out = Vec::new();
        write(&params, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), said, "{params:?}");
    }

    #[test]
    fn colon_colours_become_semicolon_colours() {
        check(&[&[38, 2, 0, 1, 2, 3]], "\x1b[38;2;1;2;3m");
        check(&[&[38, 2, 1, 2, 3]], "\x1b[38;2;1;2;3m");
        check(&[&[48, 5, 200]], "\x1b[48;5;200m");
    }

    #[test]
    fn semicolon_colours_pass_through_with_what_follows_them() {
        check(&[&[1], &[38], &[5], &[9], &[4]], "\x1b[1;38;5;9;4m");
        check(&[&[38], &[2], &[1], &[2], &[3], &[7]], "\x1b[38;2;1;2;3;7m");
    }

    #[test]
    fn underline_forms_and_colours_are_reduced_to_an_underline() {
        check(&[&[4, 3]], "\x1b[4m");
        check(&[&[4, 0]], "\x1b[24m");
        check(&[&[58, 2, 0, 1, 2, 3], &[4]], "\x1b[4m");
        check(&[&[58], &[5], &[3]], "");
    }

    #[test]
    fn no_parameter_is_a_reset_and_an_unknown_form_is_nothing() {
        check(&[], "\x1b[m");
        check(&[&[38, 9, 9]], "");
        check(&[&[38], &[2], &[1]], "");
    }
}
