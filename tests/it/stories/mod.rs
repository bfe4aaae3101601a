//! Stories: what a newsroom or a trial monitor would notice.

mod bad_answers;
mod circumstances;
mod commands;
mod damaged;
mod delivery;
mod demo;
mod described;
mod documents;
mod imported;
mod killed;
mod news;
mod operation;
mod outbox;
mod outside;
mod polling;
mod recipes;
mod saved;
mod sessions;
mod versions;
