//! Stories: what a newsroom or a trial monitor would notice.

mod absent;
mod bad_answers;
mod brake;
mod circumstances;
mod commands;
mod damage;
mod damaged;
mod delivery;
mod demo;
mod described;
mod documents;
mod feeds;
mod hearings;
mod imported;
mod killed;
mod news;
mod operation;
mod outbox;
mod outside;
mod polling;
mod probes;
mod recipes;
mod saved;
mod series;
mod sessions;
mod versions;
