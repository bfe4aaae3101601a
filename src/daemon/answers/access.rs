//! Answers about users, tokens and the log of what was done.
//!
//! Called by [`answer_as`](super::answer_as). Whoever may not see the record as it is is told nothing of it; that only administrators ask is for
//! `web` to see to. Passwords are hashed here, one at a time, away from the async threads.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Desk;
use crate::ask::Answer;
use crate::ask::access::{Access, Typed};
use crate::ask::line::Sight;
use crate::credentials;
use crate::domain::access::{LONGEST_NAME, LONGEST_PASSWORD, Role, SHORTEST_PASSWORD, Unfit, fit, name};
use crate::domain::sentence::{self, Sentence};
use crate::store::Store;
use crate::store::accounts::{Account, AccountChange};
use crate::store::audit::Deed;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::tokens::Token;
use crate::wire::api::access::{AuditLine, AuditList, NewToken, TokenLine, TokenList, UserLine, UserList};

/// Tokens of one user.
const MOST_OF_ONE: usize = 20;

/// Deeds that are told at a time.
const MOST_DEEDS: usize = 1_000;

fn no(why: impl Into<String>) -> Answer {
    Answer::No { why: why.into(), code: 2 }
}

fn unknown(what: &Sentence, name: &str) -> Answer {
    Answer::no(4, what, &[&name])
}

/// Answers.
pub(super) async fn answer(desk: &Desk, ask: Access, sight: Sight) -> Result<Value, Answer> {
    if sight != Sight::Whole {
        return Err(Answer::No { why: "users, tokens and the log of what was done are for administrators".to_owned(), code: 1 });
    }
    match ask {
        Access::Users => users(desk).await,
        Access::AddUser { name, role, password } => add(desk, &name, &role, password).await,
        Access::Password { name, password } => {
            let (phc, now) = (hashed(password).await?, desk.handles.clock.now());
            change(desk, &name, AccountChange::Password(phc, now)).await
        }
        Access::Role { name, role } => change(desk, &name, AccountChange::Role(read_role(&role)?)).await,
        Access::Disable { name, disabled } => {
            let since = disabled.then(|| desk.handles.clock.now());
            change(desk, &name, AccountChange::Disabled(since)).await
        }
        Access::RemoveUser { name } => {
            let (store, wanted) = (desk.handles.store.clone(), user_name(&name)?);
            let removed = blocking(move || store.remove_account(&wanted)).await?;
            if removed { Ok(json!({ "removed": name })) } else { Err(unknown(&sentence::NO_USER, &name)) }
        }
        Access::EndSessions { name } => {
            let (store, wanted) = (desk.handles.store.clone(), user_name(&name)?);
            let ended = blocking(move || Ok((store.account(&wanted)?.is_some(), store.end_sessions_of(&wanted)?))).await?;
            if ended.0 { Ok(json!({ "ended": ended.1 })) } else { Err(unknown(&sentence::NO_USER, &name)) }
        }
        Access::Tokens => {
            let store = desk.handles.store.clone();
            let tokens = blocking(move || store.tokens()).await?;
            Ok(json!(TokenList { tokens: tokens.into_iter().map(token_line).collect() }))
        }
        Access::AddToken { name, role, user, expires } => add_token(desk, &name, &role, user, expires).await,
        Access::RevokeToken { name, user } => revoke(desk, &name, user).await,
        Access::Audit { before, since, limit } => audit(desk, before, since, limit).await,
    }
}

fn read_role(typed: &str) -> Result<Role, Answer> {
    let names = Role::ALL.map(|(name, _)| name).join(", ");
    Role::parse(typed.trim()).ok_or_else(|| no(format!("\"{typed}\" is no role; it is one of {names}")))
}

fn user_name(typed: &str) -> Result<String, Answer> {
    name(typed).ok_or_else(|| {
        no(format!(
            "a name is 1 to {LONGEST_NAME} plain letters, digits, \".\", \"_\", \"-\" or \"@\", and begins with a letter or a digit"
        ))
    })
}

async fn hashed(Typed(password): Typed) -> Result<String, Answer> {
    match fit(&password) {
        Err(Unfit::Short) => {
            return Err(no(format!("a password has at least {SHORTEST_PASSWORD} characters; several words are easy to keep in mind")));
        }
        Err(Unfit::Long) => return Err(no(format!("a password has at most {LONGEST_PASSWORD} bytes"))),
        Ok(()) => {}
    }
    let _turn = credentials::turn().await;
    blocking(move || credentials::hashed(&password).map_err(StoreError::Refused)).await.map_err(Answer::from)
}

async fn users(desk: &Desk) -> Result<Value, Answer> {
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    let users = blocking(move || {
        let tokens = store.tokens()?;
        store.accounts()?.into_iter().map(|account| user_line(&store, account, &tokens, now)).collect::<Result<Vec<_>, _>>()
    });
    Ok(json!(UserList { login: desk.handles.config.load().web.login, users: users.await? }))
}

fn user_line(store: &Store, account: Account, tokens: &[Token], now: Timestamp) -> Result<UserLine, StoreError> {
    let Account { name, role, created, disabled, password_changed } = account;
    let sessions = store.sessions_of(&name, now)?.len();
    let tokens = tokens.iter().filter(|token| token.user.as_ref() == Some(&name)).count();
    let (created, password_changed) = (created.to_string(), password_changed.to_string());
    Ok(UserLine {
        name,
        role: role.name().to_owned(),
        created,
        disabled: disabled.map(|at| at.to_string()),
        password_changed,
        sessions,
        tokens,
    })
}

async fn add(desk: &Desk, typed: &str, role: &str, password: Typed) -> Result<Value, Answer> {
    let (name, role, now) = (user_name(typed)?, read_role(role)?, desk.handles.clock.now());
    let phc = hashed(password).await?;
    let account = Account { name: name.clone(), role, created: now, disabled: None, password_changed: now };
    let (store, new) = (desk.handles.store.clone(), account.clone());
    if !blocking(move || store.add_account(new, phc)).await.map_err(refused)? {
        return Err(Answer::no(1, &sentence::USER_THERE, &[&name, &name]));
    }
    line_of(desk, account).await
}

async fn change(desk: &Desk, typed: &str, change: AccountChange) -> Result<Value, Answer> {
    let (store, name) = (desk.handles.store.clone(), user_name(typed)?);
    match blocking(move || store.change_account(&name, change)).await? {
        Some(account) => line_of(desk, account).await,
        None => Err(unknown(&sentence::NO_USER, typed)),
    }
}

async fn line_of(desk: &Desk, account: Account) -> Result<Value, Answer> {
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    Ok(json!(blocking(move || user_line(&store, account, &store.tokens()?, now)).await?))
}

fn token_line(token: Token) -> TokenLine {
    let Token { name, user, role, created, expires, used } = token;
    let said = |at: Option<Timestamp>| at.map(|at| at.to_string());
    TokenLine { name, user, role: role.name().to_owned(), created: created.to_string(), expires: said(expires), last_used: said(used) }
}

async fn add_token(desk: &Desk, typed: &str, role: &str, user: Option<String>, expires: Option<String>) -> Result<Value, Answer> {
    let (name, role, now) = (user_name(typed)?, read_role(role)?, desk.handles.clock.now());
    let user = user.map(|user| user_name(&user)).transpose()?;
    let expires =
        expires.map(|end| end.parse::<Timestamp>().map_err(|_| no(format!("\"{end}\" is no instant; write --expires 90d")))).transpose()?;
    if expires.is_some_and(|end| end <= now) {
        return Err(no("the end of a token lies ahead"));
    }
    if let Some(user) = user.clone() {
        let store = desk.handles.store.clone();
        let of_one = blocking(move || Ok(store.tokens()?.iter().filter(|token| token.user.as_ref() == Some(&user)).count())).await?;
        if of_one >= MOST_OF_ONE {
            return Err(Answer::no(1, &sentence::MANY_OF_ONE, &[&MOST_OF_ONE]));
        }
    }
    let drawn = credentials::draw(credentials::TOKEN).map_err(|why| Answer::No { why, code: 1 })?;
    let token = Token { name: name.clone(), user, role, created: now, expires, used: None };
    let (store, new, hash) = (desk.handles.store.clone(), token.clone(), drawn.hash);
    if !blocking(move || store.add_token(new, hash)).await.map_err(refused)? {
        return Err(Answer::no(1, &sentence::TOKEN_THERE, &[&name]));
    }
    Ok(json!(NewToken { token: token_line(token), secret: drawn.secret }))
}

async fn revoke(desk: &Desk, typed: &str, user: Option<String>) -> Result<Value, Answer> {
    let (store, name) = (desk.handles.store.clone(), user_name(typed)?);
    let revoked = blocking(move || match user {
        // Nobody learns of the tokens of others.
        Some(user) if !store.tokens()?.iter().any(|token| token.name == name && token.user.as_ref() == Some(&user)) => Ok(None),
        _ => store.revoke_token(&name),
    });
    revoked.await?.map(|token| json!(token_line(token))).ok_or_else(|| unknown(&sentence::NO_TOKEN, typed))
}

fn refused(error: StoreError) -> Answer {
    match error {
        StoreError::Refused(why) => Answer::No { why, code: 1 },
        error => error.into(),
    }
}

async fn audit(desk: &Desk, before: Option<u64>, since: Option<String>, limit: usize) -> Result<Value, Answer> {
    let since =
        since.map(|at| at.parse::<Timestamp>().map_err(|_| no(format!("\"{at}\" is no instant")))).transpose()?.unwrap_or(Timestamp::MIN);
    let limit = limit.clamp(1, MOST_DEEDS);
    let store = desk.handles.store.clone();
    let mut found = blocking(move || store.audited(before.unwrap_or(u64::MAX), since, limit.saturating_add(1))).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let older = found.last().map(|(number, _)| *number).filter(|_| more);
    let line = |(number, deed): (u64, Deed)| {
        let Deed { at, user, token, from, what, about, outcome } = deed;
        let refused = outcome.why().map(str::to_owned);
        AuditLine { number, at: at.to_string(), user, token, from, what, about, outcome: outcome.name().to_owned(), refused }
    };
    Ok(json!(AuditList { deeds: found.into_iter().map(line).collect(), older }))
}
