from django.db import migrations


class Migration(migrations.Migration):
    """The column is renamed in place: the trigger and the hashes are of values, not of names."""

    dependencies = [("innovation", "0005_transition_mark_is_used_up")]

    operations = [migrations.RenameField("event", "word", "type")]
