"""The `abm` command: set up, serve, bring files in, and check what was signed."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from flask import Flask

from abm.kit.config import BadSetting, Config


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="accountable", prog_name="abm")
def main() -> None:
    """Accountable: Marketing and Sales agree on a list of target accounts, work it, and see the same facts."""


def _stop(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


T = TypeVar("T")
STAGES = "What an unknown CRM stage means: open, qualified, won or lost."
ROLES = "cmo, cro, marketer, sales_manager, ae, sdr, revops, viewer"


def _or_stop(work: Callable[[], T]) -> T:
    """Do it; a broken rule or a refused file is a sentence and exit code 1."""
    from abm.imports.filetype import FileRefused  # noqa: PLC0415
    from abm.kit.rules import RuleBroken  # noqa: PLC0415

    try:
        return work()
    except (RuleBroken, FileRefused) as refusal:
        _stop(str(refusal))


def _app(*, demo: bool = False) -> Flask:
    from abm.app import create_app  # noqa: PLC0415 `abm --help` need not load the whole product

    try:
        return create_app(Config.load(demo=demo))
    except BadSetting as fault:
        _stop(str(fault))


def _ready_app(*, demo: bool = False) -> Flask:
    """The app on a database that has every migration; else say what to do."""
    from abm.kit.migrate import pending  # noqa: PLC0415

    app = _app(demo=demo)
    missing = pending(app.config["ABM"].database_url)
    if missing:
        _stop("The database is not set up for this version. Run `abm init` first: it loses nothing.")
    return app


@main.command()
def init() -> None:
    """Make the database, or bring it up to this version. Running it again is harmless."""
    from abm.kit.migrate import pending, upgrade  # noqa: PLC0415

    url = _app().config["ABM"].database_url
    missing = pending(url)
    upgrade(url)
    click.echo(f"{len(missing)} migrations applied." if missing else "The database is up to date.")
    click.echo("Next: `abm serve`, then open the address in a browser and found the organisation.")


@main.command()
@click.option("--reset", is_flag=True, help="Build it anew, with dates that move to today.")
def demo(reset: bool) -> None:
    """Build the demonstration: Fathom Freightware, in a database of its own."""
    from abm.demo.building import build_demonstration  # noqa: PLC0415

    built = build_demonstration(_app(demo=True), anew=reset)
    click.echo("The demonstration was built." if built else "The demonstration is there already.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--demo", "demonstration", is_flag=True, help="Serve the demonstration.")
def serve(host: str, port: int, threads: int, demonstration: bool) -> None:
    """Serve on one machine, with the background work in the same process."""
    import waitress  # noqa: PLC0415

    from abm.jobs.worker import run  # noqa: PLC0415

    app = _ready_app(demo=demonstration)
    stop = threading.Event()
    worker = threading.Thread(target=run, args=(app, stop), name="worker", daemon=True)
    worker.start()
    gc.freeze()  # as in `wsgi.py`
    click.echo(f"Accountable serves at http://{host}:{port}")
    try:
        waitress.serve(
            app, host=host, port=port, threads=threads, ident="Accountable", clear_untrusted_proxy_headers=True
        )
    finally:
        stop.set()
        worker.join(timeout=10)


@main.command()
def work() -> None:
    """Do the background work, beside gunicorn: seal events, send mail. Several at once are harmless."""
    from abm.jobs.worker import run  # noqa: PLC0415

    run(_ready_app(), threading.Event())


@main.group()
def user() -> None:
    """People."""


@user.command("add")
@click.argument("name")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, help=ROLES)
def user_add(name: str, email: str, roles: tuple[str, ...]) -> None:
    """Add a person, or take one who is there, and print a one-time link to choose a password."""
    from abm.kit.db import writing  # noqa: PLC0415
    from abm.people.command import add_person  # noqa: PLC0415

    app = _ready_app()
    with app.test_request_context(base_url=app.config["ABM"].base_url), writing():
        click.echo(_or_stop(lambda: add_person(name=name, email=email, roles=roles)))


@main.command("import")
@click.argument("kind", type=click.Choice(["accounts", "opportunities", "people", "touches"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="E-mail of the person in whose name this is done.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and write nothing.")
@click.option("--stage", "stages", multiple=True, metavar="NAME=MEANING", help=STAGES)
def import_(kind: str, file: Path, email: str, dry_run: bool, stages: tuple[str, ...]) -> None:
    """Bring a CSV file in: the preview first, then all good rows in one transaction."""
    from abm.imports.command import import_file  # noqa: PLC0415

    app = _ready_app()
    with app.app_context():
        for line in _or_stop(lambda: import_file(kind, file, email=email, dry_run=dry_run, stages=stages)):
            click.echo(line)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", metavar="FINGERPRINT", default="", help="The key it must be written with: see `record-key`.")
def verify(file: Path, key: str) -> None:
    """Check a signed record without the database: every byte, its digest, and who signed it."""
    from abm.agreement.record import check_record  # noqa: PLC0415

    findings = check_record(file.read_bytes(), key=key)
    for finding in findings:
        click.echo(f"{'holds' if finding.holds else 'BROKEN'}: {finding.text}")
    broken = sum(not finding.holds for finding in findings)
    if broken:
        _stop(f"{broken} of {len(findings)} do not hold. Do not rely on this file: export the record again.")
    if not key:
        click.echo("Compare the key with the one that Accountable shows beside the record, or give it with --key.")


@main.command("record-key")
def record_key() -> None:
    """Print the fingerprint of the key that this installation writes signed records with."""
    from abm.agreement.record_proof import own_fingerprint  # noqa: PLC0415

    _app()
    click.echo(own_fingerprint())


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@click.option("--head", "noted", metavar="SEQ:HASH", help="A head that was noted outside, by `abm audit head`.")
def audit_verify(noted: str | None) -> None:
    """Walk the whole chain and name every event changed, removed or put in."""
    from abm.audit.seal import verify as walk  # noqa: PLC0415
    from abm.kit.db import writing  # noqa: PLC0415

    expected = None
    if noted:
        seq, _, link = noted.partition(":")
        if not seq.isdigit() or not link:
            _stop("--head is what `abm audit head` printed: a number, a colon and a hash.")
        expected = (int(seq), link)
    with _ready_app().app_context(), writing() as session:
        faults = walk(session(), expected_head=expected)
        session.commit()
    for fault in faults:
        click.echo(str(fault))
    if faults:
        _stop(f"{len(faults)} faults.")
    click.echo("The audit trail is whole.")


@audit.command("head")
def audit_head() -> None:
    """Print the head of the chain, to be kept outside: it shows later whether the end was cut off."""
    from abm.audit.seal import head, seal_events  # noqa: PLC0415
    from abm.kit.db import writing  # noqa: PLC0415

    with _ready_app().app_context(), writing() as session:
        seal_events(session())
        session.commit()
        seq, link = head(session())
    click.echo(f"{seq}:{link}")


@audit.command("frozen")
def audit_frozen() -> None:
    """Compare every frozen week and all minutes with their digests and with the audit trail."""
    from abm.kit.db import writing  # noqa: PLC0415
    from abm.rhythm.proofs import altered  # noqa: PLC0415

    with _ready_app().app_context(), writing(False) as session:
        found = list(altered(session()))
    for one in found:
        click.echo(one)
    if found:
        _stop(f"{len(found)} altered.")
    click.echo("Frozen weeks and minutes are what they were.")


CHECK = click.option(
    "--check", is_flag=True, help="Only say what differs, and end with exit code 1 where anything does."
)


@main.group()
def commitments() -> None:
    """What both sides promised, and what counts towards it."""


@commitments.command("recompute")
@CHECK
def commitments_recompute(check: bool) -> None:
    """Count anew which touch counts towards which commitment, and keep that."""
    from abm.outbound.drift import drifts  # noqa: PLC0415

    _compare(drifts, check, "the counts of commitments")


@main.group()
def rollups() -> None:
    """The figures that are kept per account, week, side and channel."""


@rollups.command("rebuild")
@CHECK
def rollups_rebuild(check: bool) -> None:
    """Count all touches anew, and keep that."""
    from abm.touches.rebuilding import differences  # noqa: PLC0415

    _compare(differences, check, "the rollups")


@main.group()
def stages() -> None:
    """Where accounts stand, and every change of it."""


@stages.command("rebuild")
@CHECK
def stages_rebuild(check: bool) -> None:
    """Read every account's way through the stages anew from its facts, and keep that."""
    from abm.stages.following import differences  # noqa: PLC0415

    _compare(differences, check, "the changes of stages")


def _compare(found_by: Callable[..., Iterable[object]], check: bool, what: str) -> None:
    """Say every difference between what is kept and the facts; mend it unless it was only to be checked."""
    from abm.kit.db import writing  # noqa: PLC0415

    with _ready_app().app_context(), writing(not check) as session:
        found = [str(one) for one in found_by(session(), mend=not check)]
        session.commit()
    for one in found:
        click.echo(one)
    if found and check:
        _stop(f"{len(found)} differences. Run this without --check to set {what} right.")
    click.echo(f"{len(found)} differences set right." if found else f"Nothing differs: {what} equal the facts.")
