import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


def _person():
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    """Whoever is named as a sponsor is asked first, and sponsors the pilot once they say yes."""

    dependencies = [("pilots", "0074_judged_from_outside")]

    operations = [
        migrations.AddField("pilot", "sponsor_asked", _person()),
        migrations.AddField("pilot", "sponsor_asked_by", _person()),
        migrations.AddField(
            "pilot", "sponsor_asked_at", models.DateTimeField(blank=True, null=True)
        ),
        AddConstraintNotValid(
            "pilot",
            models.CheckConstraint(
                condition=Q(sponsor_asked=None, sponsor_asked_by=None, sponsor_asked_at=None)
                | Q(
                    sponsor_asked__isnull=False,
                    sponsor_asked_by__isnull=False,
                    sponsor_asked_at__isnull=False,
                ),
                name="pilot_sponsor_asked_whole",
            ),
        ),
    ]
