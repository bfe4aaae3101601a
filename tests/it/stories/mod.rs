//! Stories: what a newsroom or a trial monitor would notice.

mod bad_answers;
mod commands;
mod damaged;
mod delivery;
mod demo;
mod killed;
mod news;
mod operation;
