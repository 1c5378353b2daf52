//! What a fleet is, and how it is judged.
//!
//! PURE: nothing here reads a clock, a file, a process or a terminal, and nothing here can fail in a way
//! that is not a value. Facts come in as data with the time they were gathered at; rows and words go out.

pub mod action_record;
pub mod agent_facts;
pub mod attention;
pub mod began;
pub mod cast;
pub mod composer;
pub mod confirm;
pub mod delivery;
pub mod doctor;
pub mod drift;
pub mod facts;
pub mod filter;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod gate;
pub mod heartbeat;
pub mod ids;
pub mod join;
pub mod judgement;
pub mod message;
pub mod mirror;
pub mod notify;
pub mod order;
pub mod pause;
pub mod readiness;
pub mod reading;
pub mod record;
pub mod reel;
pub mod report;
pub mod roster;
pub mod row;
pub mod runtime;
#[cfg(test)]
pub(crate) mod sample;
pub mod shot;
pub mod sights;
pub mod sort;
pub mod taken;
pub mod text;
pub mod trust;
pub mod unanswered;
pub mod until;
pub mod weigh;
pub mod word;
pub mod words;
pub mod yaml;
