from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A paused server's sources are looked for whenever a pull is taken."""

    atomic = False
    dependencies = [("pilots", "0151_servers_of_sources")]

    operations = [
        AddIndexConcurrently(
            model_name="source",
            index=models.Index(
                condition=models.Q(("server", ""), _negated=True),
                fields=["server"],
                name="source_server",
            ),
        ),
    ]
