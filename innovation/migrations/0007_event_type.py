from django.db import migrations


class Migration(migrations.Migration):
    """The column is renamed in place: the trigger and the hashes are of values, not of names."""

    dependencies = [("innovation", "0006_mail_is_due_by_row")]

    operations = [migrations.RenameField("event", "word", "type")]
