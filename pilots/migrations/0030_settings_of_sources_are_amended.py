from django.db import migrations, models


class Migration(migrations.Migration):
    """Another setting of a source is an amendment of each locked plan that is measured from it."""

    dependencies = [("pilots", "0029_planners_and_panels")]

    operations = [
        migrations.AddField(
            model_name="metric",
            name="asked_otherwise",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="metricversion",
            name="source_changes",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
