from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pilots", "0047_money_at_hand")]
    operations = [
        ValidateConstraint(model_name="ledgerentry", name="ledger_kind_has_its_award"),
        ValidateConstraint(model_name="ledgerentry", name="ledger_reversal_names_its_entry"),
        ValidateConstraint(model_name="ledgerentry", name="ledger_reversal_says_why"),
        ValidateConstraint(model_name="ledgerentry", name="ledger_overrun_is_an_expense"),
    ]
