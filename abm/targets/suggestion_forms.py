"""What narrows the accounts to suggest."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import AnyOf, Optional

from abm.targets.forms import EnterForm

FITS = {"": "Any fit", "25": "Fit 25 or more", "50": "Fit 50 or more", "75": "Fit 75 or more", "90": "Fit 90 or more"}


class CandidatesForm(EnterForm):
    """Accounts that become candidates, narrowed by how well they fit as well."""

    fit = StringField("Fit at least", [Optional(), AnyOf(list(FITS), message="Choose one of the list.")])

    @property
    def fit_at_least(self) -> int:
        """0 where any fit will do, and for nonsense in the address."""
        return int(self.fit.data) if self.fit.data in FITS and self.fit.data else 0
