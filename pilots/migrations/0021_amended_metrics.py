from django.db import migrations, models


class Migration(migrations.Migration):
    """Why a metric means something else than when its plan was locked."""

    dependencies = [("pilots", "0020_who_may_see_a_check")]

    operations = [
        migrations.AddField(
            model_name="metricversion",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=600),
        ),
    ]
