"""What the catalogue knows beside its products: what does not fit together."""

from piccolo.columns import UUID, Array, Boolean, Bytea, SmallInt, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class FitRule(Table, tablename="fit_rules"):
    """An administrator's rule on what fits together; `subject` and `others` name goods.

    Each is `sku:`, `category:` or `iso9999:` and what it names.
    """

    id = UUID(primary_key=True, default=UUID4())
    relation = Varchar(length=10)
    subject = Varchar(length=100)
    others = Array(base_column=Varchar(length=100))
    # How many of the subject one person may have; only of the relation `at_most`.
    most = SmallInt(null=True, default=None)
    words = Varchar(length=300)
    # Of what makes it the rule that it is: subject, relation and others.
    digest = Bytea(unique=True, default=None)
    active = Boolean(default=True)
