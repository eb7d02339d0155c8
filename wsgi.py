"""For gunicorn: `gunicorn wsgi:app`. Building the app touches no database, so a start survives one that is away."""

import gc

from abm.app import create_app

app = create_app()
gc.freeze()  # what is loaded stays: collecting after a large page need not look through all of it
