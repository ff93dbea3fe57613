from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pilots", "0112_numbers_as_known")]
    operations = [
        migrations.AddField(
            model_name="metric",
            name="measure",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40, verbose_name="measure"
            ),
        ),
    ]
