"""One's own API tokens: made, renewed and revoked; a secret is shown once."""

from __future__ import annotations

from flask import abort, url_for
from flask import session as cookie
from sqlalchemy import select

from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.account_routes import account
from abm.people.token_forms import TokenForm
from abm.people.tokens import ApiToken, TokenScope, make_token, tokens_of

SHOWN_ONCE = "new_token"  # what the cookie carries from making a token to the page that shows it


@account.get("/tokens")
@needs(May.READ)
def tokens() -> Answer:
    """One's own tokens; a new secret is shown once, and never again."""
    return _page(TokenForm(formdata=None))


@account.post("/tokens")
@needs(May.READ)
@once
def make() -> Answer:
    """A new token."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    facts = {"name": form.name.data or "", "days": form.days.data, "scope": TokenScope(form.scope.data)}
    try:
        row, secret = make_token(me(), **facts, at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _page(form, 422)
    session.flush()
    return _shown(row, secret)


@account.post("/tokens/<public:token_id>/renewals")
@needs(May.READ)
@once
def renew(token_id: str) -> Answer:
    """A new secret under the same name; the one before ends."""
    row, secret = _own(token_id).renew(at=clock.now())
    session.flush()
    return _shown(row, secret)


@account.post("/tokens/<public:token_id>/revocations")
@needs(May.READ)
def revoke(token_id: str) -> Answer:
    """End a token, from the next request on."""
    row = _own(token_id)
    row.revoke(by=me(), at=clock.now())
    commit()
    return done(url_for("account.tokens"), message=f"“{row.name}” is revoked. It opens nothing from now on.")


def _shown(row: ApiToken, secret: str) -> Answer:
    cookie[SHOWN_ONCE] = (row.public_id, secret)
    location = url_for("account.tokens", _anchor=f"token-{row.public_id}")
    commit(location)
    return done(location, message="A new token. Copy it now: it is not shown again.")


def _own(token_id: str) -> ApiToken:
    """A token of one's own; somebody else's is not to be found."""
    asked = select(ApiToken).where(ApiToken.public_id == token_id, ApiToken.user_id == me().id)
    row = session.scalar(asked.with_for_update(of=ApiToken))
    return row if row is not None else abort(404)


def _page(form: TokenForm, status: int = 200) -> Answer:
    new, secret = cookie.pop(SHOWN_ONCE, (None, None)) if status == 200 else (None, None)
    rows = tokens_of(session(), me())
    return page("people/tokens.html", status, form=form, tokens=rows, new=new, secret=secret, at=clock.now())
