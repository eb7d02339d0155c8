"""For gunicorn: `gunicorn wsgi:app`. Building the app touches no database, so a start survives one that is away."""

from abm.app import create_app

app = create_app()
