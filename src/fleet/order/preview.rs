//! An order before it is carried out: its exact commands, what it loses, and the yes that it needs.

use super::{Order, Refusal, Target};

/// What an order would do to each target, looked at afresh. Made by `adapter::steer`; shown by every front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The order.
    pub order: Order,
    /// Each target, in the order in which it would be carried out.
    pub each: Vec<Planned>,
}

/// What would be done to one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The target.
    pub target: Target,
    /// The exact commands, one a line, for people. A step that depends on what is seen is said in words.
    pub commands: Vec<String>,
    /// What the operator should know first.
    pub warnings: Vec<String>,
    /// Why nothing will be done to it.
    pub refused: Option<Refusal>,
}

impl Planned {
    /// Whether something will be done to it once somebody says yes.
    #[must_use]
    pub fn goes(&self) -> bool {
        matches!(self.refused, None | Some(Refusal::Others(_)))
    }
}

impl Preview {
    /// Why somebody has to say yes; `None` where nobody has to be asked.
    #[must_use]
    pub fn asks(&self) -> Option<String> {
        let goes = self.targets();
        let (order, loses) = (self.order.word(), self.order.loses());
        let others = self.each.iter().find_map(|planned| match &planned.refused {
            Some(Refusal::Others(says)) => Some(says.clone()),
            _ => None,
        });
        match (goes.as_slice(), loses) {
            _ if others.is_some() => others,
            ([], _) | (_, None) => None,
            ([one], Some(_)) => Some(match self.order.loses_of(one) {
                Some(loses) => format!("{order} {} loses {loses}", one.name()),
                None => format!("{order} {} starts it: it does not run, so nothing is lost", one.name()),
            }),
            (many, Some(loses)) => {
                let lose = many.iter().filter(|one| self.order.loses_of(one) == Some(loses)).count();
                let each = match lose {
                    0 => "none of them runs, so nothing that runs is lost".to_owned(),
                    _ if lose == many.len() => format!("each loses {loses}"),
                    _ => format!("each of the {lose} that run loses {loses}"),
                };
                Some(format!("{order} of {} agents: {each}", many.len()))
            }
        }
    }

    /// The targets to which something will be done.
    #[must_use]
    pub fn targets(&self) -> Vec<&Target> {
        self.each.iter().filter(|planned| planned.goes()).map(|planned| &planned.target).collect()
    }

    /// The operator saw this and said yes.
    #[must_use]
    pub fn confirmed(&self) -> Confirmed<Order> {
        Confirmed { it: self.order.clone(), asked: true }
    }
}

/// Something that may be carried out: it loses nothing, or its preview was confirmed. Nothing else makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed<T> {
    it: T,
    asked: bool,
}

impl<T> Confirmed<T> {
    /// What was confirmed.
    pub fn get(&self) -> &T {
        &self.it
    }

    /// Whether somebody was asked and said yes.
    pub fn asked(&self) -> bool {
        self.asked
    }
}

impl Confirmed<Order> {
    /// An order that loses nothing needs no question; any other is refused.
    pub fn unasked(order: Order) -> Result<Self, Refusal> {
        match order.loses() {
            None => Ok(Self { it: order, asked: false }),
            Some(loses) => Err(Refusal::Unconfirmed(format!("{} loses {loses}", order.word()))),
        }
    }
}
